//! The exposition formats: to the letter, in their corners, and of any snapshot.

mod clashes;
mod corners;
mod exemplars;
mod golden;
mod never;
mod otlp;
mod properties;
pub mod protobuf;
mod random;
mod reader;
mod report;

use std::time::Duration;
use tachometer::{Format, FullSnapshot, MetricsRegistry};

const FORMATS: [Format; 3] = [Format::Prometheus, Format::OpenMetrics, Format::OpenMetricsWithCreated];

fn registry() -> MetricsRegistry {
    MetricsRegistry::new(Duration::from_secs(4_000))
}

fn text_of(registry: &MetricsRegistry) -> String {
    registry.snapshot_all().to_prometheus_format()
}

fn encode(snapshot: &FullSnapshot, format: Format) -> String {
    let mut text = String::new();
    snapshot.encode(format, &mut text);
    text
}

/// One of each kind.
fn full_registry() -> MetricsRegistry {
    let registry = registry();
    let http = registry.register_collector("http");
    for _ in 0..3 {
        http.record_request();
    }
    http.record_error();
    http.record_bytes(5_000_000_000);
    http.connection_closed();
    let latency = registry.register_histogram("api", [10, 1_000, 1_000_000, u64::MAX, 0]);
    for value in [10, 11, 12, 1_000_000, 2_000_000] {
        latency.record(value);
    }
    registry.register_minmax("size").update(7);
    registry.register_minmax("size").update(70);
    registry.register_minmax("unseen");
    registry.register_counter("jobs_total").add(12);
    registry.register_gauge("queue").set(-4);
    registry
}
