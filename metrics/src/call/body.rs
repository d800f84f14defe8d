//! HTTP bodies that hold a call.

use super::in_flight::InFlight;
use super::instrumented::Instrumented;
use crate::recorder::Outcome;
use http_body::{Body, Frame, SizeHint};
use std::pin::Pin;
use std::task::{Context, Poll};

/// Ends the call if `body` has no more frames: a server may drop it without another poll.
#[inline]
pub(super) fn end_if_complete<B: Body>(call: &mut InFlight, body: &B) {
    if body.is_end_stream() || body.size_hint().exact() == Some(0) {
        call.end(Outcome::Ok);
    }
}

impl<B: Body, I> Body for Instrumented<B, I> {
    type Data = B::Data;
    type Error = B::Error;

    #[inline]
    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let mut this = self.project();
        this.call.poll(|call| {
            let polled = this.inner.as_mut().poll_frame(context);
            match &polled {
                Poll::Ready(Some(Ok(frame))) => {
                    call.note_item();
                    if frame.is_trailers() {
                        call.end(Outcome::Ok);
                    } else {
                        end_if_complete(call, &*this.inner);
                    }
                }
                Poll::Ready(Some(Err(_))) => call.end(Outcome::Error),
                Poll::Ready(None) => call.end(Outcome::Ok),
                Poll::Pending => {}
            }
            polled
        })
    }

    #[inline]
    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    #[inline]
    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
