//! A request in flight, which ends exactly once.

use crate::grpc;
use crate::key::{End, ErrorType};
use crate::method::KnownMethod;
use crate::metrics::{Ended, Metrics};
use crate::names::Name;
use http::{HeaderMap, Response, StatusCode};
use http_body::Body;
use std::mem;
use tachometer::CallStart;

/// A request in flight. If it is dropped before its end, the client or the program has given it up.
#[derive(Debug)]
pub(crate) struct InFlight {
    /// `None` after the end.
    metrics: Option<&'static Metrics>,
    name: &'static Name,
    start: CallStart,
    /// `u64::MAX` if it is not known.
    received: u64,
    /// What the body has returned so far.
    sent: u64,
    method: KnownMethod,
    /// `NO_GRPC` if there is none.
    grpc: u8,
    /// Zero before the response.
    status: u16,
}

const NO_GRPC: u8 = u8::MAX;

impl InFlight {
    #[inline]
    pub(crate) fn begin(
        metrics: &'static Metrics,
        name: &'static Name,
        method: KnownMethod,
        body: &impl Body,
    ) -> Self {
        metrics.begin(method);
        let exact = if metrics.measures_sizes() { body.size_hint().exact() } else { None };
        InFlight {
            metrics: Some(metrics),
            name,
            start: CallStart::now(),
            received: exact.unwrap_or(u64::MAX),
            sent: 0,
            method,
            grpc: NO_GRPC,
            status: 0,
        }
    }

    /// Returns a request that has ended, and counts nothing.
    pub(crate) fn ended(name: &'static Name) -> Self {
        InFlight {
            metrics: None,
            name,
            start: CallStart::from_bits(0),
            received: u64::MAX,
            sent: 0,
            method: KnownMethod::HEAD,
            grpc: NO_GRPC,
            status: 0,
        }
    }

    /// Returns the request, and leaves one that has ended.
    #[inline]
    pub(crate) fn take(&mut self) -> Self {
        let InFlight { name, start, received, sent, method, grpc, status, .. } = *self;
        InFlight { metrics: self.metrics.take(), name, start, received, sent, method, grpc, status }
    }

    #[inline]
    pub(crate) fn is_open(&self) -> bool {
        self.metrics.is_some()
    }

    /// Ends the request with this error, if it has not ended. [`ErrorType::NONE`] stands for what the status says.
    #[inline]
    pub(crate) fn end(&mut self, error: ErrorType) {
        let Some(metrics) = self.metrics.take() else { return };
        let grpc = (self.grpc != NO_GRPC).then_some(self.grpc);
        let error = match error {
            ErrorType::NONE => match metrics.error_of_status(self.status) {
                ErrorType::NONE => grpc.map_or(ErrorType::NONE, |code| metrics.error_of_grpc(code)),
                error => error,
            },
            error => error,
        };
        metrics.end(&Ended {
            name: self.name,
            method: self.method,
            start: self.start,
            end: End { status: self.status, error, grpc },
            received: (self.received != u64::MAX).then_some(self.received),
            sent: self.sent,
        });
    }

    /// Ends the request because the service returned an error of this kind.
    #[cold]
    pub(crate) fn end_with_kind(&mut self, kind: &'static str) {
        if let Some(metrics) = self.metrics {
            self.end(metrics.error_kind(kind));
        }
    }

    /// Notes the head of the response. Returns the number of bytes after which the body is complete, or `None` if it is complete.
    #[inline]
    pub(crate) fn note_response<B: Body>(&mut self, response: &Response<B>) -> Option<u64> {
        let status = response.status();
        self.status = status.as_u16();
        let reads_grpc = self.metrics.is_some_and(|metrics| metrics.reads_grpc);
        if reads_grpc {
            self.note_grpc(response.headers());
        }
        // A server does not poll a body that is not sent.
        let is_bodyless = self.method == KnownMethod::HEAD
            || status.is_informational()
            || matches!(status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED)
            || self.method == KnownMethod::CONNECT && status.is_success();
        if is_bodyless || response.body().is_end_stream() {
            return None;
        }
        match response.body().size_hint().exact() {
            // Trailers tell how a call of gRPC ended.
            _ if reads_grpc => Some(u64::MAX),
            Some(0) => None,
            Some(bytes) => Some(bytes),
            None => content_length(response.headers()),
        }
    }

    /// Notes the status of gRPC, if there is one.
    pub(crate) fn note_grpc(&mut self, headers: &HeaderMap) {
        if self.metrics.is_some_and(|metrics| metrics.reads_grpc) {
            self.grpc = grpc::status(headers).unwrap_or(self.grpc);
        }
    }

    #[inline]
    pub(crate) fn note_sent(&mut self, bytes: u64) {
        self.sent = self.sent.saturating_add(bytes);
    }
}

impl Drop for InFlight {
    #[inline]
    fn drop(&mut self) {
        self.end(ErrorType::CANCELLED);
    }
}

/// Ends a request as a panic if it is dropped, which it is while the service unwinds.
pub(crate) struct OnUnwind<'a>(pub(crate) &'a mut InFlight);

impl OnUnwind<'_> {
    /// Does nothing more: the service has returned.
    #[inline]
    pub(crate) fn disarm(self) {
        mem::forget(self);
    }
}

impl Drop for OnUnwind<'_> {
    #[cold]
    fn drop(&mut self) {
        self.0.end(ErrorType::PANIC);
    }
}

/// Returns the length by which a server knows that a body is complete, if there is one.
#[cold]
fn content_length(headers: &HeaderMap) -> Option<u64> {
    let length = headers.get(http::header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    match length.and_then(|length| length.parse().ok()) {
        Some(0) => None,
        Some(length) => Some(length),
        None => Some(u64::MAX),
    }
}
