//! Writers: sets of cells that a thread leases at its first call and hands back when it ends.
//!
//! Assumptions: a thread that has leased a writer runs the destructors of its thread-locals when it ends.
//!
//! Guarantees:
//! 1. A writer is leased to one thread at a time, and that thread sees everything that was written with it before.
//! 2. Cells are neither merged nor zeroed between two leases: the next thread continues with the same cells. So nothing is
//!    lost or counted twice, and there are at most as many writers as threads have been alive at once.
//! 3. A thread that has handed its writer back already, because it is running the destructors of its thread-locals, leases
//!    a writer temporarily for each step of a call.
//!
//! Progress: leasing is lock-free and allocates only from the system's allocator. Handing back is wait-free.

#![expect(unsafe_code, reason = "reads a handle as the type that its slot key belongs to")]

use super::arena::Arena;
use super::slot::{Handle, Slot, SlotKey};
use crate::sync::{AtomicBool, AtomicUsize, List, Ordering, const_unless_loom, leak};
use once_cell::race::OnceRef;
use std::array;

/// The cells that one thread at a time writes, by slot key.
#[derive(Debug)]
pub(super) struct Writer {
    /// The slots of the smallest keys, which were allocated first: found without an indirection.
    direct: [Slot; DIRECT_SLOTS],
    overflow: OnceRef<'static, PageTable>,
    /// The memory of its cells.
    arena: Arena,
    is_leased: AtomicBool,
}

/// Slots by key, in two levels: a thread that writes few cells of very many has few pages.
#[derive(Debug)]
struct PageTable {
    pages: [OnceRef<'static, Page>; TABLE_PAGES],
    /// The slots of keys beyond the pages of this table.
    next: OnceRef<'static, PageTable>,
}

#[derive(Debug)]
struct Page([Slot; PAGE_SLOTS]);

#[cfg(not(loom))]
const DIRECT_SLOTS: usize = 1024;
#[cfg(not(loom))]
const TABLE_PAGES: usize = 256;
#[cfg(not(loom))]
const PAGE_SLOTS: usize = 32;

// A model has one function, and each cell adds to its cost.
#[cfg(loom)]
const DIRECT_SLOTS: usize = 2;
#[cfg(loom)]
const TABLE_PAGES: usize = 2;
#[cfg(loom)]
const PAGE_SLOTS: usize = 2;

impl Writer {
    fn leased() -> Self {
        Writer {
            direct: array::from_fn(|_| Slot::empty()),
            overflow: OnceRef::new(),
            arena: Arena::new(),
            is_leased: AtomicBool::new(true),
        }
    }

    /// Returns the memory for its cells, which only the thread that has leased it may use.
    pub(super) fn arena(&'static self) -> &'static Arena {
        &self.arena
    }

    /// Returns the handle in the slot of `key`, if it has one.
    #[inline]
    pub(super) fn get<T: Handle>(&self, key: &SlotKey<T>) -> Option<T> {
        let key = key.get();
        let slot = match self.direct.get(key) {
            Some(slot) => slot,
            None => self.find_in_overflow(key)?,
        };
        // SAFETY: by the invariant of `SlotKey`, keys are unique: only `set` with a key of type `T` has stored a handle here.
        // The slot of 0, the value of all unallocated keys, is never set.
        unsafe { slot.get() }
    }

    #[cold]
    fn find_in_overflow(&self, key: usize) -> Option<&Slot> {
        self.overflow.get()?.find(key - DIRECT_SLOTS)
    }

    /// Stores a handle in the slot of `key`, allocating the key if necessary.
    pub(super) fn set<T: Handle>(&self, key: &SlotKey<T>, handle: T) {
        let key = key.get_or_allocate();
        let slot = match self.direct.get(key) {
            Some(slot) => slot,
            None => self.overflow.get_or_init(|| leak(PageTable::new())).find_or_create(key - DIRECT_SLOTS),
        };
        slot.set(handle);
    }

    fn try_lease(&self) -> bool {
        // Relaxed: skips leased writers without an exchange, which would take the cache line from their threads.
        !self.is_leased.load(Ordering::Relaxed)
            // Acquire: pairs with the Release in `hand_back`.
            && self.is_leased.compare_exchange(false, true, Ordering::Acquire, Ordering::Relaxed).is_ok()
    }

    /// Ends the lease. The caller does not write with this writer afterwards.
    fn hand_back(&self) {
        // Release: pairs with the Acquire in `try_lease`: the next thread sees everything that was written.
        self.is_leased.store(false, Ordering::Release);
    }
}

impl PageTable {
    fn new() -> Self {
        PageTable { pages: [const { OnceRef::new() }; TABLE_PAGES], next: OnceRef::new() }
    }

    fn find(&self, index: usize) -> Option<&Slot> {
        match self.pages.get(index / PAGE_SLOTS) {
            Some(page) => page.get().map(|page| &page.0[index % PAGE_SLOTS]),
            None => self.next.get()?.find(index - TABLE_PAGES * PAGE_SLOTS),
        }
    }

    fn find_or_create(&self, index: usize) -> &Slot {
        let new_page = || leak(Page(array::from_fn(|_| Slot::empty())));
        match self.pages.get(index / PAGE_SLOTS) {
            Some(page) => &page.get_or_init(new_page).0[index % PAGE_SLOTS],
            None => self
                .next
                .get_or_init(|| leak(PageTable::new()))
                .find_or_create(index - TABLE_PAGES * PAGE_SLOTS),
        }
    }
}

/// All writers, leased and free.
#[derive(Debug)]
pub(super) struct WriterPool {
    all: List<Writer>,
    /// The number of unreserved free writers.
    /// Invariant: the number of free writers is at least this number plus the number of reservations.
    unreserved: AtomicUsize,
}

impl WriterPool {
    const_unless_loom! {
        pub(super) const fn new() -> Self {
            WriterPool { all: List::new(), unreserved: AtomicUsize::new(0) }
        }
    }

    /// Leases a writer to the caller, until it is [handed back](Self::hand_back).
    pub(super) fn lease(&self) -> &'static Writer {
        if !self.try_reserve() {
            return self.all.push(Writer::leased());
        }
        // A free writer is reserved for this thread. A pass over the list misses it only if other threads lease and hand back
        // during the pass.
        loop {
            if let Some(writer) = self.all.iter().find(|writer| writer.try_lease()) {
                return writer;
            }
        }
    }

    pub(super) fn hand_back(&self, writer: &Writer) {
        writer.hand_back();
        // Release: pairs with the Acquire in `try_reserve`: a thread with a reservation finds a free writer.
        self.unreserved.fetch_add(1, Ordering::Release);
    }

    /// Reserves a free writer if there is an unreserved one.
    fn try_reserve(&self) -> bool {
        // Acquire: pairs with the Release in `hand_back`, and with earlier ones too, as each addition and subtraction
        // continues the release sequence. Relaxed on failure: nothing is concluded from it.
        self.unreserved
            .fetch_update(Ordering::Acquire, Ordering::Relaxed, |unreserved| unreserved.checked_sub(1))
            .is_ok()
    }

    #[cfg(test)]
    pub(super) fn count(&self) -> usize {
        self.all.iter().count()
    }
}
