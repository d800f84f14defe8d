//! Buckets of histograms: explicit and exponential ones.

use crate::encode::last_bounds::LastBounds;
use crate::snapshot::NativeBuckets;
use crate::snapshot::families::Distribution;

/// Buckets with explicit bounds, for one histogram after the other. The next one usually has the same bounds as the last.
#[derive(Default)]
pub(super) struct ExplicitBuckets {
    last: LastBounds,
    /// For each recorded bound, whether it is a bound here: if the next one is equal as a float, it is not.
    is_bound: Vec<bool>,
    bounds: Vec<f64>,
    counts: Vec<u64>,
}

impl ExplicitBuckets {
    /// Replaces the buckets with those of a histogram. Returns whether the bounds have changed.
    pub(super) fn set(&mut self, distribution: &Distribution<'_>) -> bool {
        let histogram = distribution.recorded();
        let changed = self.last.if_changed(distribution);
        let have_changed = changed.is_some();
        if let Some(bounds) = changed {
            self.is_bound = bounds.iter().map(Option::is_some).collect();
            self.bounds = bounds.into_iter().flatten().collect();
            // The last one is infinite, which is not said.
            self.bounds.pop();
        }
        self.counts.clear();
        let mut count = 0_u64;
        for (values, is_bound) in histogram.buckets.iter().zip(&self.is_bound) {
            count = count.saturating_add(*values);
            if *is_bound {
                self.counts.push(count);
                count = 0;
            }
        }
        have_changed
    }

    /// Returns the inclusive upper bounds of all buckets but the last, which has none.
    pub(super) fn bounds(&self) -> &[f64] {
        &self.bounds
    }

    /// Returns the count of each bucket.
    pub(super) fn counts(&self) -> &[u64] {
        &self.counts
    }
}

/// The largest number of buckets from the first to the last: many receivers have no more.
pub(super) const MAX_BUCKETS: i32 = 160;

/// Exponential buckets, for one histogram after the other.
///
/// At scale *s*, the bucket with index *i* holds the values above 2^(*i*/2^*s*) and up to 2^((*i*+1)/2^*s*): the index of a native bucket
/// is greater by 1. A pair of buckets is one of the next smaller scale, whose index is half of theirs, rounded down.
#[derive(Default)]
pub(super) struct ExponentialBuckets {
    scale: i32,
    zero_count: u64,
    offset: i32,
    counts: Vec<u64>,
    /// The index and the count of each bucket with values, at the schema of the native buckets.
    native: Vec<(i32, u64)>,
}

impl ExponentialBuckets {
    /// Replaces the buckets with those of a histogram.
    pub(super) fn set(&mut self, native: NativeBuckets<'_>) {
        let ExponentialBuckets { scale, zero_count, offset, counts, native: pairs } = self;
        pairs.clear();
        native.each_bucket(|index, count| {
            if count > 0 {
                pairs.push((index - 1, count));
            }
        });
        counts.clear();
        (*scale, *zero_count, *offset) = (native.schema().into(), native.zero_count(), 0);
        let (Some((first, _)), Some((last, _))) = (pairs.first(), pairs.last()) else { return };
        let mut halvings = 0;
        while (last >> halvings) - (first >> halvings) >= MAX_BUCKETS {
            halvings += 1;
        }
        *scale -= halvings;
        *offset = first >> halvings;
        let place = |index: i32| usize::try_from((index >> halvings) - *offset).unwrap_or_default();
        counts.resize(place(*last) + 1, 0);
        for (index, count) in pairs.iter() {
            // All counts together do not overflow, or there are no native buckets.
            counts[place(*index)] += count;
        }
    }

    pub(super) fn scale(&self) -> i32 {
        self.scale
    }

    /// Returns the number of values that are 0.
    pub(super) fn zero_count(&self) -> u64 {
        self.zero_count
    }

    /// Returns the index of the first bucket of [`counts`](Self::counts).
    pub(super) fn offset(&self) -> i32 {
        self.offset
    }

    /// Returns the count of each bucket from the first to the last with values.
    pub(super) fn counts(&self) -> &[u64] {
        &self.counts
    }
}
