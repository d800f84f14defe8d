//! The kinds of metrics, as traits: their cells, and how these are read.

use super::declaration::Declaration;
use super::declared::Declared;
use crate::collect::{Collection, Registered, Shape};
use crate::objective::LatencyObjective;
use crate::recorder::Reader;
use crate::snapshot::{Exemplar, FamilySnapshot, MetricKind, SampleValue, SeriesSnapshot};
use std::fmt;

/// A kind of metric, whose cells are found by index. A metric without labels uses index 0, a family one index for each series.
pub trait Kind: Sized + fmt::Debug + 'static {
    /// What a declaration specifies besides the name and the help text.
    type Options: Copy + PartialEq + fmt::Debug + Send + Sync + 'static;
    /// The storage, with a cell for each index below [`MAX_CELLS`](crate::recorder::MAX_CELLS).
    type Cells: fmt::Debug + Send + Sync + 'static;
    /// The kind as a scraper sees it.
    const KIND: MetricKind;
    /// The description of the kind in errors.
    const DESCRIPTION: &'static str;

    /// Describes a metric in an error, with the options that tell it from others of its kind.
    fn describe_options(_options: Self::Options) -> String {
        Self::DESCRIPTION.to_owned()
    }

    /// Returns the objective among the options.
    fn objective(_options: Self::Options) -> Option<LatencyObjective> {
        None
    }

    /// Creates cells, the first `width` of which are contiguous and found in one step.
    fn cells(options: Self::Options, width: usize) -> Self::Cells;

    /// Returns the current value of the series at `index`.
    fn read(cells: &Self::Cells, index: usize, reader: &mut Reader) -> SampleValue;

    /// Returns the exemplar of the series at `index`, if it has one beside its value. What it shows is in each value that is read later.
    #[inline]
    fn exemplar(_cells: &Self::Cells, _index: usize) -> Option<Box<Exemplar>> {
        None
    }

    /// Resets the series at `index`. No thread may use it during the call. The caller orders later uses after the call.
    fn clear(cells: &Self::Cells, index: usize);
}

/// The number of contiguous cells that each thread allocates for a metric without labels, which uses only the first. With the
/// header before them they fill a cache line.
pub(crate) const SINGLE_WIDTH: usize = 7;

/// A metric without labels, which has one series.
pub trait Single: Kind + Send + Sync {
    /// Returns its declaration.
    fn declaration(&self) -> &Declaration;

    /// Returns the current value of its series.
    fn value(&self, reader: &mut Reader) -> SampleValue;

    /// Returns the exemplar of its series, if it has one beside its value. What it shows is in each value that is read later.
    fn exemplar(&self) -> Option<Box<Exemplar>> {
        None
    }

    /// Returns its objective.
    fn objective(&self) -> Option<LatencyObjective> {
        None
    }

    /// Describes it in an error, with the options that tell it from others of its kind.
    fn describe(&self) -> String {
        Self::DESCRIPTION.to_owned()
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
        let exemplar = self.exemplar();
        let series = SeriesSnapshot::alone(self.value(into.reader())).with_exemplar(exemplar);
        into.add(name, Single::declaration(self).help, FamilySnapshot::new(M::KIND, vec![series]));
        if let Some(objective) = Single::objective(self) {
            into.add_objective(name, objective);
        }
    }

    fn is_sharded(&self) -> bool {
        M::KIND != MetricKind::Gauge
    }
}

impl<M: Single> Declared for M {
    fn declaration(&self) -> &Declaration {
        Single::declaration(self)
    }
}
