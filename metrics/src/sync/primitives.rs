//! Atomics and locks: loom's under `cfg(loom)`, otherwise the standard library's.

#[cfg(all(not(loom), not(target_has_atomic = "64")))]
pub(crate) use super::without_64_bits::{AtomicI64, AtomicU64};
#[cfg(loom)]
pub(crate) use loom::sync::{
    Arc, Mutex, MutexGuard,
    atomic::{AtomicBool, AtomicI64, AtomicPtr, AtomicU8, AtomicU64, AtomicUsize, Ordering, fence},
};
#[cfg(all(not(loom), target_has_atomic = "64"))]
pub(crate) use std::sync::atomic::{AtomicI64, AtomicU64};
#[cfg(not(loom))]
pub(crate) use std::sync::{
    Arc, Mutex, MutexGuard,
    atomic::{AtomicBool, AtomicPtr, AtomicU8, AtomicUsize, Ordering, fence},
};
