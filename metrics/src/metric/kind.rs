//! What sets the kinds of metrics apart: which cells they have, and what these show.

use crate::recorder::Reader;
use crate::snapshot::{MetricKind, SampleValue};
use std::fmt;

/// A kind of metric whose cells are told apart by an index: of a metric without labels, 0; of a family, a series each.
pub trait Kind: Sized + fmt::Debug + 'static {
    /// What is to be said where one is declared, beside its name and help.
    type Options: Copy + PartialEq + fmt::Debug + Send + Sync + 'static;
    /// There is one for each index below [`MOST_CELLS`](crate::recorder::MOST_CELLS).
    type Cells: fmt::Debug + Send + Sync + 'static;
    /// What kind of metric that is to a scraper.
    const KIND: MetricKind;

    /// Cells of which the first `width` are found in one step.
    fn cells(options: Self::Options, width: usize) -> Self::Cells;

    /// What the series at `index` shows.
    fn read(cells: &Self::Cells, index: usize, reader: &mut Reader) -> SampleValue;

    /// Sets the series at `index` back to nothing. Nobody uses it meanwhile, and whoever does afterwards does so after this.
    fn clear(cells: &Self::Cells, index: usize);
}

/// How many cells a thread has at once for a metric without labels, which uses the first: with what stands before them, a cache
/// line.
pub(crate) const ALONE: usize = 7;
