//! The minimum and the maximum of all values, in two shared cells.

use crate::sync::{AtomicU64, Ordering, const_unless_loom};

/// The minimum and the maximum of all recorded values.
///
/// A value that is not a new extreme costs two loads. A new extreme is stored by a compare-and-swap loop, which is lock-free:
/// an attempt fails only if another thread has stored a new extreme, or spuriously.
///
/// ```
/// use tachometer::AtomicMinMax;
///
/// let sizes = AtomicMinMax::new();
/// assert_eq!(sizes.range(), None);
/// sizes.update(70);
/// sizes.update(12);
/// assert_eq!(sizes.range(), Some((12, 70)));
/// assert_eq!(sizes.reset(), Some((12, 70)));
/// assert_eq!((sizes.get_min(), sizes.get_max()), (u64::MAX, 0));
/// ```
#[derive(Debug)]
pub struct AtomicMinMax {
    min: AtomicU64,
    max: AtomicU64,
}

/// The values of the two cells while nothing is recorded. Every recorded value changes at least one of them: it lowers the
/// minimum or raises the maximum.
const EMPTY: (u64, u64) = (u64::MAX, 0);

impl AtomicMinMax {
    const_unless_loom! {
        /// Creates the extremes of no values.
        pub const fn new() -> Self {
            AtomicMinMax { min: AtomicU64::new(EMPTY.0), max: AtomicU64::new(EMPTY.1) }
        }
    }

    /// Records `value`.
    #[inline]
    pub fn update(&self, value: u64) {
        replace_if(&self.min, value, |candidate, current| candidate < current);
        replace_if(&self.max, value, |candidate, current| candidate > current);
    }

    /// Returns the minimum; `u64::MAX` if there is no value.
    #[inline]
    pub fn get_min(&self) -> u64 {
        // Relaxed: nothing else is read.
        self.min.load(Ordering::Relaxed)
    }

    /// Returns the maximum; 0 if there is no value.
    #[inline]
    pub fn get_max(&self) -> u64 {
        // Relaxed: nothing else is read.
        self.max.load(Ordering::Relaxed)
    }

    /// Returns the minimum and the maximum; `None` if there is no value.
    ///
    /// The minimum is never above the maximum, also during concurrent updates and resets.
    pub fn range(&self) -> Option<(u64, u64)> {
        ordered(self.get_min(), self.get_max())
    }

    /// Resets the extremes to those of no values and returns the range until then.
    ///
    /// A concurrent update may count in the returned range, in the new one, or in the minimum of one and the maximum of the
    /// other. The minimum and the maximum of all recorded values are never lost: each is in one of the ranges.
    pub fn reset(&self) -> Option<(u64, u64)> {
        // Relaxed: each swap separates the updates of its own cell; `ordered` corrects for an update between the two.
        let min = self.min.swap(EMPTY.0, Ordering::Relaxed);
        let max = self.max.swap(EMPTY.1, Ordering::Relaxed);
        ordered(min, max)
    }
}

impl Default for AtomicMinMax {
    fn default() -> Self {
        Self::new()
    }
}

/// Stores `value` if it is `better` than the current value.
#[inline]
fn replace_if(cell: &AtomicU64, value: u64, better: impl Fn(u64, u64) -> bool) {
    // Relaxed: the cell publishes nothing but itself. A stale value costs one failed exchange, which returns the current one. If
    // the stale value is from before a reset and `value` is not better, the update counts in the range that the reset returned,
    // as documented there.
    let mut current = cell.load(Ordering::Relaxed);
    while better(value, current) {
        // Relaxed: as above; the exchange itself ensures that no better value is overwritten.
        match cell.compare_exchange_weak(current, value, Ordering::Relaxed, Ordering::Relaxed) {
            Ok(_) => return,
            Err(actual) => current = actual,
        }
    }
}

/// Returns the range that two separate loads of the cells represent.
///
/// An update writes the minimum before the maximum, and a reset clears them one after the other. So the loads may see half an
/// update: one cell empty, or the minimum above the maximum. A cell that is not empty holds a recorded value, so the result is
/// always a range of recorded values.
fn ordered(min: u64, max: u64) -> Option<(u64, u64)> {
    match (min, max) {
        EMPTY => None,
        (min, max) if min <= max => Some((min, max)),
        (u64::MAX, max) => Some((max, max)),
        (min, 0) => Some((min, min)),
        (min, max) => Some((max, min)),
    }
}

#[cfg(test)]
mod tests {
    use super::ordered;

    #[test]
    fn half_an_update_is_read_as_a_range_of_its_value() {
        assert_eq!(ordered(u64::MAX, 0), None);
        assert_eq!(ordered(5, 0), Some((5, 5)));
        assert_eq!(ordered(u64::MAX, 7), Some((7, 7)));
        assert_eq!(ordered(9, 4), Some((4, 9)));
        assert_eq!(ordered(0, 0), Some((0, 0)));
        assert_eq!(ordered(u64::MAX, u64::MAX), Some((u64::MAX, u64::MAX)));
    }
}
