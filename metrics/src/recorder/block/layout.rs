//! The cells of a block and their memory.

#![expect(unsafe_code, reason = "a header in memory that is never freed")]

use super::copy::Copy;
use super::exemplars::Exemplars;
use super::history::{History, NO_EXTREMES, Past};
use super::octaves::Octaves;
use crate::buckets::table::BucketTable;
use crate::recorder::arena::{Arena, ArenaRef};
use crate::recorder::outcome::FAILURES;
use crate::recorder::slot::Handle;
use crate::sync::{AtomicPtr, AtomicU64, Ordering, leak};
use std::alloc::Layout;
use std::array;
use std::ptr::{self, NonNull};
use std::slice;

/// A handle to cells that are never freed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    /// Invariant: points to an initialized `Header` that is never freed.
    header: NonNull<Header>,
}

// SAFETY: a block is a shared reference to a `Header`, all of whose fields are `Sync`.
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

/// The cells of a block other than those of its durations. Most calls touch only the first two cache lines.
#[derive(Debug)]
#[repr(C)]
pub(super) struct Header {
    /// The number of ended calls, times [`ONE_CALL`]. The bits below select the current slot of each value with two slots.
    pub(super) head: AtomicU64,
    /// The epoch that the writer has last seen. Used only by the writer.
    pub(super) epoch: AtomicU64,
    pub(super) started: AtomicU64,
    pub(super) sum: [AtomicU64; 2],
    /// The number of timed calls that have been filed in a cell, including the one that is being filed.
    pub(super) filed: AtomicU64,
    pub(super) table: &'static BucketTable,
    /// How often the exemplars have been replaced. Here, because a snapshot looks at it whenever it looks at `head`.
    pub(super) exemplars_taken: AtomicU64,
    /// The durations of the last timed calls, each at its number modulo [`RING`].
    pub(super) ring: [AtomicU64; RING],
    /// A duplicate of the current `extremes`, used only by the writer: it need not determine which slot is current.
    pub(super) min: AtomicU64,
    pub(super) max: AtomicU64,
    pub(super) cells: Octaves,
    /// Null until a reader has requested a copy.
    copy: AtomicPtr<Copy>,
    /// The memory of the writer, for further cells.
    pub(super) arena: &'static Arena,
    /// Empty until a call has been asked for its trace.
    pub(super) exemplars: ArenaRef<Exemplars>,
    /// Whether the program is asked for the trace of its calls.
    pub(super) takes_traces: bool,
    /// The shortest and the longest duration of the block's current window; [`NO_EXTREMES`] if it has no calls.
    pub(super) extremes: [[AtomicU64; 2]; 2],
    pub(super) failed: [[AtomicU64; 2]; FAILURES],
    /// If calls are sampled: the number of timed calls. Shares the bit of the sum.
    pub(super) timed: [AtomicU64; 2],
    /// If calls are sampled: the number of calls that begin before the next timed one. Used only by the writer.
    pub(super) untimed_until: AtomicU64,
    /// The windows before the current one.
    pub(super) history: [History; 2],
}

/// In `head`: bits 0 to 2 select the slots of the failures.
pub(super) const EXTREMES_BIT: u32 = 3;
/// Selects the slot of `sum` and `timed`.
pub(super) const TIMES_BIT: u32 = 4;
pub(super) const HISTORY_BIT: u32 = 5;
pub(super) const COUNT_BIT: u32 = 6;
pub(super) const ONE_CALL: u64 = 1 << COUNT_BIT;

/// The number of durations in the ring of a block.
#[cfg(not(loom))]
pub(super) const RING: usize = 16;
// In models, two calls are filed at once.
#[cfg(loom)]
pub(super) const RING: usize = 3;

/// The maximum number of timed calls that are not filed when another one is timed. A reader needs their durations and that of the
/// call which is being filed, while the writer writes the next one.
pub(super) const MAX_UNFILED: u64 = RING as u64 - 2;

/// Returns the slot that a bit of `head` selects.
#[inline]
pub(super) fn current_slot(head: u64, bit: u32) -> usize {
    usize::from(head >> bit & 1 == 1)
}

