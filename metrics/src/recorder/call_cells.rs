//! The cells of a function: the blocks of all threads that have called it.

use super::block::Block;
use super::outcome::{Outcome, Time};
use super::slot::Number;
use super::thread::{self, EPOCH};
use super::writer::Writer;
use crate::buckets::table::BucketTable;
use crate::sync::{List, const_unless_loom};

/// The cells of one instrumented function.
#[derive(Debug)]
pub(crate) struct CallCells {
    table: &'static BucketTable,
    /// One call in so many is timed; 1: every call.
    interval: u64,
    /// Where each writer keeps its block for this function.
    number: Number<Block>,
    blocks: List<Block>,
}

impl CallCells {
    const_unless_loom! {
        pub(crate) const fn new(table: &'static BucketTable, interval: u64) -> Self {
            assert!(interval > 0, "one call in zero cannot be timed");
            CallCells { table, interval, number: Number::new(), blocks: List::new() }
        }
    }

    pub(super) fn is_sampled(&self) -> bool {
        self.interval > 1
    }

    /// Cells with this number: a model must be the same in each execution.
    #[cfg(all(test, loom))]
    pub(super) fn numbered(table: &'static BucketTable, number: usize) -> Self {
        CallCells { number: Number::chosen(number), ..Self::new(table, 1) }
    }

    pub(crate) fn table(&self) -> &'static BucketTable {
        self.table
    }

    /// Whether a call has begun.
    pub(crate) fn are_used(&self) -> bool {
        self.number.is_used()
    }

    /// The blocks to be read: all, or this thread's alone.
    pub(super) fn blocks(&self) -> impl Iterator<Item = Block> {
        let own = thread::reads_own().then(|| self.own_block());
        let all = own.is_none().then(|| self.blocks.iter().copied());
        own.flatten().into_iter().chain(all.into_iter().flatten())
    }

    /// A call begins. Returns this thread's block, to [end](Self::end_in) it in; `None`, and nothing has begun, where the
    /// thread has none for this function.
    #[inline]
    pub(crate) fn start(&self) -> Option<Block> {
        let block = self.own_block()?;
        block.start();
        Some(block)
    }

    /// A call begins on a thread without a block for this function. Returns the one it has now; `None` where it may keep
    /// none any more, and the call is to be [ended](Self::end) without.
    pub(crate) fn start_first(&self) -> Option<Block> {
        let block = thread::lease_writer().map(|writer| self.block_of(writer));
        match block {
            Some(block) => block.start(),
            None => thread::with_borrowed_writer(|writer| self.block_of(writer).start()),
        }
        block
    }

    /// Whether the call that begins in `block` is one whose time is to be taken.
    #[inline]
    pub(crate) fn is_due(&self, block: Block) -> bool {
        block.is_due(self.interval)
    }

    /// A call ends on the thread on which it began in `block`.
    #[inline]
    pub(crate) fn end_in(block: Block, outcome: Outcome, time: Time) {
        match time {
            Time::OfEach(nanos) => block.end(&EPOCH, outcome, nanos),
            Time::OfSome(nanos) => block.end_in_full::<true>(&EPOCH, outcome, nanos),
            Time::NotTaken => block.end_untimed(&EPOCH, outcome),
        }
    }

    /// A call ends on whichever thread this is.
    #[inline]
    pub(crate) fn end(&self, outcome: Outcome, time: Time) {
        match self.own_block() {
            Some(block) => Self::end_in(block, outcome, time),
            None => self.end_first(outcome, time),
        }
    }

    /// What [`end`](Self::end) does, on a thread that has no block for this function.
    #[cold]
    pub(crate) fn end_first(&self, outcome: Outcome, time: Time) {
        let end = |writer| Self::end_in(self.block_of(writer), outcome, time);
        match thread::lease_writer() {
            Some(writer) => end(writer),
            None => thread::with_borrowed_writer(end),
        }
    }

    #[inline]
    fn own_block(&self) -> Option<Block> {
        thread::leased_writer()?.get(&self.number)
    }

    /// The writer's block for this function, made where there is none. The caller has leased the writer.
    pub(super) fn block_of(&self, writer: &Writer) -> Block {
        writer.get(&self.number).unwrap_or_else(|| {
            let block = *self.blocks.push(Block::new(self.table));
            writer.set(&self.number, block);
            block
        })
    }
}
