//! Reading a block: from the live cells, or from the copy that a running writer has made on request.

use super::copy::Copy;
use super::history::{Extremes, NO_EXTREMES};
use super::layout::{
    Block, COUNT_BIT, EXTREMES_BIT, HISTORY_BIT, Header, MAX_UNFILED, RING, TIMES_BIT, current_slot,
};
use super::octaves::Octaves;
use crate::buckets::table::BucketTable;
use crate::recorder::cell_counts::CellCounts;
use crate::recorder::epoch::{EpochGuard, window_of};
use crate::recorder::outcome::FAILURES;
use crate::sync::{AtomicU64, Ordering, fence};

/// What identifies a block's state: two readings of the same version are equal, if they are in the same window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::recorder) struct Version {
    head: u64,
    started: u64,
}

impl Version {
    /// The version of no state.
    pub(in crate::recorder) const UNKNOWN: Version = Version { head: u64::MAX, started: u64::MAX };

    /// Returns whether the ring still has the durations of all calls that have ended since `earlier`, if each call is timed.
    pub(in crate::recorder) fn is_near(self, earlier: Version) -> bool {
        self.ended().wrapping_sub(earlier.ended()) <= MAX_DIFFERENCE
    }

    pub(in crate::recorder) fn ended(self) -> u64 {
        self.head >> COUNT_BIT
    }

    pub(in crate::recorder) fn started(self) -> u64 {
        self.started
    }
}

impl Default for Version {
    fn default() -> Self {
        Version::UNKNOWN
    }
}

/// What a caller has of a block: an earlier reading, of a function that times each call.
#[derive(Debug, Clone, Copy)]
pub(in crate::recorder) struct Known {
    pub(in crate::recorder) version: Version,
    /// If the reading was in the same window: the extremes of recent calls, which include those of this block. Later calls within
    /// these do not widen them, nor those of all calls.
    pub(in crate::recorder) recent: Option<(u64, u64)>,
}

/// The number of durations in the ring that stay as they are until a call ends: all but that which is being written.
const MAX_DIFFERENCE: u64 = RING as u64 - 1;

/// The state of a block after some call: a prefix of its calls.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(in crate::recorder) struct BlockReading {
    /// [`Version::UNKNOWN`] if the reading is of a copy.
    pub(in crate::recorder) version: Version,
    pub(in crate::recorder) ended: u64,
    pub(in crate::recorder) started: u64,
    pub(in crate::recorder) failed: [u64; FAILURES],
    pub(in crate::recorder) cells: CellCounts,
    /// The durations of the calls that are in no cell yet.
    pub(in crate::recorder) unfiled: Vec<u64>,
    /// Whether `cells` are empty, and `unfiled` has the durations of the calls since a [`Known`] reading. The extremes are those of
    /// all calls, or of none if these calls do not widen those that are known.
    pub(in crate::recorder) is_difference: bool,
    pub(in crate::recorder) sum: u64,
    /// [`NO_EXTREMES`](super::history::NO_EXTREMES) if there are no calls.
    pub(in crate::recorder) extremes: Extremes,
    /// The extremes of the calls that belong to the reader's window and the two before.
    pub(in crate::recorder) recent: Extremes,
}

impl Block {
    /// Returns the current version. A block that may be [cleared](Self::clear) can return to one that it had before.
    pub(in crate::recorder) fn version(self) -> Version {
        let Header { head, started, .. } = self.header();
        // Acquire: pairs with the Release of the last store of `end`: what is compared is not older than what the caller has seen.
        // Relaxed: as in `try_read_live`.
        Version { head: head.load(Ordering::Acquire), started: started.load(Ordering::Relaxed) }
    }

    /// Loads a value of each cache line of the header, so that they are in the cache when they are read. Returns anything.
    pub(in crate::recorder) fn touch_header(self) -> u64 {
        let Header { ring, extremes, history, .. } = self.header();
        let [first, second] = history.each_ref().map(|history| history.load_with(touch).window);
        let ring = touch(&ring[0]) ^ touch(&ring[RING / 2]);
        self.touch_difference(Version::UNKNOWN) ^ ring ^ touch(&extremes[0][0]) ^ first ^ second
    }

