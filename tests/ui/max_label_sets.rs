#![allow(unused_variables)]

use tachometer::instrumented;

#[instrumented(labels(tenant = tenant), max_label_sets = 0)]
fn none(tenant: &str) {}

#[instrumented(labels(tenant = tenant), max_label_sets = MANY)]
fn no_literal(tenant: &str) {}

#[instrumented(labels(tenant = tenant), max_label_sets = -1)]
fn negative(tenant: &str) {}

#[instrumented(labels(tenant = tenant), max_label_sets)]
fn no_number(tenant: &str) {}

#[instrumented(labels(tier = "gold"), max_label_sets = 10)]
fn nothing_to_bound() {}

struct Cart;

#[instrumented(max_label_sets = 10)]
impl Cart {
    #[instrumented(labels(tier = "gold"))]
    fn add() {}
}

#[instrumented(labels(tier = "gold"))]
impl Cart {
    #[instrumented(max_label_sets = 10)]
    fn remove() {}
}

#[instrumented(max_label_sets = 10)]
impl Cart {
    #[instrumented(labels(tenant = tenant))]
    fn is_right(tenant: &str) {}
}

const MANY: usize = 10;

fn main() {}
