//! Streams that hold a call.

use super::in_flight::Failure;
use super::instrumented::{AnyItem, Instrumented};
use crate::recorder::Outcome;
use futures_core::stream::{FusedStream, Stream};
use std::pin::Pin;
use std::task::{Context, Poll};

/// A way to find failures among the items of a stream.
#[doc(hidden)]
pub trait Inspect<T> {
    /// Returns the failure that `item` is, if it is one.
    fn failure(&self, item: &T) -> Option<Failure>;
}

impl<T> Inspect<T> for AnyItem {
    #[inline]
    fn failure(&self, _: &T) -> Option<Failure> {
        None
    }
}

/// Items of which an `Err` is a failure.
#[derive(Debug)]
pub struct ErrItem;

impl<T, E> Inspect<Result<T, E>> for ErrItem {
    #[inline]
    fn failure(&self, item: &Result<T, E>) -> Option<Failure> {
        item.is_err().then_some(Failure { kind: None })
    }
}

impl<S: Stream, I: Inspect<S::Item>> Stream for Instrumented<S, I> {
    type Item = S::Item;

    #[inline]
    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let this = self.project();
        this.call.poll(|call| {
            let polled = this.inner.poll_next(context);
            match &polled {
                Poll::Ready(Some(item)) => {
                    call.note_item();
                    if let Some(failure) = this.inspect.failure(item) {
                        call.note_failure(failure);
                    }
                }
                Poll::Ready(None) => call.end(Outcome::Ok),
                Poll::Pending => {}
            }
            polled
        })
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        self.inner.size_hint()
    }
}

impl<S: FusedStream, I: Inspect<S::Item>> FusedStream for Instrumented<S, I> {
    #[inline]
    fn is_terminated(&self) -> bool {
        self.inner.is_terminated()
    }
}
