//! Reading a block: from the live cells, or from the copy that a running writer has published.

use super::history::Extremes;
use super::layout::{
    Block, COUNT_BIT, EXTREMES_BIT, FAILURES, HISTORY_BIT, Header, Published, TIMES_BIT, current_slot,
};
use crate::recorder::epoch::window_of;
use crate::sync::{AtomicU64, Ordering, fence};

/// The state of a block after some call: a prefix of its calls.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::recorder) struct BlockReading {
    pub(in crate::recorder) ended: u64,
    pub(in crate::recorder) started: u64,
    pub(in crate::recorder) failed: [u64; FAILURES],
    pub(in crate::recorder) buckets: Vec<u64>,
    pub(in crate::recorder) sum: u64,
    /// [`NO_EXTREMES`](super::history::NO_EXTREMES) if there are no calls.
    pub(in crate::recorder) extremes: Extremes,
    /// The extremes of the calls that belong to the reader's window and the two before.
    pub(in crate::recorder) recent: Extremes,
}

impl BlockReading {
    /// Returns the number of calls in the buckets.
    pub(in crate::recorder) fn timed(&self) -> u64 {
        self.buckets.iter().sum()
    }
}

impl Block {
    /// Reads a prefix into `reading`, in an epoch that the caller has begun. Returns the number of attempts.
    pub(in crate::recorder) fn read(self, epoch: u64, is_sampled: bool, reading: &mut BlockReading) -> u32 {
        let mut attempts = 1;
        loop {
            // Acquire: pairs with the Release in `publish`.
            if self.header().published.epoch.load(Ordering::Acquire) == epoch {
                self.read_published(is_sampled, reading);
                return attempts;
            }
            if self.try_read_live(window_of(epoch), is_sampled, reading) {
                return attempts;
            }
            attempts += 1;
        }
    }

    fn read_published(self, is_sampled: bool, reading: &mut BlockReading) {
        let Header { slots, published, .. } = self.header();
        let Published { epoch: _, started, sum, extremes, failed } = published;
        // Relaxed, all: stored before the epoch, which was loaded with Acquire, and not overwritten until the next epoch.
        let read = |cell: &AtomicU64| cell.load(Ordering::Relaxed);
        reading.started = read(started);
        reading.sum = read(sum);
        reading.extremes = extremes.each_ref().map(read);
        reading.recent = slots.published_recent.each_ref().map(read);
        reading.failed = failed.each_ref().map(read);
        reading.buckets.clear();
        reading.buckets.extend(self.published_buckets().iter().map(read));
        reading.ended = if is_sampled { read(&slots.published_ended) } else { reading.timed() };
    }

    /// Reads the live cells. Returns `false` if a call ended during the attempt.
    fn try_read_live(self, window: u64, is_sampled: bool, reading: &mut BlockReading) -> bool {
        let Header { head, started, sum, last, slots, table, .. } = self.header();
        // Acquire: pairs with the Release of the last store of `end`.
        let before = head.load(Ordering::Acquire);
        let current = current_slot(before, TIMES_BIT);
        // Relaxed, all: ordered by the fence below.
        let read = |cell: &AtomicU64| cell.load(Ordering::Relaxed);
        reading.ended = before >> COUNT_BIT;
        reading.started = read(started);
        reading.sum = read(&sum[current]);
        let timed = if is_sampled { read(&slots.timed[current]) } else { reading.ended };
        let last = read(&last[current]);
        let extremes = slots.extremes[current_slot(before, EXTREMES_BIT)].each_ref().map(read);
        let past = slots.history[current_slot(before, HISTORY_BIT)].load_with(read);
        (reading.extremes, reading.recent) = (past.lifetime(extremes), past.recent(window, extremes));
        for (failure, (failed, slots)) in (0..).zip(reading.failed.iter_mut().zip(&slots.failed)) {
            *failed = read(&slots[current_slot(before, failure)]);
        }
        reading.buckets.clear();
        reading.buckets.extend(self.buckets().iter().map(read));
        // Acquire: pairs with the Release of every store in `start` and `end`. If a value of a call has been read above, the load
        // below sees the `head` that was stored before that value.
        fence(Ordering::Acquire);
        // Acquire: for the next attempt, which then sees the copy that was published before this `head`.
        if head.load(Ordering::Acquire) != before {
            return false;
        }
        if reading.timed() != timed {
            debug_assert_eq!(reading.timed() + 1, timed, "only the last call is in no bucket");
            reading.buckets[table.find(last)] += 1;
        }
        true
    }
}
