use tachometer::instrumented;

const FALLING: [f64; 2] = [0.5, 0.1];

#[instrumented(buckets = FALLING)]
fn falling() {}

fn main() {
    falling();
}
