//! The standard library's primitives, under loom too: for `static`s, which a model cannot re-create for each of its
//! executions, and for waiting on a condition with a timeout, as loom has no time. No protocol between cells relies on them.

#[cfg(not(target_has_atomic = "64"))]
pub(crate) use super::without_64_bits::AtomicU64;
#[cfg(windows)]
pub(crate) use std::sync::atomic::AtomicPtr;
#[cfg(target_has_atomic = "64")]
pub(crate) use std::sync::atomic::AtomicU64;
pub(crate) use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
pub(crate) use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};

/// Locks `mutex`, also if it is poisoned.
///
/// The library runs no user code, nor anything else that panics, while holding a lock, so the data of a poisoned lock is
/// consistent.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
