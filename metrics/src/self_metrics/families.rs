//! Constructors of families and series.

use crate::labels::SeriesLabels;
use crate::snapshot::{FamilySnapshot, MetricKind, SampleValue, SelfMetricFamily, SeriesSnapshot};

pub(super) fn counter(name: &str, help: &str, series: Vec<SeriesSnapshot>) -> SelfMetricFamily {
    family(MetricKind::Counter, name, help, series)
}

pub(super) fn gauge(name: &str, help: &str, series: Vec<SeriesSnapshot>) -> SelfMetricFamily {
    family(MetricKind::Gauge, name, help, series)
}

#[cfg(feature = "http")]
pub(super) fn histogram(name: &str, help: &str, series: Vec<SeriesSnapshot>) -> SelfMetricFamily {
    family(MetricKind::Histogram, name, help, series)
}

/// Creates a series of a counter.
pub(super) fn count(labels: &[(&str, &str)], count: u64) -> SeriesSnapshot {
    series(labels, SampleValue::Count(count))
}

/// Creates a series whose labels carry the information; its value is 1.
pub(super) fn info(labels: &[(&str, &str)]) -> SeriesSnapshot {
    series(labels, SampleValue::Level(1))
}

fn series(labels: &[(&str, &str)], value: SampleValue) -> SeriesSnapshot {
    SeriesSnapshot::new(SeriesLabels::new(labels.iter().copied()), value)
}

fn family(kind: MetricKind, name: &str, help: &str, series: Vec<SeriesSnapshot>) -> SelfMetricFamily {
    let family = FamilySnapshot::new(kind, series);
    SelfMetricFamily { name: name.to_owned(), help: help.to_owned(), family }
}
