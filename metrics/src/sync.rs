//! The only file that says where atomics come from.
//!
//! Everything that is shared between threads takes its types from here, so that a model checker's can stand in for
//! the standard library's without a change elsewhere.

pub(crate) use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
pub(crate) use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};

/// Locks `mutex` also after a panic of another holder.
///
/// The library never runs a user's code, or anything else that panics, while it holds a lock, so what a poisoned lock
/// guards is whole.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
