//! Instrumented calls from many threads: every one is counted, whatever snapshots are taken meanwhile.

use std::panic::catch_unwind;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker};
use std::thread;
use tachometer::{FunctionSnapshot, instrumented};

const THREADS: u64 = 16;
const CALLS: u64 = 3_000;

#[instrumented]
fn work(number: u64) -> Result<u64, u64> {
    assert!(!number.is_multiple_of(100), "on purpose");
    if number.is_multiple_of(3) { Err(number) } else { Ok(number) }
}

#[instrumented]
async fn wait(number: u64) {
    let mut first = number.is_multiple_of(2);
    std::future::poll_fn(|_| if std::mem::take(&mut first) { Poll::Pending } else { Poll::Ready(()) }).await;
}

/// What must be true of every snapshot.
fn check(function: &FunctionSnapshot, before: Option<&FunctionSnapshot>) {
    assert_eq!(function.calls(), function.timed());
    assert!((0..=i64::try_from(THREADS).unwrap()).contains(&function.in_flight), "{}", function.in_flight);
    if let (Some(min), Some(max)) = (function.min(), function.max()) {
        for p in [0.0, 0.5, 0.99, 1.0] {
            let percentile = function.percentile(p).unwrap();
            assert!(min <= percentile && percentile <= max);
        }
    }
    if let Some(before) = before {
        assert!(
            function.ok >= before.ok && function.errors >= before.errors && function.panics >= before.panics
        );
        assert!(function.total_time() >= before.total_time());
    }
}

#[test]
fn no_call_is_lost_under_snapshots() {
    // The panics of `work` are many; others are to be seen.
    let show = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if panic.payload_as_str() != Some("on purpose") {
            show(panic);
        }
    }));
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut before = None;
            while !done.load(Ordering::Acquire) {
                let snapshot = tachometer::snapshot();
                if let Some(function) = snapshot.function("work") {
                    check(function, before.as_ref());
                    before = Some(function.clone());
                }
            }
        });
        let workers: Vec<_> = (0..THREADS)
            .map(|_| {
                scope.spawn(|| {
                    let mut context = Context::from_waker(Waker::noop());
                    for number in 1..=CALLS {
                        let _ = catch_unwind(|| work(number));
                        // Every other future is dropped at its first wait.
                        let _ = pin!(wait(number)).poll(&mut context);
                    }
                })
            })
            .collect();
        for worker in workers {
            worker.join().unwrap();
        }
        done.store(true, Ordering::Release);
        reader.join().unwrap();
    });
    let _ = std::panic::take_hook();
    let snapshot = tachometer::snapshot();
    let work = snapshot.function("work").unwrap();
    let panics = CALLS / 100;
    let errors = CALLS / 3 - CALLS / 300;
    assert_eq!((work.panics, work.errors), (THREADS * panics, THREADS * errors));
    assert_eq!(work.calls(), THREADS * CALLS);
    assert_eq!(work.in_flight, 0);
    check(work, None);
    let wait = snapshot.function("wait").unwrap();
    assert_eq!((wait.ok, wait.cancelled), (THREADS * CALLS / 2, THREADS * CALLS / 2));
    assert_eq!(wait.in_flight, 0);
}
