//! The cells of a histogram: the blocks of all threads that have recorded in it.
//!
//! A value is recorded as a call's duration is, so what is read is as exact: count, sum, buckets and extremes are always
//! those of the same values.

use super::block::Block;
use super::outcome::Outcome;
use super::slot::Number;
use super::thread::{self, EPOCH};
use super::writer::Writer;
use crate::model::BucketTable;
use crate::sync::{List, const_unless_loom};

/// Values by size.
#[derive(Debug)]
pub(crate) struct Observations {
    table: BucketTable,
    number: Number<Block>,
    blocks: List<Block>,
}

impl Observations {
    const_unless_loom! {
        pub(crate) const fn new(table: BucketTable) -> Self {
            Observations { table, number: Number::new(), blocks: List::new() }
        }
    }

    pub(crate) fn table(&self) -> &BucketTable {
        &self.table
    }

    pub(super) fn blocks(&self) -> impl Iterator<Item = Block> {
        self.blocks.iter().copied()
    }

    /// Records `value`. Returns whether it did: on a thread that has no block here,
    /// [`record_first`](Self::record_first) is the way.
    #[inline]
    pub(crate) fn record(&self, value: u64) -> bool {
        let block = thread::leased_writer().and_then(|writer| writer.get(&self.number));
        block.is_some_and(|block: Block| {
            block.end(&EPOCH, Outcome::Ok, value);
            true
        })
    }

    /// What [`record`](Self::record) does, on a thread without a block.
    #[cold]
    pub(crate) fn record_first(&'static self, value: u64) {
        let record = |writer| self.block_of(writer).end(&EPOCH, Outcome::Ok, value);
        match thread::lease_writer() {
            Some(writer) => record(writer),
            None => thread::with_borrowed_writer(record),
        }
    }

    /// The writer's block here, made where there is none. The caller has leased the writer.
    fn block_of(&'static self, writer: &Writer) -> Block {
        writer.get(&self.number).unwrap_or_else(|| {
            let block = *self.blocks.push(Block::new(&self.table));
            writer.set(&self.number, block);
            block
        })
    }
}
