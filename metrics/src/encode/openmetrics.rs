//! OpenMetrics text, version 1.0.

use super::escape::Quotes;
use super::lines::{Lines, kind_name};
use crate::snapshot::FullSnapshot;
use crate::snapshot::families::{MetricFamily, MetricKind, Number, without_total};
use std::time::{SystemTime, UNIX_EPOCH};

/// Appends `snapshot` to `text`. If `created`, each counter and histogram has a `_created` sample, unless it was created while there
/// was no clock.
pub(super) fn write(snapshot: &FullSnapshot, created: bool, text: &mut String) {
    let created = (created && snapshot.created != UNIX_EPOCH).then(|| seconds_since_epoch(snapshot.created));
    let mut lines = Lines::new(text);
    for family in snapshot.families() {
        let Metadata { name, kind, has_created } = Metadata::of(&family);
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

/// The metadata lines of a family. They may name it differently than its samples, whose names are the same in all formats.
struct Metadata<'a> {
    name: &'a str,
    kind: &'static str,
    /// Whether its kind may have `_created` samples.
    has_created: bool,
}

impl<'a> Metadata<'a> {
    fn of(family: &'a MetricFamily<'_>) -> Self {
        let (name, kind) = (&*family.name, kind_name(family.kind));
        match family.kind {
            MetricKind::Counter => match without_total(name) {
                Some(name) => Metadata { name, kind, has_created: true },
                None => Metadata { name, kind: "unknown", has_created: false },
            },
            MetricKind::Histogram => Metadata { name, kind, has_created: true },
            MetricKind::Gauge => Metadata { name, kind, has_created: false },
        }
    }
}

fn seconds_since_epoch(time: SystemTime) -> f64 {
    // The format has no negative times: a time before 1970 becomes 0.
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}
