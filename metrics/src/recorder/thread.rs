//! The lease of the current thread.

use super::epoch::Epoch;
use super::writer::{Writer, WriterPool};
use std::cell::Cell;

#[cfg(not(loom))]
pub(super) static EPOCH: Epoch = Epoch::new();
#[cfg(not(loom))]
static WRITERS: WriterPool = WriterPool::new();

// loom's atomics do not outlive an execution, so each execution creates its own.
#[cfg(loom)]
loom::lazy_static! {
    pub(super) static ref EPOCH: Epoch = Epoch::new();
    static ref WRITERS: WriterPool = WriterPool::new();
}

thread_local! {
    /// Has no destructor, so it stays accessible while the thread runs the destructors of other thread-locals.
    static WRITER: Cell<Option<&'static Writer>> = const { Cell::new(None) };
    /// Its destructor ends the lease.
    static LEASE: Lease = const { Lease };
}

thread_local! {
    /// Whether readings by this thread see only its own cells.
    static READS_LOCAL_ONLY: Cell<bool> = const { Cell::new(false) };
}

/// Calls `read` with readings restricted to the cells that this thread writes.
///
/// These cells also hold what earlier threads counted with the same writer. The difference of two readings is what this
/// thread did in between. To keep the writer the same for both, this leases one now if the thread has none; the thread keeps it
/// until it ends.
pub(crate) fn reading_local_only<R>(read: impl FnOnce() -> R) -> R {
    struct Restore(bool);
    impl Drop for Restore {
        fn drop(&mut self) {
            READS_LOCAL_ONLY.set(self.0);
        }
    }
    lease_writer();
    let restore = Restore(READS_LOCAL_ONLY.replace(true));
    let result = read();
    drop(restore);
    result
}

/// Returns whether readings by this thread are [restricted](reading_local_only) to its own cells.
pub(crate) fn reads_local_only() -> bool {
    READS_LOCAL_ONLY.get()
}

struct Lease;

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(writer) = WRITER.take() {
            WRITERS.hand_back(writer);
        }
    }
}

/// Returns the writer that this thread has leased, if any.
#[inline]
pub(super) fn leased_writer() -> Option<&'static Writer> {
    WRITER.get()
}

/// Returns this thread's writer, leasing one for the rest of its life if necessary. Returns `None` if the lease has ended
/// already: the thread is running the destructors of its thread-locals.
pub(super) fn lease_writer() -> Option<&'static Writer> {
    if WRITER.get().is_none() {
        LEASE.try_with(|_| ()).ok()?;
        WRITER.set(Some(WRITERS.lease()));
    }
    WRITER.get()
}

/// Leases a writer for the duration of `step`.
pub(super) fn with_temporary_lease<R>(step: impl FnOnce(&'static Writer) -> R) -> R {
    let writer = WRITERS.lease();
    let result = step(writer);
    WRITERS.hand_back(writer);
    result
}
