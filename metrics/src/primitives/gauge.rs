//! A number that goes up and down.

use crate::sync::{AtomicI64, Ordering, const_unless_loom};

/// A gauge: how much of something there is now. It may be negative.
///
/// Writers are wait-free.
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
        self.value.fetch_add(amount, Ordering::Relaxed);
    }

    /// Less by `amount`.
    #[inline]
    pub fn sub(&self, amount: i64) {
        // Relaxed: as in `add`.
        self.value.fetch_sub(amount, Ordering::Relaxed);
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
