use tachometer::instrumented;

const NONE: [f64; 0] = [];
const HALF: f64 = 0.5;

#[instrumented(buckets = [0.1, f64::NAN])]
fn not_a_number() {}

#[instrumented(buckets = [0.1, f64::INFINITY])]
fn infinite() {}

#[instrumented(buckets = [HALF, HALF])]
fn equal() {}

#[instrumented(buckets = NONE)]
fn none() {}

fn main() {
    not_a_number();
    infinite();
    equal();
    none();
}
