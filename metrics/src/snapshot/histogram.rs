//! Snapshots of histograms: buckets, sum, mean and percentiles.

use super::exemplar::{Exemplar, bucket_of, merge_buckets};
use super::native::NativeBuckets;
use super::percentile::{Buckets, nearest_rank};
#[cfg(feature = "json")]
use super::serial;
use crate::buckets::bounds::count_finite;
use crate::buckets::native::NativeCounts;
use std::sync::Arc;
use std::time::Duration;

/// A histogram at one moment: the number of values in each bucket, and the sum of all values.
///
/// Values and bounds have the unit in which they were recorded (instrumented functions: nanoseconds).
///
/// ```
/// use tachometer::AtomicHistogram;
///
/// let histogram = AtomicHistogram::new([10, 20, 30]);
/// for value in [5, 15, 15, 25] {
///     histogram.record(value);
/// }
/// let snapshot = histogram.snapshot();
/// assert_eq!(snapshot.boundaries, [10, 20, 30, u64::MAX]);
/// assert_eq!(snapshot.buckets, [1, 2, 1, 0]);
/// assert_eq!((snapshot.total(), snapshot.sum(), snapshot.mean()), (4, 60, 15.0));
/// assert_eq!(snapshot.percentile(0.75), 20);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "json", derive(serde::Serialize))]
#[non_exhaustive]
pub struct HistogramSnapshot {
    /// The number of values in each bucket, each value in one bucket only.
    pub buckets: Vec<u64>,
    /// The inclusive upper bound of each bucket; the last is `u64::MAX`.
    pub boundaries: Vec<u64>,
    pub(super) sum: u64,
    pub(super) extremes: Option<(u64, u64)>,
    #[cfg_attr(feature = "json", serde(skip_serializing_if = "Option::is_none"))]
    pub(super) recent: Option<(u64, u64)>,
    #[cfg_attr(feature = "json", serde(skip_serializing_if = "Option::is_none", with = "serial::native"))]
    pub(super) native: Option<Arc<NativeCounts>>,
    /// At most one for each bucket, by increasing values.
    #[cfg_attr(feature = "json", serde(skip_serializing_if = "Vec::is_empty"))]
    pub(super) exemplars: Vec<Exemplar>,
}

impl HistogramSnapshot {
    /// Creates a snapshot from the bounds below `u64::MAX`, and one bucket more than these.
    pub(crate) fn new(finite_bounds: &[u64], buckets: Vec<u64>, sum: u64) -> Self {
        debug_assert_eq!(buckets.len(), finite_bounds.len() + 1);
        let boundaries = finite_bounds.iter().copied().chain([u64::MAX]).collect();
        HistogramSnapshot {
            buckets,
            boundaries,
            sum,
            extremes: None,
            recent: None,
            native: None,
            exemplars: Vec::new(),
        }
    }

    /// Sets the native buckets, which hold the same values.
    pub(crate) fn with_native(mut self, native: Option<impl Into<Arc<NativeCounts>>>) -> Self {
        self.native = native.map(Into::into);
        self
    }

    /// Sets the smallest and the largest value, of all values and of the recent ones.
    pub(crate) fn with_extremes(mut self, extremes: Option<(u64, u64)>, recent: Option<(u64, u64)>) -> Self {
        (self.extremes, self.recent) = (extremes, recent);
        self
    }

    /// Sets the exemplars: at most one for each bucket, by increasing values.
    pub(crate) fn with_exemplars(mut self, exemplars: Vec<Exemplar>) -> Self {
        self.exemplars = exemplars;
        self
    }

    /// Returns its exemplars, at most one for each bucket, by increasing values: calls of an instrumented function that carry their
    /// [trace](crate::set_trace_source), and values that were [recorded with one](crate::Histogram::observe_with). Each of them is
    /// counted in this snapshot.
    pub fn exemplars(&self) -> &[Exemplar] {
        &self.exemplars
    }

