//! The memory of a writer's cells.
//!
//! Cells of one writer lie side by side, so they need no padding against false sharing, and a reader finds them in few pages of
//! memory.

#![expect(unsafe_code, reason = "hands out memory of chunks that are never freed")]

use crate::sync::{AtomicPtr, Ordering, leak_layout, load_own_pointer};
use std::alloc::Layout;
use std::cell::Cell;
use std::ptr::{self, NonNull};

/// Memory that is taken from the system's allocator in chunks and never freed. Only the thread that has leased the writer uses it.
#[derive(Debug)]
pub(super) struct Arena {
    /// Invariant: the rest of the current chunk, which has been handed out to none; `None` before the first.
    rest: Cell<Option<(NonNull<u8>, usize)>>,
    next_chunk: Cell<usize>,
}

/// The size of the first chunk. Each next one is twice as large, up to [`MAX_CHUNK`].
const MIN_CHUNK: usize = 1024;
const MAX_CHUNK: usize = 16 * 1024;

/// The alignment of chunks: a cache line.
const CHUNK_ALIGN: usize = 64;

// SAFETY: only the thread that has leased the writer accesses the fields. The lease orders the accesses of one thread before those
// of the next. The memory may be written by any thread.
unsafe impl Send for Arena {}
// SAFETY: as above.
unsafe impl Sync for Arena {}

impl Arena {
    pub(super) fn new() -> Self {
        Arena { rest: Cell::new(None), next_chunk: Cell::new(MIN_CHUNK) }
    }

    /// Returns uninitialized memory of `layout`, which is never freed. The caller has leased the writer.
    pub(super) fn allocate(&self, layout: Layout) -> NonNull<u8> {
        let place = self.take(layout).or_else(|| {
            let size = self.next_chunk.get().max(layout.size());
            self.next_chunk.set((2 * self.next_chunk.get()).min(MAX_CHUNK));
            let align = CHUNK_ALIGN.max(layout.align());
            let chunk = Layout::from_size_align(size, align).expect("a chunk fits into the address space");
            self.rest.set(Some((leak_layout(chunk), size)));
            self.take(layout)
        });
        place.expect("a chunk is aligned for the layout and at least as large")
    }

    /// Moves `value` into memory that is never freed. The caller has leased the writer.
    pub(super) fn place<T: Send + Sync>(&self, value: T) -> &'static T {
        let place = self.allocate(Layout::new::<T>()).cast::<T>();
        // SAFETY: the memory has just been allocated with the layout of a `T`, and no other reference to it exists. It is never
        // freed.
        unsafe {
            place.write(value);
            place.as_ref()
        }
    }

    /// Takes the memory from the rest of the current chunk, if that is large enough.
    fn take(&self, layout: Layout) -> Option<NonNull<u8>> {
        let (rest, size) = self.rest.get()?;
        let skipped = rest.addr().get().next_multiple_of(layout.align()) - rest.addr().get();
        let left = size.checked_sub(skipped)?.checked_sub(layout.size())?;
        // SAFETY: `skipped` and the size of the layout are together at most `size`, the length of the rest.
        unsafe {
            let place = rest.add(skipped);
            self.rest.set(Some((place.add(layout.size()), left)));
            Some(place)
        }
    }
}

/// A reference to a value in an arena. It is empty until the arena's writer sets it, and may be set again.
#[derive(Debug)]
pub(super) struct ArenaRef<T> {
    /// Invariant: null, or made of a `&'static T`.
    pointer: AtomicPtr<T>,
}

impl<T: Sync> ArenaRef<T> {
    pub(super) fn empty() -> Self {
        ArenaRef { pointer: AtomicPtr::new(ptr::null_mut()) }
    }

    /// Returns the value, as any thread.
    pub(super) fn get(&self) -> Option<&'static T> {
        // Acquire: pairs with the Release in `set`: the value is initialized.
        let pointer = NonNull::new(self.pointer.load(Ordering::Acquire));
        // SAFETY: by the invariant of `pointer`.
        pointer.map(|pointer| unsafe { pointer.as_ref() })
    }

    /// Returns the value, as the writer.
    pub(super) fn get_own(&self) -> Option<&'static T> {
        // SAFETY: by the invariant of `pointer`.
        NonNull::new(load_own_pointer(&self.pointer)).map(|pointer| unsafe { pointer.as_ref() })
    }

    /// Sets the value, as the writer.
    pub(super) fn set(&self, value: &'static T) {
        // Release: pairs with the Acquire in `get`.
        self.pointer.store(ptr::from_ref(value).cast_mut(), Ordering::Release);
    }
}
