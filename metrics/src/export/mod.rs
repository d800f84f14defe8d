//! Where snapshots go: to callbacks, files and stdout at an interval, and once more at the end.
//!
//! `schedule` starts a thread for something that is done at an interval; `thread` and `exporter` are what users start by it,
//! `sink` and `shape` say where to and how.

mod exporter;
mod on_exit;
mod schedule;
mod shape;
#[cfg(all(feature = "signals", unix))]
mod signals;
mod sink;
mod thread;

pub use exporter::{Exporter, ExporterBuilder, exporter};
pub use on_exit::{PrintOnExit, print_on_exit};
pub use thread::ExportHandle;
