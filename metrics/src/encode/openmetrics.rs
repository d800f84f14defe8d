//! OpenMetrics text, version 1.0.

use super::escape::Quotes;
use super::format::Format;
use super::lines::{Lines, kind_name};
use crate::snapshot::FullSnapshot;
use crate::snapshot::families::{MetricFamily, MetricKind, Number, without_total};
use std::time::{SystemTime, UNIX_EPOCH};

impl FullSnapshot {
    /// This snapshot as OpenMetrics 1.0 (`application/openmetrics-text; version=1.0.0; charset=utf-8`).
    ///
    /// The series are those of [`to_prometheus_format`](Self::to_prometheus_format), with the same names, labels and
    /// numbers. The family of a counter `jobs_total` is called `jobs` here. A counter whose name does not end in `_total`
    /// cannot be one in this format, and is of `unknown` type under its own name. Nothing but the end, `# EOF`, where there is
    /// nothing to print. [`encode`](Self::encode) writes into a buffer that is there already, and `_created` samples if
    /// it is asked to.
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
}

/// Appends `snapshot` to `text`, with a `_created` sample for each counter and histogram where `created`.
pub(super) fn write(snapshot: &FullSnapshot, created: bool, text: &mut String) {
    let created = created.then(|| seconds_since_epoch(snapshot.created));
    let mut lines = Lines::new(text);
    for family in snapshot.families() {
        let Head { name, kind, has_created } = Head::of(&family);
        lines.help(name, &family.help, Quotes::Escaped);
        lines.comment("TYPE", name, kind);
        if let Some(unit) = family.unit {
            lines.comment("UNIT", name, unit);
        }
        let created = created.filter(|_| has_created);
        for series in &family.series {
            lines.series(&family.name, series);
            if let Some(created) = created {
                lines.sample(name, "_created", Number::Float(created));
            }
        }
    }
    text.push_str("# EOF\n");
}

/// What is said of a family before its samples. These are called as in every format.
struct Head<'a> {
    name: &'a str,
    kind: &'static str,
    /// Whether its kind may have `_created` samples.
    has_created: bool,
}

impl<'a> Head<'a> {
    fn of(family: &'a MetricFamily<'_>) -> Self {
        let (name, kind) = (&*family.name, kind_name(family.kind));
        match family.kind {
            MetricKind::Counter => match without_total(name) {
                Some(name) => Head { name, kind, has_created: true },
                None => Head { name, kind: "unknown", has_created: false },
            },
            MetricKind::Histogram => Head { name, kind, has_created: true },
            MetricKind::Gauge => Head { name, kind, has_created: false },
        }
    }
}

fn seconds_since_epoch(time: SystemTime) -> f64 {
    // A clock that was set to before 1970 gives the earliest time that the format has.
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}
