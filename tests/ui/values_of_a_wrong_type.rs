#![deny(warnings)]

use tachometer::instrumented;

#[instrumented(sample = -1)]
fn sampled_backwards() {}

#[instrumented(sample = 1.5)]
fn sampled_in_parts() {}

#[instrumented(sample = MANY)]
fn sampled_by_a_constant() {}

#[instrumented(sample = 99999999999999999999)]
fn sampled_too_seldom() {}

#[instrumented(crate = "tachometer")]
fn quoted_path() {}

#[instrumented(crate)]
fn no_path() {}

#[instrumented(registry)]
fn no_registry() {}

#[instrumented(buckets = "0.1")]
fn quoted_bounds() {}

#[instrumented(buckets = [0.1, true, 'a', "2", -1, 1e11, 0])]
fn no_bounds() {}

#[instrumented(name = concat!("a", "b"))]
fn made_name() {}

#[instrumented(name = b"bytes")]
fn bytes() {}

#[instrumented(max_label_sets = 1.0, labels(number = number))]
fn bounded_in_parts(number: u32) {
    let _ = number;
}

const MANY: u64 = 16;

fn main() {
    let _ = MANY;
    sampled_backwards();
    sampled_in_parts();
    sampled_by_a_constant();
    sampled_too_seldom();
    quoted_path();
    no_path();
    no_registry();
    quoted_bounds();
    no_bounds();
    made_name();
    bytes();
    bounded_in_parts(1);
}
