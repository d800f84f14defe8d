//! Every shape of function that an annotation accepts, under lints that would show what it changes.
//!
//! Compiled twice: in edition 2024 here, and in edition 2021 by `edition-2021`. What compiles is most of the test; `main`
//! of it all is `every_shape_is_counted`.
#![forbid(unsafe_code)]
#![deny(warnings, missing_docs, clippy::pedantic)]
#![allow(clippy::unused_async, clippy::unnecessary_wraps, clippy::unused_self, reason = "shapes, not sense")]

#[path = "shapes/compact.rs"]
#[rustfmt::skip]
mod compact;
#[path = "shapes/rare.rs"]
#[rustfmt::skip]
mod rare;

use std::fmt::Debug;
use std::future::Future;
use std::panic::Location;
use std::pin::{pin, Pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use tachometer::{instrumented, ErrorKind};

/// Polls a future that never waits for anybody.
fn run<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..100 {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
    panic!("the future waits for something");
}

/// Is pending once.
async fn pause() {
    let mut paused = false;
    std::future::poll_fn(
        |_| if std::mem::replace(&mut paused, true) { Poll::Ready(()) } else { Poll::Pending },
    )
    .await;
}

/// Documented, and still so.
#[instrumented]
#[must_use]
#[inline]
pub fn plain(number: u32) -> u32 {
    number + 1
}

#[instrumented]
fn nothing() {}

#[instrumented]
fn early(number: u32) -> Result<u32, String> {
    if number == 0 {
        return Err("zero".into());
    }
    let parsed: u32 = number.to_string().parse().map_err(|_| "never")?;
    Ok(parsed)
}

#[instrumented]
fn unsized_values(flag: bool) -> Result<Box<dyn Debug>, String> {
    if flag {
        Ok(Box::new(1))
    } else {
        Ok(Box::new("one"))
    }
}

/// Public, with kinds.
#[derive(Debug, ErrorKind)]
pub enum Failure<'a, T> {
    /// Has no fields.
    Empty,
    /// Has one.
    #[error_kind("given")]
    Text(&'a str),
    /// Has its own kinds.
    #[error_kind(transparent)]
    Inner {
        /// What is in it.
        inner: T,
    },
}

/// Its error has kinds.
///
/// # Errors
/// Always.
#[instrumented]
pub fn with_kinds(text: &str) -> Result<(), Failure<'_, std::fmt::Error>> {
    match text {
        "" => Err(Failure::Empty),
        "inner" => Err(Failure::Inner { inner: std::fmt::Error }),
        text => Err(Failure::Text(text)),
    }
}

#[instrumented]
#[allow(clippy::ptr_arg, reason = "the value is coerced from it")]
fn unsized_option(list: &Vec<u8>) -> Option<&[u8]> {
    Some(list)
}

#[instrumented]
fn opaque(limit: u32) -> impl Iterator<Item = u32> {
    (0..limit).filter(|number| number % 2 == 0)
}

#[instrumented]
fn opaque_closure() -> impl Fn(&str) -> bool {
    |text| text.is_empty()
}

#[instrumented]
fn nested_opaque(limit: u32) -> (impl Iterator<Item = u32>, Option<impl Debug>) {
    (0..limit, Some("debug"))
}

#[instrumented]
fn opaque_result(limit: u32) -> Result<impl Iterator<Item = u32>, String> {
    if limit == 0 {
        Err("none".to_owned())
    } else {
        Ok(0..limit)
    }
}

#[instrumented]
fn boxed_closure() -> Box<dyn for<'a> Fn(&'a str) -> &'a str> {
    Box::new(|text| text.trim())
}

#[instrumented]
fn never(text: &str) -> ! {
    panic!("{text}")
}

#[instrumented]
fn argument_opaque(numbers: impl IntoIterator<Item = u32>, show: impl Debug) -> String {
    format!("{show:?}{}", numbers.into_iter().sum::<u32>())
}

