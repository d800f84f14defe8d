use tachometer::instrumented;

#[instrumented(slo)]
fn no_targets() {}

#[instrumented(slo())]
fn empty() {}

#[instrumented(slo = 99.9)]
fn no_list() {}

#[instrumented(slo(success))]
fn no_value() {}

#[instrumented(slo(speed = 99.9))]
fn unknown() {}

#[instrumented(slo(success = 99.9, success = 99.0))]
fn twice() {}

#[instrumented(slo(success = 0.999))]
fn a_ratio() {}

#[instrumented(slo(success = 100))]
fn everything() {}

#[instrumented(slo(success = -1.0))]
fn negative() {}

#[instrumented(slo(success = "99.9"))]
fn a_text() {}

#[instrumented(slo(success = 99.999_999_9))]
fn seven_decimals() {}

#[instrumented(slo(latency = 0.25))]
fn no_pair() {}

#[instrumented(slo(latency = ("0.25", 100.0)))]
fn both_wrong() {}

#[instrumented(slo(latency = (0.3, 99.0)))]
fn no_default_bound() {}

#[instrumented(slo(latency = (20, 99.0)))]
fn above_all() {}

#[instrumented(buckets = [0.1, 0.3], slo(latency = (0.25, 99.0)))]
fn no_bound() {}

#[instrumented(buckets = [0.1, 0.3], slo(latency = (0.05, 99.0)))]
fn below_all() {}

struct Cart;

#[instrumented(slo(latency = (0.3, 99.0)))]
impl Cart {
    fn reported() {}
    fn once() {}
    #[instrumented(buckets = [0.3])]
    fn with_other_buckets() {}
    #[instrumented(slo(latency = (0.7, 99.0)))]
    fn with_another_threshold() {}
}

fn main() {}
