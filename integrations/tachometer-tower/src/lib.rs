#![doc = include_str!("../README.md")]
//!
//! # Labels
//! | label | value |
//! | --- | --- |
//! | `http_request_method` | the method; `_OTHER` if it is not one of those of RFC 9110 and `PATCH` |
//! | `http_route` | the route, as `axum` or [`HttpMetricsLayer::route`] tells it; never a path that matched none |
//! | `http_response_status_code` | the status; left out if there was no response |
//! | `error_type` | see below; left out if there was no error |
//! | `url_scheme` | as set by [`HttpMetricsLayer::url_scheme`] |
//! | `server_address`, `server_port` | of a client: the host and the port of the request's target, or of its header `Host` |
//! | `rpc_grpc_status_code` | after [`HttpMetricsLayer::grpc`]: the status of the call, as a number |
//!
//! A family has at most 1 000 series ([`HttpMetricsLayer::max_series`]). What comes beyond is counted in a series whose labels are
//! `__overflow__`, and in `tachometer_overflowed_updates_total`.
//!
//! # How a request ends
//! | `error_type` | if |
//! | --- | --- |
//! | none | the body of the response came to its end |
//! | the status code | so it did, and the status is from 500 on, of a client from 400 on |
//! | name of a gRPC status | so it did, and the status of gRPC is the server's fault, of a client any but `OK` |
//! | `cancelled` | the future of the response was dropped, or its body before its end: so do servers if a client goes away |
//! | `panic` | the service or the body panicked; the panic goes on |
//! | a kind | the service returned an error instead of a response: `_OTHER`, or what [`HttpMetricsLayer::error_kind`] finds |
//! | `_OTHER` | the body failed |
//!
//! A request ends with the response's head if no body is sent: after `HEAD`, with 1xx, 204 and 304, after an upgrade. A body whose length
//! is known is complete with its last byte, since servers do not poll it again. What a server has taken from a body may still be in its
//! buffers, or in those of the system: that the client has received it is not known.
//!
//! # Costs
//! Below the limit of series, a request allocates nothing here, takes no lock, and hashes no text: the method is an index, the status a
//! number, and the route is found
//! by the address of its text. The host of a client is hashed. The body is wrapped, not boxed.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod body;
mod client;
mod error_kind;
mod future;
mod grpc;
mod key;
mod method;
mod metrics;
mod names;
mod options;
mod request;
mod route;
mod server;
mod shared;

pub use body::MeasuredBody;
pub use client::{HttpClientMetrics, HttpClientMetricsLayer};
pub use error_kind::{AnyError, ClassifyError, ErrorKindBy};
pub use future::ResponseFuture;
pub use route::{FindRoute, MatchedRoute, RequestHead, RouteBy};
pub use server::{HttpMetrics, HttpMetricsLayer};
