//! An instrumented function: what it is called, and its cells.

mod path;

pub(crate) use path::FunctionPath;

use crate::cells::{CallCells, Reader};
use crate::model::BucketTable;
use crate::snapshot::{FunctionSnapshot, HistogramSnapshot};
use crate::sync::const_unless_loom;

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
    /// Labels with their values, in the order they were written.
    pub labels: &'static [(&'static str, &'static str)],
    /// Finite upper bounds of its latency buckets, in nanoseconds.
    pub buckets: &'static BucketTable,
}

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
}

impl Function {
    const_unless_loom! {
        pub(crate) const fn new(description: Description) -> Self {
            Function { cells: CallCells::new(description.buckets), description }
        }
    }

    /// What its cells show, under the `function` label that its registry gave it.
    pub(crate) fn read(&self, label: &str, reader: &mut Reader) -> FunctionSnapshot {
        let reading = reader.read(&self.cells);
        let [errors, panics, cancelled] = reading.failed;
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let Description { module, labels, buckets, .. } = self.description;
        FunctionSnapshot {
            function: label.to_owned(),
            module: module.to_owned(),
            labels: labels.iter().map(owned).collect(),
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