/// The size of a cache line.
const CACHE_LINE: usize = 64;

impl Block {
    /// Creates the cells of a function with these buckets, all zero, for the writer that `arena` belongs to.
    pub(in crate::recorder) fn new(table: &'static BucketTable, arena: &'static Arena) -> Self {
        Block::create(table, arena, true)
    }

    /// Creates the cells of a histogram, as [`new`](Self::new) does. The program is never asked for the trace of its values.
    pub(in crate::recorder) fn of_values(table: &'static BucketTable, arena: &'static Arena) -> Self {
        Block::create(table, arena, false)
    }

    fn create(table: &'static BucketTable, arena: &'static Arena, takes_traces: bool) -> Self {
        let zero = || AtomicU64::new(0);
        let pair = |_| array::from_fn(|_| zero());
        let no_extremes = || NO_EXTREMES.map(AtomicU64::new);
        let [min, max] = no_extremes();
        let layout = Layout::new::<Header>().align_to(CACHE_LINE).expect("a cache line is a valid alignment");
        let header = arena.allocate(layout).cast::<Header>();
        // SAFETY: the memory has just been allocated for a header. No other thread knows its address yet.
        unsafe {
            header.write(Header {
                head: zero(),
                epoch: zero(),
                started: zero(),
                sum: pair(0),
                filed: zero(),
                table,
                exemplars_taken: zero(),
                ring: array::from_fn(|_| zero()),
                min,
                max,
                cells: Octaves::new(),
                copy: AtomicPtr::new(ptr::null_mut()),
                arena,
                exemplars: ArenaRef::empty(),
                takes_traces,
                extremes: [no_extremes(), no_extremes()],
                failed: array::from_fn(pair),
                timed: pair(0),
                untimed_until: zero(),
                history: [History::new(), History::new()],
            });
        }
        Block { header }
    }

    /// Returns the number of bytes that it takes.
    #[cfg(all(test, not(loom)))]
    pub(in crate::recorder) fn size(self) -> usize {
        size_of::<Header>() + self.header().cells.size(self.header().table)
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

    /// Returns the duration of the timed call with this number, which is one of the last [`RING`].
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "the remainder is below the length of the ring")]
    pub(super) fn duration(self, number: u64) -> &'static AtomicU64 {
        &self.header().ring[(number % RING as u64) as usize]
    }

    /// Returns the copy, if a reader has ever requested one.
    pub(super) fn copy(self) -> Option<&'static Copy> {
        // Acquire: pairs with the Release in `copy_or_create`.
        let copy = NonNull::new(self.header().copy.load(Ordering::Acquire))?;
        // SAFETY: a pointer that is not null comes from `copy_or_create`, and refers to a copy that is never freed.
        Some(unsafe { copy.as_ref() })
    }

    /// Returns the copy, as the only reader.
    pub(super) fn copy_or_create(self) -> &'static Copy {
        self.copy().unwrap_or_else(|| {
            let copy = leak(Copy::new());
            // Release: pairs with the Acquire in `copy`: it is initialized.
            self.header().copy.store(ptr::from_ref(copy).cast_mut(), Ordering::Release);
            copy
        })
    }

    /// Resets all cells to those of a new block. The caller ensures that no thread writes or reads the block during the call,
    /// and that later writes and readings happen after it.
    pub(in crate::recorder) fn clear(self) {
        let Header { head, epoch, started, sum, filed, table, min, max, cells, .. } = self.header();
        let Header { extremes, failed, timed, untimed_until, history, exemplars, .. } = self.header();
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
        for cell in [head, epoch, started, filed, untimed_until] {
            set(slice::from_ref(cell), 0);
        }
        [sum, timed].into_iter().chain(failed).for_each(|pair| set(pair, 0));
        set_extremes(min, max);
        for [min, max] in extremes {
            set_extremes(min, max);
        }
        for slot in history {
            slot.store(&Past::EMPTY);
        }
        for (_, page) in cells.pages(table) {
            set(page, 0);
        }
        if let Some(exemplars) = exemplars.get() {
            exemplars.clear();
        }
        // A copy is written as a whole before it is read, and no epoch is used twice.
    }
}
