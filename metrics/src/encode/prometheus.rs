//! Prometheus text, version 0.0.4.

use super::escape::Quotes;
use super::format::Format;
use super::lines::{Lines, kind_name};
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
}

/// Appends `snapshot` to `text`.
pub(super) fn write(snapshot: &FullSnapshot, text: &mut String) {
    let mut lines = Lines::new(text);
    for family in snapshot.families() {
        lines.help(&family.name, &family.help, Quotes::Kept);
        lines.comment("TYPE", &family.name, kind_name(family.kind));
        for series in &family.series {
            lines.series(&family.name, series);
        }
    }
}
