//! The account of a function: what the last reading found in all its blocks together.

use super::block::{Block, ExemplarReading};
use super::cell_counts::CellCounts;
use super::cell_sums::{Buckets, buckets};
use super::totals::Totals;
use crate::buckets::table::BucketTable;

/// The sums over the groups of a function's blocks in the [ledger](super::ledger).
#[derive(Debug)]
pub(super) struct Account {
    /// The block that was added to the ledger last.
    pub(super) latest: Option<Block>,
    /// The place of the group that has room for the next block.
    pub(super) open: Option<usize>,
    pub(super) totals: Totals,
    pub(super) cells: CellCounts,
    /// The buckets of these cells, if they have been read and the cells have not changed since.
    pub(super) buckets: Option<Buckets>,
    /// The exemplars of the ledger's window; `None` if there are none.
    pub(super) exemplars: Option<Box<ExemplarReading>>,
}

impl Account {
    /// The account of a function without blocks.
    pub(super) const EMPTY: Account = Account {
        latest: None,
        open: None,
        totals: Totals::NONE,
        cells: CellCounts::NONE,
        buckets: None,
        exemplars: None,
    };

    /// Returns the buckets of its cells.
    pub(super) fn buckets(&mut self, table: &BucketTable) -> Buckets {
        self.buckets.get_or_insert_with(|| buckets(table, &self.cells)).clone()
    }
}
