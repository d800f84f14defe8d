//! Sinks: the destinations of an exporter's snapshots.

#[cfg(all(any(feature = "otlp", feature = "push"), not(target_family = "wasm")))]
mod client;
mod file;
mod named;
#[cfg(all(feature = "otlp", not(target_family = "wasm")))]
mod otlp;
#[cfg(all(feature = "push", not(target_family = "wasm")))]
mod push;
mod stdout;

pub(super) use named::Sink;
#[cfg(all(feature = "otlp", not(target_family = "wasm")))]
pub use otlp::Otlp;
#[cfg(all(feature = "push", not(target_family = "wasm")))]
pub use push::Pushgateway;
pub(super) use stdout::write as write_to_stdout;
pub(super) use stdout::write_past_lock;
