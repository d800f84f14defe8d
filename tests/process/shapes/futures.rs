//! Async functions.

use super::{pause, run};
use std::fmt::Debug;
use tachometer::instrumented;

/// How often [`call`] calls which.
pub(super) const CALLS: &[(&str, u64)] = &[
    ("waits", 2),
    ("async_unsized", 1),
    ("async_opaque", 1),
    ("async_generic", 1),
    ("async_rebinding", 1),
    ("async_recursive", 4),
    ("async_never", 1),
];

/// Calls all of them, and asserts what their futures return.
pub(super) fn call() {
    assert_eq!(run(waits("12")), Ok(12));
    assert!(run(waits("x")).is_err());
    assert!(run(async_unsized(true)).is_err());
    assert_eq!(run(async_opaque(3)).count(), 3);
    assert_eq!(run(async_generic('c', (1, String::new()))), "'c'1");
    let (mut first, mut second) = (vec![], vec![5]);
    assert_eq!(run(async_rebinding(&mut first, &mut second)), 1);
    assert_eq!(run(async_recursive(3)), 3);
    assert!(std::panic::catch_unwind(|| run(async_never())).is_err());
    auto_traits_stay();
}

#[instrumented(slo(success = 99.9, latency = (0.25, 99.0)))]
async fn waits(text: &str) -> Result<usize, std::num::ParseIntError> {
    pause().await;
    let number: usize = text.parse()?;
    pause().await;
    Ok(number)
}

#[instrumented]
async fn async_unsized(fail: bool) -> Result<Box<dyn Debug + Send>, String> {
    if fail {
        return Err("failed".to_owned());
    }
    Ok(Box::new(3))
}

#[instrumented]
async fn async_opaque(limit: u32) -> impl Iterator<Item = u32> {
    0..limit
}

#[instrumented]
async fn async_generic<T: Debug + Send>(value: T, (left, _): (u32, String)) -> String {
    pause().await;
    format!("{value:?}{left}")
}

#[instrumented(slo(success = 99.9, latency = (0.25, 99.0)))]
async fn async_rebinding<'a>(mut list: &'a mut Vec<u32>, other: &'a mut Vec<u32>) -> usize {
    let mut local = vec![1, 2, 3];
    if list.is_empty() {
        list = other;
    }
    if list.is_empty() {
        list = &mut local;
    }
    pause().await;
    list.len()
}

#[instrumented]
async fn async_recursive(depth: u32) -> u32 {
    if depth == 0 { 0 } else { 1 + Box::pin(async_recursive(depth - 1)).await }
}

#[instrumented]
async fn async_never() -> ! {
    panic!("never returns")
}

fn auto_traits_stay() {
    fn send<T: Send>(_: &T) {}
    fn unwind_safe<T: std::panic::UnwindSafe>(_: &T) {}
    let future = async_generic(1, (2, String::new()));
    send(&future);
    unwind_safe(&async_never());
}
