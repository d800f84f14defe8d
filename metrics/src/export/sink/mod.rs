//! Sinks: the destinations of an exporter's snapshots.

mod file;
mod named;
mod stdout;

pub(super) use named::Sink;
pub(super) use stdout::{write as write_to_stdout, write_past_lock};
