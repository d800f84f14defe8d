//! The cells of histograms: the blocks of all threads that have recorded in them.
//!
//! A value is recorded as a call's duration is, so what is read is as exact: count, sum, buckets and extremes are always
//! those of the same values.

use super::array::Cell;
use super::block::Block;
use super::outcome::Outcome;
use super::rows::Rows;
use super::slot::{Number, Place};
use super::thread::{self, EPOCH};
use crate::buckets::table::BucketTable;
use crate::sync::const_unless_loom;

/// Values by size, of histograms that have the same bounds and are told apart by an index.
#[derive(Debug)]
pub(crate) struct Observations {
    table: BucketTable,
    blocks: Rows<Place<Block>>,
    /// Where a writer keeps its block of a histogram without labels once more, to be found in one step: two loads less, which
    /// are a third of what it takes to record a value.
    alone: Number<Block>,
}

impl Cell for Place<Block> {
    fn empty() -> Self {
        Place::empty()
    }
}

impl Observations {
    const_unless_loom! {
        /// Histograms of which the first `width` are found in one step less.
        pub(crate) const fn new(table: BucketTable, width: usize) -> Self {
            Observations { table, blocks: Rows::new(width), alone: Number::new() }
        }
    }

    pub(crate) fn table(&self) -> &BucketTable {
        &self.table
    }

    /// The blocks of the histogram at `index` that are to be read.
    pub(super) fn blocks(&self, index: usize) -> impl Iterator<Item = Block> {
        self.blocks.read(index).filter_map(Place::get)
    }

    /// Records `value` in the histogram at `index`. Returns whether it did: on a thread that has no block for it,
    /// [`record_first`](Self::record_first) is the way.
    #[inline]
    pub(crate) fn record(&self, index: usize, value: u64) -> bool {
        self.blocks.own(index).and_then(Place::get).is_some_and(|block| {
            block.end(&EPOCH, Outcome::Ok, value);
            true
        })
    }

    /// As [`record`](Self::record) at index 0, of a histogram without labels.
    #[inline]
    pub(crate) fn record_alone(&self, value: u64) -> bool {
        let block = thread::leased_writer().and_then(|writer| writer.get(&self.alone));
        block.is_some_and(|block: Block| {
            block.end(&EPOCH, Outcome::Ok, value);
            true
        })
    }

    /// What [`record_alone`](Self::record_alone) does, on a thread without a block.
    #[cold]
    pub(crate) fn record_alone_first(&'static self, value: u64) {
        self.record_first(0, value);
        let block = self.blocks.own(0).and_then(Place::get);
        if let (Some(writer), Some(block)) = (thread::leased_writer(), block) {
            writer.set(&self.alone, block);
        }
    }

    /// What [`record`](Self::record) does, on a thread without a block.
    #[cold]
    pub(crate) fn record_first(&'static self, index: usize, value: u64) {
        self.blocks.with_own(index, |place| {
            let block = place.get().unwrap_or_else(|| {
                let block = Block::new(&self.table);
                place.set(block);
                block
            });
            block.end(&EPOCH, Outcome::Ok, value);
        });
    }

    /// Sets the histogram at `index` back to nothing. Nobody records in it or reads it meanwhile, and whoever does afterwards
    /// does so after this.
    pub(crate) fn clear(&self, index: usize) {
        self.blocks.all(index).filter_map(Place::get).for_each(Block::clear);
    }
}
