//! The shared state of a family: its cells, label names and series.

use super::limits::Limits;
use super::mixed_series::MixedSeries;
use super::table::{OVERFLOW, Owner, SeriesTable, Shown};
use crate::collect::{Collection, Registered, Shape};
use crate::labels::{LabelSet, LabelText, Labels, OVERFLOW_VALUE, SeriesLabels, values_of};
use crate::metric::kind::{Kind, SINGLE_WIDTH};
use crate::metric::{Declaration, Declared};
use crate::recorder::Reader;
use crate::snapshot::{FamilySnapshot, MetricKind, SeriesSnapshot};
use crate::sync::unmodelled::OnceLock;
use std::fmt;

/// The number of contiguous cells that each thread allocates for a family whose label values are not known at compile time. With
/// the header before them they fill four cache lines. Most families have no more series; updates of further series take more steps.
const OPEN_WIDTH: usize = 31;
/// The maximum number of contiguous cells for a family with known sets of labels.
const MAX_CONTIGUOUS_CELLS: usize = 511;

/// The state of a family that has been used or registered.
pub struct Core<M: Kind> {
    declaration: Declaration,
    options: M::Options,
    cells: M::Cells,
    schema: Schema,
}

/// The label names of a family, and its series.
#[derive(Debug)]
pub(super) struct Schema {
    names: &'static [&'static str],
    cardinality: Cardinality,
}

/// The number of series that a family may have.
#[derive(Debug)]
#[allow(
    clippy::large_enum_variant,
    reason = "there is one in a family, and a box would be from the program's allocator"
)]
enum Cardinality {
    /// The number of known sets, and the values of each label. The index of a series is that of its set. Their labels are made for
    /// the first reader.
    Known(usize, &'static [Option<&'static [&'static str]>], OnceLock<Box<[SeriesLabels]>>),
    /// Series are created at their first use.
    Open(SeriesTable),
    /// Series are created when they are first held, and have label names of their own.
    Mixed(MixedSeries),
}

impl Schema {
    pub(super) fn of<L: LabelSet>(limits: Limits) -> Self {
        match L::COUNT {
            Some(count) => Schema::known(L::NAMES, count, L::VALUES),
            None => Schema::open(L::NAMES, limits),
        }
    }

    fn known(
        names: &'static [&'static str],
        count: usize,
        values: &'static [Option<&'static [&'static str]>],
    ) -> Self {
        Schema { names, cardinality: Cardinality::Known(count, values, OnceLock::new()) }
    }

    /// Creates a schema with these label names, whose values are not known at compile time.
    pub(super) fn open(names: &'static [&'static str], limits: Limits) -> Self {
        if names.is_empty() {
            // Without labels there is one series.
            return Schema::known(names, 1, &[]);
        }
        let table = SeriesTable::new(names, limits);
        Schema { names, cardinality: Cardinality::Open(table) }
    }

    /// Creates a schema whose series have label names of their own.
    pub(super) fn mixed(limits: Limits) -> Self {
        Schema { names: &[], cardinality: Cardinality::Mixed(MixedSeries::new(limits.max_series)) }
    }

    /// Returns how many cells are to be contiguous.
    fn width(&self) -> usize {
        match self.cardinality {
            Cardinality::Known(count, ..) => count.clamp(SINGLE_WIDTH, MAX_CONTIGUOUS_CELLS),
            Cardinality::Open(_) | Cardinality::Mixed(_) => OPEN_WIDTH,
        }
    }
}

impl<M: Kind> Core<M> {
    pub(super) fn new(declaration: Declaration, options: M::Options, schema: Schema) -> Self {
        Core { declaration, options, cells: M::cells(options, schema.width()), schema }
    }

    /// Returns whether this family has these label names, number of known sets and options.
    pub(super) fn has_same_schema(&self, names: &[&str], known: Option<usize>, options: M::Options) -> bool {
        let known = if names.is_empty() { Some(1) } else { known };
        let own = match self.schema.cardinality {
            Cardinality::Known(count, ..) => Some(count),
            Cardinality::Open(_) | Cardinality::Mixed(_) => None,
        };
        self.schema.names == names && own == known && self.options == options
    }

    /// Returns whether this family has series with label names of their own, and these options.
    pub(super) fn is_mixed(&self, options: M::Options) -> bool {
        self.mixed().is_some() && self.options == options
    }

    #[inline]
    pub(super) fn cells(&self) -> &M::Cells {
        &self.cells
    }

    pub(super) fn table(&self) -> Option<&SeriesTable> {
        match &self.schema.cardinality {
            Cardinality::Known(..) | Cardinality::Mixed(_) => None,
            Cardinality::Open(table) => Some(table),
        }
    }

    pub(super) fn mixed(&self) -> Option<&MixedSeries> {
        match &self.schema.cardinality {
            Cardinality::Mixed(series) => Some(series),
            Cardinality::Known(..) | Cardinality::Open(_) => None,
        }
    }

