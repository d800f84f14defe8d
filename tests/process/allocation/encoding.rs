//! Rendering into a text that has the room allocates nothing for a series.

use super::ALLOCATIONS;
use std::sync::LazyLock;
use std::time::Duration;
use tachometer::{Format, FullSnapshot, MetricsRegistry, instrumented};

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

fn allocations(snapshot: &FullSnapshot, format: Format, text: &mut String) -> u64 {
    text.clear();
    let before = ALLOCATIONS.get();
    snapshot.encode(format, text);
    ALLOCATIONS.get() - before
}

#[test]
fn ten_times_the_series_take_but_a_few_allocations_more() {
    let few = snapshot_of(100);
    let many = snapshot_of(1_000);
    for format in [Format::Prometheus, Format::OpenMetrics, Format::OpenMetricsWithCreated] {
        let mut text = String::new();
        allocations(&many, format, &mut text);
        let of_few = allocations(&few, format, &mut text);
        let of_many = allocations(&many, format, &mut text);
        // Lists of series double until all fit in: seven families, four times at most.
        assert!(of_many - of_few <= 7 * 4, "{format:?}: {of_few} and then {of_many}");
        assert!((1..200).contains(&of_few), "{format:?}: {of_few}");
        assert!(text.lines().count() > 30_000, "the text is whole");
    }
}
