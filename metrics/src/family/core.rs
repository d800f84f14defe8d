//! What all handles of a family share: its cells, and which series there are.

use super::table::{Entry, OVERFLOW, Owner, Table};
use crate::collect::{Collection, Registered, Shape};
use crate::labels::{LabelSet, LabelText, Labels, OVERFLOW_VALUE, values_from_last, values_of};
use crate::metric::kind::{ALONE, Kind};
use crate::metric::{Declaration, Declared};
use crate::recorder::Reader;
use crate::snapshot::{FamilySnapshot, MetricKind, SeriesSnapshot};
use crate::sync::Arc;
use std::fmt;
use std::time::Duration;

/// How many cells a thread has at once for a family whose sets of labels are not known: four cache lines with what stands before
/// them. Most families have no more series, and an update of one further has further to go.
const FIRST_CELLS: usize = 31;
/// Of known sets, so many have their cells in one piece at most.
const MOST_IN_ONE_PIECE: usize = 511;

/// A family that is in use.
pub struct Core<M: Kind> {
    declaration: Declaration,
    options: M::Options,
    cells: M::Cells,
    sets: Sets,
}

/// Which series there are.
#[derive(Debug)]
pub(super) struct Sets {
    names: &'static [&'static str],
    series: SetsOfSeries,
}

#[derive(Debug)]
enum SetsOfSeries {
    /// So many, with these values of each label. The index of a series is that of its set.
    Known(usize, &'static [Option<&'static [&'static str]>]),
    /// Those that have been used.
    Used(Table),
}

/// Bounds on the series of a family.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) most: usize,
    pub(super) idle_after: Option<Duration>,
}

/// More are refused: threads must hold all of them in tables.
const MOST_THAT_MAY_BE_SAID: usize = 1_000_000;

impl Limits {
    pub(super) const DEFAULT: Self = Limits { most: 1_000, idle_after: None };

    pub(super) const fn with_at_most(self, most: usize) -> Self {
        assert!(
            most > 0 && most <= MOST_THAT_MAY_BE_SAID,
            "the maximum number of series must be between 1 and 1000000"
        );
        Limits { most, ..self }
    }

    pub(super) const fn with_expiry(self, idle: Duration) -> Self {
        assert!(!idle.is_zero(), "the time after which series expire must be longer than zero");
        Limits { idle_after: Some(idle), ..self }
    }
}

impl Sets {
    pub(super) fn of<L: LabelSet>(limits: Limits) -> Self {
        match L::COUNT {
            Some(count) => Sets { names: L::NAMES, series: SetsOfSeries::Known(count, L::VALUES) },
            None => Sets::used(L::NAMES, limits),
        }
    }

    /// Sets of labels with these names, whose values are not known.
    pub(super) fn used(names: &'static [&'static str], limits: Limits) -> Self {
        let series = match names {
            // Without labels there is one set.
            [] => SetsOfSeries::Known(1, &[]),
            _ => SetsOfSeries::Used(Table::new(names.len(), limits.most, limits.idle_after)),
        };
        Sets { names, series }
    }

    /// How many cells are to be found in one step.
    fn width(&self) -> usize {
        match self.series {
            SetsOfSeries::Known(count, _) => count.clamp(ALONE, MOST_IN_ONE_PIECE),
            SetsOfSeries::Used(_) => FIRST_CELLS,
        }
    }
}

impl<M: Kind> Core<M> {
    pub(super) fn new(declaration: Declaration, options: M::Options, sets: Sets) -> Self {
        Core { declaration, options, cells: M::cells(options, sets.width()), sets }
    }

    /// Whether a family with these label names, of which so many sets are known, and with these options is the same.
    pub(super) fn has_sets_like(&self, names: &[&str], known: Option<usize>, options: M::Options) -> bool {
        let known = if names.is_empty() { Some(1) } else { known };
        let own = match self.sets.series {
            SetsOfSeries::Known(count, _) => Some(count),
            SetsOfSeries::Used(_) => None,
        };
        self.sets.names == names && own == known && self.options == options
    }

    pub(super) fn cells(&self) -> &M::Cells {
        &self.cells
    }

    pub(super) fn table(&self) -> Option<&Table> {
        match &self.sets.series {
            SetsOfSeries::Known(..) => None,
            SetsOfSeries::Used(table) => Some(table),
        }
    }

