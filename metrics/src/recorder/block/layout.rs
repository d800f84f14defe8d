//! The cells of a block and their memory.

#![expect(unsafe_code, reason = "two rows of cells after a header, in memory that is never freed")]

use super::history::{History, NO_EXTREMES, Past};
use crate::buckets::table::BucketTable;
use crate::recorder::slot::Handle;
use crate::sync::{AtomicU64, Ordering, leak_layout};
use std::alloc::Layout;
use std::array;
use std::ptr::NonNull;
use std::slice;

/// The number of outcomes other than [`Outcome::Ok`](crate::recorder::Outcome::Ok). The remaining calls are `Ok`.
pub(super) const FAILURES: usize = 3;

/// A handle to cells that are never freed.
#[derive(Debug, Clone, Copy)]
pub struct Block {
    /// Invariant: points to a `Header`, followed by two rows of `padded_len(table.buckets())` cells each: the live buckets and
    /// the published ones. All are initialized and never freed.
    header: NonNull<Header>,
}

// SAFETY: a block is a shared reference to atomics and to a `&'static BucketTable`, which is `Sync`.
unsafe impl Send for Block {}
// SAFETY: as above.
unsafe impl Sync for Block {}

// SAFETY: a block consists of its pointer alone.
unsafe impl Handle for Block {
    fn pointer(self) -> NonNull<u8> {
        self.header.cast()
    }

    unsafe fn from_pointer(pointer: NonNull<u8>) -> Self {
        Block { header: pointer.cast() }
    }
}

/// The cells of a block other than its buckets. Most calls touch only the first two cache lines. A reader reads what a running
/// writer has published from other lines.
#[derive(Debug)]
#[repr(C, align(64))]
pub(super) struct Header {
    /// The number of ended calls, times [`ONE_CALL`]. The bits below select the current slot of each value with two slots.
    pub(super) head: AtomicU64,
    /// The epoch in which the writer last published. Used only by the writer.
    pub(super) epoch: AtomicU64,
    pub(super) started: AtomicU64,
    pub(super) sum: [AtomicU64; 2],
    pub(super) last: [AtomicU64; 2],
    pub(super) table: &'static BucketTable,
    pub(super) slots: Slots,
    pub(super) published: Published,
}

/// Values that few calls write.
#[derive(Debug)]
#[repr(C, align(64))]
pub(super) struct Slots {
    /// A duplicate of the current `extremes`, used only by the writer: it need not determine which slot is current.
    pub(super) min: AtomicU64,
    pub(super) max: AtomicU64,
    /// The shortest and the longest duration of the block's current window; [`NO_EXTREMES`] if it has no calls.
    pub(super) extremes: [[AtomicU64; 2]; 2],
    pub(super) failed: [[AtomicU64; 2]; FAILURES],
    /// If calls are sampled: the number of timed calls. Shares the bit of the sum.
    pub(super) timed: [AtomicU64; 2],
    /// If calls are sampled: the number of calls that begin before the next timed one. Used only by the writer.
    pub(super) untimed_until: AtomicU64,
    /// If calls are sampled: the number of ended calls in the published copy. Otherwise it is the sum of the copy's buckets.
    pub(super) published_ended: AtomicU64,
    /// The recent extremes in the published copy.
    pub(super) published_recent: [AtomicU64; 2],
    /// The windows before the current one.
    pub(super) history: [History; 2],
}

/// The published copy, together with the `published_` cells of [`Slots`] and the second row of buckets.
#[derive(Debug)]
#[repr(C, align(64))]
pub(super) struct Published {
    /// The reader's epoch for which the copy was made.
    pub(super) epoch: AtomicU64,
    pub(super) started: AtomicU64,
    pub(super) sum: AtomicU64,
    pub(super) extremes: [AtomicU64; 2],
    pub(super) failed: [AtomicU64; FAILURES],
}

/// In `head`: bits 0 to 2 select the slots of the failures.
pub(super) const EXTREMES_BIT: u32 = 3;
/// Selects the slot of `sum`, `last` and `timed`.
pub(super) const TIMES_BIT: u32 = 4;
pub(super) const HISTORY_BIT: u32 = 5;
pub(super) const COUNT_BIT: u32 = 6;
pub(super) const ONE_CALL: u64 = 1 << COUNT_BIT;

/// Returns the slot that a bit of `head` selects.
#[inline]
pub(super) fn current_slot(head: u64, bit: u32) -> usize {
    usize::from(head >> bit & 1 == 1)
}

impl Block {
    /// Creates the cells of a function with these buckets, all zero.
    pub(in crate::recorder) fn new(table: &'static BucketTable) -> Self {
        let cells = 2 * padded_len(table.buckets());
        let zero = || AtomicU64::new(0);
        let pair = |_| array::from_fn(|_| zero());
        let no_extremes = || NO_EXTREMES.map(AtomicU64::new);
        let [min, max] = no_extremes();
        let header = leak_layout(Self::layout(table)).cast::<Header>();
        // SAFETY: the memory has just been allocated with room for the header and `cells` cells after it, and is aligned for
        // both. No other thread knows its address yet.
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

    /// Returns the layout of a block: its header and two rows of buckets.
    pub(in crate::recorder) fn layout(table: &BucketTable) -> Layout {
        let rows = Layout::array::<AtomicU64>(2 * padded_len(table.buckets()));
        let with_header = rows.and_then(|rows| Layout::new::<Header>().extend(rows));
        with_header.expect("a table has at most 65536 buckets").0.pad_to_align()
    }

    #[cfg(all(test, not(loom)))]
    pub(in crate::recorder) fn ptr_eq(self, other: Block) -> bool {
        self.header == other.header
    }

    #[inline]
    pub(super) fn header(self) -> &'static Header {
        // SAFETY: by the invariant of `header`.
        unsafe { self.header.as_ref() }
    }

    /// Returns a row of buckets: 0 for the live ones, 1 for the published ones.
    #[inline]
    fn row(self, row: usize) -> &'static [AtomicU64] {
        let buckets = self.header().table.buckets();
        // SAFETY: by the invariant of `header`, two rows follow it, each of at least `buckets` cells.
        unsafe {
            let first = self.header.add(1).cast::<AtomicU64>().add(row * padded_len(buckets));
            slice::from_raw_parts(first.as_ptr(), buckets)
        }
    }

    #[inline]
    pub(super) fn buckets(self) -> &'static [AtomicU64] {
        self.row(0)
    }

    pub(super) fn published_buckets(self) -> &'static [AtomicU64] {
        self.row(1)
    }

    /// Resets all cells to those of a new block. The caller ensures that no thread writes or reads the block during the call,
    /// and that later writes and readings happen after it.
    pub(in crate::recorder) fn clear(self) {
        let Header { head, epoch, started, sum, last, table: _, slots, published } = self.header();
        // Relaxed, all: ordered by the caller.
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
            slot.store(&Past::EMPTY);
        }
        set(self.buckets(), 0);
        set(self.published_buckets(), 0);
    }
}

/// Returns the length of a row of buckets in cells: whole cache lines, so that rows share none.
#[inline]
const fn padded_len(buckets: usize) -> usize {
    buckets.next_multiple_of(8)
}
