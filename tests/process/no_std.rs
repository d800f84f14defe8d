//! A crate without the standard library annotates as any other: the expansion names `::core` and the library alone.
//! A program of its own, for `#![no_std]` is an attribute of a whole crate.
#![no_std]
#![forbid(unsafe_code)]
#![deny(warnings)]

use core::pin::pin;
use core::task::{Context, Poll, Waker};
use tachometer::instrumented;

struct Cart(u32);

#[instrumented(labels(add = add, place = "shop"), buckets = [0.1, 1])]
impl Cart {
    fn add(&mut self, add: u32) -> Result<u32, u32> {
        self.0 = self.0.checked_add(add).ok_or(add)?;
        Ok(self.0)
    }

    async fn later(self, add: u32) -> Result<u32, u32> {
        Err(self.0 + add)
    }
}

#[instrumented]
fn opaque(limit: u32) -> impl Iterator<Item = u32> {
    0..limit
}

#[instrumented]
fn future() -> impl Future<Output = Result<u32, u32>> {
    async { Ok(1) }
}

#[test]
fn the_expansion_needs_no_std() {
    let mut context = Context::from_waker(Waker::noop());
    let mut cart = Cart(1);
    assert_eq!(cart.add(2), Ok(3));
    assert_eq!(pin!(cart.later(1)).poll(&mut context), Poll::Ready(Err(4)));
    assert_eq!(opaque(3).count(), 3);
    assert_eq!(pin!(future()).poll(&mut context), Poll::Ready(Ok(1)));
    assert_eq!(tachometer::time!("piece", 7), 7);
    let snapshot = tachometer::snapshot();
    for name in ["Cart::add", "opaque", "future", "piece"] {
        assert_eq!(snapshot.function(name).map(|function| function.ok), Some(1), "{name}");
    }
    assert_eq!(snapshot.function("Cart::later").map(|function| function.errors), Some(1));
}
