//! Arrays of cells.

use super::primitives::AtomicU64;

/// Creates `N` cells, all zero.
#[cfg(not(loom))]
pub(crate) const fn zeros<const N: usize>() -> [AtomicU64; N] {
    [const { AtomicU64::new(0) }; N]
}
#[cfg(loom)]
pub(crate) fn zeros<const N: usize>() -> [AtomicU64; N] {
    std::array::from_fn(|_| AtomicU64::new(0))
}
