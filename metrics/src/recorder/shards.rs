//! Sharded cells: each thread writes a shard of its own.
//!
//! Assumptions: as for blocks, one thread at a time writes a shard. The [lease](super::writer) ensures that.
//!
//! Guarantees, if the cells are numbers that threads add to: a reading of a number is the sum of what each thread had added at
//! some moment between the beginning and the end of the reading. It includes everything that was added before the reading
//! began. A number that only grows never shows less in a later reading. Cells are read one after another, so a reading of
//! two numbers need not be of one moment.
//!
//! Progress: writers and readers are wait-free. An addition is a load and a store, not a read-modify-write.

#![expect(unsafe_code, reason = "calls `CellArray`, which takes the width it was made with")]

use super::array::{Cell, CellArray};
use super::slot::{Handle, SlotKey};
use super::thread;
use super::writer::Writer;
use crate::sync::{AtomicU64, List, Ordering, const_unless_loom};
use std::ptr::NonNull;

/// Cells by index, with a shard for each writer that has used one. Each index below [`MAX_CELLS`](super::MAX_CELLS) has a
/// cell in each shard.
#[derive(Debug)]
pub struct Shards<T = AtomicU64> {
    key: SlotKey<CellArray<T>>,
    /// The number of cells of a shard that are found without an indirection.
    width: usize,
    all: List<CellArray<T>>,
}

// SAFETY: an array consists of its pointer alone.
unsafe impl<T: Cell> Handle for CellArray<T> {
    fn pointer(self) -> NonNull<u8> {
        self.pointer()
    }

    unsafe fn from_pointer(pointer: NonNull<u8>) -> Self {
        // SAFETY: the caller guarantees that the pointer comes from `pointer` of such an array.
        unsafe { CellArray::from_pointer(pointer) }
    }
}

impl<T: Cell> Shards<T> {
    const_unless_loom! {
        /// Creates shards whose first `width` cells are found without an indirection.
        pub(crate) const fn new(width: usize) -> Self {
            Shards { key: SlotKey::new(), width, all: List::new() }
        }
    }

    /// Returns this thread's cell at `index`, if it has one.
    #[inline]
    pub(super) fn local(&self, index: usize) -> Option<&'static T> {
        let shard = thread::leased_writer()?.get(&self.key)?;
        self.cell(shard, index)
    }

    /// Calls `using` with this thread's cell at `index`, which is created if necessary, and its writer.
    #[cold]
    pub(super) fn with_local<R>(
        &self,
        index: usize,
        using: impl FnOnce(&'static T, &'static Writer) -> R,
    ) -> R {
        match thread::lease_writer() {
            Some(writer) => using(self.cell_of(writer, index), writer),
            None => thread::with_temporary_lease(|writer| using(self.cell_of(writer, index), writer)),
        }
    }

    /// Returns the cells at `index` of all shards that have one, the newest shard's first.
    pub(super) fn all(&self, index: usize) -> impl Iterator<Item = &'static T> {
        self.all.iter().filter_map(move |shard| self.cell(*shard, index))
    }

    /// Returns the cells at `index` that a reader on this thread sees: [all](Self::all), or only this thread's.
    pub(super) fn visible(&self, index: usize) -> impl Iterator<Item = &'static T> {
        let local = thread::reads_local_only().then(|| self.local(index));
        let all = local.is_none().then(|| self.all(index));
        local.flatten().into_iter().chain(all.into_iter().flatten())
    }

    #[inline]
    fn cell(&self, shard: CellArray<T>, index: usize) -> Option<&'static T> {
        // SAFETY: the shard comes from `all` or from the slot that our key selects. Both hold only arrays that `cell_of` has
        // created with this width.
        unsafe { shard.get(self.width, index) }
    }

    /// Creates shards of one cell with a given key: a model must be the same in each execution.
    #[cfg(all(test, loom))]
    pub(super) fn with_key(key: usize) -> Self {
        Shards { key: SlotKey::fixed(key), ..Self::new(1) }
    }

    /// Returns the cell at `index` in the writer's shard; creates either if necessary. The caller has leased the writer.
    pub(super) fn cell_of(&self, writer: &Writer, index: usize) -> &'static T {
        let shard = writer.get(&self.key).unwrap_or_else(|| {
            let shard = *self.all.push(CellArray::new(self.width));
            writer.set(&self.key, shard);
            shard
        });
        // SAFETY: as in `cell`.
        unsafe { shard.get_or_create(self.width, index) }
    }
}

impl Shards {
    /// Adds to the number at `index` as the thread that has leased `writer`.
    #[cfg(all(test, loom))]
    pub(super) fn change_by(&self, writer: &Writer, index: usize, amount: u64) {
        change(self.cell_of(writer, index), |part| part + amount);
    }

    /// Replaces this thread's part of the number at `index` by the result of `make`. Returns `false`, and changes nothing, if
    /// this thread has no cell for it yet; call [`change_first`](Self::change_first) then.
    #[inline]
    pub(crate) fn change(&self, index: usize, make: impl FnOnce(u64) -> u64) -> bool {
        self.local(index).is_some_and(|cell| {
            change(cell, make);
            true
        })
    }

    /// Does the same as [`change`](Self::change) on a thread that has no cell for the number yet.
    #[cold]
    pub(crate) fn change_first(&self, index: usize, make: impl FnOnce(u64) -> u64) {
        self.with_local(index, |cell, _| change(cell, make));
    }

    /// Returns each thread's part of the number at `index`, the newest shard's first.
    pub(crate) fn parts(&self, index: usize) -> impl Iterator<Item = u64> {
        // Relaxed: one cell. By coherence, a reader that synchronizes with a later action of the cell's thread sees no older
        // value.
        self.visible(index).map(|cell| cell.load(Ordering::Relaxed))
    }

    /// Returns the sum of all parts of the number at `index`. It wraps at 2⁶⁴.
    pub(crate) fn sum(&self, index: usize) -> u64 {
        self.parts(index).fold(0, u64::wrapping_add)
    }

    /// Resets the number at `index` to zero. The caller ensures that no thread changes it during the call, and that later
    /// changes happen after it.
    pub(crate) fn clear(&self, index: usize) {
        // Relaxed: ordered by the caller.
        self.all(index).for_each(|cell| cell.store(0, Ordering::Relaxed));
    }
}

#[inline]
fn change(cell: &AtomicU64, make: impl FnOnce(u64) -> u64) {
    // Relaxed, both: only this thread writes the cell, and its value publishes no other memory.
    cell.store(make(cell.load(Ordering::Relaxed)), Ordering::Relaxed);
}
