//! Since when functions and metrics have counted, in a program that asks for its registry late. In a process of its own, for
//! any other test would ask for it earlier.

use std::hint;
use std::time::{Duration, SystemTime};
use tachometer::{Counter, Format, instrumented, metrics};

#[instrumented]
fn early() {}

metrics! {
    static EARLY: Counter = Counter::new("early_total", "Counts before anybody asks");
}

#[test]
fn nothing_was_counted_before_what_created_says() {
    EARLY.increment();
    early();
    let called = SystemTime::now();
    // So that the registry, which is made now, is later by more than a float can hide.
    while called.elapsed().is_ok_and(|elapsed| elapsed < Duration::from_millis(2)) {
        hint::spin_loop();
    }
    let mut text = String::new();
    tachometer::snapshot().encode(Format::OpenMetricsWithCreated, &mut text);
    for series in ["function_calls_created{function=\"early\"", "early_created "] {
        let line = text.lines().find(|line| line.starts_with(series)).expect("it has one");
        let created: f64 = line.rsplit(' ').next().unwrap_or_default().parse().expect("it is a number");
        let called = called.duration_since(SystemTime::UNIX_EPOCH).expect("it is later");
        assert!(created <= called.as_secs_f64(), "{line}");
    }
}
