//! Writing a block: the beginning and the end of a call, and the copy for a reader. Only the block's writer may call these functions.

use super::cell::add_one;
use super::copy::Copy;
use super::history::{Extremes, NO_EXTREMES};
use super::layout::{
    Block, COUNT_BIT, EXTREMES_BIT, HISTORY_BIT, Header, MAX_UNFILED, ONE_CALL, TIMES_BIT, current_slot,
};
use crate::buckets::table::CellPlace;
use crate::recorder::epoch::{Epoch, window_of};
use crate::recorder::outcome::Outcome;
use crate::sync::{AtomicU64, Ordering, load_own};

impl Block {
    /// Begins a call.
    #[inline]
    pub(crate) fn start(self) {
        let started = &self.header().started;
        // A reader that sees this start also sees the end of the previous call, so it does not count the start into an earlier
        // prefix.
        add_one(started);
    }

    /// Returns whether the call that has just begun is to be timed: the first call, then one in `interval`.
    #[inline]
    pub(crate) fn is_due(self, interval: u64) -> bool {
        let Header { started, untimed_until, .. } = self.header();
        let (started, until) = (load_own(started), load_own(untimed_until));
        let is_due = started > until;
        if is_due {
            // Relaxed: used only by the writer.
            untimed_until.store(until + interval, Ordering::Relaxed);
        }
        is_due
    }

    /// Ends a call that took `nanos` nanoseconds, of a function that times every call.
    ///
    /// The inlined fast path is taken if the ring has room for the duration, no epoch has begun, and the duration is not a new
    /// extreme. (The first duration always is.)
    #[inline]
    pub(crate) fn end(self, epoch: &Epoch, outcome: Outcome, nanos: u64) {
        let Header { head, epoch: seen, filed, min, max, .. } = self.header();
        let before = load_own(head);
        let takes_fast_path = (before >> COUNT_BIT) - load_own(filed) <= MAX_UNFILED
            && epoch.is_current(load_own(seen))
            && (load_own(min)..=load_own(max)).contains(&nanos);
        if takes_fast_path {
            self.write_times(before, before >> COUNT_BIT, nanos);
            self.commit(before, outcome, 1 << TIMES_BIT, Some(nanos));
        } else {
            self.end_slow::<false>(epoch, outcome, nanos);
        }
    }

    /// Does the same as [`end`](Self::end) for any duration and any epoch, whether or not calls are sampled: the slow path.
    #[inline(never)]
    pub(in crate::recorder) fn end_slow<const SAMPLED: bool>(
        self,
        epoch: &Epoch,
        outcome: Outcome,
        nanos: u64,
    ) {
        let Header { head, epoch: seen, timed, min, max, .. } = self.header();
        let before = load_own(head);
        let mut replaced = 1 << TIMES_BIT;
        let number = self.file_durations::<SAMPLED>();
        if let Some(epoch) = epoch.changed_since(load_own(seen)) {
            replaced |= self.observe_epoch(epoch);
        }
        self.write_times(before, number, nanos);
        if SAMPLED {
            timed[1 - current_slot(before, TIMES_BIT)].store(number.wrapping_add(1), Ordering::Release);
        }
        let is_longest = nanos > load_own(max) || load_own(min) > load_own(max);
        if nanos < load_own(min) || is_longest {
            self.widen_extremes(current_slot(before, EXTREMES_BIT), nanos);
            replaced |= 1 << EXTREMES_BIT;
        }
        self.store_head(before, self.count_failure(before, outcome) | replaced);
        self.offer_slow(outcome, nanos, is_longest);
    }

    /// Ends a call that was not timed, of a function that samples calls.
    #[inline]
    pub(in crate::recorder) fn end_untimed(self, epoch: &Epoch, outcome: Outcome) {
        let Header { head, epoch: seen, .. } = self.header();
        if epoch.is_current(load_own(seen)) {
            self.commit(load_own(head), outcome, 0, None);
        } else {
            self.end_untimed_slow(epoch, outcome);
        }
    }

    /// Does the same as [`end_untimed`](Self::end_untimed) if an epoch has begun: the slow path.
    #[cold]
    #[inline(never)]
    fn end_untimed_slow(self, epoch: &Epoch, outcome: Outcome) {
        let Header { head, epoch: seen, .. } = self.header();
        self.file_durations::<true>();
        let replaced = epoch.changed_since(load_own(seen)).map_or(0, |epoch| self.observe_epoch(epoch));
        self.commit(load_own(head), outcome, replaced, None);
    }

    /// Writes the values that every timed call replaces; `number` timed calls came before it.
    #[inline]
    fn write_times(self, before: u64, number: u64, nanos: u64) {
        let Header { sum, .. } = self.header();
        let current = current_slot(before, TIMES_BIT);
        // Release, here and in all stores of an update: pairs with the fence R5 in `try_read_live`.
        // Saturating: a wrapped sum would look like a counter reset, and one duration of `u64::MAX` could wrap it.
        sum[1 - current].store(load_own(&sum[current]).saturating_add(nanos), Ordering::Release);
        self.duration(number.wrapping_add(1)).store(nanos, Ordering::Release);
    }

