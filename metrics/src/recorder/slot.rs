//! Slots, in which a writer keeps handles to its cells, and the keys that select a slot.

#![expect(unsafe_code, reason = "stores handles of several types as one type of pointer")]

use crate::sync::unmodelled;
use crate::sync::{AtomicPtr, AtomicUsize, Ordering, const_unless_loom};
use std::marker::PhantomData;
use std::ptr::{self, NonNull};

/// A pointer-sized handle to cells that are never freed.
///
/// # Safety
/// `from_pointer`, given the result of `pointer`, returns an equal handle.
pub(super) unsafe trait Handle: Copy {
    fn pointer(self) -> NonNull<u8>;

    /// # Safety
    /// The pointer comes from [`pointer`](Self::pointer) of a handle of this type.
    unsafe fn from_pointer(pointer: NonNull<u8>) -> Self;
}

/// A lazily allocated slot key, shared by all writers; 0 = unallocated. The slot with key 0 is always empty.
///
/// Invariant: allocated keys are unique, so the slot that a `SlotKey<T>` selects holds nothing but a `T`.
#[derive(Debug)]
pub(super) struct SlotKey<T> {
    key: AtomicUsize,
    handle: PhantomData<fn() -> T>,
}

impl<T> SlotKey<T> {
    const_unless_loom! {
        pub(super) const fn new() -> Self {
            SlotKey { key: AtomicUsize::new(0), handle: PhantomData }
        }
    }

    /// Creates a key with a given value: a model must be the same in each execution. The caller upholds the invariant.
    #[cfg(test)]
    pub(super) fn fixed(key: usize) -> Self {
        SlotKey { key: AtomicUsize::new(key), handle: PhantomData }
    }

    pub(super) fn is_allocated(&self) -> bool {
        self.get() != 0
    }

    #[inline]
    pub(super) fn get(&self) -> usize {
        // Relaxed: a key is only an index into each writer's own slots.
        self.key.load(Ordering::Relaxed)
    }

    /// Returns the key, allocating it if necessary.
    pub(super) fn get_or_allocate(&self) -> usize {
        static LAST: unmodelled::AtomicUsize = unmodelled::AtomicUsize::new(0);
        let key = self.get();
        if key != 0 {
            return key;
        }
        // Relaxed, both: as in `get`; a key only has to be unique and never change.
        let new = LAST.fetch_add(1, unmodelled::Ordering::Relaxed) + 1;
        let result = self.key.compare_exchange(0, new, Ordering::Relaxed, Ordering::Relaxed);
        result.err().unwrap_or(new)
    }
}

/// A slot for a handle, empty at first.
#[derive(Debug)]
pub(super) struct Slot(AtomicPtr<u8>);

impl Slot {
    pub(super) fn empty() -> Self {
        Slot(AtomicPtr::new(ptr::null_mut()))
    }

    /// # Safety
    /// Only handles of type `T` have ever been [set](Self::set) in this slot.
    #[inline]
    pub(super) unsafe fn get<T: Handle>(&self) -> Option<T> {
        // Acquire: pairs with the Release in `set`: the cells are initialized.
        let pointer = NonNull::new(self.0.load(Ordering::Acquire));
        // SAFETY: a non-null pointer was stored by `set`; the caller guarantees that it comes from a `T`.
        pointer.map(|pointer| unsafe { T::from_pointer(pointer) })
    }

    pub(super) fn set<T: Handle>(&self, handle: T) {
        // Release: pairs with the Acquire in `get`.
        self.0.store(handle.pointer().as_ptr(), Ordering::Release);
    }
}

/// A [`Slot`] for handles of one type.
#[derive(Debug)]
pub(super) struct TypedSlot<T> {
    /// Invariant: only handles of type `T` are ever set here.
    slot: Slot,
    handle: PhantomData<fn() -> T>,
}

impl<T: Handle> TypedSlot<T> {
    pub(super) fn empty() -> Self {
        TypedSlot { slot: Slot::empty(), handle: PhantomData }
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
