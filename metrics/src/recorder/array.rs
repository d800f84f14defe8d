//! Cells by index: the first `width` cells in one allocation, further cells in chunks that are added on demand.
//!
//! Cells have stable addresses: a reference to one stays valid without further synchronization.

#![expect(unsafe_code, reason = "cells behind a header, in memory that is never freed")]

use crate::sync::{AtomicPtr, AtomicU64, Ordering, leak, leak_layout, leak_slice};
use std::alloc::Layout;
use std::array;
use std::ptr::{self, NonNull};

/// A type that may be stored as a cell.
pub trait Cell: Send + Sync + 'static {
    fn empty() -> Self;
}

impl Cell for AtomicU64 {
    fn empty() -> Self {
        AtomicU64::new(0)
    }
}

/// A handle to an array of cells that are never freed. Copies refer to the same array.
#[derive(Debug)]
pub(super) struct CellArray<T> {
    /// Invariant: points to a header, followed by as many cells as the `width` that the array was created with. The
    /// allocation is never freed.
    header: NonNull<Header<T>>,
}

impl<T> Clone for CellArray<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for CellArray<T> {}

// SAFETY: an array is a shared reference to cells and to the chunks of further cells, all of which are `Sync`.
unsafe impl<T: Cell> Send for CellArray<T> {}
// SAFETY: as above.
unsafe impl<T: Cell> Sync for CellArray<T> {}

#[derive(Debug)]
#[repr(C)]
struct Header<T> {
    chunks: AtomicPtr<Chunks<T>>,
    /// Empty; aligns the header like the cells that follow it.
    cells: [T; 0],
}

/// The chunks of cells beyond `width`. Chunk `n` has 2ⁿ times as many cells as the first.
#[derive(Debug)]
struct Chunks<T>([AtomicPtr<T>; CHUNKS]);

#[cfg(not(loom))]
pub(super) const FIRST_CHUNK: usize = 16;
#[cfg(not(loom))]
const CHUNKS: usize = 17;

// Each cell adds to the cost of a model.
#[cfg(loom)]
pub(super) const FIRST_CHUNK: usize = 2;
#[cfg(loom)]
const CHUNKS: usize = 2;

/// The maximum number of cells of an array. The callers, which assign the indices, assign none at or above it.
pub(crate) const MAX_CELLS: usize = FIRST_CHUNK * ((1 << CHUNKS) - 1);

/// The size of a cache line. Arrays are aligned to it and padded to it, which avoids false sharing between threads.
const CACHE_LINE: usize = 64;

impl<T: Cell> CellArray<T> {
    /// Creates an array whose first `width` cells are in one allocation.
    pub(super) fn new(width: usize) -> Self {
        let cells = Layout::array::<T>(width);
        let with_header = cells.and_then(|cells| Layout::new::<Header<T>>().extend(cells));
        let (layout, _) = with_header.expect("the layout fits into the address space");
        let layout = layout.align_to(CACHE_LINE).expect("a cache line is a valid alignment").pad_to_align();
        let header = leak_layout(layout).cast::<Header<T>>();
        // SAFETY: the memory has just been allocated with room for a header and `width` cells after it, and is aligned for
        // both, as a header's size is a multiple of a cell's alignment. No other thread knows its address yet.
        unsafe {
            header.write(Header { chunks: AtomicPtr::new(ptr::null_mut()), cells: [] });
            let first = header.add(1).cast::<T>();
            for index in 0..width {
                first.add(index).write(T::empty());
            }
        }
        CellArray { header }
    }

    /// Returns the cell at `index` if it has been allocated.
    ///
    /// # Safety
    /// `width` is the width that the array was created with.
    #[inline]
    pub(super) unsafe fn get(self, width: usize, index: usize) -> Option<&'static T> {
        if index < width {
            // SAFETY: by the invariant of `header`, `width` cells follow it.
            return Some(unsafe { self.header.add(1).cast::<T>().add(index).as_ref() });
        }
        let (chunk, offset) = locate(index - width);
        // Acquire, both loads: pair with the Releases in `get_or_create`. The memory that the pointers refer to is
        // initialized.
        // SAFETY: a non-null pointer in the header refers to a leaked `Chunks`.
        let chunks = unsafe { self.chunks().load(Ordering::Acquire).as_ref() }?;
        let first = NonNull::new(chunks.0.get(chunk)?.load(Ordering::Acquire))?;
        // SAFETY: `locate` returns an offset below the length of the chunk, and a chunk is never freed.
        Some(unsafe { first.add(offset).as_ref() })
    }

    /// Returns the cell at `index`, allocating its chunk if necessary.
    ///
    /// # Safety
    /// `width` is the width that the array was created with.
    ///
    /// # Panics
    /// Panics if the index is too large: at most `width` plus [`MAX_CELLS`] cells exist.
    #[cold]
    pub(super) unsafe fn get_or_create(self, width: usize, index: usize) -> &'static T {
        // SAFETY: the caller guarantees the width.
        if let Some(cell) = unsafe { self.get(width, index) } {
            return cell;
        }
        let (chunk, _) = locate(index - width);
        assert!(chunk < CHUNKS, "an array has at most {MAX_CELLS} cells");
        let new_chunks = || ptr::from_ref(leak(Chunks::<T>(array::from_fn(|_| AtomicPtr::default()))));
        let chunks = get_or_publish(self.chunks(), || new_chunks().cast_mut());
        // SAFETY: the pointer refers to a leaked `Chunks`, published here or by another thread.
        let chunks = unsafe { &*chunks };
        get_or_publish(&chunks.0[chunk], || {
            leak_slice(FIRST_CHUNK << chunk, |_| T::empty()).as_ptr().cast_mut()
        });
        // SAFETY: the caller guarantees the width.
        unsafe { self.get(width, index) }.expect("the chunk of the cell has just been published")
    }

    fn chunks(&self) -> &AtomicPtr<Chunks<T>> {
        // SAFETY: by the invariant of `header`.
        unsafe { &self.header.as_ref().chunks }
    }

    pub(super) fn pointer(self) -> NonNull<u8> {
        self.header.cast()
    }

    /// # Safety
    /// The pointer comes from [`pointer`](Self::pointer) of an array of the same cell type.
    pub(super) unsafe fn from_pointer(pointer: NonNull<u8>) -> Self {
        CellArray { header: pointer.cast() }
    }
}

/// Returns the pointer in `place`, publishing the result of `make` if it is null. A pointer is published at most once: if
/// another thread publishes first, its pointer is returned and the result of `make` stays unused.
fn get_or_publish<T>(place: &AtomicPtr<T>, make: impl FnOnce() -> *mut T) -> *mut T {
    // Acquire, both loads: pair with the Release below.
    let published = place.load(Ordering::Acquire);
    if !published.is_null() {
        return published;
    }
    let new = make();
    // Release: pairs with the Acquires here and in `get`.
    match place.compare_exchange(ptr::null_mut(), new, Ordering::Release, Ordering::Acquire) {
        Ok(_) => new,
        Err(published) => published,
    }
}

/// Returns the chunk of the cell that is `beyond` cells after the first `width`, and the cell's offset in that chunk.
#[inline]
pub(super) fn locate(beyond: usize) -> (usize, usize) {
    let chunk = (beyond / FIRST_CHUNK + 1).ilog2() as usize;
    (chunk, beyond - FIRST_CHUNK * ((1 << chunk) - 1))
}
