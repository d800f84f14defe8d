//! An instrumented function: what it is called, and its cells.

mod error_kinds;
mod path;
#[cfg(test)]
mod tests;

pub use error_kinds::AllKinds;
pub(crate) use path::FunctionPath;

use crate::buckets::table::BucketTable;
use crate::recorder::{Block, CallCells, Reader};
use crate::snapshot::{FunctionSnapshot, HistogramSnapshot};
use crate::sync::unmodelled::OnceLock;
use crate::sync::{List, const_unless_loom};
use error_kinds::ErrorKinds;
use std::cell::Cell;
use std::collections::BTreeMap;
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
    /// Labels in the order they were written.
    pub labels: &'static [Label],
    /// Finite upper bounds of its latency buckets, in nanoseconds.
    pub buckets: &'static BucketTable,
    /// One call in so many is timed; 1: every call.
    pub sample: u64,
    /// The kinds of its errors, where the annotation could name their type and that has kinds.
    pub error_kinds: Option<AllKinds>,
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
pub struct Function {
    pub(crate) cells: CallCells,
    pub(crate) description: Description,
    /// In the place of its own cells, where labels are evaluated at each call.
    pub(crate) label_sets: List<LabelSet>,
    pub(crate) error_kinds: ErrorKinds,
    attach: Attach,
    /// Set once a registry reads it.
    attached: OnceLock<()>,
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

/// The error kinds of functions, read before their calls.
pub(crate) type KindReadings = BTreeMap<*const Function, Vec<(String, u64)>>;

/// Has the registry that a function belongs to read it.
pub(crate) type Attach = fn(&'static Function);

thread_local! {
    /// The function for whose registry this thread is asking.
    static ATTACHING: Cell<*const Function> = const { Cell::new(ptr::null()) };
}

impl Function {
    const_unless_loom! {
        pub(crate) const fn new(description: Description, attach: Attach) -> Self {
            Function {
                cells: CallCells::new(description.buckets, description.sample),
                description,
                label_sets: List::new(),
                error_kinds: ErrorKinds::new(),
                attach,
                attached: OnceLock::new(),
            }
        }
    }

    /// Begins a call. Returns the block that it is to be ended in; `None` on a thread that keeps none.
    #[inline]
    pub(crate) fn start(&'static self) -> Option<Block> {
        self.cells.start().or_else(|| self.start_first())
    }

    /// Whether the call that begins is one whose time is to be taken. On a thread that keeps no block, each is.
    #[inline]
    pub(crate) fn is_due(&self, block: Option<Block>) -> bool {
        block.is_none_or(|block| self.cells.is_due(block))
    }

    /// Begins a call on a thread that has not called the function before.
    #[cold]
    fn start_first(&'static self) -> Option<Block> {
        self.attach();
        self.cells.start_first()
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

    /// The calls of this function whose labels have these values; `labels` has one for each. The caller attaches the
    /// function itself, never this.
    pub(crate) fn with_labels(&self, labels: &'static [Label]) -> Self {
        Function::new(Description { labels, ..self.description }, |_| {})
    }

    /// Whether it has labels whose values are evaluated at each call.
    fn has_label_sets(&self) -> bool {
        self.description.labels.iter().any(|(_, value)| value.is_none())
    }

    /// The functions whose cells hold its calls: itself, or one for each of its label sets.
    fn parts(&'static self) -> impl Iterator<Item = &'static Function> {
        let own = (!self.has_label_sets()).then_some(self);
        own.into_iter().chain(self.label_sets.iter().map(|set| set.function))
    }

    /// Has the kinds shown that are known while compiling. It runs code of the error type's.
    pub(crate) fn know_error_kinds(&'static self) {
        if let Some(all) = self.description.error_kinds {
            self.parts().for_each(|part| part.error_kinds.know(all));
        }
    }

    /// Reads the kinds of its errors, to be [read](Self::read) with its calls.
    pub(crate) fn read_error_kinds(&'static self, into: &mut KindReadings) {
        into.extend(self.parts().map(|part| (ptr::from_ref(part), part.error_kinds.read())));
    }

    /// Adds what it shows, under the `function` label that its registry gave it: a series for each of its label sets.
    pub(crate) fn read(
        &self,
        label: &str,
        kinds: &mut KindReadings,
        reader: &mut Reader,
        into: &mut FunctionReadings,
    ) {
        if !self.has_label_sets() {
            into.series.push(self.read_cells(label, kinds, reader));
            return;
        }
        let overflowed_calls = into.overflowed_calls.get_or_insert_default();
        // A set that was made for a future is none before the future is polled.
        for set in self.label_sets.iter().filter(|set| set.function.cells.has_calls()) {
            let series = set.function.read_cells(label, kinds, reader);
            if set.is_overflow {
                *overflowed_calls += series.calls();
            }
            into.series.push(series);
        }
    }

    fn read_cells(&self, label: &str, kinds: &mut KindReadings, reader: &mut Reader) -> FunctionSnapshot {
        let reading = reader.read(&self.cells);
        let [errors, panics, cancelled] = reading.failed;
        let owned = |(name, value): &Label| Some(((*name).to_owned(), (*value)?.to_owned()));
        let Description { module, labels, buckets, sample, .. } = self.description;
        FunctionSnapshot {
            function: label.to_owned(),
            module: module.to_owned(),
            labels: labels.iter().filter_map(owned).collect(),
            ok: reading.ended - errors - panics - cancelled,
            errors,
            panics,
            cancelled,
            in_flight: reading.in_flight(),
            error_kinds: kinds.remove(&ptr::from_ref(self)).unwrap_or_default(),
            sample_interval: sample,
            latency: HistogramSnapshot::new(buckets.finite_bounds(), reading.buckets, reading.sum)
                .with_extremes(reading.extremes, reading.recent),
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
