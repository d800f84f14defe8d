//! Where a writer keeps its cells: slots by number, and numbers that each belong to cells of one type.

#![expect(unsafe_code, reason = "stores handles of several types as one type of pointer")]

use crate::sync::unmodelled;
use crate::sync::{AtomicPtr, AtomicUsize, Ordering, const_unless_loom};
use std::marker::PhantomData;
use std::ptr::{self, NonNull};

/// A handle to cells that are never freed, as small as a pointer.
///
/// # Safety
/// `from_pointer` of what `pointer` gave is the same handle.
pub(super) unsafe trait Handle: Copy {
    fn pointer(self) -> NonNull<u8>;

    /// # Safety
    /// The pointer comes from [`pointer`](Self::pointer) of a handle of this type.
    unsafe fn from_pointer(pointer: NonNull<u8>) -> Self;
}

/// Under which number each writer keeps its cells of something; 0 until somebody writes, and nothing is kept under 0.
///
/// Invariant: no two have the same number but 0, so what is kept under it is a `T`.
#[derive(Debug)]
pub(super) struct Number<T> {
    number: AtomicUsize,
    kept: PhantomData<fn() -> T>,
}

impl<T> Number<T> {
    const_unless_loom! {
        pub(super) const fn new() -> Self {
            Number { number: AtomicUsize::new(0), kept: PhantomData }
        }
    }

    /// A number that is chosen: a model must be the same in each execution. The caller sees to the invariant.
    #[cfg(test)]
    pub(super) fn chosen(number: usize) -> Self {
        Number { number: AtomicUsize::new(number), kept: PhantomData }
    }

    /// Whether it has been used.
    pub(super) fn is_used(&self) -> bool {
        self.get() != 0
    }

    #[inline]
    pub(super) fn get(&self) -> usize {
        // Relaxed: a number is only a place in each writer's own index.
        self.number.load(Ordering::Relaxed)
    }

    /// The number, chosen now where there is none.
    pub(super) fn get_or_choose(&self) -> usize {
        static LAST: unmodelled::AtomicUsize = unmodelled::AtomicUsize::new(0);
        let number = self.get();
        if number != 0 {
            return number;
        }
        // Relaxed, both: as in `get`; a number only has to be another for each, and stay.
        let new = LAST.fetch_add(1, unmodelled::Ordering::Relaxed) + 1;
        let set = self.number.compare_exchange(0, new, Ordering::Relaxed, Ordering::Relaxed);
        set.err().unwrap_or(new)
    }
}

/// A place for a handle, empty until there is one.
#[derive(Debug)]
pub(super) struct Slot(AtomicPtr<u8>);

impl Slot {
    pub(super) fn empty() -> Self {
        Slot(AtomicPtr::new(ptr::null_mut()))
    }

    /// # Safety
    /// Only handles of type `T` were ever [set](Self::set) here.
    #[inline]
    pub(super) unsafe fn get<T: Handle>(&self) -> Option<T> {
        // Acquire: pairs with the Release in `set`: the cells are there.
        let pointer = NonNull::new(self.0.load(Ordering::Acquire));
        // SAFETY: whatever is not null was set, and is of this type.
        pointer.map(|pointer| unsafe { T::from_pointer(pointer) })
    }

    pub(super) fn set<T: Handle>(&self, handle: T) {
        // Release: pairs with the Acquire in `get`.
        self.0.store(handle.pointer().as_ptr(), Ordering::Release);
    }
}

/// A [`Slot`] for handles of one type.
#[derive(Debug)]
pub(super) struct Place<T> {
    /// Invariant: only handles of type `T` are ever set there.
    slot: Slot,
    kept: PhantomData<fn() -> T>,
}

impl<T: Handle> Place<T> {
    pub(super) fn empty() -> Self {
        Place { slot: Slot::empty(), kept: PhantomData }
    }

    #[inline]
    pub(super) fn get(&self) -> Option<T> {
        // SAFETY: by the invariant of `slot`.
        unsafe { self.slot.get() }
    }

    pub(super) fn set(&self, handle: T) {
        self.slot.set(handle);
    }
}
