//! The layer of a client.

use crate::body::MeasuredBody;
use crate::error_kind::{AnyError, ClassifyError, ErrorKindBy};
use crate::future::ResponseFuture;
use crate::method::KnownMethod;
use crate::metrics::Metrics;
use crate::options::{Options, Side};
use crate::request::{InFlight, OnUnwind};
use crate::shared::Shared;
use http::{HeaderMap, Request, Response, Uri, header};
use http_body::Body;
use std::task::{Context, Poll};
use tachometer::{Error, MetricsRegistry};
use tower_layer::Layer;
use tower_service::Service;

/// A layer that counts and times the requests of a client; see the [crate](crate).
///
/// Its families are registered by [`register`](Self::register), or when it is first put around a service. Clones share them.
#[derive(Debug, Clone)]
pub struct HttpClientMetricsLayer<K = AnyError> {
    shared: Shared,
    kinds: K,
}

impl HttpClientMetricsLayer {
    /// Creates a layer that counts in the global registry.
    #[must_use]
    pub fn new() -> Self {
        HttpClientMetricsLayer { shared: Shared::new(Options::new(Side::Client)), kinds: AnyError }
    }
}

impl Default for HttpClientMetricsLayer {
    fn default() -> Self {
        Self::new()
    }
}

impl<K> HttpClientMetricsLayer<K> {
    /// Tells errors of the service apart, which it returns instead of a response. There should be few kinds.
    #[must_use]
    pub fn error_kind<E, F: Fn(&E) -> &'static str>(self, kind: F) -> HttpClientMetricsLayer<ErrorKindBy<F>> {
        HttpClientMetricsLayer { shared: self.shared, kinds: ErrorKindBy(kind) }
    }

    /// Counts in this registry instead of the global one.
    #[must_use]
    pub fn registry(self, registry: &'static MetricsRegistry) -> Self {
        self.with(|options| options.registry = Some(registry))
    }

    /// Measures the sizes of bodies, as `http_client_request_body_size_bytes` and `http_client_response_body_size_bytes`.
    ///
    /// The size of a request is what it declares; one that declares none is left out. The size of a response is what was taken from
    /// its body.
    #[must_use]
    pub fn body_sizes(self) -> Self {
        self.with(|options| options.body_sizes = true)
    }

    /// Reads the status of gRPC from headers and trailers: the label `rpc_grpc_status_code`, and `error_type` unless it is zero.
    #[must_use]
    pub fn grpc(self) -> Self {
        self.with(|options| options.reads_grpc = true)
    }

    /// Sets the upper bounds of the buckets of durations, in nanoseconds, as [`tachometer::buckets::seconds`] returns them. The default
    /// is that of OpenTelemetry's conventions, from 5 ms to 10 s.
    ///
    /// # Panics
    /// If the bounds do not strictly increase.
    #[must_use]
    #[track_caller]
    pub fn buckets(self, bounds: impl Into<Vec<u64>>) -> Self {
        self.with(|options| options.set_bounds(bounds.into()))
    }

    /// Sets the most series of each family, by default 1 000. Further ones are counted in a series whose labels are `__overflow__`.
    ///
    /// # Panics
    /// If `max` is zero or more than a million.
    #[must_use]
    #[track_caller]
    pub fn max_series(self, max: usize) -> Self {
        self.with(|options| options.set_max_series(max))
    }

    /// Registers the families now, and returns the layer.
    ///
    /// # Errors
    /// If the registry has another metric of such a name, or the same with other buckets.
    pub fn register(self) -> Result<Self, Error> {
        self.shared.try_register()?;
        Ok(self)
    }

    #[track_caller]
    fn with(self, change: impl FnOnce(&mut Options)) -> Self {
        HttpClientMetricsLayer { shared: self.shared.with(change), ..self }
    }
}

impl<S, K: Clone> Layer<S> for HttpClientMetricsLayer<K> {
    type Service = HttpClientMetrics<S, K>;

    /// Puts the layer around a service.
    ///
    /// # Panics
    /// If [`register`](HttpClientMetricsLayer::register) would return an error.
    #[track_caller]
    fn layer(&self, inner: S) -> Self::Service {
        HttpClientMetrics { inner, metrics: self.shared.register(), kinds: self.kinds.clone() }
    }
}

/// A service whose requests are counted and timed. Created by [`HttpClientMetricsLayer`].
#[derive(Debug, Clone)]
pub struct HttpClientMetrics<S, K = AnyError> {
    inner: S,
    metrics: &'static Metrics,
    kinds: K,
}

impl<S, K, Q, P> Service<Request<Q>> for HttpClientMetrics<S, K>
where
    S: Service<Request<Q>, Response = Response<P>>,
    K: ClassifyError<S::Error> + Clone,
    Q: Body,
    P: Body,
{
    type Response = Response<MeasuredBody<P>>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future, K>;

    #[inline]
    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    #[inline]
    fn call(&mut self, request: Request<Q>) -> Self::Future {
        let names = &self.metrics.names;
        let name = match server_of(request.uri(), request.headers()) {
            Some((host, port)) => names.find(host, port),
            None => names.absent(),
        };
        let method = KnownMethod::of(request.method());
        let mut in_flight = InFlight::begin(self.metrics, name, method, request.body());
        let unwinding = OnUnwind(&mut in_flight);
        let response = self.inner.call(request);
        unwinding.disarm();
        ResponseFuture::new(response, in_flight, self.kinds.clone())
    }
}

/// Returns the host and the port that a request is for; the port is zero if it is not known.
#[inline]
fn server_of<'r>(uri: &'r Uri, headers: &'r HeaderMap) -> Option<(&'r str, u16)> {
    let Some(host) = uri.host() else { return server_of_headers(headers) };
    let port = uri.port_u16().unwrap_or_else(|| match uri.scheme_str() {
        Some("http") => 80,
        Some("https") => 443,
        _ => 0,
    });
    Some((host, port))
}

/// Returns what the header `Host` tells, for a request whose target is a path alone.
fn server_of_headers(headers: &HeaderMap) -> Option<(&str, u16)> {
    let text = headers.get(header::HOST)?.to_str().ok()?;
    // The colons of an IPv6 address are in brackets.
    let port = text.rsplit_once(':').and_then(|(host, port)| Some((host, port.parse().ok()?)));
    Some(port.unwrap_or((text, 0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_is_that_of_the_target_or_of_the_header() {
        let server = |uri: &str, host: &'static str| {
            let mut headers = HeaderMap::new();
            if !host.is_empty() {
                headers.insert(header::HOST, host.parse().unwrap());
            }
            let uri: Uri = uri.parse().unwrap();
            server_of(&uri, &headers).map(|(host, port)| (host.to_owned(), port))
        };
        let expected = |host: &str, port| Some((host.to_owned(), port));
        assert_eq!(server("http://a.example/x", "b.example"), expected("a.example", 80));
        assert_eq!(server("https://user@a.example:8443/x", ""), expected("a.example", 8443));
        assert_eq!(server("https://a.example", ""), expected("a.example", 443));
        assert_eq!(server("/x", "b.example:81"), expected("b.example", 81));
        assert_eq!(server("/x", "[::1]"), expected("[::1]", 0));
        assert_eq!(server("/x", "[::1]:82"), expected("[::1]", 82));
        assert_eq!(server("/x", ""), None);
    }
}
