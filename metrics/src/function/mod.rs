//! An instrumented function: what it is called, and its cells.

mod path;

pub(crate) use path::FunctionPath;

use crate::cells::{CallCells, Reader};
use crate::model::BucketTable;
use crate::snapshot::{FunctionSnapshot, HistogramSnapshot};
use crate::sync::{List, const_unless_loom};

/// What an annotation says of its function, known while compiling.
#[derive(Debug)]
pub struct Description {
    /// The module it stands in: `module_path!()`.
    pub module: &'static str,
    /// What the compiler calls an item that stands directly inside the function. The form is not promised by the language,
    /// so it is read leniently, and only where a name is asked for.
    pub path: fn() -> &'static str,
    /// Where its label comes from.
    pub name: Name,
    /// Labels in the order they were written.
    pub labels: &'static [Label],
    /// Finite upper bounds of its latency buckets, in nanoseconds.
    pub buckets: &'static BucketTable,
}

/// A label's name with its value; `None` where that is evaluated at each call.
pub type Label = (&'static str, Option<&'static str>);

/// Where a function's label comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Name {
    /// Its own path: `Cart::add`.
    Path,
    /// The annotation of the function.
    Given(&'static str),
    /// Its own path, with this in the place of the type: the annotation of its `impl` block.
    InType(&'static str),
}

/// Upper bounds in nanoseconds for functions that name none: 1, 2.5, 5 a decade from a microsecond to ten seconds.
pub static DEFAULT_BUCKETS: BucketTable = BucketTable::new(&[
    1_000,
    2_500,
    5_000,
    10_000,
    25_000,
    50_000,
    100_000,
    250_000,
    500_000,
    1_000_000,
    2_500_000,
    5_000_000,
    10_000_000,
    25_000_000,
    50_000_000,
    100_000_000,
    250_000_000,
    500_000_000,
    1_000_000_000,
    2_500_000_000,
    5_000_000_000,
    10_000_000_000,
]);

/// An instrumented function with its cells.
#[derive(Debug)]
pub(crate) struct Function {
    pub(crate) cells: CallCells,
    pub(crate) description: Description,
    /// In the place of its own cells, where labels are evaluated at each call.
    pub(crate) label_sets: List<LabelSet>,
}

/// The calls of a function that had the same labels.
#[derive(Debug)]
pub(crate) struct LabelSet {
    /// With its own cells, and a value for each label.
    pub(crate) function: &'static Function,
    /// Whether it holds the calls whose labels were too many.
    pub(crate) is_overflow: bool,
}

/// What functions show.
#[derive(Debug, Default)]
pub(crate) struct FunctionReadings {
    pub(crate) series: Vec<FunctionSnapshot>,
    /// Calls that ended in overflow series; `None` where no function has labels that are evaluated at each call.
    pub(crate) overflowed_calls: Option<u64>,
}

impl Function {
    const_unless_loom! {
        pub(crate) const fn new(description: Description) -> Self {
            Function { cells: CallCells::new(description.buckets), description, label_sets: List::new() }
        }
    }

    /// Whether it has labels whose values are evaluated at each call.
    fn has_label_sets(&self) -> bool {
        self.description.labels.iter().any(|(_, value)| value.is_none())
    }

    /// Adds what it shows, under the `function` label that its registry gave it: a series for each of its label sets.
    pub(crate) fn read(&self, label: &str, reader: &mut Reader, into: &mut FunctionReadings) {
        if !self.has_label_sets() {
            into.series.push(self.read_cells(label, reader));
            return;
        }
        let overflowed_calls = into.overflowed_calls.get_or_insert_default();
        // A set that was made for a future is none before the future is polled.
        for set in self.label_sets.iter().filter(|set| set.function.cells.are_used()) {
            let series = set.function.read_cells(label, reader);
            if set.is_overflow {
                *overflowed_calls += series.calls();
            }
            into.series.push(series);
        }
    }

    fn read_cells(&self, label: &str, reader: &mut Reader) -> FunctionSnapshot {
        let reading = reader.read(&self.cells);
        let [errors, panics, cancelled] = reading.failed;
        let owned = |(name, value): &Label| Some(((*name).to_owned(), (*value)?.to_owned()));
        let Description { module, labels, buckets, .. } = self.description;
        FunctionSnapshot {
            function: label.to_owned(),
            module: module.to_owned(),
            labels: labels.iter().filter_map(owned).collect(),
            ok: reading.ended() - errors - panics - cancelled,
            errors,
            panics,
            cancelled,
            in_flight: reading.in_flight(),
            error_kinds: Vec::new(),
            latency: HistogramSnapshot::new(buckets.finite_bounds(), reading.buckets, reading.sum)
                .with_extremes(reading.extremes),
        }
    }
}
