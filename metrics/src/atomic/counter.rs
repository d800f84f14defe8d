//! A monotonic counter in a shared cell.

use crate::sync::{AtomicU64, Ordering, const_unless_loom};

/// A counter in one shared cell: the number of times that something has happened.
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
        /// Creates a counter at zero.
        pub const fn new() -> Self {
            AtomicCounter { value: AtomicU64::new(0) }
        }
    }

    /// Increments by 1.
    #[inline]
    pub fn increment(&self) {
        self.add(1);
    }

    /// Increments by `amount`.
    #[inline]
    pub fn add(&self, amount: u64) {
        // Relaxed: the count orders no other memory; a read-modify-write loses nothing under any ordering.
        self.value.fetch_add(amount, Ordering::Relaxed);
    }

    /// Returns the current count.
    #[inline]
    pub fn get(&self) -> u64 {
        // Relaxed: nothing else is read; by coherence, a thread's later loads never see an earlier value.
        self.value.load(Ordering::Relaxed)
    }

    /// Resets the counter to zero and returns the count until then.
    ///
    /// It is one atomic swap: a concurrent addition is in this result or in the next, never lost and never in both.
    #[inline]
    pub fn reset(&self) -> u64 {
        // Relaxed: one position in the counter's modification order separates this count from the next.
        self.value.swap(0, Ordering::Relaxed)
    }
}
