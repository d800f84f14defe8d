//! The values of a histogram as its buckets know them, for formats that have no buckets.

use super::histogram::HistogramSnapshot;
use super::percentile::middle;

impl HistogramSnapshot {
    /// Calls `visit` with the middle of each bucket that has values, and the number of these, in ascending order.
    ///
    /// The middle of a native bucket of schema 3 is at most 4.6 % away from every value in it. Without native buckets, or if they hold
    /// other values, it is that of a classic bucket, however wide; of the last one, which has no upper bound, the bound below.
    pub(crate) fn each_middle(&self, mut visit: impl FnMut(u64, u64)) {
        let mut visit = |value, count| {
            if count > 0 {
                visit(value, count);
            }
        };
        // The lists of a snapshot are public, and may have been changed.
        if let Some(native) = self.native.as_deref().filter(|native| native.total() == self.total()) {
            native.ranges().for_each(|(range, count)| visit(middle(range), count));
            return;
        }
        let mut least = 0_u64;
        for (&count, &most) in self.buckets.iter().zip(&self.boundaries) {
            let value = if most == u64::MAX { least.saturating_sub(1) } else { least.midpoint(most) };
            visit(value, count);
            least = most.saturating_add(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::buckets::native::{NativeCounts, SECONDS};

    fn middles(histogram: &HistogramSnapshot) -> Vec<(u64, u64)> {
        let mut middles = Vec::new();
        histogram.each_middle(|value, count| middles.push((value, count)));
        middles
    }

    #[test]
    fn classic_buckets_have_their_arithmetic_middle() {
        let histogram = HistogramSnapshot::new(&[10, 20, 40], vec![2, 0, 3, 4], 300);
        assert_eq!(middles(&histogram), [(5, 2), (30, 3), (40, 4)]);
    }

    #[test]
    fn native_buckets_are_used_if_they_hold_the_same_number_of_values() {
        let mut native = NativeCounts::new(&SECONDS);
        native.zero = 1;
        native.push(SECONDS.cell_of(1_000_000).unwrap(), 3);
        let histogram =
            HistogramSnapshot::new(&[10], vec![1, 3], 3_000_000).with_native(Some(native.clone()));
        let [(0, 1), (value, 3)] = middles(&histogram)[..] else { panic!("{:?}", middles(&histogram)) };
        assert!(value.abs_diff(1_000_000) <= 46_000, "{value}");
        let others = HistogramSnapshot::new(&[10], vec![1, 4], 3_000_000).with_native(Some(native));
        assert_eq!(middles(&others), [(5, 1), (10, 4)]);
    }
}
