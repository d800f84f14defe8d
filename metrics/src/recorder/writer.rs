//! Who writes which blocks: a thread leases a writer at its first call and hands it back when it ends.
//!
//! Assumptions: a thread that has leased a writer runs the destructors of its thread-locals when it ends.
//!
//! Guarantees:
//! 1. A writer is leased to one thread at a time, and whoever leases it sees all that was written with it.
//! 2. Nothing is folded or zeroed in between: the next thread goes on with the same cells. So nothing is lost or counted
//!    twice, and there are no more writers than there were threads at once.
//! 3. A thread whose writer is handed back already, for it runs the destructors of other thread-locals, leases one anew
//!    for each step of a call.
//!
//! Progress: leasing is lock-free and asks only the system's allocator; handing back is wait-free.

#![expect(unsafe_code, reason = "reads a handle as the type that its number belongs to")]

use super::slot::{Handle, Number, Slot};
use crate::sync::{AtomicBool, AtomicUsize, List, Ordering, const_unless_loom, leak};
use once_cell::race::OnceRef;
use std::array;

/// The cells that one thread at a time writes, by number.
#[derive(Debug)]
pub(super) struct Writer {
    /// Those that were written first, by whichever thread: found in one step.
    first: [Slot; FIRST],
    further: OnceRef<'static, Index>,
    is_leased: AtomicBool,
}

/// Slots by number, in two steps: a thread that writes few of very many cells has few pages.
#[derive(Debug)]
struct Index {
    pages: [OnceRef<'static, Page>; PAGES],
    /// For the numbers that have no page here.
    further: OnceRef<'static, Index>,
}

#[derive(Debug)]
struct Page([Slot; PAGE]);

#[cfg(not(loom))]
const FIRST: usize = 1024;
#[cfg(not(loom))]
const PAGES: usize = 256;
#[cfg(not(loom))]
const PAGE: usize = 32;

// A model has one function, and pays for each cell.
#[cfg(loom)]
const FIRST: usize = 2;
#[cfg(loom)]
const PAGES: usize = 2;
#[cfg(loom)]
const PAGE: usize = 2;

impl Writer {
    fn leased() -> Self {
        Writer {
            first: array::from_fn(|_| Slot::empty()),
            further: OnceRef::new(),
            is_leased: AtomicBool::new(true),
        }
    }

    /// What is kept under this number, if anything.
    #[inline]
    pub(super) fn get<T: Handle>(&self, number: &Number<T>) -> Option<T> {
        let number = number.get();
        let slot = match self.first.get(number) {
            Some(slot) => slot,
            None => self.find_further(number)?,
        };
        // SAFETY: by the invariant of numbers, only `set` of this number's type was called with it; and never with 0.
        unsafe { slot.get() }
    }

    #[cold]
    fn find_further(&self, number: usize) -> Option<&Slot> {
        self.further.get()?.find(number - FIRST)
    }

    /// Keeps a handle under this number.
    pub(super) fn set<T: Handle>(&self, number: &Number<T>, handle: T) {
        let number = number.get_or_choose();
        let slot = match self.first.get(number) {
            Some(slot) => slot,
            None => self.further.get_or_init(|| leak(Index::new())).make_room(number - FIRST),
        };
        slot.set(handle);
    }

    fn try_lease(&self) -> bool {
        // Relaxed, first: most are leased, and looking disturbs their threads less than an exchange.
        !self.is_leased.load(Ordering::Relaxed)
            // Acquire: pairs with the Release in `hand_back`.
            && self.is_leased.compare_exchange(false, true, Ordering::Acquire, Ordering::Relaxed).is_ok()
    }

    /// Ends the lease. The caller writes with it no more.
    fn hand_back(&self) {
        // Release: pairs with the Acquire in `try_lease`, whose thread then sees all that was written.
        self.is_leased.store(false, Ordering::Release);
    }
}

impl Index {
    fn new() -> Self {
        Index { pages: [const { OnceRef::new() }; PAGES], further: OnceRef::new() }
    }

    fn find(&self, number: usize) -> Option<&Slot> {
        match self.pages.get(number / PAGE) {
            Some(page) => page.get().map(|page| &page.0[number % PAGE]),
            None => self.further.get()?.find(number - PAGES * PAGE),
        }
    }

    fn make_room(&self, number: usize) -> &Slot {
        let new_page = || leak(Page(array::from_fn(|_| Slot::empty())));
        match self.pages.get(number / PAGE) {
            Some(page) => &page.get_or_init(new_page).0[number % PAGE],
            None => self.further.get_or_init(|| leak(Index::new())).make_room(number - PAGES * PAGE),
        }
    }
}

/// All writers there are.
#[derive(Debug)]
pub(super) struct Writers {
    all: List<Writer>,
    /// How many are free and not promised to anybody.
    /// Invariant: there are always as many free writers as this says and as there are threads that were promised one.
    free: AtomicUsize,
}

impl Writers {
    const_unless_loom! {
        pub(super) const fn new() -> Self {
            Writers { all: List::new(), free: AtomicUsize::new(0) }
        }
    }

    /// A writer for the caller alone, until it is handed back.
    pub(super) fn lease(&self) -> &'static Writer {
        if !self.promise_one() {
            return self.all.push(Writer::leased());
        }
        // There is one for this thread; it is missed only where others lease and hand back at the same time.
        loop {
            if let Some(writer) = self.all.iter().find(|writer| writer.try_lease()) {
                return writer;
            }
        }
    }

    pub(super) fn hand_back(&self, writer: &Writer) {
        writer.hand_back();
        // Release: pairs with the Acquire in `promise_one`: who is promised a writer finds one free.
        self.free.fetch_add(1, Ordering::Release);
    }

    fn promise_one(&self) -> bool {
        // Acquire: pairs with the Release in `hand_back`, also of those before the last, as each addition and subtraction
        // continues the release sequence. Relaxed on failure: nothing follows from it.
        self.free.fetch_update(Ordering::Acquire, Ordering::Relaxed, |free| free.checked_sub(1)).is_ok()
    }

    #[cfg(test)]
    pub(super) fn count(&self) -> usize {
        self.all.iter().count()
    }
}
