//! Async functions, and functions that return futures.

use std::sync::Mutex;
#[cfg(feature = "annotated")]
use tachometer::instrumented;

fn fallible() -> Result<u32, String> {
    Ok(1)
}

async fn something() {
    std::future::ready(()).await;
}

#[cfg_attr(feature = "annotated", instrumented)]
async fn never_called() {} //~ silent: unused_async

#[cfg_attr(feature = "annotated", instrumented)]
async fn arguments(unused: u32, mut unchanged: u32) -> u32 {
    something().await;
    unchanged
}

#[cfg_attr(feature = "annotated", instrumented)]
async fn without_await(number: u32) -> u32 { //~ silent: unused_async
    number
}

#[cfg_attr(feature = "annotated", instrumented)]
async fn returned(number: u32) -> u32 {
    something().await;
    return number; //~ silent: needless_return
}

#[cfg_attr(feature = "annotated", instrumented)]
async fn wrapped(number: u32) -> Result<u32, String> {
    something().await;
    Ok(number)
}

#[cfg_attr(feature = "annotated", instrumented)]
async fn ignored() {
    fallible();
    something();
    let unused = 1;
    let _ = something();
    something().await
}

#[cfg_attr(feature = "annotated", instrumented)]
async fn locked(mutex: &Mutex<u32>) -> u32 {
    let guard = mutex.lock().unwrap();
    something().await;
    *guard
}

#[cfg_attr(feature = "annotated", instrumented)]
async fn by_value(text: String) -> usize {
    something().await;
    text.len()
}

#[cfg_attr(feature = "annotated", instrumented)]
async fn many(one: u8, two: u8, three: u8, four: u8, five: u8, six: u8, seven: u8, eight: u8) -> u8 {
    something().await;
    one + two + three + four + five + six + seven + eight
}

#[cfg_attr(feature = "annotated", instrumented(labels(tier = tier)))]
async fn labelled(tier: u32, unused: u32) -> u32 {
    something().await;
    let sum = tier;
    sum
}

#[cfg_attr(feature = "annotated", instrumented)]
fn returns_a_future(number: u32) -> impl Future<Output = u32> {
    let unused = 1;
    async move { number }
}

#[cfg_attr(feature = "annotated", instrumented)]
fn manual(number: u32) -> impl Future<Output = u32> { //~ silent: manual_async_fn
    async move { number }
}

#[cfg_attr(feature = "annotated", instrumented)]
async fn generic<T: Clone + Send>(value: T, unused: &T) -> Result<T, String> {
    something().await;
    fallible()?;
    let copy = value.clone();
    Ok(copy)
}

#[cfg_attr(feature = "annotated", instrumented(max_label_sets = 5, labels(tier = tier, site = "north")))]
async fn labelled_result(tier: &str, option: Option<u32>) -> Result<u32, String> {
    something().await;
    fallible();
    let number = match option {
        Some(number) => number,
        None => return Err(tier.to_owned()),
    };
    return Ok(number); //~ silent: needless_return
}

#[must_use]
#[cfg_attr(feature = "annotated", instrumented)]
async fn precious() -> u32 {
    something().await;
    1
}

/// Without a section on errors.
#[cfg_attr(feature = "annotated", instrumented)]
pub async fn may_fail(number: u32) -> Result<u32, String> { //~ silent: missing_errors_doc
    something().await;
    if number > 7 { Err(String::new()) } else { Ok(number) }
}

/// Without a section on panics.
#[cfg_attr(feature = "annotated", instrumented)]
pub async fn may_panic(number: Option<u32>) -> u32 {
    something().await;
    number.unwrap()
}

#[cfg_attr(feature = "annotated", instrumented)]
pub async fn undocumented() {
    something().await;
}

/// Calls the others.
pub async fn calls() {
    let mutex = Mutex::new(1);
    arguments(1, 2).await;
    without_await(1).await;
    returned(1).await;
    let _ = wrapped(1).await;
    ignored().await;
    locked(&mutex).await;
    by_value(String::new()).await;
    many(1, 2, 3, 4, 5, 6, 7, 8).await;
    labelled(1, 2).await;
    returns_a_future(1).await;
    manual(1).await;
    let _ = (generic(1, &2).await, labelled_result("", None).await);
    precious();
    precious().await; //~ silent: unused_must_use
    by_value(String::new());
}
