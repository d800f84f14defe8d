//! Cells by index: the first so many in one piece of memory, further ones in pieces that are added when they are needed.
//!
//! A cell stays where it is, so who has found it needs nobody's leave to use it.

#![expect(unsafe_code, reason = "cells behind a header, in memory that is never freed")]

use crate::sync::{AtomicPtr, AtomicU64, Ordering, leak, leak_layout, leak_slice};
use std::alloc::Layout;
use std::array;
use std::ptr::{self, NonNull};

/// What may be a cell.
pub trait Cell: Send + Sync + 'static {
    fn empty() -> Self;
}

impl Cell for AtomicU64 {
    fn empty() -> Self {
        AtomicU64::new(0)
    }
}

/// Cells that live for ever. Copies are the same array.
#[derive(Debug)]
pub(super) struct Array<T> {
    /// Invariant: points to a header with as many cells behind it as the `width` it was made with; all of it is never freed.
    header: NonNull<Header<T>>,
}

impl<T> Clone for Array<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Array<T> {}

// SAFETY: an array is a shared reference to cells and to what leads to further ones, which all are `Sync`.
unsafe impl<T: Cell> Send for Array<T> {}
// SAFETY: as above.
unsafe impl<T: Cell> Sync for Array<T> {}

#[derive(Debug)]
#[repr(C)]
struct Header<T> {
    further: AtomicPtr<Pieces<T>>,
    /// None; it aligns a header as the cells behind it.
    cells: [T; 0],
}

/// Piece `n` has 2ⁿ times as many cells as the first.
#[derive(Debug)]
struct Pieces<T>([AtomicPtr<T>; PIECES]);

#[cfg(not(loom))]
pub(super) const FIRST_PIECE: usize = 16;
#[cfg(not(loom))]
const PIECES: usize = 17;

// A model pays for each cell.
#[cfg(loom)]
pub(super) const FIRST_PIECE: usize = 2;
#[cfg(loom)]
const PIECES: usize = 2;

/// How many cells an array may have: who gives out indices gives out no more.
pub(crate) const MOST_CELLS: usize = FIRST_PIECE * ((1 << PIECES) - 1);

/// A cache line: what one thread writes shares none with what another does.
const LINE: usize = 64;

impl<T: Cell> Array<T> {
    /// An array whose first `width` cells are in one piece.
    pub(super) fn new(width: usize) -> Self {
        let cells = Layout::array::<T>(width);
        let with_header = cells.and_then(|cells| Layout::new::<Header<T>>().extend(cells));
        let (layout, _) = with_header.expect("it fits into memory");
        let layout = layout.align_to(LINE).expect("a line is small").pad_to_align();
        let header = leak_layout(layout).cast::<Header<T>>();
        // SAFETY: the memory has just been allocated with room for a header and `width` cells behind it, aligned for both, as
        // a header's size is a multiple of a cell's alignment; nobody else knows it.
        unsafe {
            header.write(Header { further: AtomicPtr::new(ptr::null_mut()), cells: [] });
            let first = header.add(1).cast::<T>();
            for index in 0..width {
                first.add(index).write(T::empty());
            }
        }
        Array { header }
    }

    /// The cell at `index`, if its piece is there.
    ///
    /// # Safety
    /// `width` is what the array was made with.
    #[inline]
    pub(super) unsafe fn get(self, width: usize, index: usize) -> Option<&'static T> {
        if index < width {
            // SAFETY: by the invariant of `header`, there are `width` cells behind it.
            return Some(unsafe { self.header.add(1).cast::<T>().add(index).as_ref() });
        }
        let (piece, place) = piece_of(index - width);
        // Acquire, both: pair with the Releases in `get_or_make`: what they lead to is there.
        // SAFETY: what is not null there is a leaked list of pieces.
        let pieces = unsafe { self.further().load(Ordering::Acquire).as_ref() }?;
        let first = NonNull::new(pieces.0.get(piece)?.load(Ordering::Acquire))?;
        // SAFETY: a piece has this many cells, and is never freed.
        Some(unsafe { first.add(place).as_ref() })
    }

    /// The cell at `index`.
    ///
    /// # Safety
    /// `width` is what the array was made with.
    ///
    /// # Panics
    /// Where the index is beyond [`MOST_CELLS`].
    #[cold]
    pub(super) unsafe fn get_or_make(self, width: usize, index: usize) -> &'static T {
        // SAFETY: as the caller says.
        if let Some(cell) = unsafe { self.get(width, index) } {
            return cell;
        }
        let (piece, _) = piece_of(index - width);
        assert!(piece < PIECES, "an array has at most {MOST_CELLS} cells");
        let no_pieces = || ptr::from_ref(leak(Pieces::<T>(array::from_fn(|_| AtomicPtr::default()))));
        let pieces = set_once(self.further(), || no_pieces().cast_mut());
        // SAFETY: it is a leaked list of pieces, set here or by another thread.
        let pieces = unsafe { &*pieces };
        set_once(&pieces.0[piece], || leak_slice(FIRST_PIECE << piece, |_| T::empty()).as_ptr().cast_mut());
        // SAFETY: as the caller says.
        unsafe { self.get(width, index) }.expect("its piece was just set")
    }

    fn further(&self) -> &AtomicPtr<Pieces<T>> {
        // SAFETY: by the invariant of `header`.
        unsafe { &self.header.as_ref().further }
    }

    pub(super) fn pointer(self) -> NonNull<u8> {
        self.header.cast()
    }

    /// # Safety
    /// The pointer comes from [`pointer`](Self::pointer) of an array of such cells.
    pub(super) unsafe fn from_pointer(pointer: NonNull<u8>) -> Self {
        Array { header: pointer.cast() }
    }
}

/// What stands at `place`, which is never set twice. What another thread has set meanwhile goes before what was made.
fn set_once<T>(place: &AtomicPtr<T>, make: impl FnOnce() -> *mut T) -> *mut T {
    // Acquire, both loads: pair with the Release below.
    let standing = place.load(Ordering::Acquire);
    if !standing.is_null() {
        return standing;
    }
    let new = make();
    // Release: pairs with the Acquires here and in `get`.
    match place.compare_exchange(ptr::null_mut(), new, Ordering::Release, Ordering::Acquire) {
        Ok(_) => new,
        Err(standing) => standing,
    }
}

/// Which piece the cell is in that comes so many behind the first ones, and its place there.
#[inline]
pub(super) fn piece_of(behind: usize) -> (usize, usize) {
    let piece = (behind / FIRST_PIECE + 1).ilog2() as usize;
    (piece, behind - FIRST_PIECE * ((1 << piece) - 1))
}
