//! The cells of a function: the blocks of all threads that have called it.

use super::block::Block;
use super::outcome::Outcome;
use super::thread::{self, EPOCH};
use super::writer::Writer;
use crate::model::BucketTable;
use crate::sync::{AtomicUsize, List, Ordering, const_unless_loom, unmodelled};

/// The cells of one instrumented function.
#[derive(Debug)]
pub(crate) struct CallCells {
    table: &'static BucketTable,
    /// Where each writer keeps its block for this function; 0 until the first call, and no block has number 0.
    number: AtomicUsize,
    blocks: List<Block>,
}

impl CallCells {
    const_unless_loom! {
        pub(crate) const fn new(table: &'static BucketTable) -> Self {
            CallCells { table, number: AtomicUsize::new(0), blocks: List::new() }
        }
    }

    /// Cells with this number: a model must be the same in each execution.
    #[cfg(all(test, loom))]
    pub(super) fn numbered(table: &'static BucketTable, number: usize) -> Self {
        CallCells { number: AtomicUsize::new(number), ..Self::new(table) }
    }

    pub(crate) fn table(&self) -> &'static BucketTable {
        self.table
    }

    /// Whether a call has ever begun.
    pub(crate) fn are_used(&self) -> bool {
        !self.blocks.is_empty()
    }

    pub(super) fn blocks(&self) -> impl Iterator<Item = Block> {
        self.blocks.iter().copied()
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

    /// A call ends after `nanos` nanoseconds, on the thread on which it began in `block`.
    #[inline]
    pub(crate) fn end_in(block: Block, outcome: Outcome, nanos: u64) {
        block.end(&EPOCH, outcome, nanos);
    }

    /// A call ends after `nanos` nanoseconds, on whichever thread this is.
    #[inline]
    pub(crate) fn end(&self, outcome: Outcome, nanos: u64) {
        match self.own_block() {
            Some(block) => Self::end_in(block, outcome, nanos),
            None => self.end_first(outcome, nanos),
        }
    }

    /// What [`end`](Self::end) does, on a thread that has no block for this function.
    #[cold]
    pub(crate) fn end_first(&self, outcome: Outcome, nanos: u64) {
        let end = |writer| Self::end_in(self.block_of(writer), outcome, nanos);
        match thread::lease_writer() {
            Some(writer) => end(writer),
            None => thread::with_borrowed_writer(end),
        }
    }

    #[inline]
    fn own_block(&self) -> Option<Block> {
        // Relaxed: a number is only a place in each writer's own index.
        thread::leased_writer()?.block(self.number.load(Ordering::Relaxed))
    }

    /// The writer's block for this function, made where there is none. The caller has leased the writer.
    pub(super) fn block_of(&self, writer: &Writer) -> Block {
        let number = self.number();
        writer.block(number).unwrap_or_else(|| {
            let block = *self.blocks.push(Block::new(self.table));
            writer.set_block(number, block);
            block
        })
    }

    fn number(&self) -> usize {
        static LAST: unmodelled::AtomicUsize = unmodelled::AtomicUsize::new(0);
        // Relaxed, all: as in `own_block`; a number only has to be another for each function, and stay.
        let number = self.number.load(Ordering::Relaxed);
        if number != 0 {
            return number;
        }
        let new = LAST.fetch_add(1, unmodelled::Ordering::Relaxed) + 1;
        let set = self.number.compare_exchange(0, new, Ordering::Relaxed, Ordering::Relaxed);
        set.err().unwrap_or(new)
    }
}
