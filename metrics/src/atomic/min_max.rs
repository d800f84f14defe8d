//! The smallest and the largest value seen.

use crate::sync::{AtomicU64, Ordering, const_unless_loom};

/// Extremes: the smallest and the largest of all recorded values.
///
/// A value that is no new extreme costs two loads. A new one is stored by a compare-and-swap, which is lock-free:
/// it fails only where another thread's new extreme got in.
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

/// What the two cells hold while nothing is recorded. No value leaves both like this: it would lower one or raise the
/// other.
const EMPTY: (u64, u64) = (u64::MAX, 0);

impl AtomicMinMax {
    const_unless_loom! {
        /// Extremes of nothing yet.
        pub const fn new() -> Self {
            AtomicMinMax { min: AtomicU64::new(EMPTY.0), max: AtomicU64::new(EMPTY.1) }
        }
    }

    /// Records `value`.
    #[inline]
    pub fn update(&self, value: u64) {
        raise(&self.min, value, |candidate, current| candidate < current);
        raise(&self.max, value, |candidate, current| candidate > current);
    }

    /// The smallest value, `u64::MAX` while there is none.
    #[inline]
    pub fn get_min(&self) -> u64 {
        // Relaxed: the value is all that is read.
        self.min.load(Ordering::Relaxed)
    }

    /// The largest value, 0 while there is none.
    #[inline]
    pub fn get_max(&self) -> u64 {
        // Relaxed: the value is all that is read.
        self.max.load(Ordering::Relaxed)
    }

    /// The smallest and the largest value, `None` while there is none.
    ///
    /// The first is never above the second, also while others update or reset.
    pub fn range(&self) -> Option<(u64, u64)> {
        ordered(self.get_min(), self.get_max())
    }

    /// Forgets all values, and returns the range it forgot.
    ///
    /// A value that is recorded at the same time may count for the forgotten range, for the new one, or for the minimum of
    /// one and the maximum of the other. The smallest and the largest of all recorded values are never lost: each is in
    /// one of the ranges.
    pub fn reset(&self) -> Option<(u64, u64)> {
        // Relaxed: each swap divides its own cell's updates; `ordered` mends what falls between the two.
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

/// Stores `value` where it is `better` than what stands there.
#[inline]
fn raise(cell: &AtomicU64, value: u64, better: impl Fn(u64, u64) -> bool) {
    // Relaxed: the cell publishes nothing but itself. A stale value costs one failed exchange, whose result is current; or
    // it is of before a reset, and the update counts for the range that was forgotten, as `reset` says.
    let mut current = cell.load(Ordering::Relaxed);
    while better(value, current) {
        // Relaxed: as above; the exchange itself makes sure that no better value is overwritten.
        match cell.compare_exchange_weak(current, value, Ordering::Relaxed, Ordering::Relaxed) {
            Ok(_) => return,
            Err(now) => current = now,
        }
    }
}

/// The range that two separate reads of the cells stand for.
///
/// An update writes the minimum first and the maximum after it, and a reset clears them in turn, so a read may find
/// one half of an update: one cell still empty, or the two crossed. Whatever stands in a cell that is not empty was
/// recorded, so the range of what is found is a range of recorded values.
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
    fn half_an_update_is_read_as_the_value_it_brings() {
        assert_eq!(ordered(u64::MAX, 0), None);
        assert_eq!(ordered(5, 0), Some((5, 5)));
        assert_eq!(ordered(u64::MAX, 7), Some((7, 7)));
        assert_eq!(ordered(9, 4), Some((4, 9)));
        assert_eq!(ordered(0, 0), Some((0, 0)));
        assert_eq!(ordered(u64::MAX, u64::MAX), Some((u64::MAX, u64::MAX)));
    }
}
