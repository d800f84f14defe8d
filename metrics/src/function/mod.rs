//! An instrumented function: what it is called, and its cells.

mod path;

pub(crate) use path::FunctionPath;

use crate::cells::{CallCells, Reader};
use crate::model::BucketTable;
use crate::snapshot::{FunctionSnapshot, HistogramSnapshot};
use crate::sync::const_unless_loom;
use crate::sync::unmodelled::OnceLock;
use std::cell::Cell;
use std::ptr;

/// What an annotation says of its function, known while compiling.
#[derive(Debug)]
pub struct Description {
    /// The module it stands in: `module_path!()`.
    pub module: &'static str,
    /// Line and column of the annotation.
    pub place: (u32, u32),
    /// What the compiler calls an item that stands directly inside the function. The form is not promised by the language,
    /// so it is read leniently, and only where a name is asked for.
    pub path: fn() -> &'static str,
    /// Where its label comes from.
    pub name: Name,
    /// Labels with their values, in the order they were written.
    pub labels: &'static [(&'static str, &'static str)],
    /// Finite upper bounds of its latency buckets, in nanoseconds.
    pub buckets: &'static BucketTable,
    /// One call in so many is timed; 1: every call.
    pub sample: u64,
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
pub struct Function {
    pub(crate) cells: CallCells,
    pub(crate) description: Description,
    attach: Attach,
    /// Set once a registry reads it.
    attached: OnceLock<()>,
}

/// Has the registry that a function belongs to read it.
pub(crate) type Attach = fn(&'static Function);

thread_local! {
    /// The function for whose registry this thread is asking.
    static ATTACHING: Cell<*const Function> = const { Cell::new(ptr::null()) };
}

impl Function {
    const_unless_loom! {
        pub(crate) const fn new(description: Description, attach: Attach) -> Self {
            Function { cells: CallCells::new(description.buckets, description.sample), description, attach, attached: OnceLock::new() }
        }
    }

    /// Has the registry read this function, if it does not yet. Threads that make its first calls together wait for one of
    /// them, so that no call can end before a snapshot would find it. A call from inside the registry's own expression does
    /// not wait for itself: the function will be attached when that is done.
    pub(crate) fn attach(&'static self) {
        if ATTACHING.get() == ptr::from_ref(self) {
            return;
        }
        self.attached.get_or_init(|| {
            let outer = RestoreOnDrop(ATTACHING.replace(self));
            (self.attach)(self);
            drop(outer);
        });
    }

    /// What its cells show, under the `function` label that its registry gave it.
    pub(crate) fn read(&self, label: &str, reader: &mut Reader) -> FunctionSnapshot {
        let reading = reader.read(&self.cells);
        let [errors, panics, cancelled] = reading.failed;
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let Description { module, labels, buckets, sample, .. } = self.description;
        FunctionSnapshot {
            function: label.to_owned(),
            module: module.to_owned(),
            labels: labels.iter().map(owned).collect(),
            ok: reading.ended - errors - panics - cancelled,
            errors,
            panics,
            cancelled,
            in_flight: reading.in_flight(),
            error_kinds: Vec::new(),
            sample_interval: sample,
            latency: HistogramSnapshot::new(buckets.finite_bounds(), reading.buckets, reading.sum)
                .with_extremes(reading.extremes),
        }
    }
}

/// What this thread was attaching before; set again also if the registry's expression panics.
struct RestoreOnDrop(*const Function);

impl Drop for RestoreOnDrop {
    fn drop(&mut self) {
        ATTACHING.set(self.0);
    }
}