    /// Files the durations of all timed calls that have not been filed yet. Returns the number of timed calls.
    #[inline]
    fn file_durations<const SAMPLED: bool>(self) -> u64 {
        let Header { head, timed, filed, table, cells, arena, .. } = self.header();
        let head = load_own(head);
        let timed = if SAMPLED { load_own(&timed[current_slot(head, TIMES_BIT)]) } else { head >> COUNT_BIT };
        for before in load_own(filed)..timed {
            let number = before + 1;
            // Release: pairs with the Acquire in `try_read_live`: a reader sees the cells of all durations before this one.
            filed.store(number, Ordering::Release);
            let place = table.place(load_own(self.duration(number)));
            add_one(cells.own_cell(place).unwrap_or_else(|| cells.create_own_cell(place, table, arena)));
        }
        timed
    }

    /// Counts the outcome, commits the call, and offers it as an exemplar if it has failed. `replaced` has the bits of the values whose
    /// other slot has been written.
    #[inline]
    fn commit(self, before: u64, outcome: Outcome, replaced: u64, nanos: Option<u64>) {
        if outcome == Outcome::Ok {
            self.store_head(before, replaced);
        } else {
            self.store_head(before, self.count_failure(before, outcome) | replaced);
            self.offer_failure(outcome, nanos);
        }
    }

    /// Counts the outcome if it is a failure. Returns the bit of the failure, if any.
    #[inline]
    fn count_failure(self, before: u64, outcome: Outcome) -> u64 {
        let Some(failure) = outcome.failure_index() else { return 0 };
        let current = current_slot(before, failure);
        let failed = &self.header().failed[failure as usize];
        failed[1 - current].store(load_own(&failed[current]).wrapping_add(1), Ordering::Release);
        1 << failure
    }

    /// Commits the call. `replaced` has the bits of the values whose other slot has been written.
    #[inline]
    fn store_head(self, before: u64, replaced: u64) {
        self.header().head.store(before.wrapping_add(ONE_CALL) ^ replaced, Ordering::Release);
    }

    /// Returns the window that the last call belongs to.
    pub(in crate::recorder) fn window(self) -> u64 {
        let Header { head, history, .. } = self.header();
        history[current_slot(load_own(head), HISTORY_BIT)].load_own().window
    }

    /// Writes the extremes, widened by `nanos`, into the slot that is not current.
    fn widen_extremes(self, current: usize, nanos: u64) {
        let Header { min, max, .. } = self.header();
        self.write_extremes(current, [load_own(min).min(nanos), load_own(max).max(nanos)]);
    }

    /// Writes the extremes of the current window into the slot that is not current.
    fn write_extremes(self, current: usize, [new_min, new_max]: Extremes) {
        let Header { min, max, extremes, .. } = self.header();
        extremes[1 - current][0].store(new_min, Ordering::Release);
        extremes[1 - current][1].store(new_max, Ordering::Release);
        // Both Relaxed: used only by the writer.
        min.store(new_min, Ordering::Relaxed);
        max.store(new_max, Ordering::Relaxed);
    }

    /// Sees `epoch`, as the first call in this block, after all durations have been filed. If the reader that began it has
    /// requested a copy, publishes a copy of all calls before the one that ends now. If the epoch is in another window, begins
    /// that window. Returns the bits of the values whose other slot has been written.
    #[cold]
    fn observe_epoch(self, epoch: u64) -> u64 {
        let Header { head, epoch: seen, min, max, history, .. } = self.header();
        let head = load_own(head);
        let current = current_slot(head, HISTORY_BIT);
        let (past, extremes) = (history[current].load_own(), [load_own(min), load_own(max)]);
        let window = window_of(epoch);
        // Relaxed: stored before the epoch, which was loaded with Acquire.
        if let Some(copy) = self.copy().filter(|copy| copy.requested.load(Ordering::Relaxed) == epoch) {
            self.publish(copy, epoch, past.lifetime(extremes), past.recent(window, extremes));
        }
        // Relaxed: used only by the writer.
        seen.store(epoch, Ordering::Relaxed);
        if past.window == window {
            return 0;
        }
        history[1 - current].store(&past.rotated_to(window, extremes));
        self.write_extremes(current_slot(head, EXTREMES_BIT), NO_EXTREMES);
        1 << HISTORY_BIT | 1 << EXTREMES_BIT
    }

    /// Publishes a copy of the cells, in which every ended call is filed, for the reader that began `epoch`.
    fn publish(self, copy: &Copy, epoch: u64, extremes: Extremes, recent: Extremes) {
        let Header { head, started, sum, failed, table, cells, arena, .. } = self.header();
        let head = load_own(head);
        // All Relaxed: published by the Release below. The Acquire of `Epoch::changed_since` orders them after the loads of the
        // previous copy's reader.
        let set = |to: &AtomicU64, value| to.store(value, Ordering::Relaxed);
        set(&copy.ended, head >> COUNT_BIT);
        set(&copy.started, load_own(started));
        set(&copy.sum, load_own(&sum[current_slot(head, TIMES_BIT)]));
        for (to, extreme) in copy.extremes.iter().chain(&copy.recent).zip(extremes.into_iter().chain(recent))
        {
            set(to, extreme);
        }
        for (failure, (to, from)) in (0..).zip(copy.failed.iter().zip(failed)) {
            set(to, load_own(&from[current_slot(head, failure)]));
        }
        for (octave, page) in cells.pages(table) {
            for (index, cell) in page.iter().enumerate() {
                let place = CellPlace { octave, index };
                let copied = copy.cells.own_cell(place);
                set(
                    copied.unwrap_or_else(|| copy.cells.create_own_cell(place, table, arena)),
                    load_own(cell),
                );
            }
        }
        // Release: pairs with the Acquire in `read`.
        copy.epoch.store(epoch, Ordering::Release);
    }
}
