//! One writer's cells for one function, and the protocol by which they are read exactly.
//!
//! # What is guaranteed
//!
//! Assumptions: one thread at a time writes a block (the [lease](super::writer) sees to that), it is never interrupted by
//! another writing of the same block, and one reader at a time reads (the [`Reader`](super::Reader) sees to that).
//!
//! 1. A reading is a prefix of what the writer did: exactly the first *n* ended calls, in count, outcomes, buckets, sum and
//!    extremes, and the calls begun until some moment between the end of the *n*-th and that of the next. The recent extremes
//!    are exactly those of the calls among the first *n* that belong to the reader's [window](history) and the two before.
//! 2. It holds every call whose end happens before the reading, and never less than an earlier reading.
//!
//! Progress: the writer never waits, and stores without a read-modify-write or a fence. The reader waits for nobody: a
//! writer that stands still, wherever in its update, is read at the first attempt; one that runs, as soon as a call that
//! has seen the reader's epoch ends.
//!
//! How: a call writes what it replaces into the second of two slots, and counts once `head` says so; its bucket is left
//! to the next call. A reader that finds the same `head` before and after has read a prefix; for one whom running
//! writers overtake, they leave a copy. The steps, and the argument that they are enough, are in
//! [`docs::recording`](crate::docs::recording); E and R below are its steps.

#![expect(unsafe_code, reason = "two rows of cells behind a header, in memory that is never freed")]

mod history;

use super::epoch::{Epoch, WINDOWS, window_of};
use super::outcome::Outcome;
use super::slot::Handle;
use crate::buckets::table::BucketTable;
use crate::sync::{AtomicU64, Ordering, fence, leak_layout};
use history::{Extremes, History, NO_EXTREMES, Past};
use std::alloc::Layout;
use std::array;
use std::ptr::NonNull;
use std::slice;

/// Outcomes other than [`Outcome::Ok`], which is what is left.
pub(super) const FAILURES: usize = 3;

/// A handle to cells that are never freed.
#[derive(Debug, Clone, Copy)]
pub struct Block {
    /// Invariant: points to a `Header` and, behind it, two rows of as many cells as `padded` says of its table; the live
    /// buckets and the published ones. All are initialised and live for ever.
    header: NonNull<Header>,
}

// SAFETY: a block is a shared reference to atomics and to a `&'static BucketTable`, which is `Sync`.
unsafe impl Send for Block {}
// SAFETY: as above.
unsafe impl Sync for Block {}

// SAFETY: a block is nothing but its pointer.
unsafe impl Handle for Block {
    fn pointer(self) -> NonNull<u8> {
        self.header.cast()
    }

    unsafe fn from_pointer(pointer: NonNull<u8>) -> Self {
        Block { header: pointer.cast() }
    }
}

/// The cells of a block but its buckets. Most calls touch the first two cache lines, and a reader takes what a running
/// writer has published from other lines.
#[derive(Debug)]
#[repr(C, align(64))]
struct Header {
    /// How many calls have ended, times [`ONE_CALL`]; below that a bit for each value with two slots: which is current.
    head: AtomicU64,
    /// The epoch that was last published. Only the writer looks at it.
    epoch: AtomicU64,
    started: AtomicU64,
    sum: [AtomicU64; 2],
    last: [AtomicU64; 2],
    table: &'static BucketTable,
    slots: Slots,
    published: Published,
}

/// Values that few calls replace.
#[derive(Debug)]
#[repr(C, align(64))]
struct Slots {
    /// The current `extremes` once more, for the writer alone: it need not find out which slot they are in.
    min: AtomicU64,
    max: AtomicU64,
    /// The smallest and the largest duration of the block's current window; [`NO_EXTREMES`] while there is no call.
    extremes: [[AtomicU64; 2]; 2],
    failed: [[AtomicU64; 2]; FAILURES],
    /// Where calls are sampled: how many have been timed. Its slot is that of the sum.
    timed: [AtomicU64; 2],
    /// Where calls are sampled, for the writer alone: how many begin before the next one that is timed.
    untimed_until: AtomicU64,
    /// Where calls are sampled, a part of what is published: how many have ended. Else it is the sum of the buckets.
    published_ended: AtomicU64,
    /// A part of what is published: the recent extremes.
    published_recent: [AtomicU64; 2],
    /// What came before the current window.
    history: [History; 2],
}

