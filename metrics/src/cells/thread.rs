//! This thread's writer.

use super::epoch::Epoch;
use super::writer::{Writer, Writers};
use std::cell::Cell;

#[cfg(not(loom))]
pub(super) static EPOCH: Epoch = Epoch::new();
#[cfg(not(loom))]
static WRITERS: Writers = Writers::new();

// A model makes its own, for loom's atomics do not outlive an execution.
#[cfg(loom)]
loom::lazy_static! {
    pub(super) static ref EPOCH: Epoch = Epoch::new();
    static ref WRITERS: Writers = Writers::new();
}

thread_local! {
    /// Without a destructor, so it can be reached until the thread is gone.
    static WRITER: Cell<Option<&'static Writer>> = const { Cell::new(None) };
    /// Its destructor ends the lease.
    static LEASE: Lease = const { Lease };
}

struct Lease;

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(writer) = WRITER.take() {
            WRITERS.hand_back(writer);
        }
    }
}

/// The writer that this thread has leased.
#[inline]
pub(super) fn leased_writer() -> Option<&'static Writer> {
    WRITER.get()
}

/// Leases a writer for as long as this thread lives. `None` where that is over: the thread is running the destructors of
/// its thread-locals, and ours has run.
pub(super) fn lease_writer() -> Option<&'static Writer> {
    if WRITER.get().is_none() {
        LEASE.try_with(|_| ()).ok()?;
        WRITER.set(Some(WRITERS.lease()));
    }
    WRITER.get()
}

/// Leases a writer for `step` alone.
pub(super) fn with_borrowed_writer<R>(step: impl FnOnce(&'static Writer) -> R) -> R {
    let writer = WRITERS.lease();
    let result = step(writer);
    WRITERS.hand_back(writer);
    result
}
