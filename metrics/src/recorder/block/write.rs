//! Writing a block: the beginning and the end of a call, and the copy for a reader. Only the block's writer may call these functions.

use super::cell::{add_one, load_own};
use super::history::{Extremes, NO_EXTREMES};
use super::layout::{
    Block, COUNT_BIT, EXTREMES_BIT, HISTORY_BIT, Header, ONE_CALL, Slots, TIMES_BIT, current_slot,
};
use crate::recorder::epoch::{Epoch, window_of};
use crate::recorder::outcome::Outcome;
use crate::sync::{AtomicU64, Ordering};

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
        let Header { started, slots, .. } = self.header();
        let (started, until) = (load_own(started), load_own(&slots.untimed_until));
        let is_due = started > until;
        if is_due {
            // Relaxed: used only by the writer.
            slots.untimed_until.store(until + interval, Ordering::Relaxed);
        }
        is_due
    }

    /// Ends a call that took `nanos` nanoseconds, of a function that times every call.
    ///
    /// The inlined fast path is taken if the previous call fell into bucket 0, no reader has requested a copy, and the
    /// duration is not a new extreme. (The first duration always is.)
    #[inline]
    pub(crate) fn end(self, epoch: &Epoch, outcome: Outcome, nanos: u64) {
        let Header { head, epoch: seen, last, table, slots, .. } = self.header();
        let before = load_own(head);
        let takes_fast_path = table.is_in_first(load_own(&last[current_slot(before, TIMES_BIT)]))
            && epoch.is_current(load_own(seen))
            && (load_own(&slots.min)..=load_own(&slots.max)).contains(&nanos);
        if takes_fast_path {
            add_one(&self.buckets()[0]);
            self.write_times(before, nanos);
            self.commit(before, outcome, 1 << TIMES_BIT);
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
        let Header { head, epoch: seen, table, slots, .. } = self.header();
        let before = load_own(head);
        let mut replaced = 1 << TIMES_BIT;
        if let Some(epoch) = epoch.changed_since(load_own(seen)) {
            replaced |= self.observe_epoch::<SAMPLED>(epoch);
        }
        if let Some(pending) = self.pending_duration::<SAMPLED>() {
            add_one(&self.buckets()[table.find(pending)]);
        }
        self.write_times(before, nanos);
        if SAMPLED {
            let current = current_slot(before, TIMES_BIT);
            slots.timed[1 - current]
                .store(load_own(&slots.timed[current]).wrapping_add(1), Ordering::Release);
        }
        if nanos < load_own(&slots.min) || nanos > load_own(&slots.max) {
            self.widen_extremes(current_slot(before, EXTREMES_BIT), nanos);
            replaced |= 1 << EXTREMES_BIT;
        }
        self.commit(before, outcome, replaced);
    }

    /// Ends a call that was not timed, of a function that samples calls.
    #[inline]
    pub(in crate::recorder) fn end_untimed(self, epoch: &Epoch, outcome: Outcome) {
        let Header { head, epoch: seen, .. } = self.header();
        if epoch.is_current(load_own(seen)) {
            self.commit(load_own(head), outcome, 0);
        } else {
            self.end_untimed_slow(epoch, outcome);
        }
    }

    /// Does the same as [`end_untimed`](Self::end_untimed) if a reader has requested a copy: the slow path.
    #[cold]
    #[inline(never)]
    fn end_untimed_slow(self, epoch: &Epoch, outcome: Outcome) {
        let Header { head, epoch: seen, .. } = self.header();
        let replaced =
            epoch.changed_since(load_own(seen)).map_or(0, |epoch| self.observe_epoch::<true>(epoch));
        self.commit(load_own(head), outcome, replaced);
    }

    /// Writes the values that every timed call replaces.
    #[inline]
    fn write_times(self, before: u64, nanos: u64) {
        let Header { sum, last, .. } = self.header();
        let current = current_slot(before, TIMES_BIT);
        // Release, here and in all stores of an update: pairs with the fence R5 in `try_read_live`.
        // Saturating: a wrapped sum would look like a counter reset, and one duration of `u64::MAX` could wrap it.
        sum[1 - current].store(load_own(&sum[current]).saturating_add(nanos), Ordering::Release);
        last[1 - current].store(nanos, Ordering::Release);
    }

    /// Counts the outcome, then commits the call by its store of `head`. `replaced` has the bits of the values whose other
    /// slot has been written.
    #[inline]
    fn commit(self, before: u64, outcome: Outcome, mut replaced: u64) {
        let Header { head, slots, .. } = self.header();
        if let Some(failure) = outcome.failure_index() {
            let current = current_slot(before, failure);
            let failed = &slots.failed[failure as usize];
            failed[1 - current].store(load_own(&failed[current]).wrapping_add(1), Ordering::Release);
            replaced |= 1 << failure;
        }
        head.store(before.wrapping_add(ONE_CALL) ^ replaced, Ordering::Release);
    }

    /// Returns the window that the last call belongs to.
    #[cfg(all(test, loom))]
    pub(in crate::recorder) fn window(self) -> u64 {
        let Header { head, slots, .. } = self.header();
        slots.history[current_slot(load_own(head), HISTORY_BIT)].load_own().window
    }

    /// Returns the duration of the last timed call, which is not counted in a bucket yet.
    fn pending_duration<const SAMPLED: bool>(self) -> Option<u64> {
        let Header { head, last, slots, .. } = self.header();
        let head = load_own(head);
        let current = current_slot(head, TIMES_BIT);
        let timed = if SAMPLED { load_own(&slots.timed[current]) } else { head >> COUNT_BIT };
        (timed > 0).then(|| load_own(&last[current]))
    }

    /// Writes the extremes, widened by `nanos`, into the slot that is not current.
    fn widen_extremes(self, current: usize, nanos: u64) {
        let Slots { min, max, .. } = &self.header().slots;
        self.write_extremes(current, [load_own(min).min(nanos), load_own(max).max(nanos)]);
    }

    /// Writes the extremes of the current window into the slot that is not current.
    fn write_extremes(self, current: usize, [new_min, new_max]: Extremes) {
        let Slots { min, max, extremes, .. } = &self.header().slots;
        extremes[1 - current][0].store(new_min, Ordering::Release);
        extremes[1 - current][1].store(new_max, Ordering::Release);
        // Both Relaxed: used only by the writer.
        min.store(new_min, Ordering::Relaxed);
        max.store(new_max, Ordering::Relaxed);
    }

    /// Publishes a copy of all calls before the one that ends now; it is the first in this block to see `epoch`. If the epoch is in another
    /// window, begins that window. Returns the bits of the values whose other slot has been written.
    #[cold]
    fn observe_epoch<const SAMPLED: bool>(self, epoch: u64) -> u64 {
        let Header { head, slots, .. } = self.header();
        let head = load_own(head);
        let current = current_slot(head, HISTORY_BIT);
        let (past, extremes) =
            (slots.history[current].load_own(), [load_own(&slots.min), load_own(&slots.max)]);
        let window = window_of(epoch);
        self.publish::<SAMPLED>(epoch, past.lifetime(extremes), past.recent(window, extremes));
        if past.window == window {
            return 0;
        }
        slots.history[1 - current].store(&past.rotated_to(window, extremes));
        self.write_extremes(current_slot(head, EXTREMES_BIT), NO_EXTREMES);
        1 << HISTORY_BIT | 1 << EXTREMES_BIT
    }

    /// Publishes a copy of the cells, with every ended call in its bucket, for the reader that began `epoch`.
    fn publish<const SAMPLED: bool>(self, epoch: u64, extremes: Extremes, recent: Extremes) {
        let Header { head, epoch: seen, started, sum, table, slots, published, .. } = self.header();
        let head = load_own(head);
        // All Relaxed: published by the Release below. The Acquire of `Epoch::changed_since` orders them after the loads of the
        // previous copy's reader.
        let copy = |to: &AtomicU64, from: &AtomicU64| to.store(load_own(from), Ordering::Relaxed);
        copy(&published.started, started);
        copy(&published.sum, &sum[current_slot(head, TIMES_BIT)]);
        if SAMPLED {
            slots.published_ended.store(head >> COUNT_BIT, Ordering::Relaxed);
        }
        let cells = published.extremes.iter().chain(&slots.published_recent);
        for (to, extreme) in cells.zip(extremes.into_iter().chain(recent)) {
            to.store(extreme, Ordering::Relaxed);
        }
        for (failure, (to, from)) in (0..).zip(published.failed.iter().zip(&slots.failed)) {
            copy(to, &from[current_slot(head, failure)]);
        }
        for (to, from) in self.published_buckets().iter().zip(self.buckets()) {
            copy(to, from);
        }
        if let Some(pending) = self.pending_duration::<SAMPLED>() {
            let bucket = &self.published_buckets()[table.find(pending)];
            bucket.store(load_own(bucket).wrapping_add(1), Ordering::Relaxed);
        }
        // Release: pairs with the Acquire in `read`.
        published.epoch.store(epoch, Ordering::Release);
        // Relaxed: used only by the writer.
        seen.store(epoch, Ordering::Relaxed);
    }
}
