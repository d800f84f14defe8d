//! Functions whose calls end with what they return.

use super::run;
use futures_core::Stream;
use std::fmt::Debug;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use tachometer::{Call, instrumented};

/// How often [`call`] calls which.
pub(super) const CALLS: &[(&str, u64)] = &[
    ("opaque_stream", 1),
    ("boxed_stream", 1),
    ("async_stream", 2),
    ("tracked_stream", 1),
    ("<Downwards as Walk>::walk", 1),
    ("Downwards::from", 1),
    ("ended_by_hand", 1),
];

/// Counts down.
#[derive(Debug)]
pub struct Down(u32);

impl Stream for Down {
    type Item = u32;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<u32>> {
        let next = self.0.checked_sub(1);
        self.0 = next.unwrap_or_default();
        Poll::Ready(next)
    }
}

fn drain<S: Stream>(stream: S) -> usize {
    let mut stream = pin!(stream);
    let mut context = Context::from_waker(Waker::noop());
    std::iter::from_fn(|| match stream.as_mut().poll_next(&mut context) {
        Poll::Ready(item) => item,
        Poll::Pending => None,
    })
    .count()
}

/// Calls all of them, and asserts what their streams yield.
pub(super) fn call() {
    assert_eq!(drain(opaque_stream(&mut vec![1, 2, 3], "named")), 3);
    assert_eq!(drain(boxed_stream(&2)), 2);
    assert_eq!(run(async_stream(Some(1))).map(drain), Ok(1));
    assert!(run(async_stream(None)).is_err());
    assert_eq!(drain(tracked_stream(4)), 4);
    assert_eq!(drain(Downwards(3).walk()), 3);
    assert_eq!(drain(Downwards::from((1, 1))), 2);
    assert_eq!(ended_by_hand(2), 2);
}

#[instrumented(ends_with = "stream")]
fn opaque_stream<'a, T: Debug>(items: &'a mut Vec<T>, _name: &str) -> impl Stream<Item = u32> + Send + 'a {
    items.clear();
    Down(3)
}

#[instrumented(ends_with = "stream", labels(count = count))]
fn boxed_stream(count: &u32) -> Pin<Box<dyn Stream<Item = u32> + Send + '_>> {
    Box::pin(Down(*count))
}

#[instrumented(ends_with = "stream", time = "busy")]
async fn async_stream(mut count: Option<u32>) -> Result<impl Stream<Item = u32> + Unpin, String> {
    super::pause().await;
    let count = count.take().ok_or_else(|| "nothing".to_owned())?;
    Ok(Down(count))
}

#[instrumented(ends_with = "stream")]
#[track_caller]
fn tracked_stream(count: u32) -> impl Stream<Item = u32> {
    assert!(std::panic::Location::caller().file().ends_with("streams.rs"));
    Down(count)
}

trait Walk {
    fn walk(self) -> Pin<Box<dyn Stream<Item = u32>>>;
}

struct Downwards(u32);

impl Walk for Downwards {
    #[instrumented(ends_with = "stream")]
    fn walk(mut self) -> Pin<Box<dyn Stream<Item = u32>>> {
        self.0 += 1;
        Box::pin(Down(self.0 - 1))
    }
}

#[instrumented]
impl Downwards {
    #[instrumented(ends_with = Call::stream)]
    fn from((count, more): (u32, u32)) -> impl Stream<Item = u32> {
        Downwards(count + more).0.into_stream()
    }
}

trait IntoStream {
    fn into_stream(self) -> Down;
}

impl IntoStream for u32 {
    fn into_stream(self) -> Down {
        Down(self)
    }
}

#[instrumented(ends_with = |call, value| { call.ok(); value })]
fn ended_by_hand(value: u32) -> u32 {
    value
}
