//! Rendering into a buffer that has the room allocates nothing for a series.

use super::ALLOCATIONS;
use std::sync::LazyLock;
use std::time::Duration;
use tachometer::{Format, FullSnapshot, MetricsRegistry, TraceContext, instrumented};

static REGISTRY: LazyLock<MetricsRegistry> = LazyLock::new(|| MetricsRegistry::new(Duration::MAX));

struct Odd;

fn kind(_: &Odd) -> &'static str {
    "odd \"number\""
}

#[instrumented(labels(number = number), max_label_sets = 10000, error_kind = kind, registry = &REGISTRY)]
fn handle(number: u32) -> Result<(), Odd> {
    if number.is_multiple_of(2) { Ok(()) } else { Err(Odd) }
}

/// A snapshot with so many sets of labels, each with some thirty series.
fn snapshot_of(sets: u32) -> FullSnapshot {
    for number in 0..sets {
        let _ = handle(number);
    }
    REGISTRY.snapshot_all()
}

fn allocations(snapshot: &FullSnapshot, format: Format, body: &mut Vec<u8>) -> u64 {
    body.clear();
    let before = ALLOCATIONS.get();
    snapshot.encode_bytes(format, body);
    ALLOCATIONS.get() - before
}

#[test]
fn ten_times_the_series_take_but_a_few_allocations_more() {
    // Each error has an exemplar.
    tachometer::set_trace_source(|| Some(TraceContext { trace_id: [7; 16], span_id: [9; 8] }));
    let few = snapshot_of(100);
    let many = snapshot_of(1_000);
    for format in [Format::Prometheus, Format::OpenMetrics, Format::OpenMetricsWithCreated, Format::Protobuf]
    {
        let mut body = Vec::new();
        allocations(&many, format, &mut body);
        let of_few = allocations(&few, format, &mut body);
        let of_many = allocations(&many, format, &mut body);
        // Lists of series double until all fit in: seven families, four times at most.
        assert!(of_many - of_few <= 7 * 4, "{format:?}: {of_few} and then {of_many}");
        assert!((1..200).contains(&of_few), "{format:?}: {of_few}");
        let lines = body.split(|byte| *byte == b'\n').count();
        assert!(lines > 30_000 || (format == Format::Protobuf && body.len() > 500_000), "the body is whole");
    }
}
