//! A number that goes up and down.

use crate::sync::{AtomicI64, Ordering, const_unless_loom};

/// A gauge in one shared cell: how much of something there is now. It may be negative.
#[doc = include_str!("../metric/which_gauge.md")]
/// # Behaviour
///
/// Writers are wait-free. The value saturates: above `i64::MAX` it stays there, and below `i64::MIN` there. A reader that looks
/// in the middle of an update beyond the end may see the other end, and an update that goes the other way at that very moment may
/// leave it there: never to be wrong would take a loop, which is not wait-free.
///
/// ```
/// use tachometer::AtomicGauge;
///
/// static QUEUED: AtomicGauge = AtomicGauge::new();
/// QUEUED.add(5);
/// QUEUED.decrement();
/// {
///     let _one_more = QUEUED.track();
///     assert_eq!(QUEUED.get(), 5);
/// }
/// assert_eq!(QUEUED.get(), 4);
/// ```
#[derive(Debug, Default)]
pub struct AtomicGauge {
    value: AtomicI64,
}

impl AtomicGauge {
    const_unless_loom! {
        /// A gauge at zero.
        pub const fn new() -> Self {
            AtomicGauge { value: AtomicI64::new(0) }
        }
    }

    /// One more.
    #[inline]
    pub fn increment(&self) {
        self.add(1);
    }

    /// One less.
    #[inline]
    pub fn decrement(&self) {
        self.sub(1);
    }

    /// More by `amount`.
    #[inline]
    pub fn add(&self, amount: i64) {
        // Relaxed: the value orders no other memory, and additions commute.
        let before = self.value.fetch_add(amount, Ordering::Relaxed);
        if before.checked_add(amount).is_none() {
            self.saturate(amount > 0);
        }
    }

    /// Less by `amount`.
    #[inline]
    pub fn sub(&self, amount: i64) {
        // Relaxed: as in `add`.
        let before = self.value.fetch_sub(amount, Ordering::Relaxed);
        if before.checked_sub(amount).is_none() {
            self.saturate(amount < 0);
        }
    }

    /// Puts back to its end a value that has just wrapped around. A loop that would never let it wrap is not wait-free.
    #[cold]
    fn saturate(&self, is_above: bool) {
        self.set(if is_above { i64::MAX } else { i64::MIN });
    }

    /// Exactly `value` from now on.
    #[inline]
    pub fn set(&self, value: i64) {
        // Relaxed: the last store in the gauge's modification order is its value; nothing else is published by it.
        self.value.store(value, Ordering::Relaxed);
    }

    /// The value now.
    #[inline]
    pub fn get(&self) -> i64 {
        // Relaxed: the value is all that is read.
        self.value.load(Ordering::Relaxed)
    }

    /// One more until the guard is dropped, also when a panic drops it.
    #[inline]
    pub fn track(&self) -> GaugeGuard<'_> {
        self.increment();
        GaugeGuard { gauge: self }
    }
}

/// Keeps a gauge up by one until it is dropped. Made by [`AtomicGauge::track`].
#[derive(Debug)]
#[must_use = "the gauge goes down again as soon as the guard is dropped"]
pub struct GaugeGuard<'a> {
    gauge: &'a AtomicGauge,
}

impl Drop for GaugeGuard<'_> {
    #[inline]
    fn drop(&mut self) {
        self.gauge.decrement();
    }
}
