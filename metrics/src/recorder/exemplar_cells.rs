//! The exemplars of counters, by index: the last one of each thread that has given any.
//!
//! They are apart from the sums, which [`Shards`] hold. A thread has memory for exemplars only of counters to which it has given one.

use super::arena::ArenaRef;
use super::array::Cell;
use super::shards::Shards;
use super::traced_cell::{TracedCall, TracedCell};
use super::writer::Writer;
use crate::sync::const_unless_loom;

/// The exemplars of counters, by index.
#[derive(Debug)]
pub(crate) struct ExemplarCells {
    of_threads: Shards<ArenaRef<TracedCell>>,
}

impl<T: Sync + 'static> Cell for ArenaRef<T> {
    fn empty() -> Self {
        ArenaRef::empty()
    }
}

fn give(place: &ArenaRef<TracedCell>, writer: &'static Writer, update: &TracedCall) {
    let cell = place.get_own().unwrap_or_else(|| {
        let cell = writer.arena().place(TracedCell::new());
        place.set(cell);
        cell
    });
    cell.write(update, 0);
}

#[cfg(all(test, loom))]
impl ExemplarCells {
    /// Creates cells of one counter with a given key: a model must be the same in each execution.
    pub(super) fn with_key(key: usize) -> Self {
        ExemplarCells { of_threads: Shards::with_key(key) }
    }

    /// Does the same as [`give`](Self::give) as the thread that has leased `writer`.
    pub(super) fn give_by(&self, writer: &'static Writer, index: usize, update: &TracedCall) {
        give(self.of_threads.cell_of(writer, index), writer, update);
    }
}

impl ExemplarCells {
    const_unless_loom! {
        /// Creates cells, of which the first `width` are found with one indirection less.
        pub(crate) const fn new(width: usize) -> Self {
            ExemplarCells { of_threads: Shards::new(width) }
        }
    }

    /// Replaces this thread's exemplar at `index`. A reading that returns it happens after everything this thread did before.
    pub(crate) fn give(&self, index: usize, update: &TracedCall) {
        self.of_threads.with_local(index, |place, writer| give(place, writer, update));
    }

    /// Returns the latest exemplar at `index` of those that a reader on this thread sees.
    pub(crate) fn latest(&self, index: usize) -> Option<TracedCall> {
        let cells = self.of_threads.visible(index).filter_map(ArenaRef::get);
        cells.filter_map(|cell| Some(cell.read()?.0)).max_by_key(|update| update.time)
    }

    /// Removes the exemplars at `index`. The caller ensures that no thread gives or reads one during the call, and that later calls
    /// happen after it.
    pub(crate) fn clear(&self, index: usize) {
        self.of_threads.all(index).filter_map(ArenaRef::get).for_each(TracedCell::clear);
    }
}
