//! Since when functions have counted, in a program that asks for its registry late.

use std::hint;
use std::time::{Duration, SystemTime};
use tachometer::{Format, instrumented};

#[instrumented]
fn early() {}

#[test]
fn nothing_was_counted_before_what_created_says() {
    early();
    let called = SystemTime::now();
    // So that the registry, which is made now, is later by more than a float can hide.
    while called.elapsed().is_ok_and(|elapsed| elapsed < Duration::from_millis(2)) {
        hint::spin_loop();
    }
    let mut text = String::new();
    tachometer::snapshot().encode(Format::OpenMetricsWithCreated, &mut text);
    let line =
        text.lines().find(|line| line.starts_with("function_calls_created{function=\"early\"")).unwrap();
    let created: f64 = line.rsplit(' ').next().unwrap().parse().unwrap();
    assert!(created <= called.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs_f64(), "{line}");
}
