//! Cells by index that all threads write: for what is set, not only added to, and so cannot have a part in each thread.

#![expect(unsafe_code, reason = "calls `Array`, which takes the width it was made with")]

use super::array::Array;
use crate::sync::AtomicU64;

/// There is a cell for each index below [`MOST_CELLS`](super::MOST_CELLS), at zero.
#[derive(Debug)]
pub struct Levels {
    /// Made with this width.
    array: Array<AtomicU64>,
    width: usize,
}

impl Levels {
    /// Cells of which the first `width` are found in one step.
    pub(crate) fn new(width: usize) -> Self {
        Levels { array: Array::new(width), width }
    }

    /// The cell at `index`.
    #[inline]
    pub(crate) fn cell(&self, index: usize) -> &'static AtomicU64 {
        // SAFETY: this is its width.
        let cell = unsafe { self.array.get(self.width, index) };
        // SAFETY: as above.
        cell.unwrap_or_else(|| unsafe { self.array.get_or_make(self.width, index) })
    }
}
