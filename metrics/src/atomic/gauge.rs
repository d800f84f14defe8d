//! A gauge in a shared cell.

use crate::sync::{AtomicI64, Ordering, const_unless_loom};

/// A gauge in one shared cell: the current amount of something. It may be negative.
#[doc = include_str!("../metric/which_gauge.md")]
/// # Behaviour
///
/// Writers are wait-free. The value saturates at `i64::MAX` and at `i64::MIN`. An update that exceeds a limit wraps first and is
/// corrected by a second store. A reader between the two sees a value near the other limit, and a concurrent update in the opposite
/// direction may leave the gauge there. Preventing that would need a loop, which is not wait-free.
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
        /// Creates a gauge at zero.
        pub const fn new() -> Self {
            AtomicGauge { value: AtomicI64::new(0) }
        }
    }

    /// Increments by 1.
    #[inline]
    pub fn increment(&self) {
        self.add(1);
    }

    /// Decrements by 1.
    #[inline]
    pub fn decrement(&self) {
        self.sub(1);
    }

    /// Adds `amount`.
    #[inline]
    pub fn add(&self, amount: i64) {
        // Relaxed: the value orders no other memory, and additions commute.
        let before = self.value.fetch_add(amount, Ordering::Relaxed);
        if before.checked_add(amount).is_none() {
            self.saturate(amount > 0);
        }
    }

    /// Subtracts `amount`.
    #[inline]
    pub fn sub(&self, amount: i64) {
        // Relaxed: as in `add`.
        let before = self.value.fetch_sub(amount, Ordering::Relaxed);
        if before.checked_sub(amount).is_none() {
            self.saturate(amount < 0);
        }
    }

    /// Sets a value that has just wrapped to its limit. A loop that prevents the wrap would not be wait-free.
    #[cold]
    fn saturate(&self, is_above: bool) {
        self.set(if is_above { i64::MAX } else { i64::MIN });
    }

    /// Sets the gauge to `value`.
    #[inline]
    pub fn set(&self, value: i64) {
        // Relaxed: the last store in the gauge's modification order is its value; it publishes nothing else.
        self.value.store(value, Ordering::Relaxed);
    }

    /// Returns the current value.
    #[inline]
    pub fn get(&self) -> i64 {
        // Relaxed: nothing else is read.
        self.value.load(Ordering::Relaxed)
    }

    /// Increments by 1 until the guard is dropped, even if a panic drops it.
    #[inline]
    pub fn track(&self) -> GaugeGuard<'_> {
        self.increment();
        GaugeGuard { gauge: self }
    }
}

/// Keeps a gauge incremented by 1 until it is dropped. Created by [`AtomicGauge::track`].
#[derive(Debug)]
#[must_use = "the gauge is decremented as soon as the guard is dropped"]
pub struct GaugeGuard<'a> {
    gauge: &'a AtomicGauge,
}

impl Drop for GaugeGuard<'_> {
    #[inline]
    fn drop(&mut self) {
        self.gauge.decrement();
    }
}
