//! The HTTP endpoint that Prometheus scrapes, on a thread of its own, and the response alone, for programs that have a server.
//!
//! `serve` and `Endpoint` start a `Server`; [`expose`] returns an [`Exposition`]. WebAssembly has no sockets, so there is only `expose`.

// The path of a request: `socket` → `event_loop` (readiness and deadlines of all connections) → `connection` (the state of one) →
// `request` (its head, with the preferences that `negotiation` parses) → `router` (the page at its path, of the families that `query`
// parses) → `exposition` (the metrics) or `page` (for people) → `response` → `socket`. `endpoint` configures what is served, and `server`
// is the handle of a running endpoint.
#[cfg(not(target_family = "wasm"))]
mod connection;
#[cfg(not(target_family = "wasm"))]
mod endpoint;
#[cfg(not(target_family = "wasm"))]
mod event_loop;
mod exposition;
#[cfg(fuzzing)]
pub mod fuzzing;
mod negotiation;
mod page;
#[cfg(not(target_family = "wasm"))]
mod query;
#[cfg(not(target_family = "wasm"))]
mod request;
#[cfg(not(target_family = "wasm"))]
mod response;
#[cfg(not(target_family = "wasm"))]
mod router;
#[cfg(not(target_family = "wasm"))]
mod server;
#[cfg(not(target_family = "wasm"))]
mod socket;
#[cfg(unix)]
mod unix;

#[cfg(not(target_family = "wasm"))]
pub use endpoint::{Endpoint, serve};
pub use exposition::{Exposition, expose};
pub use page::expose_page;
#[cfg(not(target_family = "wasm"))]
pub use server::Server;
