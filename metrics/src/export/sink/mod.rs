//! Sinks: the destinations of an exporter's snapshots.

#[cfg(all(any(feature = "otlp", feature = "push"), not(target_family = "wasm")))]
mod client;
#[cfg(feature = "emf")]
mod emf;
mod file;
mod named;
#[cfg(all(feature = "otlp", not(target_family = "wasm")))]
mod otlp;
#[cfg(all(feature = "push", not(target_family = "wasm")))]
mod push;
#[cfg(any(feature = "emf", all(feature = "statsd", not(target_family = "wasm"))))]
mod reported;
#[cfg(all(any(feature = "otlp", feature = "push", feature = "statsd"), not(target_family = "wasm")))]
mod resolver;
#[cfg(all(feature = "statsd", not(target_family = "wasm")))]
mod statsd;
mod stdout;

#[cfg(feature = "emf")]
pub use emf::Emf;
pub(super) use named::Sink;
#[cfg(all(feature = "otlp", not(target_family = "wasm")))]
pub use otlp::Otlp;
#[cfg(all(feature = "push", not(target_family = "wasm")))]
pub use push::Pushgateway;
#[cfg(all(feature = "statsd", not(target_family = "wasm")))]
pub use statsd::Statsd;
pub(super) use stdout::write as write_to_stdout;
pub(super) use stdout::write_past_lock;