    /// Returns the index of the bucket of an exemplar.
    pub(crate) fn bucket_of(&self, exemplar: &Exemplar) -> usize {
        bucket_of(exemplar, &self.boundaries)
    }

    /// Returns the reason why its lists, which are public, are invalid.
    pub(crate) fn mistake(&self) -> Option<String> {
        let HistogramSnapshot { buckets, boundaries, .. } = self;
        match count_finite(boundaries) {
            Err(fault) => Some(fault.message().as_str().to_owned()),
            Ok(finite) if finite + 1 != boundaries.len() => {
                Some(format!("the last of the boundaries {boundaries:?} must be {}", u64::MAX))
            }
            Ok(_) if buckets.len() != boundaries.len() => {
                Some(format!("{} buckets for {} boundaries", buckets.len(), boundaries.len()))
            }
            Ok(_) => None,
        }
    }

    /// Returns the reason why the native buckets, if there are any, are invalid.
    #[cfg(feature = "json")]
    pub(super) fn native_mistake(&self) -> Option<String> {
        let disagree = |native: &NativeCounts| !self.as_buckets().agree_with(native);
        let mistake = || "its native buckets and its buckets hold different values".to_owned();
        self.native.as_deref().is_some_and(disagree).then(mistake)
    }

    fn as_buckets(&self) -> Buckets<'_> {
        Buckets { counts: &self.buckets, bounds: &self.boundaries }
    }

    /// Returns the smallest and the largest of all values; `None` while there are no values, in a difference, and for an
    /// [`AtomicHistogram`](crate::AtomicHistogram), which keeps no extremes.
    pub fn extremes(&self) -> Option<(u64, u64)> {
        self.extremes
    }

    /// Returns the smallest and the largest of the recent values: at least those of the last 80 seconds before the snapshot. `None`
    /// if there are none, in a difference, and if extremes are not kept, as for [`extremes`](Self::extremes).
    ///
    /// Values are *recent* in the current window and the two before. A window lasts for at least 40 seconds; the first
    /// snapshot after that, of any registry, ends it and begins the next. So with snapshots every few seconds, an
    /// extreme value is shown for slightly more than 80 to 120 seconds. With one snapshot every five minutes, two snapshots show it.
    ///
    /// A reader that takes a snapshot at least once a minute sees each value in one of them, even if others take snapshots too. So
    /// does the only reader of a program, at any interval. The exact rule is in
    /// [`docs::recording`](crate::docs::recording#windows).
    ///
    /// All tests of a program share its windows: a test that advances a [`MockClock`](crate::MockClock) and takes snapshots ends
    /// the windows of concurrent tests.
    ///
    /// ```standalone_crate
    /// use std::time::Duration;
    /// use tachometer::{Histogram, MockClock};
    ///
    /// static MAIL_SIZES: Histogram = Histogram::new("recent_mail_bytes", "Size of mails", &[100, 1_000]);
    ///
    /// let clock = MockClock::new();
    /// let _entered = clock.enter();
    /// MAIL_SIZES.observe(5_000);
    /// assert_eq!(MAIL_SIZES.snapshot().recent_extremes(), Some((5_000, 5_000)));
    /// for _ in 0..4 {
    ///     tachometer::snapshot();
    ///     clock.advance(Duration::from_secs(40));
    /// }
    /// MAIL_SIZES.observe(70);
    /// let sizes = MAIL_SIZES.snapshot();
    /// assert_eq!((sizes.extremes(), sizes.recent_extremes()), (Some((70, 5_000)), Some((70, 70))));
    /// ```
    pub fn recent_extremes(&self) -> Option<(u64, u64)> {
        self.recent
    }

    /// Returns the number of values: the sum of the buckets.
    pub fn total(&self) -> u64 {
        self.buckets.iter().fold(0, |total, bucket| total.saturating_add(*bucket))
    }

    /// Returns the sum of the values. It saturates at 2⁶⁴ − 1; that of an [`AtomicHistogram`](crate::AtomicHistogram) wraps.
    pub fn sum(&self) -> u64 {
        self.sum
    }

    /// Returns the mean, computed from the sum; 0 while there are no values.
    pub fn mean(&self) -> f64 {
        match self.total() {
            0 => 0.0,
            total => self.sum as f64 / total as f64,
        }
    }

    /// Returns the value that a fraction `p` of all values does not exceed: `percentile(0.99)` is the 99th percentile.
    ///
    /// `p` is a fraction from 0 to 1, not a percentage. Larger numbers count as 1, so `percentile(99.0)` is not the 99th
    /// percentile but `percentile(1.0)`: the maximum, as exact as it is known.
    ///
    /// ```
    /// use tachometer::AtomicHistogram;
    ///
    /// let histogram = AtomicHistogram::new([10, 20, 1_000]);
    /// for value in [5, 15, 15, 700] {
    ///     histogram.record(value);
    /// }
    /// let snapshot = histogram.snapshot();
    /// assert_eq!(snapshot.percentile(0.75), 20);
    /// assert_eq!(snapshot.percentile(99.0), snapshot.percentile(1.0));
    /// assert_eq!(snapshot.percentile(99.0), 1_000);
    /// ```
    ///
    /// The method is nearest rank: the ⌈p·n⌉-th smallest of n values, the first for `p <= 0`, the last for `p >= 1`; a NaN counts
    /// as 0. 0 while there are no values.
    ///
    /// With [native buckets](Self::native), as for instrumented functions and declared histograms of times, the result is at most
    /// 4.6 % above or below the value of that rank: it is the integer inside of the value's native bucket from which both ends are equally
    /// far, relative to themselves. Some native buckets are divided for it, as few small integers are near each other.
    ///
    /// ```
    /// use std::time::Duration;
    /// use tachometer::{MockClock, instrumented};
    ///
    /// #[instrumented]
    /// fn look_up(clock: MockClock, nanos: u64) {
    ///     clock.advance(Duration::from_nanos(nanos));
    /// }
    ///
    /// fn main() {
    ///     let clock = MockClock::new();
    ///     let _entered = clock.enter();
    ///     for nanos in [70, 95, 95, 4_000] {
    ///         look_up(clock, nanos);
    ///     }
    ///     let snapshot = tachometer::snapshot();
    ///     let latency = snapshot.function("look_up").unwrap().latency();
    ///     assert_eq!((latency.boundaries[0], latency.buckets[0]), (1_000, 3)); // up to a microsecond
    ///     assert_eq!(latency.percentile(0.5), 96);
    /// }
    /// ```
    ///
    /// Without them, the result is a linear interpolation inside the bucket of the rank; in the last bucket, which has no upper
    /// bound, it is the lower bound. If the smallest and the largest value are known, the result is never outside them.
    pub fn percentile(&self, p: f64) -> u64 {
        match self.total() {
            0 => 0,
            total => self.clamp(self.as_buckets().value_at(nearest_rank(p, total), self.native.as_deref())),
        }
    }

    /// Returns the native buckets: finer ones that hold the same values, as Prometheus' native histograms have them.
    ///
    /// Instrumented functions and declared histograms of times have them, unless they opt out (`native = false`,
    /// [`Histogram::classic`](crate::Histogram::classic)); other declared histograms on request
    /// ([`Histogram::native`](crate::Histogram::native)). `None` for all others, such as an
    /// [`AtomicHistogram`](crate::AtomicHistogram), for a sum of series of which some have none, and for a difference if the values of
    /// `earlier` are not among the later ones: the series was removed in between, and began again.
    ///
    /// ```
    /// use tachometer::instrumented;
    ///
    /// #[instrumented]
    /// fn square(number: u64) -> u64 {
    ///     number * number
    /// }
    ///
    /// fn main() {
    ///     square(7);
    ///     let snapshot = tachometer::snapshot();
    ///     let native = snapshot.function("square").unwrap().latency().native().unwrap();
    ///     let calls: u64 = native.buckets().map(|(_index, calls)| calls).sum();
    ///     assert_eq!((native.schema(), native.zero_count() + calls), (3, 1));
    /// }
    /// ```
    pub fn native(&self) -> Option<NativeBuckets<'_>> {
        self.native.as_deref().map(NativeBuckets::new)
    }

    /// Returns the [`percentile`](Self::percentile) of a histogram of nanoseconds, such as those of instrumented functions and those
    /// declared [`of_time`](crate::Histogram::of_time), as a duration. `None` while there are no values.
    ///
    /// `p` is a fraction from 0 to 1: 0.99 for the 99th percentile. Larger numbers count as 1, so `percentile_duration(99.0)` is
    /// the longest time, as exact as it is known.
    ///
    /// ```
    /// use std::time::Duration;
    /// use tachometer::{Histogram, buckets, metrics};
    ///
    /// metrics! {
    ///     static ROASTING: Histogram = Histogram::of_time(
    ///         "roasting_seconds",
    ///         "Time of roasting",
    ///         &const { buckets::seconds([0.001, 0.002, 0.004]) },
    ///     );
    /// }
    ///
    /// ROASTING.observe_duration(Duration::from_millis(2));
    /// ROASTING.observe_duration(Duration::from_millis(3));
    /// let times = ROASTING.snapshot();
    /// assert_eq!(times.percentile_duration(0.5), Some(Duration::from_millis(2)));
    /// assert_eq!(times.percentile_duration(99.0), times.percentile_duration(1.0));
    /// assert_eq!(times.mean_duration(), Some(Duration::from_micros(2_500)));
    /// assert_eq!(times.sum_duration(), Duration::from_millis(5));
    /// ```
    pub fn percentile_duration(&self, p: f64) -> Option<Duration> {
        (self.total() > 0).then(|| Duration::from_nanos(self.percentile(p)))
    }

    /// Returns the mean of a histogram of nanoseconds; `None` while there are no values.
    pub fn mean_duration(&self) -> Option<Duration> {
        self.sum.checked_div(self.total()).map(Duration::from_nanos)
    }

    /// Returns the sum of a histogram of nanoseconds.
    pub fn sum_duration(&self) -> Duration {
        Duration::from_nanos(self.sum)
    }

    fn clamp(&self, value: u64) -> u64 {
        self.extremes.map_or(value, |(min, max)| value.clamp(min, max))
    }

    /// Adds the values of `other`.
    ///
    /// If the bounds differ, the sum keeps those that both have: the number of values at or below a shared bound
    /// is known exactly on both sides.
    pub(crate) fn merge(&mut self, other: &HistogramSnapshot) {
        let coarse = self.coarsen(&other.boundaries);
        let other = other.coarsen(&coarse.boundaries);
        let buckets = coarse.buckets.iter().zip(&other.buckets).map(|(a, b)| a.wrapping_add(*b)).collect();
        *self = HistogramSnapshot {
            buckets,
            extremes: wider(coarse.extremes, other.extremes),
            recent: wider(coarse.recent, other.recent),
            sum: coarse.sum.saturating_add(other.sum),
            native: coarse.combine_native(&other, u64::wrapping_add),
            exemplars: merge_buckets(&coarse.exemplars, &other.exemplars, &coarse.boundaries),
            ..coarse
        };
    }

    /// Returns the values since `earlier`, an earlier snapshot of the same histogram. Never negative: if the histogram was reset
    /// in between, a bucket with fewer values than before shows zero.
    pub(crate) fn since(&self, earlier: &HistogramSnapshot) -> HistogramSnapshot {
        let later = self.coarsen(&earlier.boundaries);
        let earlier = earlier.coarsen(&later.boundaries);
        let was_reset = later.buckets.iter().zip(&earlier.buckets).any(|(later, earlier)| later < earlier);
        let sum = if was_reset {
            later.sum.saturating_sub(earlier.sum)
        } else {
            later.sum.wrapping_sub(earlier.sum)
        };
        let buckets = later.buckets.iter().zip(&earlier.buckets).map(|(a, b)| a.saturating_sub(*b)).collect();
        let native = later.combine_native(&earlier, u64::saturating_sub);
        let exemplars = later.exemplars.iter().filter(|exemplar| !earlier.exemplars.contains(exemplar));
        let exemplars = exemplars.copied().collect();
        let mut since =
            HistogramSnapshot { buckets, sum, native: None, exemplars, ..later }.without_extremes();
        // After a reset, what is left of the one kind of buckets need not be what is left of the other.
        since.native = native.filter(|native| since.as_buckets().agree_with(native));
        since
    }

    /// Combines the native buckets of both. `None` unless both have them, of the same scale, or have no values.
    fn combine_native(&self, other: &Self, combine: impl Fn(u64, u64) -> u64) -> Option<Arc<NativeCounts>> {
        match (&self.native, &other.native) {
            (Some(ours), Some(theirs)) if ours.scale == theirs.scale => {
                Some(Arc::new(ours.combine(theirs, combine)))
            }
            (Some(ours), _) if other.total() == 0 => Some(ours.clone()),
            (_, Some(theirs)) if self.total() == 0 => {
                Some(Arc::new(NativeCounts::new(theirs.scale).combine(theirs, combine)))
            }
            _ => None,
        }
    }

    /// Removes the extremes, for a difference: they cannot be subtracted, and recent ones are not of the time it spans.
    pub(super) fn without_extremes(self) -> HistogramSnapshot {
        self.with_extremes(None, None)
    }

    /// Merges the buckets so that only bounds in `others` remain. Both lists end at `u64::MAX`.
    fn coarsen(&self, others: &[u64]) -> HistogramSnapshot {
        if self.boundaries == others {
            return self.clone();
        }
        let mut coarse = HistogramSnapshot {
            buckets: Vec::new(),
            boundaries: Vec::new(),
            sum: self.sum,
            extremes: self.extremes,
            recent: self.recent,
            native: self.native.clone(),
            exemplars: self.exemplars.clone(),
        };
        let mut pending = 0_u64;
        for (&count, &bound) in self.buckets.iter().zip(&self.boundaries) {
            pending = pending.wrapping_add(count);
            if others.binary_search(&bound).is_ok() {
                coarse.buckets.push(pending);
                coarse.boundaries.push(bound);
                pending = 0;
            }
        }
        if coarse.boundaries != self.boundaries {
            coarse.exemplars = merge_buckets(&self.exemplars, &[], &coarse.boundaries);
        }
        coarse
    }
}

