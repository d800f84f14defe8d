//! Threads that come and go, move futures, and call while they end: totals are exact.

use super::counted;
use std::cell::RefCell;
use std::panic::catch_unwind;
use std::pin::{Pin, pin};
use std::sync::{Arc, Barrier, mpsc};
use std::task::{Context, Poll, Waker};
use std::thread;
use tachometer::{MetricsRegistry, instrumented};

#[instrumented]
fn short_lived(number: u64) -> Result<u64, u64> {
    if number.is_multiple_of(4) { Err(number) } else { Ok(number) }
}

#[test]
fn ten_thousand_threads_lose_nothing() {
    const WAVES: u64 = 160;
    const AT_ONCE: u64 = 64;
    let mut shown_before = 0;
    for _ in 0..WAVES {
        thread::scope(|scope| {
            for _ in 0..AT_ONCE {
                scope.spawn(|| (0..8).flat_map(short_lived).count());
            }
        });
        let shown = counted("short_lived").calls();
        assert_eq!(shown, shown_before + 8 * AT_ONCE);
        shown_before = shown;
    }
    let shown = counted("short_lived");
    assert_eq!((shown.ok, shown.errors, shown.in_flight), (6 * WAVES * AT_ONCE, 2 * WAVES * AT_ONCE, 0));
}

#[instrumented]
fn crowded(number: u64) -> Option<u64> {
    assert!(number != 50, "on purpose");
    Some(number)
}

#[instrumented]
async fn crowded_later(number: u64) -> Result<u64, u64> {
    Err(number)
}

#[test]
fn hundreds_of_threads_at_once_lose_nothing() {
    const THREADS: u64 = 256;
    const CALLS: u64 = 200;
    let all_there = Arc::new(Barrier::new(usize::try_from(THREADS).unwrap() + 1));
    let threads: Vec<_> = (0..THREADS)
        .map(|_| {
            let all_there = Arc::clone(&all_there);
            thread::spawn(move || {
                all_there.wait();
                let mut context = Context::from_waker(Waker::noop());
                for number in 0..CALLS {
                    let panicked = catch_unwind(|| crowded(number)).is_err();
                    assert_eq!(panicked, number == 50);
                    assert!(pin!(crowded_later(number)).poll(&mut context).is_ready());
                }
            })
        })
        .collect();
    all_there.wait();
    while threads.iter().any(|thread| !thread.is_finished()) {
        let snapshot = tachometer::snapshot();
        for shown in snapshot.functions.iter().filter(|function| function.function.starts_with("crowded")) {
            assert_eq!(shown.calls(), shown.timed());
            assert!((0..=i64::try_from(THREADS).unwrap()).contains(&shown.in_flight), "{}", shown.in_flight);
        }
    }
    for thread in threads {
        thread.join().unwrap();
    }
    let shown = counted("crowded");
    assert_eq!((shown.ok, shown.panics, shown.in_flight), ((CALLS - 1) * THREADS, THREADS, 0));
    let shown = counted("crowded_later");
    assert_eq!((shown.errors, shown.calls(), shown.in_flight), (CALLS * THREADS, CALLS * THREADS, 0));
}

#[instrumented]
fn called_at_the_end(number: u64) {
    if number > 0 {
        called_at_the_end(number - 1);
    }
}

#[instrumented]
async fn dropped_at_the_end() {
    std::future::pending::<()>().await;
}

/// Calls when its thread ends.
#[derive(Default)]
struct AtTheEnd {
    future: Option<Pin<Box<dyn Future<Output = ()>>>>,
}

impl Drop for AtTheEnd {
    fn drop(&mut self) {
        called_at_the_end(2);
        self.future = None;
    }
}

thread_local! {
    static BEFORE: RefCell<AtTheEnd> = RefCell::default();
    static AFTER: RefCell<AtTheEnd> = RefCell::default();
}

