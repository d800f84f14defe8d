//! Exact readings of the cells of functions and histograms.

use super::block::{Block, BlockReading, ExemplarReading};
use super::call_cells::CallCells;
use super::cell_sums::CellSums;
use super::epoch::{Epoch, EpochGuard};
use super::observations::Observations;
use super::thread::{self, EPOCH};
use super::tracing_hook::is_traced;
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
        Reader {
            guard: epoch.begin_reading(rotates),
            block: BlockReading::default(),
            sums: CellSums::default(),
        }
    }

    pub(crate) fn read(&mut self, cells: &CallCells) -> CallReading {
        let (table, is_sampled) = (cells.table(), cells.is_sampled());
        if let Some(block) = cells.only_visible_block() {
            return self.read_blocks(table, is_sampled, block.into_iter());
        }
        let Reader { guard, block, sums } = self;
        // Before the calls, so each exemplar is one of them.
        let mut exemplars = ExemplarReading::default();
        if is_traced() {
            cells.blocks().for_each(|block| block.read_exemplars(guard.window(), &mut exemplars));
        }
        let totals = cells.groups().read(table, is_sampled, guard, block, sums);
        CallReading::new(totals, sums.take(table), exemplars)
    }

    /// Reads the values of the histogram at `index`, as successful calls of these durations.
    pub(crate) fn read_observations(&mut self, cells: &Observations, index: usize) -> CallReading {
        // Its blocks may be cleared, so they have no versions by which unchanged ones could be told.
        self.read_blocks(cells.table(), false, cells.blocks(index))
    }

    fn read_blocks(
        &mut self,
        table: &BucketTable,
        is_sampled: bool,
        blocks: impl Iterator<Item = Block>,
    ) -> CallReading {
        let (mut totals, mut exemplars) = (Totals::default(), ExemplarReading::default());
        for block in blocks {
            // Before the calls, as above.
            block.read_exemplars(self.guard.window(), &mut exemplars);
            block.read(&mut self.guard, is_sampled, &mut self.block);
            totals.add_block(&self.block);
            self.sums.add(table, &self.block);
        }
        CallReading::new(totals, self.sums.take(table), exemplars)
    }
}

/// The numbers of some blocks together, other than those of their cells.
#[derive(Debug, Default)]
pub(super) struct Totals {
    started: u64,
    ended: u64,
    failed: [u64; 3],
    sum: u64,
    extremes: Option<(u64, u64)>,
    recent: Option<(u64, u64)>,
}

impl Totals {
    pub(super) fn add_block(&mut self, block: &BlockReading) {
        let [extremes, recent] = [block.extremes, block.recent]
            // The extremes of no calls have a minimum above the maximum.
            .map(|[min, max]| (min <= max).then_some((min, max)));
        let BlockReading { started, ended, failed, sum, .. } = *block;
        self.add(&Totals { started, ended, failed, sum, extremes, recent });
    }

    pub(super) fn add(&mut self, other: &Totals) {
        // Of one thread alone, more calls may have ended than begun.
        self.started = self.started.wrapping_add(other.started);
        self.ended += other.ended;
        self.sum = self.sum.saturating_add(other.sum);
        for (sum, failed) in self.failed.iter_mut().zip(other.failed) {
            *sum += failed;
        }
        widen(&mut self.extremes, other.extremes);
        widen(&mut self.recent, other.recent);
    }
}

impl CallReading {
    fn new(
        totals: Totals,
        (buckets, native): (Vec<u64>, Option<NativeCounts>),
        exemplars: ExemplarReading,
    ) -> Self {
        let Totals { started, ended, failed, sum, extremes, recent } = totals;
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

/// Widens `extremes` by others.
fn widen(extremes: &mut Option<(u64, u64)>, others: Option<(u64, u64)>) {
    if let Some((min, max)) = others {
        let (least, most) = extremes.unwrap_or((min, max));
        *extremes = Some((least.min(min), most.max(max)));
    }
}
