//! A lock that is never taken re-entrantly.
//!
//! The program's global allocator may be called while a thread holds the lock of a table. If the allocator updates a family
//! itself, it must not wait for the lock, which its own thread holds. (Code of the table itself may lock `free` while it holds
//! `series`, never the other way round.)

use crate::sync::unmodelled::PoisonError;
use crate::sync::{Mutex, MutexGuard};
use std::cell::Cell;
use std::ops::{Deref, DerefMut};

// Whether this thread holds such a lock, or waits for one. It has no destructor, so it is accessible until the thread has ended.
#[cfg(not(loom))]
thread_local! { static IS_INSIDE: Cell<bool> = const { Cell::new(false) }; }
#[cfg(loom)]
loom::thread_local! { static IS_INSIDE: Cell<bool> = Cell::new(false); }

/// Returns whether this thread holds a lock, or waits for one. If so, an update that starts now must not lock the `series`.
pub(super) fn is_inside() -> bool {
    IS_INSIDE.with(Cell::get)
}

/// The guard of a lock.
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
