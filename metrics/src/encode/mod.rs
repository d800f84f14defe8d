//! Snapshots as text: one file a format, each from the snapshot alone.
//!
//! `lines` holds what text formats share, on `number` and `escape`; a format's file only says what is its own.

mod escape;
mod format;
#[cfg(feature = "json")]
mod json;
mod lines;
mod number;
mod openmetrics;
mod prometheus;
mod table;
#[cfg(test)]
mod tests;

pub use format::Format;
