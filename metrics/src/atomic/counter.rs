//! A number that only grows.

use crate::sync::{AtomicU64, Ordering, const_unless_loom};

/// A counter in one shared cell: how often something has happened.
///
/// Wraps at 2⁶⁴. Writers are wait-free.
#[doc = include_str!("../metric/which_counter.md")]
/// # Example
///
/// ```
/// use tachometer::AtomicCounter;
///
/// static LOGINS: AtomicCounter = AtomicCounter::new();
/// LOGINS.increment();
/// LOGINS.add(2);
/// assert_eq!(LOGINS.get(), 3);
/// assert_eq!(LOGINS.reset(), 3);
/// assert_eq!(LOGINS.get(), 0);
/// ```
#[derive(Debug, Default)]
pub struct AtomicCounter {
    value: AtomicU64,
}

impl AtomicCounter {
    const_unless_loom! {
        /// A counter at zero.
        pub const fn new() -> Self {
            AtomicCounter { value: AtomicU64::new(0) }
        }
    }

    /// Counts one.
    #[inline]
    pub fn increment(&self) {
        self.add(1);
    }

    /// Counts `amount` at once.
    #[inline]
    pub fn add(&self, amount: u64) {
        // Relaxed: the count orders no other memory; a read-modify-write loses nothing under any ordering.
        self.value.fetch_add(amount, Ordering::Relaxed);
    }

    /// The count so far.
    #[inline]
    pub fn get(&self) -> u64 {
        // Relaxed: the value is all that is read; coherence keeps a thread's later reads from going back.
        self.value.load(Ordering::Relaxed)
    }

    /// Starts again from zero and returns the count until then.
    ///
    /// One atomic swap: what others add meanwhile is in this result or in the next, never lost and never in both.
    #[inline]
    pub fn reset(&self) -> u64 {
        // Relaxed: one place in the counter's modification order divides what was counted from what will be.
        self.value.swap(0, Ordering::Relaxed)
    }
}