    /// Does the same for what [`read_since`](Self::read_since) needs most often.
    pub(in crate::recorder) fn touch_difference(self, known: Version) -> u64 {
        let Header { head, failed, .. } = self.header();
        let (first, last) = (known.ended().wrapping_add(1), touch(head) >> COUNT_BIT);
        touch(&failed[1][0]) ^ touch(self.duration(first)) ^ touch(self.duration(last))
    }

    /// Does the same for the pointers to the pages of its cells.
    pub(in crate::recorder) fn touch_octaves(self) -> u64 {
        self.header().cells.touch()
    }

    /// Does the same for its cells.
    pub(in crate::recorder) fn touch_pages(self) -> u64 {
        let Header { table, cells, .. } = self.header();
        let pages = cells.pages(table).map(|(_, page)| touch(&page[0]) ^ touch(&page[page.len() - 1]));
        pages.fold(0, |all, loaded| all ^ loaded)
    }

    /// Reads a prefix into `reading`. Returns the number of attempts.
    pub(in crate::recorder) fn read(
        self,
        guard: &mut EpochGuard,
        is_sampled: bool,
        reading: &mut BlockReading,
    ) -> u32 {
        self.read_with(guard, is_sampled, None, reading)
    }

    /// Does the same, but reads only the difference to what is known, if the ring has the durations of all calls since.
    pub(in crate::recorder) fn read_since(
        self,
        known: Known,
        guard: &mut EpochGuard,
        reading: &mut BlockReading,
    ) {
        self.read_with(guard, false, Some(known), reading);
    }

    fn read_with(
        self,
        guard: &mut EpochGuard,
        is_sampled: bool,
        known: Option<Known>,
        reading: &mut BlockReading,
    ) -> u32 {
        if self.try_read_live(window_of(guard.epoch), is_sampled, known, reading) {
            return 1;
        }
        #[cfg(all(test, loom))]
        crate::sync::explore_attempt(2);
        let (copy, epoch) = self.request_copy(guard);
        let mut attempts = 2;
        loop {
            if self.try_read_copy(copy, epoch, reading)
                || self.try_read_live(window_of(epoch), is_sampled, known, reading)
            {
                return attempts;
            }
            attempts += 1;
            #[cfg(all(test, loom))]
            crate::sync::explore_attempt(attempts);
        }
    }

    /// Requests a copy. Returns its place and its epoch.
    fn request_copy(self, guard: &mut EpochGuard) -> (&'static Copy, u64) {
        let copy = self.copy_or_create();
        // Relaxed: published by the Release in `request`.
        let epoch = guard.request(|epoch| copy.requested.store(epoch, Ordering::Relaxed));
        (copy, epoch)
    }

    /// Requests a copy, and reads it after `calls`. Returns `false` if none has been made.
    #[cfg(all(test, loom))]
    pub(in crate::recorder) fn read_copy_after(
        self,
        calls: impl FnOnce(),
        guard: &mut EpochGuard,
        reading: &mut BlockReading,
    ) -> bool {
        let (copy, epoch) = self.request_copy(guard);
        calls();
        self.try_read_copy(copy, epoch, reading)
    }

    /// Reads the copy. Returns `false` if it is not that of `epoch`.
    fn try_read_copy(self, copy: &Copy, epoch: u64, reading: &mut BlockReading) -> bool {
        // Acquire: pairs with the Release in `publish`.
        if copy.epoch.load(Ordering::Acquire) != epoch {
            return false;
        }
        let Copy { requested: _, epoch: _, ended, started, sum, extremes, recent, failed, cells } = copy;
        // Relaxed, all: stored before the epoch, which was loaded with Acquire, and not overwritten until the next request.
        let read = |cell: &AtomicU64| cell.load(Ordering::Relaxed);
        reading.version = Version::UNKNOWN;
        reading.ended = read(ended);
        reading.started = read(started);
        reading.sum = read(sum);
        reading.extremes = extremes.each_ref().map(read);
        reading.recent = recent.each_ref().map(read);
        reading.failed = failed.each_ref().map(read);
        read_cells(cells, self.header().table, &mut reading.cells);
        reading.unfiled.clear();
        reading.is_difference = false;
        true
    }

