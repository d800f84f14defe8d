//! The HTTP endpoint that Prometheus scrapes, on a thread of its own, and the response alone, for programs that have a server.
//!
//! [`serve`] and [`Endpoint`] start a [`Server`]; [`expose`] returns an [`Exposition`].

// The path of a request: `socket` → `event_loop` (readiness and deadlines of all connections) → `connection` (the state of one) →
// `request` (its head, with the preferences that `negotiation` parses) → `router` (the page at its path) → `exposition` (the
// metrics) → `response` → `socket`. `endpoint` configures what is served, and `server` is the handle of a running endpoint.
mod connection;
mod endpoint;
mod event_loop;
mod exposition;
#[cfg(fuzzing)]
pub mod fuzzing;
mod negotiation;
mod request;
mod response;
mod router;
mod server;
mod socket;
#[cfg(unix)]
mod unix;

pub use endpoint::{Endpoint, serve};
pub use exposition::{Exposition, expose};
pub use server::Server;
