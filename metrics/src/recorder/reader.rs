//! Exact readings of the cells of functions and histograms.

use super::block::{Block, BlockReading};
use super::call_cells::CallCells;
use super::cell_sums::CellSums;
use super::epoch::{Epoch, EpochGuard};
use super::observations::Observations;
use super::thread::{self, EPOCH};
use crate::buckets::native::NativeCounts;
use crate::buckets::table::BucketTable;

/// The only reader at a time.
#[derive(Debug)]
pub struct Reader {
    guard: EpochGuard,
    block: BlockReading,
    sums: CellSums,
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
    pub(crate) native: Option<NativeCounts>,
    pub(crate) sum: u64,
    /// `None` until a timed call has ended.
    pub(crate) extremes: Option<(u64, u64)>,
    /// The extremes of the calls that belong to the current window and the two before; `None` if there are none.
    pub(crate) recent: Option<(u64, u64)>,
    started: u64,
}

impl Reader {
    /// Begins reading, after waiting for any other reader to finish. A window ends if `rotates`, which is called after the
    /// wait, returns `true`.
    pub(crate) fn begin(rotates: impl FnOnce() -> bool) -> Self {
        // Under loom, `EPOCH` is a lazy static, which does not coerce by itself.
        let epoch: &'static Epoch = &EPOCH;
        Reader {
            guard: epoch.begin_reading(rotates),
            block: BlockReading::default(),
            sums: CellSums::default(),
        }
    }

    pub(crate) fn read(&mut self, cells: &CallCells) -> CallReading {
        self.read_blocks(cells.table(), cells.is_sampled(), cells.blocks())
    }

    /// Reads the values of the histogram at `index`, as successful calls of these durations.
    pub(crate) fn read_observations(&mut self, cells: &Observations, index: usize) -> CallReading {
        self.read_blocks(cells.table(), false, cells.blocks(index))
    }

    fn read_blocks(
        &mut self,
        table: &BucketTable,
        is_sampled: bool,
        blocks: impl Iterator<Item = Block>,
    ) -> CallReading {
        let mut reading = CallReading::empty();
        for block in blocks {
            block.read(&mut self.guard, is_sampled, &mut self.block);
            reading.add(&self.block);
            self.sums.add(table, &self.block);
        }
        (reading.buckets, reading.native) = self.sums.take(table);
        reading
    }
}

impl CallReading {
    fn empty() -> Self {
        CallReading {
            started: 0,
            ended: 0,
            failed: [0; 3],
            buckets: Vec::new(),
            native: None,
            sum: 0,
            extremes: None,
            recent: None,
        }
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

    fn add(&mut self, block: &BlockReading) {
        self.started = self.started.wrapping_add(block.started);
        self.ended += block.ended;
        self.sum = self.sum.saturating_add(block.sum);
        for (sum, failed) in self.failed.iter_mut().zip(block.failed) {
            *sum += failed;
        }
        widen(&mut self.extremes, block.extremes);
        widen(&mut self.recent, block.recent);
    }
}

/// Widens `extremes` by those of a block, which are empty if the minimum is above the maximum.
fn widen(extremes: &mut Option<(u64, u64)>, [min, max]: [u64; 2]) {
    if min <= max {
        let (least, most) = extremes.unwrap_or((min, max));
        *extremes = Some((least.min(min), most.max(max)));
    }
}
