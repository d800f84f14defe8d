//! Memory for what lives as long as the program.
//!
//! It comes from the system's allocator, not from the program's global one: a global allocator that is itself
//! instrumented would otherwise be called in the middle of its own first call.

#![expect(unsafe_code, reason = "allocates from the system and never frees")]

use std::alloc::{GlobalAlloc, Layout, System, handle_alloc_error};
use std::ptr::NonNull;
use std::slice;

/// Uninitialised memory of this layout, which must not be of size zero. It is never freed.
pub(crate) fn leak_layout(layout: Layout) -> NonNull<u8> {
    assert!(layout.size() > 0, "there is nothing to allocate");
    // SAFETY: the size is not zero.
    let memory = unsafe { System.alloc(layout) };
    let memory = NonNull::new(memory).unwrap_or_else(|| handle_alloc_error(layout));
    #[cfg(all(test, loom))]
    reclaim::remember(memory, layout);
    memory
}

/// A model runs a million times, and nothing in it outlives its execution.
#[cfg(all(test, loom))]
pub(super) mod reclaim {
    use std::alloc::{GlobalAlloc, Layout, System};
    use std::ptr::NonNull;
    use std::sync::{Mutex, PoisonError};

    struct Leaked(NonNull<u8>, Layout);

    // SAFETY: the memory is only freed through it, which any thread may do.
    unsafe impl Send for Leaked {}

    static LEAKED: Mutex<Vec<Leaked>> = Mutex::new(Vec::new());

    pub(super) fn remember(memory: NonNull<u8>, layout: Layout) {
        LEAKED.lock().unwrap_or_else(PoisonError::into_inner).push(Leaked(memory, layout));
    }

    /// Frees what was leaked so far.
    ///
    /// # Safety
    /// Nothing of it is used any more.
    pub(in crate::sync) unsafe fn free_all() {
        for Leaked(memory, layout) in LEAKED.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            // SAFETY: allocated with this layout, and not used any more.
            unsafe { System.dealloc(memory.as_ptr(), layout) };
        }
    }
}

/// Keeps `value` until the program ends.
pub(crate) fn leak<T: Send + Sync>(value: T) -> &'static T {
    let place = leak_layout(Layout::new::<T>()).cast::<T>();
    // SAFETY: the memory was just allocated with the layout of a `T`, nobody else knows it and nobody frees it; so it may
    // be written, and shared ever after.
    unsafe {
        place.write(value);
        place.as_ref()
    }
}

/// Keeps `length` values, of which `value` makes each by its index, until the program ends.
pub(crate) fn leak_slice<T: Send + Sync>(length: usize, mut value: impl FnMut(usize) -> T) -> &'static [T] {
    if length == 0 {
        return &[];
    }
    let layout = Layout::array::<T>(length).expect("it fits into memory");
    let place = leak_layout(layout).cast::<T>();
    // SAFETY: as in `leak`, for an array of `length` values, all of which are written.
    unsafe {
        for index in 0..length {
            place.add(index).write(value(index));
        }
        slice::from_raw_parts(place.as_ptr(), length)
    }
}
