#![deny(warnings)]

use tachometer::instrumented;

#[instrumented(labels)]
fn nothing() {}

#[instrumented(labels())]
fn empty() {}

#[instrumented(labels[tier = "gold"])]
fn brackets() {}

#[instrumented(labels(tier))]
fn no_value() {}

#[instrumented(labels("tier" = "gold", "shop" = "north"))]
fn quoted() {}

#[instrumented(labels(tier: "gold", function = "f"))]
fn with_a_colon() {}

#[instrumented(labels(tier = "gold" shop = "north", le = 1))]
fn no_comma() {}

#[instrumented(labels(tier = "gold",, outcome = 1, error_kind = 1, quantile = 1))]
fn two_commas() {}

// What is bounded may be what was not understood.
#[instrumented(lables(shop = shop), max_label_sets = 3)]
fn misspelt(shop: &str) -> usize {
    shop.len()
}

#[instrumented(labels(shop: shop), max_label_sets = 3)]
fn not_understood(shop: &str) -> usize {
    shop.len()
}

struct Cart;

#[instrumented(labels())]
impl Cart {
    fn add(&self) {}
}

fn main() {
    nothing();
    empty();
    brackets();
    no_value();
    quoted();
    with_a_colon();
    no_comma();
    two_commas();
    misspelt("a");
    not_understood("a");
    Cart.add();
}