#[instrumented]
fn generic<T, const N: usize>(value: &T) -> [T; N]
where
    T: Clone + Debug,
{
    std::array::from_fn(|_| value.clone())
}

#[instrumented]
fn associated<I: Iterator>(mut iterator: I, fallback: <I as Iterator>::Item) -> <I as Iterator>::Item {
    iterator.next().unwrap_or(fallback)
}

#[instrumented]
fn lifetimes<'a, 'b: 'a>(first: &'a str, second: &'b str) -> &'a str {
    if first.is_empty() {
        second
    } else {
        first
    }
}

#[instrumented]
fn patterns((left, right): (u32, u32), [first, .., _]: [u32; 3], _: String, mut sum: u32) -> u32 {
    sum += left + right;
    sum + first
}

#[instrumented]
fn rebinding<'a>(mut list: &'a mut Vec<u32>, other: &'a mut Vec<u32>) -> &'a mut u32 {
    if list.is_empty() {
        list = other;
    }
    &mut list[0]
}

#[instrumented]
fn configured(#[cfg(not(test))] _absent: u32, #[cfg(test)] present: u32) -> u32 {
    present
}

#[instrumented]
fn inner_items() -> u32 {
    #![allow(dead_code)]
    static COUNT: u32 = 2;
    struct Unused;
    #[instrumented]
    fn inner() -> u32 {
        COUNT
    }
    inner()
}

#[instrumented]
extern "C" fn foreign(number: i32) -> i32 {
    number
}

#[instrumented]
fn r#match(r#type: u32) -> u32 {
    r#type
}

#[instrumented]
#[track_caller]
fn tracked() -> u32 {
    Location::caller().line()
}

#[instrumented]
#[track_caller]
fn tracked_result(fail: bool) -> Result<u32, u32> {
    let line = Location::caller().line();
    if fail {
        return Err(line);
    }
    Ok(line)
}

#[instrumented]
fn recursive(depth: u32) -> u32 {
    if depth == 0 {
        0
    } else {
        1 + recursive(depth - 1)
    }
}

macro_rules! made_by_macro {
    ($name:ident, $parameter:ident: $ty:ty) => {
        #[instrumented]
        fn $name($parameter: $ty) -> $ty {
            let local = $parameter;
            local
        }
    };
}
made_by_macro!(made, given: u32);

#[instrumented]
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

#[instrumented]
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
    if depth == 0 {
        0
    } else {
        1 + Box::pin(async_recursive(depth - 1)).await
    }
}

#[instrumented]
async fn async_never() -> ! {
    panic!("never returns")
}

/// Has methods of every receiver.
#[derive(Debug, Clone)]
pub struct Stack<T> {
    items: Vec<T>,
}

#[instrumented]
impl<T: Debug> Stack<T> {
    /// An associated constant stays.
    pub const EMPTY: Self = Stack { items: Vec::new() };

    /// A `const fn` is left alone.
    #[must_use]
    pub const fn empty() -> Self {
        Stack { items: Vec::new() }
    }

    fn push(&mut self, item: T) -> &mut Self {
        self.items.push(item);
        self
    }

    fn top(&self) -> Option<&T> {
        self.items.last()
    }

    fn into_items(self) -> Vec<T> {
        self.items
    }

    fn mutated(mut self) -> Self {
        self.items.clear();
        self
    }

    fn boxed(self: Box<Self>) -> usize {
        self.items.len()
    }

    fn counted(self: Arc<Self>) -> usize {
        self.items.len()
    }

    fn pinned(self: Pin<&mut Self>) -> usize {
        self.items.len()
    }

    async fn later(&self, by: usize) -> usize {
        pause().await;
        self.items.len() + by
    }

    async fn later_mut(&mut self, item: T) -> Result<usize, String> {
        self.items.push(item);
        pause().await;
        if self.items.len() > 100 {
            Err("full".to_owned())
        } else {
            Ok(self.items.len())
        }
    }

    #[instrumented(skip)]
    fn skipped(&self) -> bool {
        self.items.is_empty()
    }

