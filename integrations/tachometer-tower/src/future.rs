//! The response, before it is there.

use crate::body::MeasuredBody;
use crate::error_kind::ClassifyError;
use crate::key::ErrorType;
use crate::request::{InFlight, OnUnwind};
use http::Response;
use http_body::Body;
use pin_project_lite::pin_project;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

pin_project! {
    /// The future of a response. Dropped before its end, it ends the request as cancelled.
    #[derive(Debug)]
    pub struct ResponseFuture<F, K> {
        #[pin]
        inner: F,
        request: InFlight,
        kinds: K,
    }
}

impl<F, K> ResponseFuture<F, K> {
    #[inline]
    pub(crate) fn new(inner: F, request: InFlight, kinds: K) -> Self {
        ResponseFuture { inner, request, kinds }
    }
}

impl<F, K, B, E> Future for ResponseFuture<F, K>
where
    F: Future<Output = Result<Response<B>, E>>,
    K: ClassifyError<E>,
    B: Body,
{
    type Output = Result<Response<MeasuredBody<B>>, E>;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let unwinding = OnUnwind(this.request);
        let polled = this.inner.poll(context);
        unwinding.disarm();
        // Without another binding: a response is large, and each one may be a copy.
        match polled {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Ok(response)) => {
                let remaining = this.request.note_response(&response).unwrap_or_else(|| {
                    this.request.end(ErrorType::NONE);
                    0
                });
                let (head, body) = response.into_parts();
                let body = MeasuredBody::new(body, this.request.take(), remaining);
                Poll::Ready(Ok(Response::from_parts(head, body)))
            }
            Poll::Ready(Err(error)) => {
                this.request.end_with_kind(this.kinds.kind(&error));
                Poll::Ready(Err(error))
            }
        }
    }
}
