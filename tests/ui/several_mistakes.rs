use tachometer::instrumented;

#[instrumented(nam = "a", labels(le = 1), buckets = [2, 1])]
const fn all_at_once() {}

fn main() {
    all_at_once();
}