    #[instrumented(name = "renamed")]
    fn other_name(&self) {}
}

/// A trait with a body in it, and an async method.
pub trait Shape {
    /// Has no body.
    fn area(&self) -> f64;

    /// Has a body.
    #[instrumented]
    fn doubled(&self) -> f64 {
        self.area() * 2.0
    }

    /// A whole `impl` makes it async.
    fn grow(&mut self, by: f64) -> impl Future<Output = Result<f64, String>>;
}

/// One that implements it.
#[derive(Debug)]
pub struct Square(f64);

#[instrumented]
impl Shape for Square {
    fn area(&self) -> f64 {
        self.0 * self.0
    }

    async fn grow(&mut self, by: f64) -> Result<f64, String> {
        pause().await;
        if by < 0.0 {
            return Err("shrinks".into());
        }
        self.0 += by;
        Ok(self.0)
    }
}

#[instrumented]
impl From<u16> for Square {
    fn from(side: u16) -> Self {
        Square(f64::from(side))
    }
}

#[instrumented]
impl From<u8> for Square {
    fn from(side: u8) -> Self {
        Square(f64::from(side))
    }
}

fn auto_traits_stay() {
    fn send<T: Send>(_: &T) {}
    fn unwind_safe<T: std::panic::UnwindSafe>(_: &T) {}
    let future = async_generic(1, (2, String::new()));
    send(&future);
    unwind_safe(&async_never());
}

fn calls_of(snapshot: &tachometer::FullSnapshot, name: &str) -> u64 {
    snapshot.function(name).unwrap_or_else(|| panic!("{name} is not counted: {snapshot}")).calls()
}

