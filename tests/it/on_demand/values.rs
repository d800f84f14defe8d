//! What callbacks return is what is shown.

use super::{LONG, refusals, registry, value};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use tachometer::{FullSnapshot, families::SampleValue};

#[test]
fn each_snapshot_asks_again() {
    let registry = registry(LONG);
    let asked = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&asked);
    registry.callback_counter("asked_total", "How often", move || {
        (counted.fetch_add(1, Ordering::Relaxed) + 1) as f64
    });
    registry.callback_gauge("level", "A level", || -2.5);
    for times in 1..=3_u32 {
        let snapshot = registry.snapshot_all();
        assert_eq!(value(&snapshot, "asked_total"), Some(&SampleValue::Sum(f64::from(times))));
        assert_eq!(value(&snapshot, "level"), Some(&SampleValue::Quantity(-2.5)));
    }
    assert_eq!(asked.load(Ordering::Relaxed), 3);
}

#[test]
fn every_format_shows_them_and_differences_subtract_them() {
    let registry = registry(LONG);
    let total = Arc::new(AtomicU64::new(5));
    let read = Arc::clone(&total);
    registry
        .callback_counter("sent_bytes_total", "What was sent", move || read.load(Ordering::Relaxed) as f64);
    registry.callback_gauge("open", "What is open", || 3.0);
    let earlier = registry.snapshot_all();
    assert!(earlier.to_prometheus_format().starts_with(
        "# HELP open What is open\n# TYPE open gauge\nopen 3.0\n\
         # HELP sent_bytes_total What was sent\n# TYPE sent_bytes_total counter\nsent_bytes_total 5.0\n"
    ));
    assert!(earlier.to_openmetrics_format().contains(
        "# HELP sent_bytes What was sent\n# TYPE sent_bytes counter\n# UNIT sent_bytes bytes\nsent_bytes_total 5.0\n"
    ));
    assert_eq!(FullSnapshot::from_json(&earlier.to_json()).expect("it is a snapshot"), earlier);
    total.store(12, Ordering::Relaxed);
    let since = registry.snapshot_all().since(&earlier);
    assert_eq!(value(&since, "sent_bytes_total"), Some(&SampleValue::Sum(7.0)));
    assert_eq!(value(&since, "open"), Some(&SampleValue::Quantity(3.0)));
}

#[test]
fn a_name_that_something_else_has_or_prints_is_an_error() {
    let registry = registry(LONG);
    registry.register_counter("jobs_total");
    registry.register_histogram("wait", [10]);
    registry.callback_gauge("taken", "The first", || 1.0);
    let gauge = |name: &str| {
        registry.try_callback_gauge(name, "Another", || 2.0).expect_err("it is taken").to_string()
    };
    let counter = |name: &str| {
        registry.try_callback_counter(name, "Another", || 2.0).expect_err("it is taken").to_string()
    };
    for (error, wanted) in [(gauge("taken"), "a gauge"), (counter("taken"), "a counter")] {
        assert!(error.starts_with(&format!("cannot register {wanted} from a callback \"taken\"")), "{error}");
        assert!(error.contains("\"taken\" is already a gauge from a callback"), "{error}");
    }
    assert!(gauge("jobs_total").contains("is already a counter"));
    assert!(gauge("jobs").contains("already exports \"jobs\" in OpenMetrics"), "{}", gauge("jobs"));
    assert!(gauge("wait_latency_us_sum").contains("already exports \"wait_latency_us_sum\""));
    assert!(counter("tachometer_x").contains("tachometer itself exports"));
    assert!(gauge("a-b").contains("invalid metric name \"a-b\""));
    registry.callback_counter("runs_total", "A counter", || 1.0);
    assert!(registry.try_register_gauge("runs_created").is_err());
    assert!(registry.try_register_gauge("runs_total").is_err());
    assert_eq!(value(&registry.snapshot_all(), "taken"), Some(&SampleValue::Quantity(1.0)));
}

#[test]
fn a_counter_that_is_none_is_not_shown_and_the_text_says_so() {
    let registry = registry(LONG);
    for (name, value) in
        [("nan_total", f64::NAN), ("negative_total", -0.5), ("infinite_total", f64::INFINITY)]
    {
        registry.callback_counter(name, "Odd", move || value);
    }
    registry.callback_gauge("odd", "What a gauge may be", || f64::NAN);
    let snapshot = registry.snapshot_all();
    let shown: Vec<_> = snapshot.declared.keys().collect();
    assert_eq!(shown, ["infinite_total", "odd"]);
    assert_eq!(
        refusals(&snapshot),
        [
            "\"nan_total\" is not exported: a counter must not be negative or NaN, but its value was NaN",
            "\"negative_total\" is not exported: a counter must not be negative or NaN, but its value was -0.5"
        ]
    );
    FullSnapshot::from_json(&snapshot.to_json()).expect("it is a snapshot");
}

#[test]
fn what_a_snapshot_shows_was_asked_for_after_it_was_called() {
    let registry = registry(LONG);
    let total = Arc::new(AtomicU64::new(0));
    let read = Arc::clone(&total);
    registry.callback_counter("total", "What was counted", move || read.load(Ordering::Relaxed) as f64);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..200 {
                    let counted = total.fetch_add(1, Ordering::Relaxed) + 1;
                    match value(&registry.snapshot_all(), "total") {
                        Some(SampleValue::Sum(shown)) => assert!(*shown >= counted as f64),
                        other => panic!("{other:?} is shown"),
                    }
                }
            });
        }
    });
}
