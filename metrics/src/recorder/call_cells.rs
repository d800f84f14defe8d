//! The cells of a function: the blocks of all writers with which it has been called.

use super::account::Account;
use super::block::Block;
use super::outcome::{Outcome, Time};
use super::slot::SlotKey;
use super::thread::{self, EPOCH};
use super::writer::Writer;
use crate::buckets::table::BucketTable;
use crate::platform;
use crate::sync::unmodelled::{Mutex, MutexGuard, lock};
use crate::sync::{List, const_unless_loom};

/// The cells of one instrumented function.
#[derive(Debug)]
pub(crate) struct CallCells {
    table: &'static BucketTable,
    /// The sampling interval: one call in `interval` is timed. 1 times every call.
    interval: u64,
    /// Selects each writer's block for this function.
    key: SlotKey<Block>,
    blocks: List<Block>,
    /// Used only by readers, which exclude each other anyway.
    account: Mutex<Account>,
}

impl CallCells {
    const_unless_loom! {
        pub(crate) const fn new(table: &'static BucketTable, interval: u64) -> Self {
            assert!(interval > 0, "the sampling interval must be non-zero");
            CallCells {
                table,
                interval,
                key: SlotKey::new(),
                blocks: List::new(),
                account: Mutex::new(Account::EMPTY),
            }
        }
    }

    /// Returns whether some of its calls may not be timed.
    pub(super) fn is_sampled(&self) -> bool {
        self.interval > 1 || !platform::HAS_CLOCK
    }

    /// Creates cells with a given key: a model must be the same in each execution.
    #[cfg(all(test, loom))]
    pub(super) fn with_key(table: &'static BucketTable, key: usize) -> Self {
        CallCells { key: SlotKey::fixed(key), ..Self::new(table, 1) }
    }

    pub(crate) fn table(&self) -> &'static BucketTable {
        self.table
    }

    /// Returns whether a call has begun.
    pub(crate) fn has_calls(&self) -> bool {
        self.key.is_allocated()
    }

    /// Returns this thread's block, if it has one. `None` unless readings by this thread are restricted to its own cells.
    pub(super) fn only_visible_blocks(&self) -> Option<impl Iterator<Item = Block> + use<>> {
        thread::reads_local_only().then(|| self.local_block().into_iter())
    }

    /// Returns what the last update of its ledger found.
    pub(super) fn account(&self) -> MutexGuard<'_, Account> {
        lock(&self.account)
    }

    /// Returns all blocks, the newest first.
    pub(super) fn blocks(&self) -> impl Iterator<Item = Block> {
        self.blocks.iter().copied()
    }

    /// Begins a call and returns this thread's block, for [`end_in`](Self::end_in). Returns `None`, and begins nothing, if this
    /// thread has no block for this function yet.
    #[inline]
    pub(crate) fn start(&self) -> Option<Block> {
        let block = self.local_block()?;
        block.start();
        Some(block)
    }

    /// Begins a call on a thread that has no block for this function yet, and returns its new block. Returns `None` if the
    /// thread cannot keep a block because its lease has ended; the call is then ended by [`end`](Self::end).
    pub(crate) fn start_first(&self) -> Option<Block> {
        let block = thread::lease_writer().map(|writer| self.block_of(writer));
        match block {
            Some(block) => block.start(),
            None => thread::with_temporary_lease(|writer| self.block_of(writer).start()),
        }
        block
    }

    /// Returns whether the call that begins in `block` is to be timed.
    #[inline]
    pub(crate) fn is_due(&self, block: Block) -> bool {
        block.is_due(self.interval)
    }

    /// Ends a call on the thread that has begun it in `block`.
    #[inline]
    pub(crate) fn end_in(block: Block, outcome: Outcome, time: Time) {
        match time {
            Time::OfEach(nanos) => block.end(&EPOCH, outcome, nanos),
            Time::OfSome(nanos) => block.end_slow::<true>(&EPOCH, outcome, nanos),
            Time::NotTaken => block.end_untimed(&EPOCH, outcome),
        }
    }

    /// Ends a call on the current thread, which need not be the thread that has begun it.
    #[inline]
    pub(crate) fn end(&self, outcome: Outcome, time: Time) {
        match self.local_block() {
            Some(block) => Self::end_in(block, outcome, time),
            None => self.end_first(outcome, time),
        }
    }

    /// Does the same as [`end`](Self::end) on a thread that has no block for this function yet.
    #[cold]
    pub(crate) fn end_first(&self, outcome: Outcome, time: Time) {
        let end = |writer: &'static Writer| Self::end_in(self.block_of(writer), outcome, time);
        match thread::lease_writer() {
            Some(writer) => end(writer),
            None => thread::with_temporary_lease(end),
        }
    }

    #[inline]
    fn local_block(&self) -> Option<Block> {
        thread::leased_writer()?.get(&self.key)
    }

    /// Returns the writer's block for this function, creating it if necessary. The caller has leased the writer.
    pub(super) fn block_of(&self, writer: &'static Writer) -> Block {
        writer.get(&self.key).unwrap_or_else(|| {
            let block = *self.blocks.push(Block::new(self.table, writer.arena()));
            writer.set(&self.key, block);
            block
        })
    }
}
