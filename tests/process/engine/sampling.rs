//! `sample = N`: every call counts, one in N is timed.

use super::counted;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;
use tachometer::{MockClock, instrumented};

const MICROSECOND: Duration = Duration::from_micros(1);

#[instrumented(sample = 4, buckets = [0.000_001, 0.000_01])]
fn sampled(clock: MockClock, number: u32) -> Result<u32, u32> {
    clock.advance(MICROSECOND * (number + 1));
    assert!(number != 9, "on purpose");
    if number.is_multiple_of(2) { Ok(number) } else { Err(number) }
}

#[test]
fn all_calls_count_and_one_in_so_many_is_timed() {
    let clock = MockClock::new();
    let _entered = clock.enter();
    for number in 0..10 {
        let _ = catch_unwind(AssertUnwindSafe(|| sampled(clock, number)));
        let shown = counted("sampled");
        assert_eq!((shown.calls(), shown.in_flight), (u64::from(number) + 1, 0));
        // The first, the fifth, the ninth.
        assert_eq!(shown.timed(), u64::from(number) / 4 + 1);
    }
    let shown = counted("sampled");
    assert_eq!((shown.ok, shown.errors, shown.panics), (5, 4, 1));
    assert_eq!(shown.total_time(), MICROSECOND * (1 + 5 + 9));
    assert_eq!(shown.min().zip(shown.max()), Some((MICROSECOND, 9 * MICROSECOND)));
    assert_eq!(shown.latency().buckets, [1, 2, 0]);
    let text = tachometer::snapshot().to_prometheus_format();
    let labels = "{function=\"sampled\",module=\"engine::sampling\"}";
    for line in [
        format!("\nfunction_sample_interval{labels} 4\n"),
        format!("\nfunction_duration_seconds_count{labels} 3\n"),
    ] {
        assert!(text.contains(&line), "no {line:?} in: {text}");
    }
    assert!(!text.contains("function_sample_interval{function=\"every\""), "{text}");
}

#[instrumented(sample = 1)]
fn every() {}

#[test]
fn one_in_one_is_every_call() {
    every();
    every();
    assert_eq!((counted("every").calls(), counted("every").timed()), (2, 2));
}

#[instrumented(sample = 3)]
async fn sampled_later(clock: MockClock) {
    let mut first = true;
    std::future::poll_fn(|_| {
        clock.advance(MICROSECOND);
        if std::mem::take(&mut first) { Poll::Pending } else { Poll::Ready(()) }
    })
    .await;
}

#[instrumented(sample = 3, time = "busy")]
async fn sampled_busy(clock: MockClock) {
    sampled_later(clock).await;
}

#[test]
fn futures_are_sampled_by_their_first_poll() {
    let clock = MockClock::new();
    let _entered = clock.enter();
    let mut context = Context::from_waker(Waker::noop());
    for number in 0..7 {
        let mut future = pin!(sampled_busy(clock));
        assert!(future.as_mut().poll(&mut context).is_pending());
        clock.advance(Duration::from_secs(1));
        // Every other is dropped before it is done.
        if number % 2 == 0 {
            assert!(future.as_mut().poll(&mut context).is_ready());
        }
    }
    let shown = counted("sampled_busy");
    assert_eq!((shown.ok, shown.cancelled, shown.timed(), shown.in_flight), (4, 3, 3, 0));
    // The first and the seventh were polled twice, the fourth once.
    assert_eq!(shown.total_time(), 5 * MICROSECOND);
    let shown = counted("sampled_later");
    assert_eq!((shown.calls(), shown.timed()), (7, 3));
    assert_eq!(shown.total_time(), 3 * Duration::from_secs(1) + 5 * MICROSECOND);
}

#[instrumented(sample = 16)]
fn hot(number: u64) -> Result<u64, u64> {
    if number.is_multiple_of(5) { Err(number) } else { Ok(number) }
}

#[test]
fn no_sampled_call_is_lost_under_snapshots() {
    const CALLS: u64 = 100_000;
    const THREADS: u64 = 4;
    thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|_| {
                scope.spawn(|| {
                    let clock = MockClock::new();
                    let _entered = clock.enter();
                    (0..CALLS).flat_map(hot).count()
                })
            })
            .collect();
        let mut calls_before = 0;
        while threads.iter().any(|thread| !thread.is_finished()) {
            let snapshot = tachometer::snapshot();
            let shown = snapshot.function("hot").unwrap();
            assert!(shown.calls() >= calls_before);
            // Of each thread: one call in sixteen, rounded up.
            let timed = shown.calls().div_ceil(16)..=shown.calls() / 16 + THREADS;
            assert!(timed.contains(&shown.timed()), "{} of {} timed", shown.timed(), shown.calls());
            // Every fifth call of a thread is an error, from the first on.
            let errors = shown.calls().div_ceil(5)..=shown.calls() / 5 + THREADS;
            assert!(errors.contains(&shown.errors), "{} errors in {}", shown.errors, shown.calls());
            calls_before = shown.calls();
        }
    });
    let shown = counted("hot");
    assert_eq!((shown.calls(), shown.errors), (THREADS * CALLS, THREADS * CALLS / 5));
    assert_eq!((shown.timed(), shown.in_flight), (THREADS * CALLS / 16, 0));
}
