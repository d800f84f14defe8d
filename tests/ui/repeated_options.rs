#![deny(warnings)]

use tachometer::instrumented;

#[instrumented(
    labels(a = 1), labels(b = 1), buckets = [1], buckets = [2], sample = 1, sample = 2, crate = tachometer, crate = other,
    registry = tachometer::global(), registry = tachometer::global(), error_kind = |_| "", error_kind = |_| "",
    labels(c = 1), native = true, native = false,
)]
fn each_twice() -> Result<(), ()> {
    Ok(())
}

fn main() {
    let _ = each_twice();
}
