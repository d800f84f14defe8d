//! Encoders of snapshots: one file per format, each reading only the snapshot.
//!
//! `expositions` chooses the encoder of an exposition format. All encoders list the families of a snapshot, without those that a
//! `selection` leaves out, and join labels by `encoded_labels`. Those of text share `lines`, which uses `number`, `bounds` and
//! `escape`; `protobuf` and `otlp` share `wire` and `values`;
//! those of JSON without `serde`, `otlp` and `page`, share `literals`.

mod bounds;
mod encoded_labels;
mod escape;
mod exemplars;
mod expositions;
mod format;
#[cfg(feature = "json")]
mod json;
mod lines;
#[cfg(any(feature = "http", feature = "otlp"))]
mod literals;
mod number;
mod openmetrics;
#[cfg(feature = "otlp")]
pub mod otlp;
#[cfg(feature = "http")]
pub(crate) mod page;
mod prometheus;
mod protobuf;
pub mod report;
mod selection;
mod table;
#[cfg(test)]
mod tests;
mod values;
mod wire;

pub use format::Format;
#[cfg(feature = "http")]
pub(crate) use selection::Selection;
