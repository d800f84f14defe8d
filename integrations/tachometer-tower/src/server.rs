//! The layer of a server.

use crate::body::MeasuredBody;
use crate::error_kind::{AnyError, ClassifyError, ErrorKindBy};
use crate::future::ResponseFuture;
use crate::method::KnownMethod;
use crate::metrics::Metrics;
use crate::options::{Options, Side};
use crate::request::{InFlight, OnUnwind};
use crate::route::{FindRoute, MatchedRoute, RequestHead, RouteBy};
use crate::shared::Shared;
use http::{Request, Response};
use http_body::Body;
use std::task::{Context, Poll};
use tachometer::{Error, MetricsRegistry};
use tower_layer::Layer;
use tower_service::Service;

/// A layer that counts and times the requests of a server; see the [crate](crate).
///
/// Its families are registered by [`register`](Self::register), or when it is first put around a service. Clones share them.
#[derive(Debug, Clone)]
pub struct HttpMetricsLayer<R = MatchedRoute, K = AnyError> {
    shared: Shared,
    route: R,
    kinds: K,
}

impl HttpMetricsLayer {
    /// Creates a layer that counts in the global registry.
    #[must_use]
    pub fn new() -> Self {
        HttpMetricsLayer {
            shared: Shared::new(Options::new(Side::Server)),
            route: MatchedRoute,
            kinds: AnyError,
        }
    }
}

impl Default for HttpMetricsLayer {
    fn default() -> Self {
        Self::new()
    }
}

impl<R, K> HttpMetricsLayer<R, K> {
    /// Finds the route of a request by a function, instead of asking `axum`. The function returns `None` for a path that has none.
    ///
    /// The text should be that of a static, or one that a router left in the extensions: it is found by its address. It must never be
    /// the path itself, which the client chooses.
    ///
    /// ```
    /// use tachometer_tower::HttpMetricsLayer;
    ///
    /// let layer = HttpMetricsLayer::new().route(|request| match request.uri().path() {
    ///     "/" => Some("/"),
    ///     path if path.starts_with("/users/") => Some("/users/{id}"),
    ///     _ => None,
    /// });
    /// # let _ = layer;
    /// ```
    #[must_use]
    pub fn route<F>(self, route: F) -> HttpMetricsLayer<RouteBy<F>, K>
    where
        F: for<'r> Fn(RequestHead<'r>) -> Option<&'r str>,
    {
        HttpMetricsLayer { shared: self.shared, route: RouteBy(route), kinds: self.kinds }
    }

    /// Tells errors of the service apart, which it returns instead of a response. There should be few kinds.
    #[must_use]
    pub fn error_kind<E, F: Fn(&E) -> &'static str>(self, kind: F) -> HttpMetricsLayer<R, ErrorKindBy<F>> {
        HttpMetricsLayer { shared: self.shared, route: self.route, kinds: ErrorKindBy(kind) }
    }

    /// Counts in this registry instead of the global one.
    #[must_use]
    pub fn registry(self, registry: &'static MetricsRegistry) -> Self {
        self.with(|options| options.registry = Some(registry))
    }

    /// Sets the label `url_scheme`, `http` or `https`. Without it, there is none: a server does not find it in a request.
    #[must_use]
    pub fn url_scheme(self, scheme: impl Into<String>) -> Self {
        self.with(|options| options.scheme = scheme.into())
    }

    /// Measures the sizes of bodies, as `http_server_request_body_size_bytes` and `http_server_response_body_size_bytes`.
    ///
    /// The size of a request is what it declares; one that declares none is left out. The size of a response is what was taken from
    /// its body.
    #[must_use]
    pub fn body_sizes(self) -> Self {
        self.with(|options| options.body_sizes = true)
    }

    /// Reads the status of gRPC from headers and trailers: the label `rpc_grpc_status_code`, and `error_type` if the server was at fault.
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
        HttpMetricsLayer { shared: self.shared.with(change), ..self }
    }
}

impl<S, R: Clone, K: Clone> Layer<S> for HttpMetricsLayer<R, K> {
    type Service = HttpMetrics<S, R, K>;

    /// Puts the layer around a service.
    ///
    /// # Panics
    /// If [`register`](HttpMetricsLayer::register) would return an error.
    #[track_caller]
    fn layer(&self, inner: S) -> Self::Service {
        let (route, kinds) = (self.route.clone(), self.kinds.clone());
        HttpMetrics { inner, metrics: self.shared.register(), route, kinds }
    }
}

/// A service whose requests are counted and timed. Created by [`HttpMetricsLayer`].
#[derive(Debug, Clone)]
pub struct HttpMetrics<S, R = MatchedRoute, K = AnyError> {
    inner: S,
    metrics: &'static Metrics,
    route: R,
    kinds: K,
}

impl<S, R, K, Q, P> Service<Request<Q>> for HttpMetrics<S, R, K>
where
    S: Service<Request<Q>, Response = Response<P>>,
    R: FindRoute,
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
        let name = match self.route.find(RequestHead::of(&request)) {
            Some(route) => names.find_at_address(route),
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
