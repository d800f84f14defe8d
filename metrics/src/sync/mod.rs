//! Synchronization primitives, and shared structures built on them. The only folder that names the source of atomics and
//! locks.
//!
//! Under `cfg(loom)` they are loom's, which runs a model in every order that the memory model allows. Otherwise they are the
//! standard library's. `static`s that publish nothing use those in [`unmodelled`].

mod const_fn;
mod leak;
mod list;
#[cfg(all(test, loom))]
mod model;
mod own;
mod primitives;
pub(crate) mod unmodelled;
#[cfg(not(target_has_atomic = "64"))]
mod without_64_bits;
mod zeros;

pub(crate) use const_fn::const_unless_loom;
pub(crate) use leak::{leak, leak_layout, leak_slice};
pub(crate) use list::List;
#[cfg(all(test, loom))]
pub(crate) use model::{explore_attempt, exploring_attempts, model};
pub(crate) use own::{load_own, load_own_pointer};
pub(crate) use primitives::{
    Arc, AtomicBool, AtomicI64, AtomicPtr, AtomicU8, AtomicU64, AtomicUsize, Mutex, MutexGuard, Ordering,
    fence,
};
pub(crate) use zeros::zeros;
