//! A histogram in shared cells.

use crate::buckets::bounds::{self, BoundsFault};
use crate::error::{Cause, Error};
use crate::snapshot::HistogramSnapshot;
use crate::sync::{AtomicU64, Ordering, const_unless_loom, zeros};

/// A histogram in one set of shared cells, with fixed inclusive upper bounds.
#[doc = include_str!("../metric/which_histogram.md")]
/// # Behaviour
///
/// Bounds must be strictly increasing. The list ends at the first `u64::MAX`; entries after it are padding. A list without
/// `u64::MAX` gets one more bucket for all values above its last bound. The unit is the user's; a registered histogram is printed
/// as microseconds.
///
/// Recording is wait-free: a binary search and two additions. Bucket and sum are two cells, so a concurrent snapshot may
/// include a value in one of them and not in the other.
///
/// ```
/// use tachometer::AtomicHistogram;
///
/// static LATENCY_US: AtomicHistogram<4> = AtomicHistogram::new([10, 50, 100, u64::MAX]);
/// for latency in [3, 10, 70, 4_000] {
///     LATENCY_US.record(latency);
/// }
/// let snapshot = LATENCY_US.snapshot();
/// assert_eq!(snapshot.buckets, [2, 0, 1, 1]);
/// assert_eq!(snapshot.sum(), 4_083);
/// ```
#[derive(Debug)]
pub struct AtomicHistogram<const N: usize> {
    bounds: [u64; N],
    /// The number of `bounds` below `u64::MAX`.
    /// Invariant: `finite <= N`, and the buckets in use are `0..=finite`.
    finite: usize,
    buckets: [AtomicU64; N],
    /// The bucket with index `N`: in use if none of the bounds is `u64::MAX`.
    above: AtomicU64,
    sum: AtomicU64,
}

impl<const N: usize> AtomicHistogram<N> {
    const_unless_loom! {
        /// Creates an empty histogram with these bounds.
        ///
        /// # Panics
        /// Panics if the list is empty or not strictly increasing up to its end. In a `static`, that is a compile error.
        pub const fn new(bounds: [u64; N]) -> Self {
            match Self::checked(bounds) {
                Ok(histogram) => histogram,
                Err(fault) => panic!("{}", fault.message().as_str()),
            }
        }
    }

    /// Creates an empty histogram with these bounds.
    ///
    /// # Errors
    /// Fails if the list is empty or not strictly increasing up to its end. The error names the offending pair.
    pub fn try_new(bounds: [u64; N]) -> Result<Self, Error> {
        Self::checked(bounds).map_err(|fault| Cause::Bounds(fault).into())
    }

    const_unless_loom! {
        const fn checked(bounds: [u64; N]) -> Result<Self, BoundsFault> {
            match bounds::count_finite(&bounds) {
                Ok(finite) => Ok(AtomicHistogram {
                    bounds,
                    finite,
                    buckets: zeros(),
                    above: AtomicU64::new(0),
                    sum: AtomicU64::new(0),
                }),
                Err(fault) => Err(fault),
            }
        }
    }

    /// Returns the index of the bucket of `value`: the first whose bound is not below it.
    #[inline]
    pub fn find_bucket(&self, value: u64) -> usize {
        bounds::find_bucket(self.finite_bounds(), value)
    }

    /// Records `value`.
    #[inline]
    pub fn record(&self, value: u64) {
        // Relaxed: the cells order no other memory, and each addition is in exactly one snapshot-and-reset.
        self.bucket(self.find_bucket(value)).fetch_add(1, Ordering::Relaxed);
        // Relaxed: as above; that bucket and sum are two cells is documented.
        self.sum.fetch_add(value, Ordering::Relaxed);
    }

    /// Returns the values recorded so far.
    pub fn snapshot(&self) -> HistogramSnapshot {
        // Relaxed: nothing is concluded from one cell about another.
        self.read(|cell| cell.load(Ordering::Relaxed))
    }

    /// Resets the histogram and returns the values recorded until then.
    ///
    /// Nothing is lost: a concurrent recording is in this result or in the next.
    pub fn reset(&self) -> HistogramSnapshot {
        // Relaxed: one position in each cell's modification order separates this result from the next.
        self.read(|cell| cell.swap(0, Ordering::Relaxed))
    }

    /// Returns the bounds below `u64::MAX`.
    pub(crate) fn finite_bounds(&self) -> &[u64] {
        &self.bounds[..self.finite]
    }

    pub(crate) fn bounds(&self) -> &[u64] {
        &self.bounds
    }

    #[inline]
    fn bucket(&self, index: usize) -> &AtomicU64 {
        self.buckets.get(index).unwrap_or(&self.above)
    }

    fn read(&self, take: impl Fn(&AtomicU64) -> u64) -> HistogramSnapshot {
        let buckets = (0..=self.finite).map(|index| take(self.bucket(index))).collect();
        HistogramSnapshot::new(self.finite_bounds(), buckets, take(&self.sum))
    }
}
