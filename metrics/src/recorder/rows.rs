//! Cells that each thread has of its own: a row of them for each thread.
//!
//! Assumptions: as for blocks, one thread at a time writes a row, which the [lease](super::writer) sees to.
//!
//! Guarantees, where the cells are numbers that threads add to: what is read of a number is the sum of what each thread had
//! added by some moment between the begin and the end of the reading, everything that was added before the reading in it;
//! and no later reading shows less of what only grows. Cells are read one after another: two of them need not be of one
//! moment.
//!
//! Progress: writer and reader are wait-free. An addition is a load and a store, without a read-modify-write.

#![expect(unsafe_code, reason = "calls `Array`, which takes the width it was made with")]

use super::array::{Array, Cell};
use super::slot::{Handle, Number};
use super::thread;
use super::writer::Writer;
use crate::sync::{AtomicU64, List, Ordering, const_unless_loom};
use std::ptr::NonNull;

/// A row of cells for each thread that has used one. There is a cell for each index below
/// [`MOST_CELLS`](super::MOST_CELLS).
#[derive(Debug)]
pub struct Rows<T = AtomicU64> {
    number: Number<Array<T>>,
    /// How many cells of a row are found in one step.
    width: usize,
    all: List<Array<T>>,
}

// SAFETY: an array is nothing but its pointer.
unsafe impl<T: Cell> Handle for Array<T> {
    fn pointer(self) -> NonNull<u8> {
        self.pointer()
    }

    unsafe fn from_pointer(pointer: NonNull<u8>) -> Self {
        // SAFETY: as the caller says.
        unsafe { Array::from_pointer(pointer) }
    }
}

impl<T: Cell> Rows<T> {
    const_unless_loom! {
        /// Rows whose first `width` cells are found in one step.
        pub(crate) const fn new(width: usize) -> Self {
            Rows { number: Number::new(), width, all: List::new() }
        }
    }

    /// This thread's cell at `index`, if it has one.
    #[inline]
    pub(super) fn own(&self, index: usize) -> Option<&'static T> {
        let row = thread::leased_writer()?.get(&self.number)?;
        self.cell(row, index)
    }

    /// Uses this thread's cell at `index`, made now where it has none.
    #[cold]
    pub(super) fn with_own<R>(&self, index: usize, using: impl FnOnce(&'static T) -> R) -> R {
        match thread::lease_writer() {
            Some(writer) => using(self.own_of(writer, index)),
            None => thread::with_borrowed_writer(|writer| using(self.own_of(writer, index))),
        }
    }

    /// The cells at `index` of all threads that have one, the newest thread's first.
    pub(super) fn all(&self, index: usize) -> impl Iterator<Item = &'static T> {
        self.all.iter().filter_map(move |row| self.cell(*row, index))
    }

    /// Those that are to be read: as [`all`](Self::all), or this thread's alone.
    pub(super) fn read(&self, index: usize) -> impl Iterator<Item = &'static T> {
        let own = thread::reads_own().then(|| self.own(index));
        let all = own.is_none().then(|| self.all(index));
        own.flatten().into_iter().chain(all.into_iter().flatten())
    }

    #[inline]
    fn cell(&self, row: Array<T>, index: usize) -> Option<&'static T> {
        // SAFETY: a row comes from `own_of`, which makes it of this width, or from a writer, which keeps under our number what
        // `own_of` has made.
        unsafe { row.get(self.width, index) }
    }

    /// The writer's cell here, made where there is none. The caller has leased the writer.
    fn own_of(&self, writer: &Writer, index: usize) -> &'static T {
        let row = writer.get(&self.number).unwrap_or_else(|| {
            let row = *self.all.push(Array::new(self.width));
            writer.set(&self.number, row);
            row
        });
        // SAFETY: as in `cell`.
        unsafe { row.get_or_make(self.width, index) }
    }
}

impl Rows {
    /// One number, kept under this one: a model must be the same in each execution.
    #[cfg(all(test, loom))]
    pub(super) fn numbered(number: usize) -> Self {
        Rows { number: Number::chosen(number), ..Self::new(1) }
    }

    /// Adds to the number at `index` as the thread that has leased `writer`.
    #[cfg(all(test, loom))]
    pub(super) fn change_by(&self, writer: &Writer, index: usize, amount: u64) {
        change(self.own_of(writer, index), |part| part + amount);
    }

    /// Replaces this thread's part of the number at `index` by what `make` makes of it. Returns whether it did: on a thread
    /// that has no part yet, [`change_first`](Self::change_first) is the way.
    #[inline]
    pub(crate) fn change(&self, index: usize, make: impl FnOnce(u64) -> u64) -> bool {
        self.own(index).is_some_and(|cell| {
            change(cell, make);
            true
        })
    }

    /// What [`change`](Self::change) does, on a thread that has no part yet.
    #[cold]
    pub(crate) fn change_first(&self, index: usize, make: impl FnOnce(u64) -> u64) {
        self.with_own(index, |cell| change(cell, make));
    }

    /// Each thread's part of the number at `index`, the newest thread's first.
    pub(crate) fn parts(&self, index: usize) -> impl Iterator<Item = u64> {
        // Relaxed: one cell, of which whoever has seen something of its thread sees no older value.
        self.read(index).map(|cell| cell.load(Ordering::Relaxed))
    }

    /// The sum of all parts; it wraps at 2⁶⁴.
    pub(crate) fn sum(&self, index: usize) -> u64 {
        self.parts(index).fold(0, u64::wrapping_add)
    }

    /// Sets the number at `index` back to zero. Nobody changes it meanwhile, and whoever does afterwards does so after this.
    pub(crate) fn clear(&self, index: usize) {
        // Relaxed: the caller orders it.
        self.all(index).for_each(|cell| cell.store(0, Ordering::Relaxed));
    }
}

#[inline]
fn change(cell: &AtomicU64, make: impl FnOnce(u64) -> u64) {
    // Relaxed, both: only this thread writes the cell, and it leads to nothing else.
    cell.store(make(cell.load(Ordering::Relaxed)), Ordering::Relaxed);
}
