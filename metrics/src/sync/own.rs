//! Loads of cells that only one thread at a time writes, by that thread.
//!
//! Models also check the claim: they fail if another thread's store does not happen before such a load.

#![cfg_attr(loom, expect(unsafe_code, reason = "loads that models do not order"))]

use super::{AtomicPtr, AtomicU64, Ordering};

/// Returns the value of a cell that only this thread writes.
#[cfg(not(loom))]
#[inline]
pub(crate) fn load_own(cell: &AtomicU64) -> u64 {
    // Relaxed: only this thread stores, and it sees its own stores. The lease orders those of the previous writer.
    cell.load(Ordering::Relaxed)
}

/// Returns the value of a pointer that only this thread writes.
#[inline]
pub(crate) fn load_own_pointer<T>(cell: &AtomicPtr<T>) -> *mut T {
    // Relaxed: as in `load_own`. An operation of loom's, too: loom cannot tell what a thread does after one operation from what it does
    // before it, up to the next one, and what a pointer refers to is initialized between two.
    cell.load(Ordering::Relaxed)
}

#[cfg(loom)]
pub(crate) fn load_own(cell: &AtomicU64) -> u64 {
    // SAFETY: no other thread writes the cell; loom checks that.
    unsafe { cell.unsync_load() }
}
