//! The cells of histograms: the blocks of all threads that have recorded in them.
//!
//! A value is recorded like a call's duration, so readings are equally exact: count, sum, buckets and extremes always belong
//! to the same values.

use super::array::Cell;
use super::block::Block;
use super::outcome::Outcome;
use super::shards::Shards;
use super::slot::{SlotKey, TypedSlot};
use super::thread::{self, EPOCH};
use super::traced_cell::TracedCall;
use crate::buckets::table::BucketTable;
use crate::sync::const_unless_loom;

/// The cells of histograms that share their bounds, by index.
#[derive(Debug)]
pub(crate) struct Observations {
    table: BucketTable,
    blocks: Shards<TypedSlot<Block>>,
    /// Selects, in each writer, the block of a histogram without labels directly. That saves two loads, a third of the cost
    /// of recording a value.
    unlabelled: SlotKey<Block>,
}

impl Cell for TypedSlot<Block> {
    fn empty() -> Self {
        TypedSlot::empty()
    }
}

impl Observations {
    const_unless_loom! {
        /// Creates cells of histograms, of which the first `width` are found with one indirection less.
        pub(crate) const fn new(table: BucketTable, width: usize) -> Self {
            Observations { table, blocks: Shards::new(width), unlabelled: SlotKey::new() }
        }
    }

    /// Replaces the table. Nothing may have been recorded yet.
    pub(crate) const fn set_table(&mut self, table: BucketTable) {
        self.table = table;
    }

    pub(crate) fn table(&self) -> &BucketTable {
        &self.table
    }

    /// Returns the blocks of the histogram at `index` that a reader on this thread sees.
    pub(super) fn blocks(&self, index: usize) -> impl Iterator<Item = Block> {
        self.blocks.visible(index).filter_map(TypedSlot::get)
    }

    /// Records `value` in the histogram at `index`. Returns `false`, and records nothing, if this thread has no block for it
    /// yet; call [`record_first`](Self::record_first) then.
    #[inline]
    pub(crate) fn record(&self, index: usize, value: u64) -> bool {
        self.blocks.local(index).and_then(TypedSlot::get).is_some_and(|block| {
            block.end(&EPOCH, Outcome::Ok, value);
            true
        })
    }

    /// Does the same as [`record`](Self::record) at index 0, for a histogram without labels.
    #[inline]
    pub(crate) fn record_unlabelled(&self, value: u64) -> bool {
        let block = thread::leased_writer().and_then(|writer| writer.get(&self.unlabelled));
        block.is_some_and(|block: Block| {
            block.end(&EPOCH, Outcome::Ok, value);
            true
        })
    }

    /// Does the same as [`record_unlabelled`](Self::record_unlabelled) on a thread that has no block yet.
    #[cold]
    pub(crate) fn record_unlabelled_first(&'static self, value: u64) {
        self.record_first(0, value);
        let block = self.blocks.local(0).and_then(TypedSlot::get);
        if let (Some(writer), Some(block)) = (thread::leased_writer(), block) {
            writer.set(&self.unlabelled, block);
        }
    }

    /// Does the same as [`record`](Self::record) on a thread that has no block yet.
    #[cold]
    pub(crate) fn record_first(&'static self, index: usize, value: u64) {
        self.record_and(index, value, |_| {});
    }

    /// Records `value` in the histogram at `index`, and takes it as the exemplar of its bucket.
    pub(crate) fn record_with(&'static self, index: usize, value: u64, exemplar: &TracedCall) {
        self.record_and(index, value, |block| block.take_explicit(value, exemplar));
    }

    /// Records `value` in the histogram at `index`, and calls `then` with the block of this thread.
    fn record_and(&'static self, index: usize, value: u64, then: impl FnOnce(Block)) {
        self.blocks.with_local(index, |slot, writer| {
            let block = slot.get().unwrap_or_else(|| {
                let block = Block::of_values(&self.table, writer.arena());
                slot.set(block);
                block
            });
            block.end(&EPOCH, Outcome::Ok, value);
            then(block);
        });
    }

    /// Resets the histogram at `index` to empty. The caller ensures that no thread records in it or reads it during the call,
    /// and that later recordings and readings happen after it.
    pub(crate) fn clear(&self, index: usize) {
        self.blocks.all(index).filter_map(TypedSlot::get).for_each(Block::clear);
    }
}
