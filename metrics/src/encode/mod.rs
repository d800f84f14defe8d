//! Encoders of snapshots: one file per format, each reading only the snapshot.
//!
//! `expositions` chooses the encoder of an exposition format. All encoders list the families of a snapshot, without those that a
//! `selection` leaves out, and join labels by `encoded_labels`. Those of text share `lines`, which uses `number`, `bounds` and
//! `escape`; `protobuf` and `otlp` share `wire`, `values` and `label_fields`. `otlp` and `emf` share `json_text`. Encoders of buckets with
//! bounds share `last_bounds`.

mod bounds;
#[cfg(feature = "emf")]
pub(crate) mod emf;
mod encoded_labels;
mod escape;
mod exemplars;
mod expositions;
mod format;
#[cfg(feature = "json")]
mod json;
#[cfg(any(feature = "emf", feature = "otlp"))]
mod json_text;
mod label_fields;
mod last_bounds;
mod lines;
mod number;
mod openmetrics;
#[cfg(feature = "otlp")]
pub mod otlp;
mod prometheus;
mod protobuf;
pub mod report;
mod selection;
#[cfg(all(feature = "statsd", not(target_family = "wasm")))]
pub(crate) mod statsd;
mod table;
#[cfg(test)]
mod tests;
mod values;
mod wire;

pub use format::Format;
pub(crate) use number::float_text;
#[cfg(feature = "http")]
pub(crate) use selection::Selection;
