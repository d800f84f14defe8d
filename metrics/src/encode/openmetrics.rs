//! OpenMetrics text, version 1.0.

use super::escape::Quotes;
use super::lines::{Constant, Lines, kind_name};
use super::number::push_float;
use super::selection::Selection;
use crate::snapshot::families::{MetricKind, without_total};
use crate::snapshot::{FullSnapshot, ListedFamily};
use std::time::{SystemTime, UNIX_EPOCH};

/// Appends the selected families of `snapshot` to `text`. If `created`, each counter and histogram has a `_created` sample, unless it
/// was created while there was no clock.
pub(super) fn write(snapshot: &FullSnapshot, selection: &Selection<'_>, created: bool, text: &mut String) {
    // The same for all series, so it is formatted once.
    let created = (created && snapshot.created != UNIX_EPOCH).then(|| created_text(snapshot.created));
    let mut lines = Lines::new(text, snapshot);
    for family in selection.families(snapshot) {
        let Metadata { name, kind, is_extended } = Metadata::of(&family);
        lines.help(name, &family.help, Quotes::Escaped);
        lines.comment("TYPE", name, kind);
        if let Some(unit) = family.unit {
            lines.comment("UNIT", name, unit);
        }
        let created = created.as_deref().filter(|_| is_extended);
        let created = created.map(|created| Constant::new(&format!("{name}_created"), created));
        lines.show_exemplars(is_extended);
        lines.all_series(&family, created.as_ref());
    }
    text.push_str("# EOF\n");
}

/// The metadata lines of a family. They may name it differently than its samples, whose names are the same in all formats.
struct Metadata<'a> {
    name: &'a str,
    kind: &'static str,
    /// Whether its kind may have exemplars and `_created` samples.
    is_extended: bool,
}

impl<'a> Metadata<'a> {
    fn of(family: &'a ListedFamily<'_>) -> Self {
        let (name, kind) = (&*family.name, kind_name(family.kind));
        match family.kind {
            MetricKind::Counter => match without_total(name) {
                Some(name) => Metadata { name, kind, is_extended: true },
                None => Metadata { name, kind: "unknown", is_extended: false },
            },
            MetricKind::Histogram => Metadata { name, kind, is_extended: true },
            MetricKind::Gauge => Metadata { name, kind, is_extended: false },
        }
    }
}

/// Returns the time in seconds since 1970, as text.
fn created_text(time: SystemTime) -> String {
    // The format has no negative times: a time before 1970 becomes 0.
    let seconds = time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
    let mut text = String::new();
    push_float(&mut text, seconds);
    text
}
