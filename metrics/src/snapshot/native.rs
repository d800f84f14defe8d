//! The native buckets of a histogram at one moment.

use crate::buckets::native::NativeCounts;

/// The native buckets of a [`HistogramSnapshot`](crate::HistogramSnapshot): those of Prometheus' native histograms.
///
/// At schema *s*, the bucket with index *k* holds the values above 2^((k−1)/2^s) and up to 2^(k/2^s), in the unit of the exposition:
/// seconds for times.
#[derive(Debug, Clone, Copy)]
pub struct NativeBuckets<'a> {
    counts: &'a NativeCounts,
}

impl<'a> NativeBuckets<'a> {
    pub(super) fn new(counts: &'a NativeCounts) -> Self {
        NativeBuckets { counts }
    }

    /// Returns the schema: there are 2^schema buckets from a power of two to the next.
    pub fn schema(&self) -> i8 {
        self.counts.scale.schema()
    }

    /// Returns the number of values that are 0.
    pub fn zero_count(&self) -> u64 {
        self.counts.zero
    }

    /// Returns the index and the count of each bucket that has values, in ascending order.
    pub fn buckets(&self) -> impl Iterator<Item = (i32, u64)> + use<'a> {
        self.counts.buckets.iter().copied()
    }
}
