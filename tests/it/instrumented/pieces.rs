//! `time!`: pieces of code that are no functions.

#![forbid(unsafe_code)]
#![deny(warnings, clippy::pedantic)]

use super::*;
use tachometer::time;

#[test]
fn the_outcome_is_the_values() {
    let numbers: Vec<u32> = time!("collected", (0..3).collect());
    assert_eq!(numbers, [0, 1, 2]);
    assert_eq!(outcomes("collected"), (1, 0, 0, 0, 0));
    for text in ["7", "seven"] {
        let parsed: Result<u32, std::num::ParseIntError> = time!("parsed", text.parse(),);
        let again = time!("parsed again", text.parse::<u32>());
        assert_eq!(parsed, again);
    }
    assert_eq!(outcomes("parsed"), (1, 1, 0, 0, 0));
    assert_eq!(outcomes("parsed again"), (1, 1, 0, 0, 0));
    assert!(time!("a reference", &"seven".parse::<u32>()).is_err());
    assert_eq!(outcomes("a reference"), (1, 0, 0, 0, 0));
    time!("unit", ());
    assert_eq!(time!("option", None::<u32>), None);
    assert_eq!(outcomes("unit"), (1, 0, 0, 0, 0));
    assert_eq!(outcomes("option"), (1, 0, 0, 0, 0));
}

#[test]
fn the_type_is_what_is_expected() {
    let increment: Box<dyn Fn(u32) -> u32> = time!("boxed", Box::new(|number| number + 1));
    let wide: u64 = time!("into", increment(1).into());
    let dynamic: &dyn std::fmt::Debug = time!("dynamic", &wide);
    assert_eq!(format!("{dynamic:?}"), "2");
    assert_eq!(time!("temporary", &String::from("abc")).len() + time!("integer", 3), 6);
    assert_eq!(outcomes("temporary"), (1, 0, 0, 0, 0));
}

fn generic<T: Clone>(value: &T) -> (T, T) {
    let clone = || time!("cloned", value.clone());
    (clone(), time!("cloned", value.clone()))
}

#[test]
fn the_same_name_twice_is_one_series() {
    assert_eq!(generic(&"a"), ("a", "a"));
    assert_eq!(generic(&Err::<(), u32>(3)), (Err(3), Err(3)));
    assert_eq!(outcomes("cloned"), (4, 0, 0, 0, 0));
    assert_eq!(super::snapshot().functions_named("cloned").len(), 1);
}

fn leaves(early: bool) -> Result<u32, std::num::ParseIntError> {
    let number = time!("left by ?", if early { "seven" } else { "7" }.parse::<u32>()?);
    Ok(number)
}

fn returns(early: bool) -> u32 {
    time!("left by return", if early { return 1 } else { 2 })
}

#[test]
fn what_is_left_early_is_cancelled() {
    assert!(leaves(true).is_err() && leaves(false) == Ok(7));
    assert_eq!(outcomes("left by ?"), (1, 0, 0, 1, 0));
    assert_eq!((returns(true), returns(false)), (1, 2));
    assert_eq!(outcomes("left by return"), (1, 0, 0, 1, 0));
    for round in 0..5 {
        time!("left by break", {
            if round == 1 {
                continue;
            }
            if round == 3 {
                break;
            }
        });
    }
    assert_eq!(outcomes("left by break"), (2, 0, 0, 2, 0));
}

#[test]
fn a_panic_is_a_panic() {
    catch_unwind(|| time!("panics", assert!(std::hint::black_box(false)))).unwrap_err();
    assert_eq!(outcomes("panics"), (0, 0, 1, 0, 0));
}

/// Leaves a piece early while a panic unwinds.
struct LeavesOnDrop;

impl Drop for LeavesOnDrop {
    fn drop(&mut self) {
        let _ = leaves_at_once(None);
    }
}

fn leaves_at_once(number: Option<u32>) -> Option<u32> {
    Some(time!("left while unwinding", number?))
}

#[test]
fn leaving_early_while_unwinding_is_no_panic() {
    catch_unwind(|| {
        let _leaves = LeavesOnDrop;
        panic!("unwinds");
    })
    .unwrap_err();
    assert_eq!(outcomes("left while unwinding"), (0, 0, 0, 1, 0));
}

async fn waits() -> u32 {
    let mut is_woken = false;
    std::future::poll_fn(
        |_| if std::mem::replace(&mut is_woken, true) { Poll::Ready(3) } else { Poll::Pending },
    )
    .await
}

#[test]
fn it_may_wait_and_move_to_another_thread() {
    let mut done = Box::pin(async { time!("a wait", waits().await) });
    let mut dropped = Box::pin(async { time!("a wait", waits().await) });
    assert!(poll(done.as_mut()).is_pending() && poll(dropped.as_mut()).is_pending());
    assert_eq!(outcomes("a wait"), (0, 0, 0, 0, 2));
    drop(dropped);
    let polled = thread::spawn(move || poll(done.as_mut())).join().unwrap();
    assert_eq!(polled, Poll::Ready(3));
    assert_eq!(outcomes("a wait"), (1, 0, 0, 1, 0));
}

#[test]
fn a_piece_that_a_panic_elsewhere_drops_is_a_panic() {
    let mut future = Box::pin(async { time!("dropped by a panic", waits().await) });
    assert!(poll(future.as_mut()).is_pending());
    catch_unwind(AssertUnwindSafe(move || {
        let _future = future;
        panic!("unwinds");
    }))
    .unwrap_err();
    assert_eq!(outcomes("dropped by a panic"), (0, 0, 1, 0, 0));
}

#[instrumented]
fn outer() -> u32 {
    time!("outer piece", time!("inner piece", 1) + 1)
}

#[test]
fn pieces_nest() {
    assert_eq!(outer(), 2);
    for name in ["outer", "outer piece", "inner piece"] {
        assert_eq!(outcomes(name), (1, 0, 0, 0, 0));
    }
    let module = super::snapshot().function("inner piece").map(|piece| piece.module.clone());
    assert_eq!(module.as_deref(), Some(module_path!()));
}
