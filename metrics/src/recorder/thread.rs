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

thread_local! {
    /// Whether this thread reads nothing but its own cells.
    static READS_OWN: Cell<bool> = const { Cell::new(false) };
}

/// Has `read` see of all cells only those that this thread writes.
///
/// They hold what earlier threads counted with the same writer too: the difference of two readings is what this thread did in
/// between. So it leases its writer now, if it has none, and keeps it for as long as it lives.
pub(crate) fn reading_own<R>(read: impl FnOnce() -> R) -> R {
    struct Restore(bool);
    impl Drop for Restore {
        fn drop(&mut self) {
            READS_OWN.set(self.0);
        }
    }
    lease_writer();
    let restore = Restore(READS_OWN.replace(true));
    let result = read();
    drop(restore);
    result
}

/// Whether this thread is [reading its own](reading_own) cells alone.
pub(crate) fn reads_own() -> bool {
    READS_OWN.get()
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