#[test]
fn calls_in_destructors_of_thread_locals_count() {
    const THREADS: u64 = 100;
    for _ in 0..THREADS {
        thread::spawn(|| {
            // One is registered before the engine's own thread-local and one after it: whatever the order in which they are
            // destroyed, one of them is after it.
            BEFORE.with_borrow_mut(|_| ());
            called_at_the_end(0);
            AFTER.with_borrow_mut(|after| {
                let mut future: Pin<Box<dyn Future<Output = ()>>> = Box::pin(dropped_at_the_end());
                assert!(future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
                after.future = Some(future);
            });
            BEFORE.with_borrow_mut(|before| {
                let mut future: Pin<Box<dyn Future<Output = ()>>> = Box::pin(dropped_at_the_end());
                assert!(future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
                before.future = Some(future);
            });
        })
        .join()
        .unwrap();
    }
    let shown = counted("called_at_the_end");
    assert_eq!((shown.ok, shown.in_flight), (7 * THREADS, 0));
    let shown = counted("dropped_at_the_end");
    assert_eq!((shown.cancelled, shown.calls(), shown.in_flight), (2 * THREADS, 2 * THREADS, 0));
}

#[instrumented]
fn only_at_the_end() {}

#[test]
fn the_first_call_of_a_thread_may_be_its_last_act() {
    struct Last;
    impl Drop for Last {
        fn drop(&mut self) {
            only_at_the_end();
        }
    }
    thread_local!(static LAST: Last = const { Last });
    for _ in 0..50 {
        thread::spawn(|| LAST.with(|_| ())).join().unwrap();
    }
    assert_eq!((counted("only_at_the_end").ok, counted("only_at_the_end").in_flight), (50, 0));
}

#[instrumented]
async fn travels(stops: u32) -> Result<u32, ()> {
    for _ in 0..stops {
        let mut arrived = false;
        std::future::poll_fn(|_| {
            if std::mem::replace(&mut arrived, true) { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
    if stops.is_multiple_of(2) { Ok(stops) } else { Err(()) }
}

#[test]
fn futures_may_be_polled_by_another_thread_each_time() {
    type Traveller = Pin<Box<dyn Future<Output = Result<u32, ()>> + Send>>;
    const FUTURES: u32 = 300;
    // Each thread polls once, and hands the future on to the next; every fifth is dropped on its way.
    let (first, mut stop) = mpsc::channel::<(u32, Traveller)>();
    let mut threads = Vec::new();
    for place in 0..6_u32 {
        let (next, next_stop) = mpsc::channel();
        let here = std::mem::replace(&mut stop, next_stop);
        threads.push(thread::spawn(move || {
            for (number, mut future) in here {
                let is_dropped = number.is_multiple_of(5) && place == 2;
                if !is_dropped && future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending() {
                    let _ = next.send((number, future));
                }
            }
        }));
    }
    for number in 0..FUTURES {
        first.send((number, Box::pin(travels(2 + number % 3)))).unwrap();
    }
    drop(first);
    for thread in threads {
        thread.join().unwrap();
    }
    assert!(stop.recv().is_err(), "all have arrived");
    let shown = counted("travels");
    let dropped = u64::from(FUTURES / 5);
    assert_eq!((shown.calls(), shown.cancelled, shown.in_flight), (u64::from(FUTURES), dropped, 0));
    let fails = |number: &u32| (2 + number % 3) % 2 == 1 && !number.is_multiple_of(5);
    assert_eq!(shown.errors, (0..FUTURES).filter(fails).count() as u64);
}

static ASKS: std::sync::LazyLock<MetricsRegistry> =
    std::sync::LazyLock::new(|| MetricsRegistry::new(std::time::Duration::MAX));

fn asks_itself() -> &'static MetricsRegistry {
    calls_its_own_registry(false);
    &ASKS
}

#[instrumented(registry = asks_itself())]
fn calls_its_own_registry(_from_outside: bool) {}

#[test]
fn a_registry_may_call_the_function_it_is_for() {
    calls_its_own_registry(true);
    assert_eq!(ASKS.snapshot_all().function("calls_its_own_registry").unwrap().ok, 2);
}
