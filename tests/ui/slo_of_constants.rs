use tachometer::instrumented;

const BOUNDS: [f64; 2] = [0.1, 0.5];

#[instrumented(buckets = BOUNDS, slo(success = 99.9, latency = (0.25, 99.0)))]
fn no_bound() {}

fn main() {
    no_bound();
}
