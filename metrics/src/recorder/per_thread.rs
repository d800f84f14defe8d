//! A value that each thread has of its own, handed on with its cells when the thread ends.

#![expect(unsafe_code, reason = "a value that only the thread with the lease touches")]

use super::slot::{Handle, Number};
use super::thread;
use crate::sync::{const_unless_loom, leak};
use std::cell::{Cell, UnsafeCell};
use std::fmt;
use std::ptr::NonNull;

/// A `T` for each thread. Unlike a thread-local's, a thread's value is not dropped when it ends: the next thread that leases
/// its writer goes on with it. So there are no more values than there were threads at once.
pub(crate) struct PerThread<T> {
    number: Number<Own<T>>,
}

/// A thread's value.
struct Value<T> {
    value: UnsafeCell<T>,
    /// Whether somebody up the stack uses it: a global allocator, which may be a user of this library as well, is called from
    /// there.
    is_in_use: Cell<bool>,
}

// SAFETY: only the thread that has leased the writer which keeps a value touches it (`PerThread`), and the lease orders what
// one thread did with it before what the next one does; that it moves between threads so is what `Send` allows.
unsafe impl<T: Send> Sync for Value<T> {}

struct Own<T>(NonNull<Value<T>>);

impl<T> Clone for Own<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Own<T> {}

// SAFETY: it is nothing but its pointer.
unsafe impl<T> Handle for Own<T> {
    fn pointer(self) -> NonNull<u8> {
        self.0.cast()
    }

    unsafe fn from_pointer(pointer: NonNull<u8>) -> Self {
        Own(pointer.cast())
    }
}

impl<T: Default + Send + 'static> PerThread<T> {
    const_unless_loom! {
        pub(crate) const fn new() -> Self {
            PerThread { number: Number::new() }
        }
    }

    /// Looks at this thread's value, if it has one, and nobody up the stack uses it.
    #[inline]
    pub(crate) fn look<R>(&self, look: impl FnOnce(&T) -> R) -> Option<R> {
        let own = thread::leased_writer()?.get(&self.number)?;
        // SAFETY: it comes from `make`, and is never freed; this thread has leased the writer.
        unsafe { own.with(|value| look(value)) }
    }

    /// Changes this thread's value, which is made where it has none. Returns nothing, and does nothing, where somebody up the
    /// stack uses it, or where the thread is about to be gone and keeps nothing any more.
    #[cold]
    pub(crate) fn change<R>(&self, change: impl FnOnce(&mut T) -> R) -> Option<R> {
        let writer = thread::lease_writer()?;
        let own = writer.get(&self.number).unwrap_or_else(|| {
            let value = Value { value: UnsafeCell::new(T::default()), is_in_use: Cell::new(false) };
            let own = Own(NonNull::from(leak(value)));
            writer.set(&self.number, own);
            own
        });
        // SAFETY: as in `look`.
        unsafe { own.with(change) }
    }
}

impl<T> Own<T> {
    /// # Safety
    /// The value is never freed, and this thread has leased the writer that keeps it.
    #[inline]
    unsafe fn with<R>(self, using: impl FnOnce(&mut T) -> R) -> Option<R> {
        // SAFETY: as the caller says.
        let Value { value, is_in_use } = unsafe { self.0.as_ref() };
        if is_in_use.replace(true) {
            return None;
        }
        let free = FreeOnDrop(is_in_use);
        // SAFETY: nobody uses it: on other threads as the caller says, on this one as was just asked.
        let result = using(unsafe { &mut *value.get() });
        drop(free);
        Some(result)
    }
}

struct FreeOnDrop<'a>(&'a Cell<bool>);

impl Drop for FreeOnDrop<'_> {
    #[inline]
    fn drop(&mut self) {
        self.0.set(false);
    }
}

impl<T> fmt::Debug for PerThread<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PerThread").finish_non_exhaustive()
    }
}
