//! Encoders of snapshots: one file per format, each reading only the snapshot.
//!
//! `text` chooses the encoder of an exposition format. The encoders share `lines`, which uses `number`, `bounds`,
//! `function_labels` and `escape`.

mod bounds;
mod escape;
mod format;
mod function_labels;
#[cfg(feature = "json")]
mod json;
mod lines;
mod number;
mod openmetrics;
mod prometheus;
mod table;
#[cfg(test)]
mod tests;
mod text;

pub use format::Format;
