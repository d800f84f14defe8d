//! Percentiles of histograms: ranks, and values inside of buckets.

use crate::buckets::native::NativeCounts;

/// The smallest and the largest integer of a bucket.
type Range = (u64, u64);

/// The buckets of a histogram, and their inclusive upper bounds.
#[derive(Clone, Copy)]
pub(super) struct Buckets<'a> {
    pub(super) counts: &'a [u64],
    pub(super) bounds: &'a [u64],
}

impl Buckets<'_> {
    /// Returns the value at `rank`, which is at least 1 and at most the sum of the buckets.
    pub(super) fn value_at(self, rank: u64, native: Option<&NativeCounts>) -> u64 {
        let mut below = 0_u64;
        for (range, count) in self.ranges() {
            if rank <= below.saturating_add(count) {
                // Native buckets that hold other values are ignored: the lists of a snapshot are public, and may have been changed.
                let native = native.and_then(|native| overlap(range, native.range_of_rank(rank)?));
                return native.map_or_else(|| interpolate(range, rank - below, count), middle);
            }
            below = below.saturating_add(count);
        }
        unreachable!("the rank is at most the sum of the buckets")
    }

    /// Returns whether `native` may hold the same values: as many, and each in two buckets that overlap.
    pub(super) fn agree_with(self, native: &NativeCounts) -> bool {
        let mut finer = native.ranges().filter(|(_, count)| *count > 0);
        let (mut native, mut pending) = ((0, 0), 0);
        for (range, mut count) in self.ranges() {
            while count > 0 {
                if pending == 0 {
                    let Some(next) = finer.next() else { return false };
                    (native, pending) = next;
                }
                if overlap(range, native).is_none() {
                    return false;
                }
                let both = pending.min(count);
                (pending, count) = (pending - both, count - both);
            }
        }
        pending == 0 && finer.next().is_none()
    }

    /// Returns the smallest and the largest integer of each bucket, and its count, in ascending order.
    fn ranges(self) -> impl Iterator<Item = (Range, u64)> {
        let mut least = 0;
        let ranges = self.bounds.iter().map(move |&most| {
            let range = (least, most);
            // None follows the bucket up to `u64::MAX`.
            least = most.saturating_add(1);
            range
        });
        ranges.zip(self.counts.iter().copied())
    }
}

/// Returns the range of what is in both ranges.
fn overlap(one: Range, other: Range) -> Option<Range> {
    let (least, most) = (one.0.max(other.0), one.1.min(other.1));
    (least <= most).then_some((least, most))
}

/// Returns ⌈p·n⌉ between 1 and n: the smallest rank whose share of n is at least p.
///
/// `p * n` alone is wrong if the product is rounded up beyond a whole number: 0.07 · 100 is 7.000000000000001. The
/// quotient of two whole numbers is rounded to the nearest float, as the literal 0.07 is, so the rank is checked
/// by it; the product is off by less than one.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "p is above 0 and below 1")]
pub(super) fn nearest_rank(p: f64, n: u64) -> u64 {
    if p.is_nan() || p <= 0.0 {
        return 1;
    }
    if p >= 1.0 {
        return n;
    }
    let reaches = |rank: u64| rank as f64 / n as f64 >= p;
    let rank = (p * n as f64).ceil() as u64;
    let rank = match rank {
        1.. if reaches(rank - 1) => rank - 1,
        _ if !reaches(rank) => rank + 1,
        _ => rank,
    };
    rank.clamp(1, n)
}

/// Returns the integer whose distance from both ends is the same, relative to the value there: their harmonic mean. In the part of a
/// native cell of schema 3 it is at most 4.6 % from both.
pub(super) fn middle((least, most): Range) -> u64 {
    let (least, most) = (u128::from(least), u128::from(most));
    let (product, sum) = (least * most, (least + most).max(1));
    // Twice the product may need 129 bits.
    let mean = 2 * (product / sum) + (2 * (product % sum) + sum / 2) / sum;
    u64::try_from(mean).expect("a mean is no larger than the larger value")
}

/// Returns the `rank`-th of `count` values that are spread evenly over a bucket. In the last bucket, which has no upper bound, it is
/// the bound below.
fn interpolate((least, most): Range, rank: u64, count: u64) -> u64 {
    let lower = least.saturating_sub(1);
    if most == u64::MAX {
        return lower;
    }
    let step = u128::from(most - lower) * u128::from(rank) / u128::from(count);
    // The lower bound belongs to the bucket below, so a step that is rounded down to zero would leave the bucket.
    (lower + u64::try_from(step).expect("a part of a bucket is no wider than the bucket")).max(least)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::buckets::native::{INTEGERS, SECONDS};

    #[test]
    fn ranks_are_exact() {
        assert_eq!(nearest_rank(0.07, 100), 7);
        for n in 1..=400_u64 {
            for k in 1..=n {
                assert_eq!(nearest_rank(k as f64 / n as f64, n), k, "{k} of {n}");
                assert_eq!(
                    nearest_rank((k as f64 / n as f64).next_up(), n),
                    (k + 1).min(n),
                    "above {k} of {n}"
                );
            }
        }
        for percent in 1..=100_u64 {
            let p: f64 = format!("{}.{:02}", percent / 100, percent % 100).parse().unwrap();
            assert_eq!(nearest_rank(p, 100), percent);
            assert_eq!(nearest_rank(p, 100_000_000_000), percent * 1_000_000_000);
        }
        assert_eq!([f64::NAN, -1.0, 0.0, 1.0, 7.0].map(|p| nearest_rank(p, 9)), [1, 1, 1, 9, 9]);
        assert!(nearest_rank(0.999_999, u64::MAX) < u64::MAX);
    }

    #[test]
    fn a_middle_is_as_far_from_both_ends() {
        assert_eq!(
            [(0, 0), (1, 1), (1, 2), (1, 3), (u64::MAX, u64::MAX)].map(middle),
            [0, 1, 1, 2, u64::MAX]
        );
        // 2 · 3 · 6 / 9
        assert_eq!(middle((3, 6)), 4);
    }
    /// So a percentile is that near, in whatever classic bucket, for the value is in the same part.
    #[test]
    fn a_middle_is_near_both_ends_of_each_part_of_a_cell() {
        for scale in [&SECONDS, &INTEGERS[3]] {
            let last = scale.index_of(u64::MAX).unwrap();
            let cells = (-239..=last).flat_map(|index| scale.cells(index));
            for (least, most) in cells.filter_map(|cell| scale.cell_range(cell)) {
                // Of more, rounding is less than 0.2 %, and the whole cell is the least precise part.
                let parts = if most < 1_024 { least..=most } else { least..=least };
                for least in parts {
                    let mosts = if most < 1_024 { least..=most } else { most..=most };
                    for most in mosts {
                        let middle = middle((least, most));
                        for end in [least, most] {
                            let away = middle.abs_diff(end) as f64 / end as f64;
                            assert!(away <= 0.046, "{middle} for {end}, from {least} to {most} of {scale:?}");
                        }
                    }
                }
            }
        }
    }
}
