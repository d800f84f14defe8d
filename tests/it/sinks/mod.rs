//! Sinks that send to other programs.

mod emf;
mod flush;
mod otlp;
mod peer;
mod push;
mod statsd;

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tachometer::export::ExporterBuilder;
use tachometer::{FullSnapshot, MetricsRegistry};

/// Longer than any test: all exports are last ones, or flushes.
const LONG: Duration = Duration::from_secs(4_000);
/// Nothing here takes nearly as long; what does has hung.
const HUNG: Duration = Duration::from_secs(50);

fn registry() -> MetricsRegistry {
    MetricsRegistry::new(LONG)
}

/// The reports of failed exports.
#[derive(Clone, Default)]
struct Reports(Arc<Mutex<Vec<String>>>);

impl Reports {
    /// Has an exporter report here.
    fn of<'a>(&self, exporter: ExporterBuilder<'a>) -> ExporterBuilder<'a> {
        let reports = Arc::clone(&self.0);
        exporter.on_error(move |sink: &str, error: &io::Error| {
            reports.lock().unwrap().push(format!("{sink}: {error}"));
        })
    }

    fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

/// Returns the number of exports to a sink with this result.
fn exports(registry: &MetricsRegistry, sink: &str, result: &str) -> u64 {
    let text = registry.snapshot_all().to_prometheus_format();
    let line = format!("tachometer_exports_total{{sink=\"{sink}\",result=\"{result}\"}} ");
    text.lines().find_map(|found| found.strip_prefix(&line)).map_or(0, |count| count.parse().unwrap())
}

/// Returns the value of a counter in a text.
fn counter(text: &str, name: &str) -> Option<u64> {
    let line = format!("{name} ");
    text.lines().find_map(|found| found.strip_prefix(&line)).map(|count| count.parse().unwrap())
}

/// Returns a snapshot with many series, which no socket buffer has room for.
fn fill(registry: &MetricsRegistry) -> FullSnapshot {
    for number in 0..40_000 {
        registry.register_counter(format!("filler_{number}"));
    }
    registry.snapshot_all()
}
