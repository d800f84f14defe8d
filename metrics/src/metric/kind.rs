//! What sets the kinds of metrics apart: which cells they have, and what these show.

use super::declaration::Declaration;
use super::declared::Declared;
use crate::collect::{Collection, Registered, Shape};
use crate::recorder::Reader;
use crate::snapshot::{FamilySnapshot, MetricKind, SampleValue, SeriesSnapshot};
use std::fmt;

/// A kind of metric whose cells are told apart by an index: of a metric without labels, 0; of a family, a series each.
pub trait Kind: Sized + fmt::Debug + 'static {
    /// What is to be said where one is declared, beside its name and help.
    type Options: Copy + PartialEq + fmt::Debug + Send + Sync + 'static;
    /// There is one for each index below [`MAX_CELLS`](crate::recorder::MAX_CELLS).
    type Cells: fmt::Debug + Send + Sync + 'static;
    /// What kind of metric that is to a scraper.
    const KIND: MetricKind;
    /// What errors call a metric of this kind.
    const WHAT: &'static str;

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

/// A metric without labels: one series.
pub trait Single: Kind + Send + Sync {
    /// Returns what it was declared with.
    fn declaration(&self) -> &Declaration;

    /// Returns what its series shows now.
    fn value(&self, reader: &mut Reader) -> SampleValue;

    /// Describes it for an error, with what tells it from others of its kind.
    fn describe(&self) -> String {
        Self::WHAT.to_owned()
    }
}

impl<M: Single> Registered for M {
    fn describe(&self) -> String {
        Single::describe(self)
    }

    fn shape(&self) -> Shape {
        Shape::Plain(M::KIND)
    }

    fn help(&self) -> Option<&str> {
        Some(Single::declaration(self).help)
    }

    fn collect(&self, name: &str, into: &mut Collection<'_>) {
        let series = SeriesSnapshot::alone(self.value(into.reader()));
        into.add(name, Single::declaration(self).help, FamilySnapshot::new(M::KIND, series));
    }

    fn counts_by_thread(&self) -> bool {
        M::KIND != MetricKind::Gauge
    }
}

impl<M: Single> Declared for M {
    fn declaration(&self) -> &Declaration {
        Single::declaration(self)
    }
}
