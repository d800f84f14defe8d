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
use std::task::{Context, Poll, ready};

pin_project! {
    /// The future of a response. Dropped before its end, it ends the request as cancelled.
    #[derive(Debug)]
    pub struct ResponseFuture<F, K> {
        #[pin]
        inner: F,
        request: Option<InFlight>,
        kinds: K,
    }
}

impl<F, K> ResponseFuture<F, K> {
    /// Calls the service.
    #[inline]
    pub(crate) fn call(request: InFlight, kinds: K, service: impl FnOnce() -> F) -> Self {
        let mut request = Some(request);
        let unwinding = OnUnwind(&mut request);
        let inner = service();
        unwinding.disarm();
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
        let result = ready!(polled);
        let request = this.request.take();
        Poll::Ready(match result {
            Ok(response) => Ok(measure(response, request)),
            Err(error) => {
                let kind = this.kinds.kind(&error);
                request.into_iter().for_each(|request| request.end_with_kind(kind));
                Err(error)
            }
        })
    }
}

/// Puts the request into the body of its response, or ends it if there is no more to come.
#[inline]
fn measure<B: Body>(response: Response<B>, mut request: Option<InFlight>) -> Response<MeasuredBody<B>> {
    let remaining = request.as_mut().and_then(|request| request.note_response(&response));
    if remaining.is_none() {
        request.take().into_iter().for_each(|request| request.end(ErrorType::NONE));
    }
    response.map(|body| MeasuredBody::new(body, request, remaining.unwrap_or(0)))
}
