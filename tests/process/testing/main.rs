//! `tachometer::testing`: what is compared, and how a difference reads. In a process of its own: each of its
//! thousands of snapshots would also read whatever other tests have counted.

mod functions;
mod metrics;
mod threads;

use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;
use tachometer::testing::{self, Amount, Difference, Expectation, Watch, function, metric};
use tachometer::{
    Counter, ErrorKind, FloatCounter, FloatGauge, Gauge, Histogram, LabelValue, MetricsRegistry, MockClock,
    buckets, instrumented, metrics,
};

/// What a failed assertion says, with `LINE` in the place of a line; and the line it panics at.
fn failure(assertion: impl FnOnce()) -> (String, u32) {
    // The hook is one of the whole process.
    static HOOK: Mutex<()> = Mutex::new(());
    let (places, place) = mpsc::channel();
    let this = thread::current().id();
    let alone = HOOK.lock().unwrap();
    let before = Arc::new(panic::take_hook());
    let outer = Arc::clone(&before);
    panic::set_hook(Box::new(move |info| match info.location() {
        Some(location) if thread::current().id() == this => {
            places.send((location.file().to_owned(), location.line())).unwrap();
        }
        _ => outer(info),
    }));
    let result = panic::catch_unwind(AssertUnwindSafe(assertion));
    panic::set_hook(Box::new(move |info| before(info)));
    drop(alone);
    let panicked = result.expect_err("the assertion fails");
    let (file, line) = place.recv().expect("a panic has a place");
    assert!(file.contains("tests/process/testing/"), "it panics where the assertion stands: {file}");
    (without_lines(panicked.downcast_ref::<String>().expect("a text")), line)
}

fn without_lines(text: &str) -> String {
    regex::Regex::new(r"(functions|metrics)\.rs:\d+").unwrap().replace_all(text, "$1.rs:LINE").into_owned()
}

/// What the twin without a panic says of it.
fn difference(watch: &Watch<'_>, expected: impl Into<Expectation>) -> String {
    without_lines(&watch.check(expected).expect_err("it is not as expected").to_string())
}

fn registry() -> MetricsRegistry {
    MetricsRegistry::new(Duration::from_secs(10))
}

#[test]
fn a_difference_is_an_error_and_reads_the_same_in_every_way() {
    fn boxed() -> Result<(), Box<dyn std::error::Error>> {
        let registry = registry();
        registry.register_counter("hits");
        testing::watch_registry(&registry).check(metric("hits").by(1))?;
        Ok(())
    }
    let error = boxed().unwrap_err();
    assert!(error.is::<Difference>());
    assert_eq!(format!("{error}"), format!("{error:?}"));
    assert_eq!(Amount::from(7_u32).to_string(), "7");
}
