//! The body of a response, whose end is that of the request.

use crate::key::ErrorType;
use crate::names::Name;
use crate::request::{InFlight, OnUnwind};
use bytes::Buf as _;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use std::pin::Pin;
use std::sync::LazyLock;
use std::task::{Context, Poll, ready};

pin_project! {
    /// The body of a response, with which its request ends: when it has no more frames, with its error, or when it is dropped.
    #[derive(Debug)]
    pub struct MeasuredBody<B> {
        #[pin]
        inner: B,
        request: InFlight,
        // The bytes until the body is complete: a server may drop it then, without another poll.
        remaining: u64,
    }
}

impl<B> MeasuredBody<B> {
    #[inline]
    pub(crate) fn new(inner: B, request: InFlight, remaining: u64) -> Self {
        MeasuredBody { inner, request, remaining }
    }
}

/// The name of a request that there is not.
static NONE: LazyLock<Name> = LazyLock::new(Name::default);

/// A body that belongs to no request.
impl<B: Default> Default for MeasuredBody<B> {
    fn default() -> Self {
        MeasuredBody::new(B::default(), InFlight::ended(&NONE), 0)
    }
}

impl<B: Body> Body for MeasuredBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    #[inline]
    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let mut this = self.project();
        let unwinding = OnUnwind(this.request);
        let polled = this.inner.as_mut().poll_frame(context);
        unwinding.disarm();
        let polled = ready!(polled);
        if !this.request.is_open() {
            return Poll::Ready(polled);
        }
        let end = match &polled {
            Some(Ok(frame)) => {
                if let Some(data) = frame.data_ref() {
                    let bytes = data.remaining() as u64;
                    this.request.note_sent(bytes);
                    *this.remaining = this.remaining.saturating_sub(bytes);
                } else if let Some(trailers) = frame.trailers_ref() {
                    this.request.note_grpc(trailers);
                }
                let is_complete = *this.remaining == 0 || frame.is_trailers() || this.inner.is_end_stream();
                is_complete.then_some(ErrorType::NONE)
            }
            Some(Err(_)) => Some(ErrorType::OTHER),
            None => Some(ErrorType::NONE),
        };
        if let Some(error) = end {
            this.request.end(error);
        }
        Poll::Ready(polled)
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
