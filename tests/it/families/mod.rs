//! Families: a series for each set of labels, exactly, whoever comes and goes.

mod bounds;
mod dynamic;
mod kinds;
mod labels;
mod mixed;
mod reading;
mod threads;
mod wrong;

use std::time::Duration;
use tachometer::{
    FullSnapshot, MetricsRegistry,
    families::{SampleValue, SeriesLabels},
};

fn registry() -> MetricsRegistry {
    MetricsRegistry::new(Duration::from_secs(10))
}

/// The series of a family as its labels' values, joined by `/`, and what it shows.
fn series(snapshot: &FullSnapshot, family: &str) -> Vec<(String, SampleValue)> {
    let values = |labels: &SeriesLabels| labels.iter().map(|(_, value)| value).collect::<Vec<_>>().join("/");
    let series = &snapshot.declared[family].series;
    series.iter().map(|series| (values(&series.labels), series.value.clone())).collect()
}

/// The same, of counters.
fn counts(snapshot: &FullSnapshot, family: &str) -> Vec<(String, u64)> {
    let count = |(labels, value): (String, SampleValue)| match value {
        SampleValue::Count(count) => (labels, count),
        other => panic!("{family} shows {other:?}"),
    };
    series(snapshot, family).into_iter().map(count).collect()
}

/// How many updates the library says went to the overflow series of a family.
fn overflowed(snapshot: &FullSnapshot, family: &str) -> Option<u64> {
    let text = snapshot.to_prometheus_format();
    let line = format!("tachometer_overflowed_updates_total{{metric={family:?}}} ");
    text.lines().find_map(|found| found.strip_prefix(&line)?.parse().ok())
}
