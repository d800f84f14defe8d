//! What threads share: the only folder that says where atomics and locks come from.
//!
//! Under `cfg(loom)` they are loom's, which runs a model in every order that the memory model allows; else they are the
//! standard library's. What stands in a `static` and publishes nothing comes from [`unmodelled`].

mod leak;
mod list;

pub(crate) use leak::{leak, leak_layout, leak_slice};
pub(crate) use list::List;

#[cfg(loom)]
pub(crate) use loom::sync::{
    Arc, Mutex, MutexGuard,
    atomic::{AtomicBool, AtomicI64, AtomicPtr, AtomicU8, AtomicU64, AtomicUsize, Ordering, fence},
};
#[cfg(not(loom))]
pub(crate) use std::sync::{
    Arc, Mutex, MutexGuard,
    atomic::{AtomicBool, AtomicI64, AtomicPtr, AtomicU8, AtomicU64, AtomicUsize, Ordering, fence},
};

/// The standard library's under loom too: for `static`s, which a model cannot make anew for each of its executions, and
/// for waiting on a condition, whose time loom does not know. No protocol between cells stands on these.
pub(crate) mod unmodelled {
    pub(crate) use std::sync::atomic::{AtomicU8, AtomicU64, AtomicUsize, Ordering};
    pub(crate) use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};

    /// Locks `mutex` also after a panic of another holder.
    ///
    /// The library never runs a user's code, or anything else that panics, while it holds a lock, so what a poisoned
    /// lock guards is whole.
    pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
        mutex.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// So many cells at zero.
#[cfg(not(loom))]
pub(crate) const fn zeros<const N: usize>() -> [AtomicU64; N] {
    [const { AtomicU64::new(0) }; N]
}
#[cfg(loom)]
pub(crate) fn zeros<const N: usize>() -> [AtomicU64; N] {
    std::array::from_fn(|_| AtomicU64::new(0))
}

/// Makes a function `const`, but for loom, whose atomics are made at run time.
macro_rules! const_unless_loom {
    ($(#[$attribute:meta])* $visibility:vis const fn $($rest:tt)*) => {
        #[cfg(not(loom))]
        $(#[$attribute])*
        $visibility const fn $($rest)*
        #[cfg(loom)]
        $(#[$attribute])*
        $visibility fn $($rest)*
    };
}
pub(crate) use const_unless_loom;

/// Runs `execution` in every order of its threads' steps that has at most `preemptions` switches where none was due, and with
/// every value that a load may see. One model at a time: set `RUST_TEST_THREADS=1`.
#[cfg(all(test, loom))]
#[expect(unsafe_code, reason = "frees what the execution before has leaked")]
pub(crate) fn model(preemptions: usize, execution: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    // The environment may ask for more: `LOOM_MAX_PREEMPTIONS`.
    builder.preemption_bound = builder.preemption_bound.or(Some(preemptions));
    builder.check(move || {
        // SAFETY: the threads of the execution before are gone, and there are no `static`s in a model but loom's own.
        unsafe { leak::reclaim::free_all() };
        execution();
    });
}
