//! The exported names of a metric, of families and of samples, in each format.

use crate::snapshot::MetricKind;
use crate::snapshot::families::without_total;

/// The families of a metric, and how their names derive from its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Four families, of a [`MetricsCollector`](crate::MetricsCollector).
    Collector,
    /// A histogram of microseconds, whose family name has a suffix for the unit.
    Latency,
    /// Two gauges, the minimum and the maximum.
    MinMax,
    /// One family with the name of the metric.
    Plain(MetricKind),
}

/// The suffixes that a metric adds to its name. Metrics with the same name and different suffixes do not clash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Suffixes {
    Plain,
    Collector,
    Latency,
    MinMax,
}

impl Suffixes {
    pub(crate) const FIRST: Self = Suffixes::Plain;
    pub(crate) const LAST: Self = Suffixes::MinMax;
}

/// The formats in which a name is exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Formats {
    All,
    OpenMetrics,
}

impl Shape {
    /// Returns the suffixes that it adds.
    pub(crate) const fn suffixes(self) -> Suffixes {
        match self {
            Shape::Collector => Suffixes::Collector,
            Shape::Latency => Suffixes::Latency,
            Shape::MinMax => Suffixes::MinMax,
            Shape::Plain(_) => Suffixes::Plain,
        }
    }

    /// Returns the suffix and the kind of each family.
    pub(crate) const fn families(self) -> &'static [(&'static str, MetricKind)] {
        use MetricKind::{Counter, Gauge, Histogram};
        match self {
            Shape::Collector => &[
                ("_requests", Counter),
                ("_errors", Counter),
                ("_bytes_sent", Counter),
                ("_active_connections", Gauge),
            ],
            Shape::Latency => &[("_latency_us", Histogram)],
            Shape::MinMax => &[("_min", Gauge), ("_max", Gauge)],
            Shape::Plain(Counter) => &[("", Counter)],
            Shape::Plain(Gauge) => &[("", Gauge)],
            Shape::Plain(Histogram) => &[("", Histogram)],
        }
    }

    /// Returns all names of families and samples of the metric `name`, with the formats they are exported in.
    pub(crate) fn exported_names(self, name: &str) -> Vec<(String, Formats)> {
        let mut names = Vec::new();
        for (suffix, kind) in self.families() {
            let family = format!("{name}{suffix}");
            let (everywhere, base, openmetrics): (&[_], _, &[_]) = match kind {
                MetricKind::Histogram => (&["", "_bucket", "_sum", "_count"], &*family, &["_created"]),
                MetricKind::Gauge => (&[""], &*family, &[]),
                // In OpenMetrics the family of a counter has the name without the suffix.
                MetricKind::Counter => match without_total(&family) {
                    Some(base) => (&[""], base, &["", "_created"]),
                    None => (&[""], &*family, &[]),
                },
            };
            names.extend(everywhere.iter().map(|suffix| (format!("{family}{suffix}"), Formats::All)));
            let further = openmetrics.iter().map(|suffix| (format!("{base}{suffix}"), Formats::OpenMetrics));
            names.extend(further);
        }
        names
    }
}
