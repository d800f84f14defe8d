//! Shared (unsharded) cells: `set` cannot be sharded per thread.

#![expect(unsafe_code, reason = "calls `CellArray`, which takes the width it was made with")]

use super::array::CellArray;
use crate::sync::AtomicU64;

/// Cells by index that all threads write. Each index below [`MAX_CELLS`](super::MAX_CELLS) has a cell, initially zero.
#[derive(Debug)]
pub struct SharedCells {
    /// Invariant: created with `width`.
    array: CellArray<AtomicU64>,
    width: usize,
}

impl SharedCells {
    /// Creates cells of which the first `width` are found without an indirection.
    pub(crate) fn new(width: usize) -> Self {
        SharedCells { array: CellArray::new(width), width }
    }

    /// Returns the cell at `index`.
    #[inline]
    pub(crate) fn cell(&self, index: usize) -> &'static AtomicU64 {
        // SAFETY: by the invariant of `array`.
        let cell = unsafe { self.array.get(self.width, index) };
        // SAFETY: as above.
        cell.unwrap_or_else(|| unsafe { self.array.get_or_create(self.width, index) })
    }
}
