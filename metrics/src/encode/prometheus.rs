//! Prometheus text, version 0.0.4.

use super::escape::Quotes;
use super::lines::{Lines, kind_name};
use super::selection::Selection;
use crate::snapshot::FullSnapshot;

/// Appends the selected families of `snapshot` to `text`.
pub(super) fn write(snapshot: &FullSnapshot, selection: &Selection<'_>, text: &mut String) {
    let mut lines = Lines::new(text, snapshot);
    for family in selection.families(snapshot) {
        lines.help(&family.name, &family.help, Quotes::Kept);
        lines.comment("TYPE", &family.name, kind_name(family.kind));
        lines.all_series(&family, None);
    }
}
