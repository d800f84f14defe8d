//! Members of types and traits.

use super::{pause, run};
use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use tachometer::instrumented;

/// How often [`call`] calls which.
pub(super) const CALLS: &[(&str, u64)] = &[
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

/// Calls all of them, and asserts what they return.
pub(super) fn call() {
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
}

/// Has methods of every receiver.
#[derive(Debug, Clone)]
pub struct Stack<T> {
    items: Vec<T>,
}

#[instrumented(slo(success = 99.9, latency = (0.25, 99.0)))]
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
        if self.items.len() > 100 { Err("full".to_owned()) } else { Ok(self.items.len()) }
    }

    #[instrumented(skip)]
    fn skipped(&self) -> bool {
        self.items.is_empty()
    }

    #[instrumented(name = "renamed", slo(success = 99))]
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
