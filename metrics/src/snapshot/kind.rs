//! Kinds of metrics.

use std::fmt;

/// The kind of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "json", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum MetricKind {
    /// A number that never decreases.
    Counter,
    /// A number that goes up and down.
    Gauge,
    /// Buckets, a sum and a count.
    Histogram,
}

/// `counter`, `gauge` or `histogram`.
impl fmt::Display for MetricKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            MetricKind::Counter => "counter",
            MetricKind::Gauge => "gauge",
            MetricKind::Histogram => "histogram",
        })
    }
}
