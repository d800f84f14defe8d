//! A snapshot under writers that never pause is, for each thread, what some first calls of it make; to the nanosecond.

use super::counted;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;
use tachometer::{FunctionSnapshot, MockClock, instrumented};

const BOUNDS: [u64; 3] = [1_000, 2_500, 5_000];

/// How long the `number`-th call lasts, in nanoseconds, and whether it fails.
fn plan(number: u64) -> (u64, bool) {
    // Extremes come late: the longest call grows and the shortest shrinks for a while.
    let nanos = match number % 5 {
        0 => 3_000 + number.min(20_000),
        1 => 900 - number.min(800),
        rest => 1_000 * rest,
    };
    (nanos, number.is_multiple_of(3))
}

#[instrumented(buckets = [0.000_001, 0.000_002_5, 0.000_005])]
fn planned(clock: MockClock, number: u64) -> Result<(), ()> {
    let (nanos, fails) = plan(number);
    clock.advance(Duration::from_nanos(nanos));
    if fails { Err(()) } else { Ok(()) }
}

/// What the first calls make, one after the other.
#[derive(Default)]
struct Expected {
    calls: u64,
    errors: u64,
    sum: u64,
    extremes: Option<(u64, u64)>,
    buckets: [u64; 4],
}

impl Expected {
    fn advance_to(&mut self, calls: u64) {
        assert!(calls >= self.calls, "{calls} calls after {}", self.calls);
        while self.calls < calls {
            let (nanos, fails) = plan(self.calls);
            let (min, max) = self.extremes.unwrap_or((nanos, nanos));
            self.extremes = Some((min.min(nanos), max.max(nanos)));
            self.errors += u64::from(fails);
            self.sum += nanos;
            self.buckets[BOUNDS.partition_point(|bound| *bound < nanos)] += 1;
            self.calls += 1;
        }
    }

    fn assert_shown_by(&self, shown: &FunctionSnapshot) {
        assert_eq!((shown.ok, shown.errors), (self.calls - self.errors, self.errors));
        assert_eq!((shown.panics, shown.cancelled), (0, 0));
        assert_eq!(shown.latency().buckets, self.buckets);
        assert_eq!(shown.latency().sum(), self.sum);
        let duration = |nanos: u64| Duration::from_nanos(nanos);
        assert_eq!(
            shown.min().zip(shown.max()),
            self.extremes.map(|(min, max)| (duration(min), duration(max)))
        );
        assert!((0..=1).contains(&shown.in_flight), "{} in flight", shown.in_flight);
    }
}

#[test]
fn a_snapshot_is_a_prefix_of_what_a_thread_did() {
    const CALLS: u64 = 200_000;
    let told = AtomicU64::new(0);
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let clock = MockClock::new();
            let _entered = clock.enter();
            for number in 0..CALLS {
                let _ = planned(clock, number);
                told.store(number + 1, Ordering::Release);
            }
            done.store(true, Ordering::Release);
        });
        let mut expected = Expected::default();
        loop {
            let is_last = done.load(Ordering::Acquire);
            let at_least = told.load(Ordering::Acquire);
            if let Some(shown) = tachometer::snapshot().function("planned") {
                assert!(shown.calls() >= at_least, "a call that ended before the snapshot is not in it");
                expected.advance_to(shown.calls());
                expected.assert_shown_by(shown);
            }
            if is_last {
                break;
            }
        }
        assert_eq!(expected.calls, CALLS);
    });
}

#[instrumented]
fn always_as_long(clock: MockClock) {
    clock.advance(Duration::from_micros(3));
}

#[test]
fn the_sum_belongs_to_the_calls_counted_however_many_threads_write() {
    const CALLS: u64 = 20_000;
    let running = AtomicU64::new(8);
    thread::scope(|scope| {
        for _ in 0..running.load(Ordering::Relaxed) {
            scope.spawn(|| {
                let clock = MockClock::new();
                let _entered = clock.enter();
                (0..CALLS).for_each(|_| always_as_long(clock));
                running.fetch_sub(1, Ordering::Release);
            });
        }
        loop {
            let was_running = running.load(Ordering::Acquire);
            if let Some(shown) = tachometer::snapshot().function("always_as_long") {
                assert_eq!(
                    shown.total_time(),
                    Duration::from_micros(3) * u32::try_from(shown.calls()).unwrap()
                );
                assert_eq!(shown.timed(), shown.calls());
                assert!((0..=8).contains(&shown.in_flight), "{} in flight", shown.in_flight);
            }
            if was_running == 0 {
                break;
            }
        }
    });
    assert_eq!(counted("always_as_long").calls(), 8 * CALLS);
}

#[instrumented]
fn ends_before(_: u64) {}

#[test]
fn a_thread_sees_all_of_its_own_calls() {
    let start = Barrier::new(2);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                start.wait();
                for number in 1..2_000 {
                    ends_before(number);
                    assert!(counted("ends_before").calls() >= number);
                }
            });
        }
    });
}

#[instrumented]
fn descend(depth: u64) -> Result<u64, u64> {
    if depth == 0 {
        return Ok(0);
    }
    let below = descend(depth - 1).unwrap_or_else(|error| error);
    assert!(depth != 40, "on purpose");
    if depth.is_multiple_of(2) { Err(below + 1) } else { Ok(below + 1) }
}

#[test]
fn recursive_calls_each_count() {
    assert_eq!(descend(30), Err(30));
    let shown = counted("descend");
    assert_eq!((shown.ok, shown.errors, shown.panics, shown.in_flight), (16, 15, 0, 0));
    // The calls above the one that panics unwind, too.
    assert!(catch_unwind(AssertUnwindSafe(|| descend(41))).is_err());
    let shown = counted("descend");
    assert_eq!((shown.calls(), shown.panics, shown.in_flight), (31 + 42, 2, 0));
}