#[derive(Debug)]
#[repr(C, align(64))]
struct Published {
    /// The reader's epoch that this copy was made in.
    epoch: AtomicU64,
    started: AtomicU64,
    sum: AtomicU64,
    extremes: [AtomicU64; 2],
    failed: [AtomicU64; FAILURES],
}

/// In `head`: bits 0 to 2 are the slots of the failures.
const EXTREMES_BIT: u32 = 3;
/// Of `sum`, `last` and `timed`.
const TIMES_BIT: u32 = 4;
const HISTORY_BIT: u32 = 5;
const COUNT_BIT: u32 = 6;
const ONE_CALL: u64 = 1 << COUNT_BIT;

/// The slot that the bit of `head` says.
#[inline]
fn slot(head: u64, bit: u32) -> usize {
    usize::from(head >> bit & 1 == 1)
}

/// What a block held after some call: a prefix of what its writers did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct BlockReading {
    pub(super) ended: u64,
    pub(super) started: u64,
    pub(super) failed: [u64; FAILURES],
    pub(super) buckets: Vec<u64>,
    pub(super) sum: u64,
    /// [`NO_EXTREMES`] while there is no call.
    pub(super) extremes: Extremes,
    /// Those of the calls that belong to the reader's window and the two before.
    pub(super) recent: Extremes,
}

impl BlockReading {
    /// How many calls are in the buckets.
    pub(super) fn timed(&self) -> u64 {
        self.buckets.iter().sum()
    }
}

impl Block {
    /// Cells for a function with these buckets, all at zero.
    pub(super) fn new(table: &'static BucketTable) -> Self {
        let cells = 2 * padded(table.buckets());
        let zero = || AtomicU64::new(0);
        let pair = |_| array::from_fn(|_| zero());
        let no_extremes = || NO_EXTREMES.map(AtomicU64::new);
        let [min, max] = no_extremes();
        let header = leak_layout(Self::layout(table)).cast::<Header>();
        // SAFETY: the memory has just been allocated with room for the header and `cells` cells behind it, aligned for both;
        // nobody else knows it.
        unsafe {
            header.write(Header {
                head: zero(),
                epoch: zero(),
                started: zero(),
                sum: [zero(), zero()],
                last: [zero(), zero()],
                table,
                slots: Slots {
                    min,
                    max,
                    extremes: [no_extremes(), no_extremes()],
                    failed: array::from_fn(pair),
                    timed: [zero(), zero()],
                    untimed_until: zero(),
                    published_ended: zero(),
                    published_recent: no_extremes(),
                    history: [History::new(), History::new()],
                },
                published: Published {
                    epoch: zero(),
                    started: zero(),
                    sum: zero(),
                    extremes: no_extremes(),
                    failed: array::from_fn(|_| zero()),
                },
            });
            let first_cell = header.add(1).cast::<AtomicU64>();
            for index in 0..cells {
                first_cell.add(index).write(zero());
            }
        }
        Block { header }
    }

    /// The memory of a block: its header, and two rows of buckets.
    pub(super) fn layout(table: &BucketTable) -> Layout {
        let rows = Layout::array::<AtomicU64>(2 * padded(table.buckets()));
        let with_header = rows.and_then(|rows| Layout::new::<Header>().extend(rows));
        with_header.expect("a table has at most 65536 buckets").0.pad_to_align()
    }

    #[cfg(all(test, not(loom)))]
    pub(super) fn is(self, other: Block) -> bool {
        self.header == other.header
    }

    /// The window that the last call belongs to. Only for the block's writer.
    #[cfg(all(test, loom))]
    pub(super) fn window(self) -> u64 {
        let Header { head, slots, .. } = self.header();
        slots.history[slot(own(head), HISTORY_BIT)].own().window
    }

