//! Snapshots as text: one file a format, each from the snapshot alone.

mod float;
mod format;
#[cfg(feature = "json")]
mod json;
mod openmetrics;
mod prometheus;
mod table;

pub use format::Format;
