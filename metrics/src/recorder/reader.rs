//! Reading the cells of functions.

use super::block::{Block, BlockReading};
use super::call_cells::CallCells;
use super::epoch::{Epoch, Raised};
use super::observations::Observations;
use super::thread::{self, EPOCH};
use crate::buckets::table::BucketTable;

/// The one reader there is at a time. Reads what it likes in one epoch, so that each running writer hands over each of
/// its blocks at most once.
#[derive(Debug)]
pub struct Reader {
    raised: Raised<'static>,
    block: BlockReading,
}

/// What the cells of a function held: a prefix of what each thread did.
#[derive(Debug)]
pub(crate) struct CallReading {
    /// Calls that ended with an `Err`, a panic, a cancellation.
    pub(crate) failed: [u64; 3],
    /// Calls that have ended.
    pub(crate) ended: u64,
    /// Those that were timed, by duration.
    pub(crate) buckets: Vec<u64>,
    pub(crate) sum: u64,
    /// `None` while no call has ended.
    pub(crate) extremes: Option<(u64, u64)>,
    /// Those of the calls that belong to the current window and the two before; `None` where none does.
    pub(crate) recent: Option<(u64, u64)>,
    started: u64,
}

impl Reader {
    /// Waits for another reader to be done. A window ends where `rotates` says so, which is asked after that.
    pub(crate) fn begin(rotates: impl FnOnce() -> bool) -> Self {
        // Under loom it is no static reference by itself.
        let epoch: &'static Epoch = &EPOCH;
        Reader { raised: epoch.raise(rotates), block: BlockReading::default() }
    }

    pub(crate) fn read(&mut self, cells: &CallCells) -> CallReading {
        self.read_blocks(cells.table(), cells.is_sampled(), cells.blocks())
    }

    /// The values of the histogram at `index` as calls that went well, each as long as the value.
    pub(crate) fn read_observations(&mut self, cells: &Observations, index: usize) -> CallReading {
        self.read_blocks(cells.table(), false, cells.blocks(index))
    }

    fn read_blocks(
        &mut self,
        table: &BucketTable,
        is_sampled: bool,
        blocks: impl Iterator<Item = Block>,
    ) -> CallReading {
        let mut reading = CallReading::nothing(table.buckets());
        for block in blocks {
            block.read(self.raised.epoch, is_sampled, &mut self.block);
            reading.add(&self.block);
        }
        reading
    }
}

impl CallReading {
    fn nothing(buckets: usize) -> Self {
        CallReading {
            started: 0,
            ended: 0,
            failed: [0; 3],
            buckets: vec![0; buckets],
            sum: 0,
            extremes: None,
            recent: None,
        }
    }

    /// Calls begun and not ended. A call may begin on one thread and end on another, of whom the second was read
    /// later and the first before: so this may be too low by the calls that do so during a reading, and is never shown
    /// below zero.
    /// Of one thread alone it may be anything, and only a difference says something: calls that began elsewhere end there too.
    pub(crate) fn in_flight(&self) -> i64 {
        if thread::reads_own() {
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
        for (sum, bucket) in self.buckets.iter_mut().zip(&block.buckets) {
            *sum += bucket;
        }
        widen(&mut self.extremes, block.extremes);
        widen(&mut self.recent, block.recent);
    }
}

/// Adds a block's extremes.
fn widen(extremes: &mut Option<(u64, u64)>, [min, max]: [u64; 2]) {
    if min <= max {
        let (least, most) = extremes.unwrap_or((min, max));
        *extremes = Some((least.min(min), most.max(max)));
    }
}
