//! The account of a function: what the last reading found in all its blocks together.

use super::block::Block;
use super::cell_counts::CellCounts;
use super::totals::Totals;

/// The sums over the groups of a function's blocks in the [ledger](super::ledger).
#[derive(Debug)]
pub(super) struct Account {
    /// The block that was added to the ledger last.
    pub(super) latest: Option<Block>,
    /// The place of the group that has room for the next block.
    pub(super) open: Option<usize>,
    pub(super) totals: Totals,
    pub(super) cells: CellCounts,
}

impl Account {
    /// The account of a function without blocks.
    pub(super) const EMPTY: Account =
        Account { latest: None, open: None, totals: Totals::NONE, cells: CellCounts::NONE };
}
