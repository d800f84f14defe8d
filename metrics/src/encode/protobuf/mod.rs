//! Protocol buffers: delimited messages `io.prometheus.client.MetricFamily`.
//!
//! `family` writes families and their series, `number` and `histogram` their values, `labels` their labels, `exemplar` exemplars, all by
//! `encode/wire`. Nested messages are written to one buffer: what has a known length follows its length, and `wire` closes the gap that is
//! left for the others.

mod exemplar;
mod family;
mod histogram;
mod labels;
mod number;

use super::selection::Selection;
use crate::snapshot::FullSnapshot;
use family::Families;

/// Appends the selected families of `snapshot` to `out`. Returns the number of series, counted as a text has them: each bucket, sum and
/// count of a histogram is one.
pub(super) fn write(snapshot: &FullSnapshot, selection: &Selection<'_>, out: &mut Vec<u8>) -> usize {
    let mut families = Families::new(out, snapshot);
    selection.families(snapshot).for_each(|family| families.push(&family));
    families.series()
}
