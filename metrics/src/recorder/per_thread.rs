//! Per-thread values that are inherited with the cells: the next thread that leases the writer continues with them.

#![expect(unsafe_code, reason = "a value that only the thread with the lease accesses")]

use super::slot::{Handle, SlotKey};
use super::thread;
use crate::sync::{const_unless_loom, leak};
use std::cell::{Cell, UnsafeCell};
use std::fmt;
use std::ptr::NonNull;

/// A `T` for each thread. Unlike the value of a thread-local, it is not dropped when its thread ends: the next thread that
/// leases the writer inherits it. So there are at most as many values as threads have been alive at once.
pub(crate) struct PerThread<T> {
    key: SlotKey<ValueRef<T>>,
}

/// A thread's value.
struct Value<T> {
    value: UnsafeCell<T>,
    /// Whether a caller further up the stack uses the value. Its use may call a global allocator, which may itself use this
    /// library: a re-entrant use.
    is_in_use: Cell<bool>,
}

// SAFETY: only the thread that has leased the writer that keeps a value accesses it (`PerThread`). The lease orders the accesses
// of one thread before those of the next. `T: Send` permits the value to move between threads in this way.
unsafe impl<T: Send> Sync for Value<T> {}

struct ValueRef<T>(NonNull<Value<T>>);

impl<T> Clone for ValueRef<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for ValueRef<T> {}

// SAFETY: it consists of its pointer alone.
unsafe impl<T> Handle for ValueRef<T> {
    fn pointer(self) -> NonNull<u8> {
        self.0.cast()
    }

    unsafe fn from_pointer(pointer: NonNull<u8>) -> Self {
        ValueRef(pointer.cast())
    }
}

impl<T: Default + Send + 'static> PerThread<T> {
    const_unless_loom! {
        pub(crate) const fn new() -> Self {
            PerThread { key: SlotKey::new() }
        }
    }

    /// Calls `look` with this thread's value. Returns `None` if the thread has no value or if the call is re-entrant.
    #[inline]
    pub(crate) fn look<R>(&self, look: impl FnOnce(&T) -> R) -> Option<R> {
        let value = thread::leased_writer()?.get(&self.key)?;
        // SAFETY: `change` has leaked the value, so it is never freed; this thread has leased the writer.
        unsafe { value.with(|value| look(value)) }
    }

    /// Calls `change` with this thread's value, which is created if necessary. Returns `None` if the call is re-entrant, or if
    /// the thread's lease has ended.
    #[cold]
    pub(crate) fn change<R>(&self, change: impl FnOnce(&mut T) -> R) -> Option<R> {
        let writer = thread::lease_writer()?;
        let value = writer.get(&self.key).unwrap_or_else(|| {
            let value = Value { value: UnsafeCell::new(T::default()), is_in_use: Cell::new(false) };
            let value = ValueRef(NonNull::from(leak(value)));
            writer.set(&self.key, value);
            value
        });
        // SAFETY: as in `look`.
        unsafe { value.with(change) }
    }
}

impl<T> ValueRef<T> {
    /// # Safety
    /// The value is never freed, and this thread has leased the writer that keeps it.
    #[inline]
    unsafe fn with<R>(self, using: impl FnOnce(&mut T) -> R) -> Option<R> {
        // SAFETY: the caller guarantees that the value is never freed.
        let Value { value, is_in_use } = unsafe { self.0.as_ref() };
        if is_in_use.replace(true) {
            return None;
        }
        let reset = ResetOnDrop(is_in_use);
        // SAFETY: no other reference to the value exists: on other threads by the caller's guarantee, on this thread because
        // `is_in_use` was `false`.
        let result = using(unsafe { &mut *value.get() });
        drop(reset);
        Some(result)
    }
}

/// Clears `is_in_use`, also if the use panics.
struct ResetOnDrop<'a>(&'a Cell<bool>);

impl Drop for ResetOnDrop<'_> {
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
