//! An endpoint that is scraped over HTTP, on a thread of its own; and the answer alone, for programs with a server.
//!
//! A request goes from file to file: `socket` → `event_loop` (which connection has something to say, and which has had its
//! time) → `connection` (what that one is doing) → `request` (its head, with what `negotiation` hears in it) → `site` (what
//! stands at that path) → `exposition` (the metrics) → `response` → `socket`. Before that `endpoint` says what is to be
//! served, and `server` is the handle of what runs.

mod connection;
mod endpoint;
mod event_loop;
mod exposition;
#[cfg(fuzzing)]
pub mod fuzzing;
mod negotiation;
mod request;
mod response;
mod server;
mod site;
mod socket;
#[cfg(unix)]
mod unix;

pub use endpoint::{Endpoint, serve};
pub use exposition::{Exposition, expose};
pub use server::Server;
