//! The program's own clock, in a process of its own: it is set before the first call, for all calls.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};
use tachometer::error::Kind;
use tachometer::{Counter, Histogram, MockClock, force_os_clock, instrumented, metrics, set_clock};

/// Milliseconds after 2026-11-30.
static NOW: AtomicU64 = AtomicU64::new(0);
const START: Duration = Duration::from_hours(498_888);

fn clock() -> Duration {
    START + Duration::from_millis(NOW.load(Ordering::Relaxed))
}

fn advance(millis: u64) {
    NOW.fetch_add(millis, Ordering::Relaxed);
}

metrics! {
    static COOKED: Counter = Counter::new("cooked_total", "Meals");
    static WAITED: Histogram = Histogram::of_time("waited_seconds", "Time", &[1_000_000_000]);
}

#[instrumented]
fn cook(millis: u64) {
    advance(millis);
    COOKED.increment();
}

#[instrumented]
fn back() {
    NOW.fetch_sub(30, Ordering::Relaxed);
}

#[test]
fn calls_are_timed_by_the_clock_of_the_program() {
    set_clock(clock).expect("nothing has been timed yet");
    let again = set_clock(clock).expect_err("there is one");
    assert_eq!(again.kind(), Kind::AlreadyInUse);
    assert_eq!(force_os_clock().expect_err("there is another").kind(), Kind::AlreadyInUse);

    cook(5);
    cook(250);
    let timer = WAITED.start_timer();
    advance(40);
    assert_eq!(timer.stop(), Duration::from_millis(40));
    // A clock that goes back takes no time.
    back();
    let mock = MockClock::new();
    let entered = mock.enter();
    cook(1_000);
    drop(entered);

    let snapshot = tachometer::snapshot();
    let cook = snapshot.function("cook").expect("it was called");
    assert_eq!((cook.timed(), cook.total_time()), (3, Duration::from_millis(255)));
    assert_eq!((cook.min(), cook.max()), (Some(Duration::ZERO), Some(Duration::from_millis(250))));
    let back = snapshot.function("back").expect("it was called");
    assert_eq!((back.timed(), back.total_time()), (1, Duration::ZERO));
    let text = snapshot.to_prometheus_format();
    assert!(text.contains("\ntachometer_clock_info{source=\"program\"} 1\n"), "{text}");
    // The system has a clock here, so timestamps are its own.
    let now = SystemTime::now();
    let apart = now.duration_since(snapshot.timestamp).expect("it was taken before");
    assert!(apart < Duration::from_mins(1), "{apart:?}");
}
