//! Access to cells by their only writer.

use crate::sync::{AtomicU64, Ordering, load_own};

/// Adds 1 to a cell that only this thread writes.
#[inline]
pub(super) fn add_one(cell: &AtomicU64) {
    // Release: pairs with the fence R5 in `try_read_live`.
    cell.store(load_own(cell).wrapping_add(1), Ordering::Release);
}
