//! The native buckets of a histogram at one moment.

use crate::buckets::native::NativeCounts;

/// The native buckets of a [`HistogramSnapshot`](crate::HistogramSnapshot), as Prometheus' native histograms have them. Returned by
/// [`HistogramSnapshot::native`](crate::HistogramSnapshot::native).
///
/// Schema *s* has 2^*s* buckets from each power of two to the next: the bucket with index *k* holds the values above 2^((*k*−1)/2^*s*)
/// and up to 2^(*k*/2^*s*). Unlike [`boundaries`](crate::HistogramSnapshot::boundaries), these are in the unit of the exposition: seconds
/// for times, and what was observed for other values.
///
/// ```
/// use std::time::Duration;
/// use tachometer::{Histogram, buckets, metrics};
///
/// metrics! {
///     static BREWING: Histogram =
///         Histogram::of_time("brewing_seconds", "Time of brewing", &const { buckets::seconds([60.0, 600.0]) });
/// }
///
/// BREWING.observe_duration(Duration::ZERO);
/// BREWING.observe_duration(Duration::from_secs(30));
/// BREWING.observe_duration(Duration::from_secs(31));
/// let brewing = BREWING.snapshot();
/// let native = brewing.native().unwrap();
/// assert_eq!((native.schema(), native.zero_count()), (3, 1));
/// assert_eq!(native.buckets().collect::<Vec<_>>(), [(40, 2)]); // above 2^(39/8) = 29.3 s, up to 2^(40/8) = 32 s
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct NativeBuckets<'a> {
    counts: &'a NativeCounts,
}

impl<'a> NativeBuckets<'a> {
    pub(super) fn new(counts: &'a NativeCounts) -> Self {
        NativeBuckets { counts }
    }

    /// Returns the schema: 3 for times, and that of [`Histogram::native`](crate::Histogram::native), from 0 to 3, for other values.
    pub fn schema(&self) -> i8 {
        self.counts.scale.schema()
    }

    /// Returns the number of values that are 0, which are in no bucket.
    pub fn zero_count(&self) -> u64 {
        self.counts.zero
    }

    /// Returns the number of all values.
    pub(crate) fn total(self) -> u64 {
        self.counts.total()
    }

    /// Returns a number that is at least that of the buckets that have values.
    pub(crate) fn max_buckets(self) -> usize {
        self.counts.cells()
    }

    /// Calls `visit` with each of the [`buckets`](Self::buckets): in half the time.
    #[inline]
    pub(crate) fn each_bucket(self, visit: impl FnMut(i32, u64)) {
        self.counts.each_bucket(visit);
    }

    /// Returns the index and the count of each bucket that has values, in ascending order of the indices.
    pub fn buckets(&self) -> impl DoubleEndedIterator<Item = (i32, u64)> + ExactSizeIterator + use<'a> {
        self.counts.buckets()
    }
}
