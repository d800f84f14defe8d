//! Memory that is never freed.
//!
//! It comes from the system's allocator, not from the program's global allocator. A global allocator that is itself instrumented
//! would otherwise be re-entered during its own first call.

#![expect(unsafe_code, reason = "allocates from the system and never frees")]

use std::alloc::{GlobalAlloc, Layout, System, handle_alloc_error};
use std::ptr::NonNull;
use std::slice;

/// Allocates uninitialized memory that is never freed.
///
/// # Panics
/// Panics if the size of `layout` is zero.
pub(crate) fn leak_layout(layout: Layout) -> NonNull<u8> {
    assert!(layout.size() > 0, "the size of an allocation must be non-zero");
    // SAFETY: the size is non-zero, as asserted above.
    let memory = unsafe { System.alloc(layout) };
    let memory = NonNull::new(memory).unwrap_or_else(|| handle_alloc_error(layout));
    #[cfg(all(test, loom))]
    reclaim::remember(memory, layout);
    memory
}

/// Frees leaked memory between the executions of a model: there may be a million of them, and nothing outlives its execution.
#[cfg(all(test, loom))]
pub(super) mod reclaim {
    use std::alloc::{GlobalAlloc, Layout, System};
    use std::ptr::NonNull;
    use std::sync::{Mutex, PoisonError};

    struct Leaked(NonNull<u8>, Layout);

    // SAFETY: the pointer is only used to free the memory, which any thread may do.
    unsafe impl Send for Leaked {}

    static LEAKED: Mutex<Vec<Leaked>> = Mutex::new(Vec::new());

    pub(super) fn remember(memory: NonNull<u8>, layout: Layout) {
        LEAKED.lock().unwrap_or_else(PoisonError::into_inner).push(Leaked(memory, layout));
    }

    /// Frees all memory that has been leaked so far.
    ///
    /// # Safety
    /// None of it is used afterwards.
    pub(in crate::sync) unsafe fn free_all() {
        for Leaked(memory, layout) in LEAKED.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            // SAFETY: allocated with this layout; the caller guarantees that it is not used afterwards.
            unsafe { System.dealloc(memory.as_ptr(), layout) };
        }
    }
}

/// Moves `value` into memory that is never freed.
pub(crate) fn leak<T: Send + Sync>(value: T) -> &'static T {
    let place = leak_layout(Layout::new::<T>()).cast::<T>();
    // SAFETY: the memory has just been allocated with the layout of a `T`, and no other reference to it exists, so it may be
    // written. It is never freed, so it may be shared for the rest of the program.
    unsafe {
        place.write(value);
        place.as_ref()
    }
}

/// Creates `length` values in memory that is never freed. `value` is called with each index.
pub(crate) fn leak_slice<T: Send + Sync>(length: usize, mut value: impl FnMut(usize) -> T) -> &'static [T] {
    if length == 0 {
        return &[];
    }
    let layout = Layout::array::<T>(length).expect("the layout fits into the address space");
    let place = leak_layout(layout).cast::<T>();
    // SAFETY: as in `leak`, for an array of `length` values, all of which are written.
    unsafe {
        for index in 0..length {
            place.add(index).write(value(index));
        }
        slice::from_raw_parts(place.as_ptr(), length)
    }
}
