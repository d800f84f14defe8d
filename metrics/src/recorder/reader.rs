//! Exact readings of the cells of functions and histograms.

use super::block::{Block, ExemplarReading};
use super::call_cells::CallCells;
use super::cell_sums::Buckets;
use super::epoch::{Epoch, EpochGuard};
use super::ledger::{Buffers, Ledger};
use super::observations::Observations;
use super::thread::{self, EPOCH};
use super::totals::{Counts, Totals};
use crate::buckets::native::NativeCounts;
use crate::buckets::table::BucketTable;
use std::sync::Arc;

/// The only reader at a time.
#[derive(Debug)]
pub struct Reader {
    guard: EpochGuard,
    buffers: Buffers,
}

/// The state of a function's cells: a prefix of each thread's calls.
#[derive(Debug)]
pub(crate) struct CallReading {
    /// The number of calls that ended with an `Err`, a panic, a cancellation.
    pub(crate) failed: [u64; 3],
    /// The number of ended calls.
    pub(crate) ended: u64,
    /// The timed calls among them, by duration: in the classic buckets.
    pub(crate) buckets: Vec<u64>,
    /// In the native buckets, if the table has any.
    pub(crate) native: Option<Arc<NativeCounts>>,
    pub(crate) sum: u64,
    /// `None` until a timed call has ended.
    pub(crate) extremes: Option<(u64, u64)>,
    /// The extremes of the calls that belong to the current window and the two before; `None` if there are none.
    pub(crate) recent: Option<(u64, u64)>,
    /// Some of these calls, with their trace.
    pub(crate) exemplars: ExemplarReading,
    started: u64,
}

impl Reader {
    /// Begins reading, after waiting for any other reader to finish. A window ends if `rotates`, which is called after the
    /// wait, returns `true`.
    pub(crate) fn begin(rotates: impl FnOnce() -> bool) -> Self {
        // Under loom, `EPOCH` is a lazy static, which does not coerce by itself.
        let epoch: &'static Epoch = &EPOCH;
        Reader { guard: epoch.begin_reading(rotates), buffers: Buffers::default() }
    }

    /// Reads all blocks of `functions`, which are all functions of the ledger, for [`read`](Self::read).
    pub(crate) fn update(
        &mut self,
        ledger: &mut Ledger,
        functions: impl Iterator<Item = &'static CallCells> + Clone,
    ) {
        // Readings of one thread alone are not kept.
        if !thread::reads_local_only() {
            ledger.update(functions, &mut self.guard, &mut self.buffers);
        }
    }

    /// Returns the reading of a function, which this reader has made by [`update`](Self::update).
    pub(crate) fn read(&mut self, cells: &CallCells) -> CallReading {
        if let Some(blocks) = cells.only_visible_blocks() {
            return self.read_blocks(cells.table(), cells.is_sampled(), blocks);
        }
        let mut account = cells.account();
        let buckets = account.buckets(cells.table());
        let exemplars = account.exemplars.as_deref().cloned().unwrap_or_default();
        CallReading::new(&account.totals, buckets, exemplars)
    }

    /// Reads the values of the histogram at `index`, as successful calls of these durations.
    pub(crate) fn read_observations(&mut self, cells: &Observations, index: usize) -> CallReading {
        // Its blocks may be cleared, so they have no versions by which unchanged ones could be told.
        self.read_blocks(cells.table(), false, cells.blocks(index))
    }

    /// Returns the reading of a function, from all cells of all blocks.
    #[cfg(all(test, not(loom)))]
    pub(super) fn read_whole(&mut self, cells: &CallCells) -> CallReading {
        self.read_blocks(cells.table(), cells.is_sampled(), cells.blocks())
    }

    fn read_blocks(
        &mut self,
        table: &BucketTable,
        is_sampled: bool,
        blocks: impl Iterator<Item = Block>,
    ) -> CallReading {
        let Buffers { block: reading, sums, .. } = &mut self.buffers;
        let (mut totals, mut exemplars) = (Totals::NONE, ExemplarReading::default());
        for block in blocks {
            // Before the calls, so each exemplar is one of them.
            block.read_exemplars(self.guard.window(), &mut exemplars);
            block.read(&mut self.guard, is_sampled, reading);
            totals.add(reading);
            sums.add(table, reading);
        }
        CallReading::new(&totals, sums.take(table), exemplars)
    }
}

impl CallReading {
    fn new(totals: &Totals, (buckets, native): Buckets, exemplars: ExemplarReading) -> Self {
        let Totals { counts: Counts { started, ended, failed, sum }, extremes, recent } = *totals;
        let sum = u64::try_from(sum).unwrap_or(u64::MAX);
        CallReading { failed, ended, buckets, native, sum, extremes, recent, exemplars, started }
    }

    /// Returns the number of calls in flight.
    ///
    /// A call may begin on one thread, in a block that was read before its start, and end on another, in a block that was
    /// read after its end. So the number may be too low by the calls that move during a reading. It is never below zero.
    ///
    /// A reading of one thread alone may have any value, and only differences are meaningful: calls that began on other
    /// threads end on this one.
    pub(crate) fn in_flight(&self) -> i64 {
        if thread::reads_local_only() {
            return self.started.wrapping_sub(self.ended).cast_signed();
        }
        i64::try_from(self.started.saturating_sub(self.ended)).unwrap_or(i64::MAX)
    }
}
