//! The route of a request: the pattern that its path matched.

use http::{Extensions, HeaderMap, Method, Request, Uri};
use std::fmt;

/// The head of a request, by which its route is found.
#[derive(Debug, Clone, Copy)]
pub struct RequestHead<'r> {
    method: &'r Method,
    uri: &'r Uri,
    headers: &'r HeaderMap,
    extensions: &'r Extensions,
}

impl<'r> RequestHead<'r> {
    #[inline]
    pub(crate) fn of<B>(request: &'r Request<B>) -> Self {
        RequestHead {
            method: request.method(),
            uri: request.uri(),
            headers: request.headers(),
            extensions: request.extensions(),
        }
    }

    /// Returns the method.
    pub fn method(self) -> &'r Method {
        self.method
    }

    /// Returns the target of the request.
    pub fn uri(self) -> &'r Uri {
        self.uri
    }

    /// Returns the headers.
    pub fn headers(self) -> &'r HeaderMap {
        self.headers
    }

    /// Returns the extensions, where routers leave what they have matched.
    pub fn extensions(self) -> &'r Extensions {
        self.extensions
    }
}

/// Finds the route of a request. Set by [`HttpMetricsLayer::route`](crate::HttpMetricsLayer::route).
pub trait FindRoute {
    /// Returns the route, the value of the label `http_route`; `None` if the path matched none.
    fn find<'r>(&self, request: RequestHead<'r>) -> Option<&'r str>;
}

/// Finds the route that `axum` has matched, with the feature `axum`. Without it, no request has a route.
#[derive(Debug, Clone, Copy, Default)]
pub struct MatchedRoute;

impl FindRoute for MatchedRoute {
    #[cfg(feature = "axum")]
    #[inline]
    fn find<'r>(&self, request: RequestHead<'r>) -> Option<&'r str> {
        request.extensions.get::<axum::extract::MatchedPath>().map(axum::extract::MatchedPath::as_str)
    }

    #[cfg(not(feature = "axum"))]
    #[inline]
    fn find<'r>(&self, _: RequestHead<'r>) -> Option<&'r str> {
        None
    }
}

/// Finds the route by a function.
#[derive(Clone, Copy)]
pub struct RouteBy<F>(pub(crate) F);

impl<F: for<'r> Fn(RequestHead<'r>) -> Option<&'r str>> FindRoute for RouteBy<F> {
    #[inline]
    fn find<'r>(&self, request: RequestHead<'r>) -> Option<&'r str> {
        (self.0)(request)
    }
}

impl<F> fmt::Debug for RouteBy<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RouteBy").finish_non_exhaustive()
    }
}
