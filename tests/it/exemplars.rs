//! Exemplars of instrumented functions: which calls have one, and where they are shown.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, SystemTime};
use tachometer::{MockClock, TraceContext, instrumented};

thread_local! {
    static TRACE: Cell<Option<u8>> = const { Cell::new(None) };
    static ASKED: Cell<u32> = const { Cell::new(0) };
    static SOURCE_CALLS: Cell<bool> = const { Cell::new(false) };
    static SOURCE_PANICS: Cell<bool> = const { Cell::new(false) };
}

fn trace(number: u8) -> TraceContext {
    TraceContext { trace_id: [number; 16], span_id: [number; 8] }
}

fn source() -> Option<TraceContext> {
    ASKED.set(ASKED.get() + 1);
    if SOURCE_CALLS.get() {
        called_by_source(MockClock::new());
    }
    assert!(!SOURCE_PANICS.get(), "the source panics");
    TRACE.get().map(trace)
}

#[instrumented]
fn called_by_source(_: MockClock) -> Result<(), ()> {
    Err(())
}

/// Runs `work` in a call with this trace.
fn in_trace<R>(number: u8, work: impl FnOnce() -> R) -> R {
    TRACE.set(Some(number));
    let result = work();
    TRACE.set(None);
    result
}

#[instrumented]
fn takes(clock: MockClock, time: Duration) {
    clock.advance(time);
}

const MILLI: Duration = Duration::from_millis(1);

#[test]
fn the_longest_call_carries_its_trace() {
    tachometer::set_trace_source(source);
    let clock = MockClock::new();
    let _entered = clock.enter();
    let before = SystemTime::now();
    for (number, millis) in [(1, 5), (2, 3), (3, 8), (4, 7)] {
        in_trace(number, || takes(clock, millis * MILLI));
    }
    let snapshot = tachometer::snapshot();
    let function = snapshot.function("takes").unwrap();
    let slowest = function.exemplars().slowest().unwrap();
    assert_eq!((slowest.trace(), slowest.duration()), (trace(3), Some(8 * MILLI)));
    assert!((before..=SystemTime::now()).contains(&slowest.time()));
    // Each exemplar is the latest of its bucket. The second and the fourth call had no role.
    let buckets: Vec<_> = function.exemplars().buckets().map(|call| (call.trace(), call.value())).collect();
    assert_eq!(buckets, [(trace(1), Some(5_000_000)), (trace(3), Some(8_000_000))]);
    assert_eq!(ASKED.get(), 2);
}

#[instrumented]
fn fails(how: u8) -> Result<(), ()> {
    assert_ne!(how, 2, "a panic");
    if how == 1 { Err(()) } else { Ok(()) }
}

#[test]
fn the_last_error_and_the_last_panic_carry_their_trace() {
    tachometer::set_trace_source(source);
    for (number, how) in [(1, 1), (2, 2), (3, 1), (4, 2), (5, 0)] {
        let _ = catch_unwind(AssertUnwindSafe(|| in_trace(number, || fails(how))));
        TRACE.set(None);
    }
    // Without a trace, an error replaces none.
    let _ = fails(1);
    let snapshot = tachometer::snapshot();
    let exemplars = snapshot.function("fails").unwrap().exemplars();
    assert_eq!(exemplars.last_error().map(|call| call.trace()), Some(trace(3)));
    assert_eq!(exemplars.last_panic().map(|call| call.trace()), Some(trace(4)));
}

#[instrumented]
fn asks_again() -> Result<(), ()> {
    Err(())
}

#[test]
fn a_source_may_call_instrumented_functions_and_panic() {
    tachometer::set_trace_source(source);
    SOURCE_CALLS.set(true);
    in_trace(1, asks_again).unwrap_err();
    assert_eq!(ASKED.get(), 1, "the source is not asked for what it calls");
    SOURCE_PANICS.set(true);
    in_trace(2, asks_again).unwrap_err();
    let caught = catch_unwind(AssertUnwindSafe(|| in_trace(3, || fails_while_unwinding())));
    assert!(caught.is_err());
    SOURCE_PANICS.set(false);
    SOURCE_CALLS.set(false);
    let snapshot = tachometer::snapshot();
    let function = snapshot.function("asks_again").unwrap();
    assert_eq!((function.errors, function.in_flight), (2, 0));
    assert_eq!(function.exemplars().last_error().map(|call| call.trace()), Some(trace(1)));
    let nested = snapshot.function("called_by_source").unwrap();
    assert_eq!((nested.errors, nested.exemplars().last_error()), (3, None));
    assert_eq!(snapshot.function("fails_while_unwinding").unwrap().panics, 1);
}

#[instrumented]
fn fails_while_unwinding() {
    panic!("the call panics, and then the source");
}

#[instrumented]
fn differs() -> Result<(), ()> {
    Err(())
}

#[test]
fn a_difference_has_the_new_exemplars() {
    tachometer::set_trace_source(source);
    in_trace(1, differs).unwrap_err();
    let first = tachometer::snapshot();
    let same = tachometer::snapshot().since(&first);
    assert_eq!(same.function("differs").unwrap().exemplars().last_error(), None);
    assert_eq!(same.function("differs").unwrap().exemplars().buckets().count(), 0);
    in_trace(2, differs).unwrap_err();
    let later = tachometer::snapshot().since(&first);
    let error = later.function("differs").unwrap().exemplars().last_error().map(|call| call.trace());
    assert_eq!(error, Some(trace(2)));
}

#[instrumented]
fn printed(clock: MockClock, time: Duration) -> Result<(), ()> {
    clock.advance(time);
    if time > 10 * MILLI { Err(()) } else { Ok(()) }
}

#[test]
fn openmetrics_shows_exemplars_and_prometheus_text_none() {
    tachometer::set_trace_source(source);
    let clock = MockClock::new();
    let _entered = clock.enter();
    in_trace(0xab, || printed(clock, 3 * MILLI)).unwrap();
    in_trace(0xcd, || printed(clock, 30 * MILLI)).unwrap_err();
    let snapshot = super::snapshot_of(module_path!());
    let openmetrics = snapshot.to_openmetrics_format();
    let of_this = |line: &&str| line.contains("\"printed\"") && line.contains(" # ");
    let lines: Vec<&str> = openmetrics.lines().filter(of_this).collect();
    let labels =
        |byte: &str| format!("# {{trace_id=\"{}\",span_id=\"{}\"}}", byte.repeat(16), byte.repeat(8));
    let expected = [
        ("function_calls_total{", "outcome=\"error\"} 1 ", labels("cd") + " 1 "),
        ("function_duration_seconds_bucket{", "le=\"0.005\"} 1 ", labels("ab") + " 0.003 "),
        ("function_duration_seconds_bucket{", "le=\"0.05\"} 2 ", labels("cd") + " 0.03 "),
    ];
    assert_eq!(lines.len(), expected.len(), "{lines:?}");
    for (line, (name, sample, exemplar)) in lines.iter().zip(&expected) {
        let (text, time) = line.rsplit_once(' ').unwrap();
        assert!(
            text.starts_with(name) && format!("{text} ").ends_with(&format!("{sample}{exemplar}")),
            "{line}"
        );
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs_f64();
        let time: f64 = time.parse().unwrap();
        assert!((now - 60.0..=now + 1.0).contains(&time), "{line}");
    }
    assert!(!snapshot.to_prometheus_format().contains("trace_id"));
}
