//! Sinks: the destinations of an exporter's snapshots.

#[cfg(feature = "emf")]
mod emf;
mod file;
mod named;
#[cfg(all(feature = "statsd", not(target_family = "wasm")))]
mod statsd;
mod stdout;

#[cfg(feature = "emf")]
pub use emf::Emf;
pub(super) use named::Sink;
#[cfg(all(feature = "statsd", not(target_family = "wasm")))]
pub use statsd::Statsd;
pub(super) use stdout::{write as write_to_stdout, write_past_lock};
