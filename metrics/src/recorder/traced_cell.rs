//! A cell that keeps the last of some calls with their trace, written by one thread and read by any.
//!
//! It has two copies, and a version, which selects the current one. The writer writes the copy that is not current; its store of
//! the version makes it current. A reader that finds the same version before and after has read one call, whole.
//! [`docs::recording`](crate::docs::recording) has the argument.
//!
//! Progress: the writer is wait-free. A reader tries again if the writer has written twice meanwhile.

use crate::sync::{AtomicU64, Ordering, fence, load_own};
use crate::trace_context::TraceContext;
use std::array;

/// A call of a function, or an update of a metric, with its trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TracedCall {
    pub(crate) trace: TraceContext,
    /// The duration in nanoseconds, or the value; `None` if the call was not timed.
    pub(crate) nanos: Option<u64>,
    /// The end of the call, in nanoseconds since 1970.
    pub(crate) time: u64,
}

/// The last of some calls.
#[derive(Debug)]
pub(super) struct TracedCell {
    /// The number of calls that it has had. The last is in the copy at this number modulo two.
    version: AtomicU64,
    copies: [[AtomicU64; WORDS]; 2],
}

/// The number of words of a call: the trace, the span, the duration, the time, and the tag.
const WORDS: usize = 6;

/// The duration of a call that was not timed.
const UNTIMED: u64 = u64::MAX;

impl TracedCell {
    pub(super) fn new() -> Self {
        let copy = |_| array::from_fn(|_| AtomicU64::new(0));
        TracedCell { version: AtomicU64::new(0), copies: array::from_fn(copy) }
    }

    /// Replaces the call, as the writer. `tag` is read with it.
    pub(super) fn write(&self, call: &TracedCall, tag: u64) {
        let version = load_own(&self.version).wrapping_add(1);
        for (cell, word) in self.copies[copy_of(version)].iter().zip(to_words(call, tag)) {
            // Release: pairs with the fence in `read`. A reader may be reading this copy: one that has loaded the version before the
            // current one.
            cell.store(word, Ordering::Release);
        }
        // Release: pairs with the Acquire in `read`: the copy is written, and the call committed.
        self.version.store(version, Ordering::Release);
    }

    /// Returns the call and its tag; `None` if it has none yet.
    pub(super) fn read(&self) -> Option<(TracedCall, u64)> {
        #[cfg(all(test, loom))]
        let mut attempts = 0;
        loop {
            // Acquire: pairs with the Release of the last store in `write`.
            let version = self.version.load(Ordering::Acquire);
            if version == 0 {
                return None;
            }
            // Relaxed, all: ordered by the fence.
            let words = self.copies[copy_of(version)].each_ref().map(|cell| cell.load(Ordering::Relaxed));
            // Acquire: pairs with the Release of each store of a word. If a word of a later call has been read, the load below sees
            // that the version has changed.
            fence(Ordering::Acquire);
            // Relaxed: ordered by the fence.
            if self.version.load(Ordering::Relaxed) == version {
                return Some(from_words(words));
            }
            #[cfg(all(test, loom))]
            {
                attempts += 1;
                crate::sync::explore_attempt(attempts);
            }
        }
    }

    /// Removes the call. The caller ensures that no thread writes or reads it during the call, and that later writes and readings
    /// happen after it.
    pub(super) fn clear(&self) {
        // Relaxed: ordered by the caller.
        self.version.store(0, Ordering::Relaxed);
    }

    /// Returns the call and its tag, as the writer; `None` if it has none yet.
    pub(super) fn read_own(&self) -> Option<(TracedCall, u64)> {
        let version = load_own(&self.version);
        (version > 0).then(|| from_words(self.copies[copy_of(version)].each_ref().map(load_own)))
    }
}

fn copy_of(version: u64) -> usize {
    usize::from(version % 2 == 1)
}

#[expect(clippy::cast_possible_truncation, reason = "the halves of 128 bits")]
fn to_words(call: &TracedCall, tag: u64) -> [u64; WORDS] {
    let trace = u128::from_be_bytes(call.trace.trace_id);
    let span = u64::from_be_bytes(call.trace.span_id);
    [(trace >> 64) as u64, trace as u64, span, call.nanos.unwrap_or(UNTIMED), call.time, tag]
}

fn from_words([high, low, span, nanos, time, tag]: [u64; WORDS]) -> (TracedCall, u64) {
    let trace_id = (u128::from(high) << 64 | u128::from(low)).to_be_bytes();
    let trace = TraceContext { trace_id, span_id: span.to_be_bytes() };
    (TracedCall { trace, nanos: (nanos != UNTIMED).then_some(nanos), time }, tag)
}
