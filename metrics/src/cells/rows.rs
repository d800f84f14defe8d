//! Numbers that many threads add to, each in cells of its own: a row of them for each thread.
//!
//! Assumptions: as for blocks, one thread at a time writes a row, which the [lease](super::writer) sees to.
//!
//! Guarantees: what is read of a cell is the sum of what each thread had added by some moment between the begin and the end
//! of the reading, everything that was added before the reading in it; and no later reading shows less of what only grows.
//! Cells are read one after another: two of them need not be of one moment.
//!
//! Progress: writer and reader are wait-free. An addition is a load and a store, without a read-modify-write.

use super::slot::{Handle, Number};
use super::thread;
use super::writer::Writer;
use crate::sync::{AtomicU64, List, Ordering, const_unless_loom, leak_slice};
use std::ptr::NonNull;
use std::slice;

/// `WIDTH` numbers side by side, or as many as are said where it is made.
#[derive(Debug)]
pub(crate) struct Rows {
    number: Number<Row>,
    width: usize,
    all: List<Row>,
}

/// The cells of one writer.
#[derive(Debug, Clone, Copy)]
struct Row {
    /// Invariant: points to as many cells as the width of the rows it belongs to; they live for ever.
    first: NonNull<AtomicU64>,
}

// SAFETY: a row is a shared reference to atomics.
unsafe impl Send for Row {}
// SAFETY: as above.
unsafe impl Sync for Row {}

// SAFETY: a row is nothing but its pointer.
unsafe impl Handle for Row {
    fn pointer(self) -> NonNull<u8> {
        self.first.cast()
    }

    unsafe fn from_pointer(pointer: NonNull<u8>) -> Self {
        Row { first: pointer.cast() }
    }
}

/// Cells of one thread have cache lines of their own.
#[repr(align(64))]
struct Line {
    _cells: [AtomicU64; LINE],
}

const LINE: usize = 8;

impl Row {
    fn new(width: usize) -> Self {
        let lines = leak_slice(width.div_ceil(LINE).max(1), |_| Line {
            _cells: std::array::from_fn(|_| AtomicU64::new(0)),
        });
        Row { first: NonNull::from(lines).cast() }
    }

    /// # Safety
    /// `width` is that of the rows it belongs to.
    #[inline]
    unsafe fn cells(self, width: usize) -> &'static [AtomicU64] {
        // SAFETY: by the invariant of `first`.
        unsafe { slice::from_raw_parts(self.first.as_ptr(), width) }
    }
}

impl Rows {
    const_unless_loom! {
        pub(crate) const fn new(width: usize) -> Self {
            Rows { number: Number::new(), width, all: List::new() }
        }
    }

    /// One number, kept under this one: a model must be the same in each execution.
    #[cfg(all(test, loom))]
    pub(super) fn numbered(number: usize) -> Self {
        Rows { number: Number::chosen(number), ..Self::new(1) }
    }

    /// Adds to the first number as the thread that has leased `writer`.
    #[cfg(all(test, loom))]
    pub(super) fn change_by(&self, writer: &Writer, amount: u64) {
        self.change_in(self.row_of(writer), 0, |part| part + amount);
    }

    /// Replaces this thread's part of the number at `index` by what `change` makes of it. Returns whether it did: on a thread
    /// that has no row here, [`change_first`](Self::change_first) is the way.
    ///
    /// # Panics
    /// Where there is no such number.
    #[inline]
    pub(crate) fn change(&self, index: usize, change: impl FnOnce(u64) -> u64) -> bool {
        let row = thread::leased_writer().and_then(|writer| writer.get(&self.number));
        row.is_some_and(|row| {
            self.change_in(row, index, change);
            true
        })
    }

    /// What [`change`](Self::change) does, on a thread without a row.
    #[cold]
    pub(crate) fn change_first(&self, index: usize, change: impl FnOnce(u64) -> u64) {
        match thread::lease_writer() {
            Some(writer) => self.change_in(self.row_of(writer), index, change),
            None => thread::with_borrowed_writer(|writer| self.change_in(self.row_of(writer), index, change)),
        }
    }

    /// Each thread's part of the number at `index`, the newest thread's first.
    pub(crate) fn parts(&self, index: usize) -> impl Iterator<Item = u64> {
        // Relaxed: one cell, of which whoever has seen something of its thread sees no older value.
        self.all.iter().map(move |row| self.cells(*row)[index].load(Ordering::Relaxed))
    }

    /// The sum of all parts; it wraps at 2⁶⁴.
    pub(crate) fn sum(&self, index: usize) -> u64 {
        self.parts(index).fold(0, u64::wrapping_add)
    }

    #[inline]
    fn change_in(&self, row: Row, index: usize, change: impl FnOnce(u64) -> u64) {
        let cell = &self.cells(row)[index];
        // Relaxed, both: only this thread writes the cell, and it leads to nothing else.
        cell.store(change(cell.load(Ordering::Relaxed)), Ordering::Relaxed);
    }

    #[inline]
    fn cells(&self, row: Row) -> &'static [AtomicU64] {
        // SAFETY: a row comes from `row_of`, which makes it of this width, or from a writer, which keeps under our number what
        // `row_of` has made.
        unsafe { row.cells(self.width) }
    }

    /// The writer's row here, made where there is none. The caller has leased the writer.
    fn row_of(&self, writer: &Writer) -> Row {
        writer.get(&self.number).unwrap_or_else(|| {
            let row = *self.all.push(Row::new(self.width));
            writer.set(&self.number, row);
            row
        })
    }
}