    /// Has `update` change the cells of the series with these labels, of a family whose sets are not known.
    #[inline]
    pub(super) fn update<R>(
        &'static self,
        labels: &impl Labels,
        update: impl FnOnce(&'static M::Cells, usize) -> R,
    ) -> R {
        let Some(table) = self.table() else { return update(&self.cells, OVERFLOW) };
        let (index, _share) = table.index_for_update(labels, self);
        update(&self.cells, index)
    }

    /// Reads the cells of the series with these labels, if it is shown.
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
        LabelText::of(labels, self.sets.names.len())
    }

    /// The labels of a series, by name.
    pub(super) fn labels_of<'a>(&self, entry: &'a Entry) -> Vec<(&'static str, &'a str)> {
        let mut values: Vec<_> = values_from_last(entry.text()).collect();
        values.reverse();
        self.sets.names.iter().copied().zip(values).collect()
    }

    pub(super) fn remove(&self, labels: &impl Labels) -> bool {
        let Some(table) = self.table() else { return false };
        table.find(self.text_of(labels).bytes()).is_some_and(|entry| table.remove(&entry))
    }

    pub(super) fn remove_where(&self, mut is_over: impl FnMut(&[(&str, &str)]) -> bool) -> usize {
        let Some(table) = self.table() else { return 0 };
        // It is the user's code: no lock is held meanwhile.
        let shown = table.shown().into_iter();
        shown.filter(|entry| is_over(&self.labels_of(entry)) && table.remove(entry)).count()
    }

    fn series_at(&self, labels: Vec<(String, String)>, index: usize, reader: &mut Reader) -> SeriesSnapshot {
        SeriesSnapshot::new(labels, M::read(&self.cells, index, reader))
    }

    fn named<V: Into<String>>(&self, values: impl IntoIterator<Item = V>) -> Vec<(String, String)> {
        let names = self.sets.names.iter().map(|name| (*name).to_owned());
        names.zip(values.into_iter().map(Into::into)).collect()
    }
}

impl<M: Kind> Owner for Core<M> {
    fn table(&self) -> &Table {
        self.table().expect("only a table makes entries")
    }

    fn clear(&self, index: usize) {
        M::clear(&self.cells, index);
    }
}

impl<M: Kind> Core<M> {
    fn series(&self, reader: &mut Reader) -> Vec<SeriesSnapshot> {
        match &self.sets.series {
            SetsOfSeries::Known(count, values) => {
                let values_at = |index| values_of(values, *count, index).into_iter().flatten();
                let series = |index| self.series_at(self.named(values_at(index)), index, reader);
                (0..*count).map(series).collect()
            }
            SetsOfSeries::Used(table) => {
                let labels = |entry: Arc<Entry>| {
                    let values = self.labels_of(&entry).into_iter().map(|(_, value)| value);
                    (self.named(values), entry)
                };
                let mut shown: Vec<_> = table.shown().into_iter().map(labels).collect();
                shown.sort_by(|(a, _), (b, _)| a.cmp(b));
                let mut series: Vec<_> = shown
                    .into_iter()
                    .map(|(labels, entry)| self.series_at(labels, entry.index(), reader))
                    .collect();
                if table.overflowed() > 0 {
                    let labels = self.named(self.sets.names.iter().map(|_| OVERFLOW_VALUE));
                    series.push(self.series_at(labels, OVERFLOW, reader));
                }
                series
            }
        }
    }
}

impl<M: Kind> Registered for Core<M> {
    fn describe(&self) -> String {
        match self.sets.names {
            [] => M::WHAT.to_owned(),
            labels => format!("{} with the labels {labels:?}", M::WHAT),
        }
    }

    fn shape(&self) -> Shape {
        Shape::Plain(M::KIND)
    }

    fn help(&self) -> Option<&str> {
        Some(self.declaration.help)
    }

    fn label_names(&self) -> Vec<&str> {
        self.sets.names.to_vec()
    }

    fn collect(&self, name: &str, into: &mut Collection<'_>) {
        let series = self.series(into.reader());
        // After the series, so that no update is shown as overflowed and not in the overflow series.
        if let Some(table) = self.table() {
            into.add_overflowed(name, table.overflowed());
        }
        into.add(name, self.declaration.help, FamilySnapshot::new(M::KIND, series));
    }

    fn counts_by_thread(&self) -> bool {
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
            .field("sets", &self.sets)
            .finish_non_exhaustive()
    }
}
