//! The names that metrics are printed under, of families and of samples, in every format.

use crate::snapshot::MetricKind;
use crate::snapshot::families::without_total;

/// What a metric makes of its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Four families.
    Collector,
    /// A histogram that was registered without saying what of, whose family says it.
    Latency,
    /// Two families.
    MinMax,
    /// A family of its own name.
    Plain(MetricKind),
}

/// What a metric adds to its name where it is printed. Metrics of one name that add different things print different
/// names, and stand side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Printed {
    Plain,
    Collector,
    Latency,
    MinMax,
}

impl Printed {
    pub(crate) const FIRST: Self = Printed::Plain;
    pub(crate) const LAST: Self = Printed::MinMax;
}

/// Which formats have a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Formats {
    All,
    OpenMetrics,
}

impl Shape {
    pub(crate) const fn printed(self) -> Printed {
        match self {
            Shape::Collector => Printed::Collector,
            Shape::Latency => Printed::Latency,
            Shape::MinMax => Printed::MinMax,
            Shape::Plain(_) => Printed::Plain,
        }
    }

    /// The kind of each family, and what is added to the metric's name for it.
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

    /// Every name that a family or a sample of the metric `name` has, and where.
    pub(crate) fn printed_names(self, name: &str) -> Vec<(String, Formats)> {
        let mut printed = Vec::new();
        for (suffix, kind) in self.families() {
            let family = format!("{name}{suffix}");
            let (everywhere, base, openmetrics): (&[_], _, &[_]) = match kind {
                MetricKind::Histogram => (&["", "_bucket", "_sum", "_count"], &*family, &["_created"]),
                MetricKind::Gauge => (&[""], &*family, &[]),
                // Its family there is called without the ending.
                MetricKind::Counter => match without_total(&family) {
                    Some(base) => (&[""], base, &["", "_created"]),
                    None => (&[""], &*family, &[]),
                },
            };
            printed.extend(everywhere.iter().map(|suffix| (format!("{family}{suffix}"), Formats::All)));
            let further = openmetrics.iter().map(|suffix| (format!("{base}{suffix}"), Formats::OpenMetrics));
            printed.extend(further);
        }
        printed
    }
}