    /// Calls `update` with the cells and the index of the series with these labels, in a family whose sets are not known.
    #[inline]
    pub(super) fn update<R>(
        &'static self,
        labels: &impl Labels,
        update: impl FnOnce(&'static M::Cells, usize) -> R,
    ) -> R {
        let Some(table) = self.table() else { return update(&self.cells, OVERFLOW) };
        match table.cached_index(labels) {
            Ok(index) => update(&self.cells, index),
            Err(hash) => self.update_uncached(table, labels, hash, update),
        }
    }

    /// Updates a series that this thread's cache does not have. Not inlined: otherwise its code would be in each update.
    #[cold]
    #[inline(never)]
    fn update_uncached<R>(
        &'static self,
        table: &SeriesTable,
        labels: &impl Labels,
        hash: u64,
        update: impl FnOnce(&'static M::Cells, usize) -> R,
    ) -> R {
        let (index, _share) = table.index_for_uncached_update(labels, hash, self);
        update(&self.cells, index)
    }

    /// Calls `read` with the cells and the index of the series with these labels, if it is shown.
    pub(super) fn read_shown<R>(
        &'static self,
        labels: &impl Labels,
        read: impl FnOnce(&'static M::Cells, usize) -> R,
    ) -> Option<R> {
        let Some(table) = self.table() else { return Some(read(&self.cells, OVERFLOW)) };
        let entry = table.find(self.text_of(labels).bytes())?;
        Some(read(&self.cells, entry.index()))
    }

    pub(super) fn text_of(&self, labels: &impl Labels) -> LabelText {
        LabelText::of(labels, self.schema.names.len())
    }

    pub(super) fn remove(&self, labels: &impl Labels) -> bool {
        let Some(table) = self.table() else { return false };
        table.find(self.text_of(labels).bytes()).is_some_and(|entry| table.remove(&entry))
    }

    pub(super) fn remove_where(&self, mut should_remove: impl FnMut(&[(&str, &str)]) -> bool) -> usize {
        let Some(table) = self.table() else { return 0 };
        // The predicate is user code: no lock is held while it runs.
        let mut should_remove = |shown: &Shown| should_remove(&shown.labels.iter().collect::<Vec<_>>());
        table.shown().iter().filter(|shown| should_remove(shown) && table.remove(&shown.share)).count()
    }

    #[inline]
    fn series_at(&self, labels: &SeriesLabels, index: usize, reader: &mut Reader) -> SeriesSnapshot {
        let exemplar = M::exemplar(&self.cells, index);
        SeriesSnapshot::new(labels.clone(), M::read(&self.cells, index, reader)).with_exemplar(exemplar)
    }

    fn named<'v>(&self, values: impl IntoIterator<Item = &'v str>) -> SeriesLabels {
        SeriesLabels::new(self.schema.names.iter().copied().zip(values))
    }
}

impl<M: Kind> Owner for Core<M> {
    fn table(&self) -> &SeriesTable {
        self.table().expect("only a table creates entries")
    }

    fn clear(&self, index: usize) {
        M::clear(&self.cells, index);
    }
}

impl<M: Kind> Core<M> {
    fn series(&self, reader: &mut Reader) -> Vec<SeriesSnapshot> {
        match &self.schema.cardinality {
            Cardinality::Known(count, values, labels) => {
                let values_at = |index| values_of(values, *count, index).into_iter().flatten();
                let labels =
                    labels.get_or_init(|| (0..*count).map(|index| self.named(values_at(index))).collect());
                let series = |(index, labels): (usize, &SeriesLabels)| self.series_at(labels, index, reader);
                labels.iter().enumerate().map(series).collect()
            }
            Cardinality::Open(table) => {
                let shown = table.shown();
                let mut series = Vec::with_capacity(shown.len() + 1);
                for shown in &*shown {
                    series.push(self.series_at(&shown.labels, shown.index(), reader));
                }
                if table.overflowed() > 0 {
                    let labels = self.named(self.schema.names.iter().map(|_| OVERFLOW_VALUE));
                    series.push(self.series_at(&labels, OVERFLOW, reader));
                }
                series
            }
            Cardinality::Mixed(mixed) => {
                let shown = mixed.shown();
                shown.iter().map(|(labels, index)| self.series_at(labels, *index, reader)).collect()
            }
        }
    }
}

impl<M: Kind> Registered for Core<M> {
    fn describe(&self) -> String {
        let metric = M::describe_options(self.options);
        match self.schema.names {
            [] if self.mixed().is_some() => format!("{metric}, and with any labels"),
            [] => metric,
            labels if metric == M::DESCRIPTION => format!("{metric} with the labels {labels:?}"),
            labels => format!("{metric}, and with the labels {labels:?}"),
        }
    }

    fn shape(&self) -> Shape {
        Shape::Plain(M::KIND)
    }

    fn help(&self) -> Option<&str> {
        Some(self.declaration.help)
    }

    fn label_names(&self) -> Vec<&str> {
        self.mixed().map_or_else(|| self.schema.names.to_vec(), MixedSeries::names)
    }

    fn collect(&self, name: &str, into: &mut Collection<'_>) {
        let series = self.series(into.reader());
        // Read after the series: otherwise an update could be counted as overflowed and be missing from the overflow series.
        if let Some(table) = self.table() {
            into.add_overflowed(name, table.overflowed());
        }
        if let Some(series) = self.mixed() {
            into.add_overflowed(name, series.overflowed());
        }
        into.add(name, self.declaration.help, FamilySnapshot::new(M::KIND, series));
        if let Some(objective) = M::objective(self.options) {
            into.add_objective(name, objective);
        }
    }

    fn is_sharded(&self) -> bool {
        M::KIND != MetricKind::Gauge
    }
}

impl<M: Kind> Declared for Core<M> {
    fn declaration(&self) -> &Declaration {
        &self.declaration
    }
}

impl<M: Kind> fmt::Debug for Core<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Core")
            .field("declaration", &self.declaration)
            .field("schema", &self.schema)
            .finish_non_exhaustive()
    }
}