    #[inline]
    fn header(self) -> &'static Header {
        // SAFETY: by the invariant of `header`.
        unsafe { self.header.as_ref() }
    }

    /// A row of buckets: the live ones, or behind them those that were published.
    #[inline]
    fn row(self, row: usize) -> &'static [AtomicU64] {
        let buckets = self.header().table.buckets();
        // SAFETY: by the invariant of `header`, two rows of at least `buckets` cells stand behind the header.
        unsafe {
            let first = self.header.add(1).cast::<AtomicU64>().add(row * padded(buckets));
            slice::from_raw_parts(first.as_ptr(), buckets)
        }
    }

    #[inline]
    fn buckets(self) -> &'static [AtomicU64] {
        self.row(0)
    }

    fn published_buckets(self) -> &'static [AtomicU64] {
        self.row(1)
    }

    /// A call begins. Only for the block's writer.
    #[inline]
    pub(crate) fn start(self) {
        let started = &self.header().started;
        // Whoever sees this start also sees the end of the call before it, and does not count it to an earlier prefix.
        add_one(started);
    }

    /// Whether the call that has just begun is one in `interval` whose time is to be taken: the first, and then every so
    /// many. Only for the block's writer.
    #[inline]
    pub(crate) fn is_due(self, interval: u64) -> bool {
        let Header { started, slots, .. } = self.header();
        let (started, until) = (own(started), own(&slots.untimed_until));
        let is_due = started > until;
        if is_due {
            // Relaxed: only the writer looks at it.
            slots.untimed_until.store(until + interval, Ordering::Relaxed);
        }
        is_due
    }

    /// The call ends after `nanos` nanoseconds, where every call is timed. Only for the block's writer.
    ///
    /// Written out in every function is only what most calls of fast functions do: the call before goes into the first
    /// bucket, no reader asks for a copy, and the duration is no extreme (the first one is).
    #[inline]
    pub(crate) fn end(self, epoch: &Epoch, outcome: Outcome, nanos: u64) {
        let Header { head, epoch: seen, last, table, slots, .. } = self.header();
        let before = own(head);
        let is_plain = table.is_in_first(own(&last[slot(before, TIMES_BIT)]))
            && epoch.is_still(own(seen))
            && (own(&slots.min)..=own(&slots.max)).contains(&nanos);
        if is_plain {
            add_one(&self.buckets()[0]);
            self.replace_times(before, nanos);
            self.commit(before, outcome, 1 << TIMES_BIT);
        } else {
            self.end_in_full::<false>(epoch, outcome, nanos);
        }
    }

    /// What [`end`](Self::end) does, whatever the duration and whoever asks; also where calls are sampled.
    #[inline(never)]
    pub(super) fn end_in_full<const SAMPLED: bool>(self, epoch: &Epoch, outcome: Outcome, nanos: u64) {
        let Header { head, epoch: seen, table, slots, .. } = self.header();
        let before = own(head);
        let mut replaced = 1 << TIMES_BIT;
        if let Some(epoch) = epoch.changed_from(own(seen)) {
            replaced |= self.notice::<SAMPLED>(epoch);
        }
        if let Some(last) = self.not_filed::<SAMPLED>() {
            add_one(&self.buckets()[table.find(last)]);
        }
        self.replace_times(before, nanos);
        if SAMPLED {
            let current = slot(before, TIMES_BIT);
            slots.timed[1 - current].store(own(&slots.timed[current]).wrapping_add(1), Ordering::Release);
        }
        if nanos < own(&slots.min) || nanos > own(&slots.max) {
            self.widen(slot(before, EXTREMES_BIT), nanos);
            replaced |= 1 << EXTREMES_BIT;
        }
        self.commit(before, outcome, replaced);
    }

    /// The call ends, where calls are sampled and this one was not timed. Only for the block's writer.
    #[inline]
    pub(super) fn end_untimed(self, epoch: &Epoch, outcome: Outcome) {
        let Header { head, epoch: seen, .. } = self.header();
        if epoch.is_still(own(seen)) {
            self.commit(own(head), outcome, 0);
        } else {
            self.end_untimed_in_full(epoch, outcome);
        }
    }

    /// What [`end_untimed`](Self::end_untimed) does where a reader asks for a copy.
    #[cold]
    #[inline(never)]
    fn end_untimed_in_full(self, epoch: &Epoch, outcome: Outcome) {
        let Header { head, epoch: seen, .. } = self.header();
        let replaced = epoch.changed_from(own(seen)).map_or(0, |epoch| self.notice::<true>(epoch));
        self.commit(own(head), outcome, replaced);
    }

    /// Writes what every timed call replaces.
    #[inline]
    fn replace_times(self, before: u64, nanos: u64) {
        let Header { sum, last, .. } = self.header();
        let current = slot(before, TIMES_BIT);
        // Release, here and in all stores of an update: pairs with the fence in `try_read_live`, as the module says.
        // Saturating: a sum that fell would be taken for a restart. One duration may be as long as the sum can be.
        sum[1 - current].store(own(&sum[current]).saturating_add(nanos), Ordering::Release);
        last[1 - current].store(nanos, Ordering::Release);
    }

    /// Counts the outcome, then writes the head that makes the call count. `replaced` are the bits of what was written
    /// before.
    #[inline]
    fn commit(self, before: u64, outcome: Outcome, mut replaced: u64) {
        let Header { head, slots, .. } = self.header();
        if let Some(failure) = outcome.failure() {
            let current = slot(before, failure);
            let failed = &slots.failed[failure as usize];
            failed[1 - current].store(own(&failed[current]).wrapping_add(1), Ordering::Release);
            replaced |= 1 << failure;
        }
        head.store(before.wrapping_add(ONE_CALL) ^ replaced, Ordering::Release);
    }

    /// The duration of the last timed call, which is in no bucket yet.
    fn not_filed<const SAMPLED: bool>(self) -> Option<u64> {
        let Header { head, last, slots, .. } = self.header();
        let head = own(head);
        let current = slot(head, TIMES_BIT);
        let timed = if SAMPLED { own(&slots.timed[current]) } else { head >> COUNT_BIT };
        (timed > 0).then(|| own(&last[current]))
    }

    /// Writes the extremes that `nanos` makes into the slot that is not current.
    fn widen(self, current: usize, nanos: u64) {
        let Slots { min, max, .. } = &self.header().slots;
        self.replace_extremes(current, [own(min).min(nanos), own(max).max(nanos)]);
    }

    /// Writes the extremes of the current window into the slot that is not current.
    fn replace_extremes(self, current: usize, [new_min, new_max]: Extremes) {
        let Slots { min, max, extremes, .. } = &self.header().slots;
        extremes[1 - current][0].store(new_min, Ordering::Release);
        extremes[1 - current][1].store(new_max, Ordering::Release);
        // Relaxed, both: only the writer looks at them.
        min.store(new_min, Ordering::Relaxed);
        max.store(new_max, Ordering::Relaxed);
    }

    /// The call that ends is the first to see `epoch`: hands over a copy of the calls before it, and where the epoch is one of
    /// another window, begins that. Returns the bits of what it wrote.
    #[cold]
    fn notice<const SAMPLED: bool>(self, epoch: u64) -> u64 {
        let Header { head, slots, .. } = self.header();
        let head = own(head);
        let current = slot(head, HISTORY_BIT);
        let (past, extremes) = (slots.history[current].own(), [own(&slots.min), own(&slots.max)]);
        let window = window_of(epoch);
        self.publish::<SAMPLED>(epoch, past.lifetime(extremes), past.recent(window, extremes));
        if past.window == window {
            return 0;
        }
        slots.history[1 - current].write(&past.seen_from(window, extremes));
        self.replace_extremes(slot(head, EXTREMES_BIT), NO_EXTREMES);
        1 << HISTORY_BIT | 1 << EXTREMES_BIT
    }

    /// Copies the cells, with all calls filed that have ended, to where the reader that raised `epoch` finds them.
    fn publish<const SAMPLED: bool>(self, epoch: u64, extremes: Extremes, recent: Extremes) {
        let Header { head, epoch: seen, started, sum, table, slots, published, .. } = self.header();
        let head = own(head);
        // Relaxed, all: published by the Release below, and kept behind the last reader's loads by the Acquire of
        // `Epoch::changed_from`.
        let copy = |to: &AtomicU64, from: &AtomicU64| to.store(own(from), Ordering::Relaxed);
        copy(&published.started, started);
        copy(&published.sum, &sum[slot(head, TIMES_BIT)]);
        if SAMPLED {
            slots.published_ended.store(head >> COUNT_BIT, Ordering::Relaxed);
        }
        let cells = published.extremes.iter().chain(&slots.published_recent);
        for (to, extreme) in cells.zip(extremes.into_iter().chain(recent)) {
            to.store(extreme, Ordering::Relaxed);
        }
        for (failure, (to, from)) in (0..).zip(published.failed.iter().zip(&slots.failed)) {
            copy(to, &from[slot(head, failure)]);
        }
        for (to, from) in self.published_buckets().iter().zip(self.buckets()) {
            copy(to, from);
        }
        if let Some(last) = self.not_filed::<SAMPLED>() {
            let bucket = &self.published_buckets()[table.find(last)];
            bucket.store(own(bucket).wrapping_add(1), Ordering::Relaxed);
        }
        // Release: pairs with the Acquire in `read`.
        published.epoch.store(epoch, Ordering::Release);
        // Relaxed: only the writer looks at it.
        seen.store(epoch, Ordering::Relaxed);
    }

    /// Reads a prefix into `reading`, in an epoch that the caller has raised; and says how many attempts it took.
    pub(super) fn read(self, epoch: u64, is_sampled: bool, reading: &mut BlockReading) -> u32 {
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
        // Relaxed, all: written before the epoch, which was read with Acquire, and not again until the next epoch.
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

    /// Reads the cells where they are written; false if a call ended meanwhile.
    fn try_read_live(self, window: u64, is_sampled: bool, reading: &mut BlockReading) -> bool {
        let Header { head, started, sum, last, slots, table, .. } = self.header();
        // Acquire: pairs with the Release of the last store in `end`.
        let before = head.load(Ordering::Acquire);
        let current = slot(before, TIMES_BIT);
        // Relaxed, all: ordered by the fence.
        let read = |cell: &AtomicU64| cell.load(Ordering::Relaxed);
        reading.ended = before >> COUNT_BIT;
        reading.started = read(started);
        reading.sum = read(&sum[current]);
        let timed = if is_sampled { read(&slots.timed[current]) } else { reading.ended };
        let last = read(&last[current]);
        let extremes = slots.extremes[slot(before, EXTREMES_BIT)].each_ref().map(read);
        let past = slots.history[slot(before, HISTORY_BIT)].read_by(read);
        (reading.extremes, reading.recent) = (past.lifetime(extremes), past.recent(window, extremes));
        for (failure, (failed, slots)) in (0..).zip(reading.failed.iter_mut().zip(&slots.failed)) {
            *failed = read(&slots[slot(before, failure)]);
        }
        reading.buckets.clear();
        reading.buckets.extend(self.buckets().iter().map(read));
        // Acquire: pairs with the Release of every store in `end` and `start`: the count that was stored before whatever was
        // seen is seen below.
        fence(Ordering::Acquire);
        // Acquire: for the next attempt, which then sees what was published before this call ended.
        if head.load(Ordering::Acquire) != before {
            return false;
        }
        if reading.timed() != timed {
            debug_assert_eq!(reading.timed() + 1, timed, "only the last call is not filed");
            reading.buckets[table.find(last)] += 1;
        }
        true
    }
}