#[test]
#[allow(clippy::too_many_lines, reason = "a list")]
fn every_shape_is_counted() {
    assert_eq!(plain(1), 2);
    nothing();
    assert_eq!((early(1), early(0)), (Ok(1), Err("zero".into())));
    assert_eq!(format!("{:?}", unsized_values(true).unwrap()), "1");
    let list = vec![1, 2];
    assert_eq!(unsized_option(&list), Some(&[1, 2][..]));
    assert_eq!(opaque(5).count(), 3);
    assert!(opaque_closure()(""));
    assert_eq!(nested_opaque(4).0.count(), 4);
    assert!(opaque_result(0).is_err());
    assert_eq!(boxed_closure()(" a "), "a");
    assert!(std::panic::catch_unwind(|| never("on purpose")).is_err());
    assert_eq!(argument_opaque([1, 2], 'x'), "'x'3");
    assert_eq!(generic::<_, 2>(&7), [7, 7]);
    assert_eq!(associated([1, 2].into_iter(), 0), 1);
    assert_eq!(lifetimes("", "b"), "b");
    assert_eq!(patterns((1, 2), [3, 4, 5], String::new(), 10), 16);
    let (mut first, mut second) = (vec![], vec![5]);
    assert_eq!(*rebinding(&mut first, &mut second), 5);
    assert_eq!(configured(3), 3);
    assert_eq!(inner_items(), 2);
    assert_eq!(foreign(4), 4);
    assert_eq!(r#match(5), 5);
    assert_eq!(tracked(), line!());
    assert_eq!(tracked_result(true), Err(line!()));
    assert_eq!(tracked_result(false), Ok(line!()));
    assert_eq!(recursive(3), 3);
    assert_eq!(made(1), 1);
    assert_eq!(run(waits("12")), Ok(12));
    assert!(run(waits("x")).is_err());
    assert!(run(async_unsized(true)).is_err());
    assert_eq!(run(async_opaque(3)).count(), 3);
    assert_eq!(run(async_generic('c', (1, String::new()))), "'c'1");
    assert_eq!(run(async_rebinding(&mut first, &mut second)), 1);
    assert_eq!(run(async_recursive(3)), 3);
    assert!(std::panic::catch_unwind(|| run(async_never())).is_err());

    let mut stack = Stack::empty();
    stack.push(1).push(2);
    assert_eq!(stack.top(), Some(&2));
    assert_eq!(run(stack.later(1)), 3);
    assert_eq!(run(stack.later_mut(3)), Ok(3));
    assert!(!stack.skipped());
    stack.other_name();
    assert_eq!(Box::new(stack.clone()).boxed(), 3);
    assert_eq!(Arc::new(stack.clone()).counted(), 3);
    assert_eq!(Pin::new(&mut stack).pinned(), 3);
    assert!(stack.clone().mutated().items.is_empty());
    assert_eq!(stack.into_items(), [1, 2, 3]);
    assert!(Stack::<u8>::EMPTY.items.is_empty());

    let mut square = Square::from(2_u16);
    assert!(square.doubled() > 7.9);
    assert!(run(square.grow(1.0)).is_ok() && run(square.grow(-1.0)).is_err());
    let _ = Square::from(3_u8);
    auto_traits_stay();

    let snapshot = tachometer::snapshot();
    let expected = [
        ("plain", 1),
        ("nothing", 1),
        ("early", 2),
        ("unsized_values", 1),
        ("unsized_option", 1),
        ("opaque", 1),
        ("opaque_closure", 1),
        ("nested_opaque", 1),
        ("opaque_result", 1),
        ("boxed_closure", 1),
        ("never", 1),
        ("argument_opaque", 1),
        ("generic", 1),
        ("associated", 1),
        ("lifetimes", 1),
        ("patterns", 1),
        ("rebinding", 1),
        ("configured", 1),
        ("inner_items", 1),
        ("inner_items::inner", 1),
        ("foreign", 1),
        ("match", 1),
        ("tracked", 1),
        ("tracked_result", 2),
        ("recursive", 4),
        ("made", 1),
        ("waits", 2),
        ("async_unsized", 1),
        ("async_opaque", 1),
        ("async_generic", 1),
        ("async_rebinding", 1),
        ("async_recursive", 4),
        ("async_never", 1),
        ("Stack::push", 2),
        ("Stack::top", 1),
        ("Stack::later", 1),
        ("Stack::later_mut", 1),
        ("renamed", 1),
        ("Stack::boxed", 1),
        ("Stack::counted", 1),
        ("Stack::pinned", 1),
        ("Stack::mutated", 1),
        ("Stack::into_items", 1),
        ("Shape::doubled", 1),
        ("<Square as Shape>::area", 1),
        ("<Square as Shape>::grow", 2),
        ("<Square as From<u16>>::from", 1),
        ("<Square as From<u8>>::from", 1),
    ];
    for (name, calls) in expected {
        assert_eq!(calls_of(&snapshot, name), calls, "{name}");
    }
    let called = snapshot.functions.iter().filter(|function| function.calls() > 0);
    let called: Vec<&str> = called.map(|function| function.function.as_str()).collect();
    assert_eq!(called.len(), expected.len(), "{called:?}");
    for function in &snapshot.functions {
        assert_eq!(function.in_flight, 0, "{}", function.function);
        assert_eq!(function.timed(), function.calls());
        assert!(function.module.starts_with("shapes"), "{}", function.module);
    }
    let outcome = |name| {
        let function = snapshot.function(name).unwrap();
        (function.ok, function.errors, function.panics, function.cancelled)
    };
    assert_eq!(outcome("early"), (1, 1, 0, 0));
    assert_eq!(outcome("opaque_result"), (0, 1, 0, 0));
    assert_eq!(outcome("tracked_result"), (1, 1, 0, 0));
    assert_eq!(outcome("waits"), (1, 1, 0, 0));
    assert_eq!(outcome("async_unsized"), (0, 1, 0, 0));
    assert_eq!(outcome("<Square as Shape>::grow"), (1, 1, 0, 0));
    assert_eq!(outcome("never"), (0, 0, 1, 0));
    assert_eq!(outcome("async_never"), (0, 0, 1, 0));
}
