//! Snapshots as text in the exposition formats.

use super::format::Format;
use super::{openmetrics, prometheus};
use crate::snapshot::FullSnapshot;

impl FullSnapshot {
    /// Returns this snapshot as Prometheus text 0.0.4 (`text/plain; version=0.0.4; charset=utf-8`).
    ///
    /// Each family is a block that begins with `# HELP` and `# TYPE`. Families and series are in a stable order, and buckets are
    /// cumulative up to `+Inf`. A snapshot without metrics is empty. [`encode`](Self::encode) appends to an existing buffer.
    ///
    /// ```
    /// use std::time::Duration;
    /// use tachometer::MetricsRegistry;
    ///
    /// let registry = MetricsRegistry::new(Duration::from_secs(10));
    /// registry.describe("queue_length", "Jobs waiting");
    /// registry.register_gauge("queue_length").set(3);
    /// assert_eq!(
    ///     registry.snapshot_all().to_prometheus_format(),
    ///     "# HELP queue_length Jobs waiting\n# TYPE queue_length gauge\nqueue_length 3\n"
    /// );
    /// ```
    pub fn to_prometheus_format(&self) -> String {
        let mut text = String::new();
        self.encode(Format::Prometheus, &mut text);
        text
    }

    /// Returns this snapshot as OpenMetrics 1.0 (`application/openmetrics-text; version=1.0.0; charset=utf-8`).
    ///
    /// The series are those of [`to_prometheus_format`](Self::to_prometheus_format), with the same names, labels and values. The
    /// family of a counter `jobs_total` is named `jobs` in this format. OpenMetrics requires the suffix `_total` for counters, so
    /// a counter without it has the type `unknown`, under its own name. A snapshot without metrics is `# EOF` alone.
    /// [`encode`](Self::encode) appends to an existing buffer, and can add `_created` samples.
    ///
    /// ```
    /// use std::time::Duration;
    /// use tachometer::MetricsRegistry;
    ///
    /// let registry = MetricsRegistry::new(Duration::from_secs(10));
    /// registry.describe("jobs_total", "Jobs done");
    /// registry.register_counter("jobs_total").add(3);
    /// assert_eq!(
    ///     registry.snapshot_all().to_openmetrics_format(),
    ///     "# HELP jobs Jobs done\n# TYPE jobs counter\njobs_total 3\n# EOF\n"
    /// );
    /// ```
    pub fn to_openmetrics_format(&self) -> String {
        let mut text = String::new();
        self.encode(Format::OpenMetrics, &mut text);
        text
    }

    /// Appends this snapshot in `format` to `text`.
    ///
    /// Reuse a cleared `text` to avoid allocations: there is then none per series, and few per family.
    pub fn encode(&self, format: Format, text: &mut String) {
        match format {
            Format::Prometheus => prometheus::write(self, text),
            Format::OpenMetrics => openmetrics::write(self, false, text),
            Format::OpenMetricsWithCreated => openmetrics::write(self, true, text),
        }
    }
}