impl Block {
    /// Sets everything back to what a new block holds. Nobody writes or reads it meanwhile, and whoever does afterwards does so
    /// after this.
    pub(super) fn clear(self) {
        let Header { head, epoch, started, sum, last, table: _, slots, published } = self.header();
        // Relaxed, all: the caller orders them.
        let set = |cells: &[AtomicU64], to: u64| {
            for cell in cells {
                cell.store(to, Ordering::Relaxed);
            }
        };
        let set_extremes = |min: &AtomicU64, max: &AtomicU64| {
            min.store(NO_EXTREMES[0], Ordering::Relaxed);
            max.store(NO_EXTREMES[1], Ordering::Relaxed);
        };
        let Slots { min, max, extremes, failed, timed, untimed_until, .. } = slots;
        let Slots { published_ended, published_recent, history, .. } = slots;
        let zeros = [head, epoch, started, untimed_until, published_ended, &published.epoch];
        zeros
            .into_iter()
            .chain([&published.started, &published.sum])
            .for_each(|cell| set(slice::from_ref(cell), 0));
        [sum, last, timed].into_iter().chain(failed).for_each(|pair| set(pair, 0));
        set(&published.failed, 0);
        set_extremes(min, max);
        for [min, max] in extremes.iter().chain([&published.extremes, published_recent]) {
            set_extremes(min, max);
        }
        for slot in history {
            slot.write(&Past::NOTHING);
        }
        set(self.buckets(), 0);
        set(self.published_buckets(), 0);
    }
}

/// How many cells a row of so many buckets takes: whole cache lines, so that rows share none.
#[inline]
const fn padded(buckets: usize) -> usize {
    buckets.next_multiple_of(8)
}

/// The value of a cell that only this thread writes.
#[inline]
fn own(cell: &AtomicU64) -> u64 {
    // Relaxed: only the writer stores, and it sees its own stores. What the writer before it stored came with the lease.
    cell.load(Ordering::Relaxed)
}

/// One more call, in a cell that only this thread writes.
#[inline]
fn add_one(cell: &AtomicU64) {
    // Release: pairs with the fence in `try_read_live`, as the module says.
    cell.store(own(cell).wrapping_add(1), Ordering::Release);
}
