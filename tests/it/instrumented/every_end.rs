//! Results under every name, and calls that end in every way.

use super::*;
use std::panic::panic_any;

type Swapped<E, T> = Result<T, E>;

trait Fetch {
    type Out;

    fn fetch(self) -> Self::Out;
}

struct Fails(bool);

fn fails(fails: bool) -> Result<(), u8> {
    if fails { Err(1) } else { Ok(()) }
}

#[instrumented]
impl Fetch for Fails {
    type Out = Result<(), u8>;

    fn fetch(self) -> Self::Out {
        fails(self.0)
    }
}

#[instrumented]
fn swapped(fail: bool) -> Swapped<u8, ()> {
    fails(fail)
}

#[instrumented]
fn associated(fail: bool) -> <Fails as Fetch>::Out {
    fails(fail)
}

#[instrumented]
fn formatted(fail: bool) -> std::fmt::Result {
    fails(fail).map_err(|_| std::fmt::Error)
}

macro_rules! result {
    ($ok:ty) => { Result<$ok, u8> };
}

macro_rules! function {
    ($name:ident -> $output:ty) => {
        #[instrumented]
        async fn $name(fail: bool) -> $output {
            fails(fail)
        }
    };
}

#[instrumented]
fn of_a_macro(fail: bool) -> result!(()) {
    fails(fail)
}

function!(made_by_a_macro -> Result<(), u8>);

/// A type of that name that is none.
mod shadowed {
    use tachometer::instrumented;

    #[derive(Debug, PartialEq)]
    pub(super) enum Result<T, E> {
        Ok(T),
        Err(E),
    }

    #[instrumented]
    pub(super) fn shadowed(fail: bool) -> Result<u8, u8> {
        if fail { Result::Err(1) } else { Result::Ok(1) }
    }

    #[instrumented]
    pub(super) async fn shadowed_later() -> Result<u8, u8> {
        Result::Err(1)
    }
}

#[test]
fn a_result_is_one_under_every_name_and_nothing_else_is() {
    for fail in [true, false] {
        let results = [swapped(fail), Fails(fail).fetch(), associated(fail), of_a_macro(fail)];
        assert!(results.iter().all(|result| result.is_err() == fail));
        assert_eq!(formatted(fail).is_err(), fail);
        assert_eq!(poll(pin!(made_by_a_macro(fail))), Poll::Ready(fails(fail)));
    }
    for name in
        ["swapped", "<Fails as Fetch>::fetch", "associated", "of_a_macro", "formatted", "made_by_a_macro"]
    {
        assert_eq!(outcomes(name), (1, 1, 0, 0, 0), "{name}");
    }
    assert_eq!(shadowed::shadowed(false), shadowed::Result::Ok(1));
    assert_eq!(shadowed::shadowed(true), shadowed::Result::Err(1));
    assert_eq!(poll(pin!(shadowed::shadowed_later())), Poll::Ready(shadowed::Result::Err(1)));
    assert_eq!(outcomes("shadowed"), (2, 0, 0, 0, 0));
    assert_eq!(outcomes("shadowed_later"), (1, 0, 0, 0, 0));
}

#[instrumented]
fn counts_down(number: u32) -> Result<u32, u32> {
    match number {
        0 => Err(0),
        7 => panic!("on purpose"),
        3 => {
            catch_unwind(|| counts_down(7)).unwrap_err();
            counts_down(2)
        }
        number => counts_down(number - 1),
    }
}

#[test]
fn each_call_in_a_recursion_ends_by_itself() {
    assert_eq!(counts_down(5), Err(0));
    assert_eq!(outcomes("counts_down"), (0, 6, 1, 0, 0));
}

/// What a panic carries, which panics itself when it is dropped.
struct PanicsWhenDropped;

impl Drop for PanicsWhenDropped {
    fn drop(&mut self) {
        panic!("on purpose");
    }
}

#[instrumented]
fn throws() -> Result<(), ()> {
    panic_any(PanicsWhenDropped)
}

#[instrumented]
async fn throws_later() -> Result<(), ()> {
    panic_any(PanicsWhenDropped)
}

#[test]
fn a_panic_counts_once_whatever_it_carries() {
    // Caught whole, so that what it carries is dropped by another panic alone.
    let dropped = catch_unwind(|| drop(catch_unwind(throws)));
    assert!(dropped.is_err());
    let dropped = catch_unwind(|| drop(catch_unwind(|| poll(pin!(throws_later())))));
    assert!(dropped.is_err());
    assert_eq!(outcomes("throws"), (0, 0, 1, 0, 0));
    assert_eq!(outcomes("throws_later"), (0, 0, 1, 0, 0));
}

async fn wait() {
    let mut is_woken = false;
    std::future::poll_fn(|_| {
        if std::mem::replace(&mut is_woken, true) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

#[instrumented]
async fn waits_thrice() -> Result<u8, u8> {
    wait().await;
    wait().await;
    wait().await;
    Ok(1)
}

#[test]
fn a_future_dropped_at_any_wait_is_cancelled_once() {
    for polls in 0..=3 {
        let mut future = Box::pin(waits_thrice());
        for _ in 0..polls {
            assert!(poll(future.as_mut()).is_pending());
        }
        assert_eq!(counted("waits_thrice").in_flight, i64::from(polls > 0));
        drop(future);
        // Dropped before its first poll it counts nothing.
        assert_eq!(outcomes("waits_thrice"), (0, 0, 0, polls, 0));
    }
}

#[instrumented]
async fn done_at_once() -> u8 {
    1
}

#[test]
fn a_future_polled_after_its_end_counts_nothing_more() {
    let mut future = Box::pin(done_at_once());
    assert!(poll(future.as_mut()).is_ready());
    catch_unwind(AssertUnwindSafe(|| poll(future.as_mut()))).unwrap_err();
    drop(future);
    assert_eq!(outcomes("done_at_once"), (1, 0, 0, 0, 0));
}

#[instrumented]
async fn waits_while_another_panics() {
    wait().await;
}

#[test]
fn a_future_dropped_by_a_panic_elsewhere_is_cancelled() {
    let mut future = Box::pin(waits_while_another_panics());
    assert!(poll(future.as_mut()).is_pending());
    catch_unwind(AssertUnwindSafe(move || {
        let _future = future;
        panic!("on purpose");
    }))
    .unwrap_err();
    assert_eq!(outcomes("waits_while_another_panics"), (0, 0, 0, 1, 0));
}