/// Returns the extremes of both ranges together.
fn wider(some: Option<(u64, u64)>, others: Option<(u64, u64)>) -> Option<(u64, u64)> {
    match (some, others) {
        (Some((min, max)), Some((other_min, other_max))) => Some((min.min(other_min), max.max(other_max))),
        (one, None) | (None, one) => one,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn histogram(finite_bounds: &[u64], buckets: &[u64], sum: u64) -> HistogramSnapshot {
        HistogramSnapshot::new(finite_bounds, buckets.to_vec(), sum)
    }

    #[test]
    fn other_bounds_meet_on_those_they_share() {
        let mut sum = histogram(&[10, 20, 30], &[1, 2, 3, 4], 100);
        sum.merge(&histogram(&[20, 25], &[5, 6, 7], 50));
        assert_eq!(sum, histogram(&[20], &[8, 20], 150));
        assert_eq!(sum.since(&histogram(&[10, 20], &[1, 1, 1], 40)), histogram(&[20], &[6, 19], 110));
    }

    #[test]
    fn a_difference_survives_a_reset_and_a_wrap_of_the_sum() {
        let earlier = histogram(&[10], &[5, 5], u64::MAX);
        assert_eq!(histogram(&[10], &[6, 5], 8).since(&earlier), histogram(&[10], &[1, 0], 9));
        assert_eq!(histogram(&[10], &[6, 0], 8).since(&earlier), histogram(&[10], &[1, 0], 0));
    }
}
