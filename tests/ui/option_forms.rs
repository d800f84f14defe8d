#![deny(warnings)]

use tachometer::instrumented;

#[instrumented("checkout")]
fn without_a_name() {}

#[instrumented(, sample = 0)]
fn nothing_before_a_comma() {}

#[instrumented(name = "a",, sample = 0)]
fn nothing_between_commas() {}

#[instrumented(name =, sample = 0)]
fn no_value() {}

#[instrumented(name =)]
fn no_value_at_the_end() {}

#[instrumented(name("checkout"))]
fn in_parentheses() {}

#[instrumented(name: "checkout")]
fn with_a_colon() {}

#[instrumented(buckets = [0.1, +Inf])]
fn no_expression() {}

#[instrumented(err_if = |value| matches!(value, None | Some(0)), time_ = |a, b| (a, b), name = "")]
fn unknown_with_a_value() -> Option<u32> {
    None
}

fn main() {
    without_a_name();
    nothing_before_a_comma();
    nothing_between_commas();
    no_value();
    no_value_at_the_end();
    in_parentheses();
    with_a_colon();
    no_expression();
    unknown_with_a_value();
}
