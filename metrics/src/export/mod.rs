//! Exports of snapshots to callbacks, files and stdout, at an interval and once more at the end.
//!
//! [`exporter()`] configures an [`Exporter`] with several sinks; [`print_on_exit`] prints once, at the end.

// `schedule` starts a thread that repeats an export. Users start one with `thread` or `builder`, which returns an `exporter`. A
// `sink` writes snapshots to one destination in an `output_format`; a `reporter` reports its errors.
mod builder;
#[cfg(all(any(feature = "otlp", feature = "push", feature = "statsd"), not(target_family = "wasm")))]
mod deadline;
mod exporter;
mod on_exit;
mod output_format;
mod report_file;
mod reporter;
mod schedule;
#[cfg(all(feature = "signals", unix))]
mod signals;
mod sink;
mod thread;

#[cfg(all(feature = "statsd", not(target_family = "wasm")))]
pub use crate::encode::statsd::StatsdDialect;
pub use builder::{ExporterBuilder, exporter};
pub use exporter::Exporter;
pub use on_exit::{PrintOnExit, ReportOnExit, print_on_exit, report_on_exit};
#[cfg(feature = "emf")]
pub use sink::Emf;
#[cfg(all(feature = "otlp", not(target_family = "wasm")))]
pub use sink::Otlp;
#[cfg(all(feature = "push", not(target_family = "wasm")))]
pub use sink::Pushgateway;
#[cfg(all(feature = "statsd", not(target_family = "wasm")))]
pub use sink::Statsd;
pub use thread::ExportHandle;