    /// Reads the live cells. Returns `false` if a call ended during the attempt.
    fn try_read_live(
        self,
        window: u64,
        is_sampled: bool,
        known: Option<Known>,
        reading: &mut BlockReading,
    ) -> bool {
        let Header { head, started, sum, filed, table, cells, .. } = self.header();
        let Header { timed, extremes, history, failed, .. } = self.header();
        // Acquire: pairs with the Release of the last store of `end`.
        let before = head.load(Ordering::Acquire);
        let current = current_slot(before, TIMES_BIT);
        // Relaxed, all: ordered by the fence below.
        let read = |cell: &AtomicU64| cell.load(Ordering::Relaxed);
        reading.ended = before >> COUNT_BIT;
        reading.started = read(started);
        reading.version = Version { head: before, started: reading.started };
        reading.sum = read(&sum[current]);
        let timed = if is_sampled { read(&timed[current]) } else { reading.ended };
        for (failure, (reading, slots)) in (0..).zip(reading.failed.iter_mut().zip(failed)) {
            *reading = read(&slots[current_slot(before, failure)]);
        }
        // Acquire: pairs with the Release in `file_durations`: the durations before this one are in the cells.
        let last_filed = filed.load(Ordering::Acquire);
        let known = known.filter(|known| reading.version.is_near(known.version));
        reading.is_difference = known.is_some();
        let unfiled = if let Some(known) = known {
            // The caller has the durations before. The ring has these until a call ends.
            reading.cells.clear();
            known.version.ended() + 1..=timed
        } else {
            read_cells(cells, table, &mut reading.cells);
            // The durations that may be in no cell. There are no more than the ring has unless a call ends during the attempt.
            last_filed.max(1)..=timed.min(last_filed + MAX_UNFILED + 1)
        };
        reading.unfiled.clear();
        reading.unfiled.extend(unfiled.map(|number| read(self.duration(number))));
        let is_within = |(min, max)| reading.unfiled.iter().all(|nanos| (min..=max).contains(nanos));
        if known.and_then(|known| known.recent).is_some_and(is_within) {
            (reading.extremes, reading.recent) = (NO_EXTREMES, NO_EXTREMES);
        } else {
            let extremes = extremes[current_slot(before, EXTREMES_BIT)].each_ref().map(read);
            let past = history[current_slot(before, HISTORY_BIT)].load_with(read);
            (reading.extremes, reading.recent) = (past.lifetime(extremes), past.recent(window, extremes));
        }
        // Acquire: pairs with the Release of every store in `start` and `end`. If a value of a call has been read above, the loads
        // below see the `filed` and the `head` that were stored before that value.
        fence(Ordering::Acquire);
        // Relaxed: ordered by the fence. Acquire: for the next attempt, which then sees the copy that was published before this
        // `head`.
        if filed.load(Ordering::Relaxed) != last_filed || head.load(Ordering::Acquire) != before {
            return false;
        }
        if reading.is_difference {
            return true;
        }
        let in_cells = reading.cells.total();
        debug_assert!(
            (last_filed.saturating_sub(1)..=last_filed).contains(&in_cells),
            "only one call is being filed"
        );
        if last_filed > 0 && in_cells == last_filed {
            reading.unfiled.remove(0);
        }
        true
    }
}

fn touch(cell: &AtomicU64) -> u64 {
    // Relaxed: the value is not used.
    cell.load(Ordering::Relaxed)
}

fn read_cells(cells: &Octaves, table: &'static BucketTable, into: &mut CellCounts) {
    into.clear();
    for (octave, page) in cells.pages(table) {
        // Relaxed: ordered by the caller.
        into.push(octave, page.iter().map(|cell| cell.load(Ordering::Relaxed)));
    }
}
