//! Exemplars of calls on many threads: never those of a mixture of calls. The source of traces is the program's, so this test is in a
//! process of its own.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;
use tachometer::{
    Counter, Exemplar, FullSnapshot, FunctionSnapshot, MockClock, TraceContext, instrumented, metrics,
};

thread_local! {
    static TRACE: Cell<Option<TraceContext>> = const { Cell::new(None) };
}

const THREADS: u64 = 4;
const CALLS: u64 = 100_000;

/// Returns the trace of a call: its number, its thread, and its duration three times over.
fn trace(number: u64, thread: u64) -> TraceContext {
    let nanos = nanos(number, thread);
    let mut trace_id = [0; 16];
    trace_id[..8].copy_from_slice(&number.to_be_bytes());
    trace_id[8..].copy_from_slice(&(thread << 56 | nanos).to_be_bytes());
    TraceContext { trace_id, span_id: (number ^ nanos << 32).to_be_bytes() }
}

fn nanos(number: u64, thread: u64) -> u64 {
    // From 100 ns to 10 ms, so several buckets have exemplars.
    let mixed = number.wrapping_add(thread).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
    (100_u64 << (mixed % 17)) | (mixed % 100)
}

/// Returns the number of the call and its thread. Asserts that all parts of the exemplar are of this call.
fn call_of(exemplar: &Exemplar) -> (u64, u64) {
    let trace_id = exemplar.trace().trace_id;
    let part = |range: std::ops::Range<usize>| u64::from_be_bytes(trace_id[range].try_into().unwrap());
    let (number, thread) = (part(0..8), part(8..16) >> 56);
    assert_eq!(exemplar.trace(), trace(number, thread), "a mixture of calls");
    assert_eq!(exemplar.value(), Some(nanos(number, thread)), "the duration of another call");
    (number, thread)
}

/// 0 returns, 1 is an error, 2 a panic.
fn outcome(number: u64) -> u64 {
    if number % 50 == 7 { 2 } else { number % 3 / 2 }
}

#[instrumented]
fn under_fire(clock: MockClock, number: u64, thread: u64) -> Result<(), ()> {
    clock.advance(Duration::from_nanos(nanos(number, thread)));
    match outcome(number) {
        0 => Ok(()),
        1 => Err(()),
        _ => std::panic::resume_unwind(Box::new(())),
    }
}

metrics! {
    static NANOS: Counter = Counter::new("nanos_total", "Nanoseconds of all calls");
}

fn call(clock: MockClock, number: u64, thread: u64) {
    NANOS.add_with(nanos(number, thread), trace(number, thread));
    TRACE.set(Some(trace(number, thread)));
    let _ = catch_unwind(AssertUnwindSafe(|| under_fire(clock, number, thread)));
    TRACE.set(None);
}

/// Checks that the exemplar of the counter is one of the amounts that are in it.
fn check_counter(snapshot: &FullSnapshot) {
    let series = &snapshot.declared["nanos_total"].series[0];
    if let Some(exemplar) = series.exemplar() {
        let (number, thread) = call_of(exemplar);
        let of_thread: u64 = (0..=number).map(|number| nanos(number, thread)).sum();
        assert!(series.value.as_count() >= Some(of_thread), "{of_thread} is not in {:?}", series.value);
    }
}

/// Checks all exemplars of a function. Returns their number.
fn check(function: &FunctionSnapshot) -> usize {
    let exemplars = function.exemplars();
    let bounds = &function.latency().boundaries;
    let of_buckets: Vec<usize> = exemplars
        .buckets()
        .map(|exemplar| {
            call_of(exemplar);
            bounds.partition_point(|bound| *bound < exemplar.value().unwrap())
        })
        .collect();
    assert!(of_buckets.is_sorted_by(|one, next| one < next), "two of a bucket: {of_buckets:?}");
    // Each of them is counted.
    for bucket in &of_buckets {
        assert!(function.latency().buckets[*bucket] > 0);
    }
    for (exemplar, expected, count) in
        [(exemplars.last_error(), 1, function.errors), (exemplars.last_panic(), 2, function.panics)]
    {
        if let Some(exemplar) = exemplar {
            assert_eq!(outcome(call_of(exemplar).0), expected);
            assert!(count > 0);
        }
    }
    if let Some(slowest) = exemplars.slowest() {
        call_of(slowest);
        assert!(slowest.duration() <= function.max());
    }
    of_buckets.len()
}

#[test]
#[cfg_attr(target_family = "wasm", ignore = "there are no threads")]
fn exemplars_are_whole_under_fire() {
    let before = {
        let clock = MockClock::new();
        let _entered = clock.enter();
        // Its trace is that of the first thread's first call.
        call(clock, 0, 0);
        tachometer::snapshot()
    };
    let shown = before.function("under_fire").unwrap().exemplars();
    assert!(shown.slowest().is_none() && shown.buckets().next().is_none(), "there is no source yet");

    tachometer::set_trace_source(|| TRACE.try_with(Cell::get).ok().flatten());
    let (running, snapshots) = (AtomicU64::new(THREADS), AtomicU64::new(0));
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let (running, done) = (&running, &done);
            scope.spawn(move || {
                let clock = MockClock::new();
                let _entered = clock.enter();
                (0..CALLS).for_each(|number| call(clock, number, thread));
                if running.fetch_sub(1, Ordering::Release) == 1 {
                    done.store(true, Ordering::Release);
                }
            });
        }
        while !done.load(Ordering::Acquire) {
            let snapshot = tachometer::snapshot();
            check(snapshot.function("under_fire").unwrap());
            check_counter(&snapshot);
            snapshots.fetch_add(1, Ordering::Relaxed);
        }
    });
    let snapshot = tachometer::snapshot();
    let function = snapshot.function("under_fire").unwrap();
    check_counter(&snapshot);
    assert!(check(function) > 3 && snapshots.into_inner() > 0);
    let last = |outcome_of: u64| (0..CALLS).rev().find(|number| outcome(*number) == outcome_of);
    // The last of some thread.
    assert_eq!(function.exemplars().last_error().map(|call| call_of(call).0), last(1));
    assert_eq!(function.exemplars().last_panic().map(|call| call_of(call).0), last(2));
    assert_eq!(function.exemplars().slowest().unwrap().duration(), function.recent_max());
}
