//! A lock that is not re-entered.
//!
//! While the lock of a table is held, the program's global allocator may be called. If the allocator updates a family itself, it
//! must not wait for the lock: its thread holds it.

use crate::sync::unmodelled::PoisonError;
use crate::sync::{Mutex, MutexGuard};
use std::cell::Cell;
use std::ops::{Deref, DerefMut};

// Whether this thread holds such a lock, or is about to. Without a destructor, so it can be reached until the thread has ended.
#[cfg(not(loom))]
thread_local! { static IS_INSIDE: Cell<bool> = const { Cell::new(false) }; }
#[cfg(loom)]
loom::thread_local! { static IS_INSIDE: Cell<bool> = Cell::new(false); }

/// Whether this thread holds a lock, or waits for one: then it must not [`lock`].
pub(super) fn is_inside() -> bool {
    IS_INSIDE.with(Cell::get)
}

/// The lock, held.
pub(super) struct Locked<'a, T> {
    guard: MutexGuard<'a, T>,
    was_inside: bool,
}

/// Locks `mutex`, and marks this thread as inside until the guard is dropped.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> Locked<'_, T> {
    let was_inside = IS_INSIDE.with(|is_inside| is_inside.replace(true));
    // Nothing panics while the lock is held.
    let guard = mutex.lock().unwrap_or_else(PoisonError::into_inner);
    Locked { guard, was_inside }
}

impl<T> Deref for Locked<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.guard
    }
}

impl<T> DerefMut for Locked<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.guard
    }
}

impl<T> Drop for Locked<'_, T> {
    fn drop(&mut self) {
        IS_INSIDE.with(|is_inside| is_inside.set(self.was_inside));
    }
}
