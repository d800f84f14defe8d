use tachometer::instrumented;

#[instrumented(buckets = [])]
fn empty() {}

#[instrumented(buckets = [0.1, 0.01, 0.5])]
fn falling() {}

#[instrumented(buckets = [0.1, 0.1])]
fn repeated() {}

#[instrumented(buckets = [-1.0, 0.0, 1e300])]
fn out_of_range() {}

#[instrumented(buckets = [0.1, "1"])]
fn no_number() {}

fn main() {
    empty();
    falling();
    repeated();
    out_of_range();
    no_number();
}
