//! An executable whose copy of the library is in a shared object.

use std::panic::{AssertUnwindSafe, catch_unwind};
use wrap::tachometer::{self, testing};

#[tachometer::instrumented(crate = wrap::tachometer)]
fn called() {}

#[derive(tachometer::LabelValue, tachometer::ErrorKind)]
#[tachometer(crate = wrap::tachometer)]
enum Refusal {
    Declined,
}

#[derive(tachometer::LabelSet)]
#[tachometer(crate = wrap::tachometer)]
struct Labels {
    refusal: Refusal,
}

#[tachometer::instrumented(crate = wrap::tachometer)]
#[allow(dead_code)]
fn never() {}

tachometer::metrics! {
    static USED: tachometer::Counter = tachometer::Counter::new("used_total", "Used");
}

fn main() {
    let names = || -> Vec<String> {
        tachometer::snapshot().functions.iter().map(|function| function.function.clone()).collect()
    };
    assert_eq!(names(), ["in_dylib", "in_dylib_never"], "those in the file of the library are at zero");
    let labels = Labels { refusal: Refusal::Declined };
    assert_eq!(tachometer::LabelSet::index(&labels), 0);
    assert_eq!(tachometer::ErrorKind::error_kind(&labels.refusal), "declined");
    let watch = testing::watch();
    called();
    USED.increment();
    wrap::in_dylib();
    wrap::IN_DYLIB.increment();
    assert_eq!(names(), ["called", "in_dylib", "in_dylib_never"], "those of the executable from their first use");
    watch.assert(testing::function("called").ok(1));
    watch.assert(testing::metric("used_total").by(1));
    let absent = catch_unwind(AssertUnwindSafe(|| watch.assert(testing::function("never").ok(1)))).unwrap_err();
    let message = absent.downcast_ref::<String>().expect("a text");
    assert!(message.contains("before its first call"), "it may be there: {message}");
    // One that may not have been used yet has counted nothing.
    watch.assert(testing::function("never").ok(0));
    println!("1 passed, 0 failed");
}
