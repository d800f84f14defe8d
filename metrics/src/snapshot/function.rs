//! What an instrumented function's cells read.

use super::HistogramSnapshot;
use super::collector::share;
use std::time::Duration;

/// One instrumented function at one moment: how often it was called, how the calls ended and how long they took.
///
/// ```
/// use tachometer::instrumented;
///
/// #[instrumented]
/// fn parse(text: &str) -> Result<u32, std::num::ParseIntError> {
///     text.parse()
/// }
///
/// fn main() {
///     let _ = (parse("1"), parse("2"), parse("three"));
///     let snapshot = tachometer::snapshot();
///     let parse = snapshot.function("parse").unwrap();
///     assert_eq!((parse.ok, parse.errors, parse.calls()), (2, 1, 3));
///     assert!(parse.min() <= parse.percentile(0.5) && parse.percentile(0.5) <= parse.max());
/// }
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(
    feature = "json",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "super::serial::RawFunction")
)]
#[non_exhaustive]
pub struct FunctionSnapshot {
    /// Its path inside its module, such as `parse`, `Cart::add` or `<Cart as Default>::default`, or the name it was
    /// given.
    pub function: String,
    /// The module it stands in.
    pub module: String,
    /// The labels it was given, in the order they were written.
    #[cfg_attr(feature = "json", serde(with = "super::serial::pairs"))]
    pub labels: Vec<(String, String)>,
    /// Calls that returned, and no `Err`.
    pub ok: u64,
    /// Calls that returned an `Err`.
    pub errors: u64,
    /// Calls that ended in a panic.
    pub panics: u64,
    /// Async calls whose future was dropped before it was done.
    pub cancelled: u64,
    /// Calls that had begun and not ended at that moment. Never negative.
    pub in_flight: i64,
    /// How many of the errors were of each kind.
    #[cfg_attr(feature = "json", serde(with = "super::serial::pairs"))]
    pub error_kinds: Vec<(String, u64)>,
    /// One call in so many is timed.
    pub(crate) sample_interval: u64,
    pub(crate) latency: HistogramSnapshot,
}

impl FunctionSnapshot {
    /// The calls that have ended, in whichever way.
    pub fn calls(&self) -> u64 {
        self.ok + self.errors + self.panics + self.cancelled
    }

    /// Whether a call has ended or is in flight.
    pub(crate) fn is_called(&self) -> bool {
        self.calls() > 0 || self.in_flight > 0
    }

    /// The calls whose time was taken, which are those in [`latency`](Self::latency).
    pub fn timed(&self) -> u64 {
        self.latency.total()
    }

    /// Errors a call, between 0 and 1; 0 while there are no calls. Panics and cancellations are no errors.
    pub fn error_rate(&self) -> f64 {
        share(self.errors, self.calls())
    }

    /// The time that all timed calls took together.
    pub fn total_time(&self) -> Duration {
        self.latency.sum_duration()
    }

    /// The shortest call; `None` while there is none, and in a difference.
    pub fn min(&self) -> Option<Duration> {
        self.latency.extremes().map(|(min, _)| Duration::from_nanos(min))
    }

    /// The longest call; `None` while there is none, and in a difference.
    pub fn max(&self) -> Option<Duration> {
        self.latency.extremes().map(|(_, max)| Duration::from_nanos(max))
    }

    /// The shortest of the recent calls: at least those of the last 80 seconds. `None` where there are none, and in a difference.
    /// What is recent is said at [`HistogramSnapshot::recent_extremes`].
    pub fn recent_min(&self) -> Option<Duration> {
        self.latency.recent_extremes().map(|(min, _)| Duration::from_nanos(min))
    }

    /// The longest of the recent calls: at least those of the last 80 seconds. `None` where there are none, and in a difference.
    /// What is recent is said at [`HistogramSnapshot::recent_extremes`].
    ///
    /// Unlike [`max`](Self::max), it falls back when the long call has passed:
    ///
    /// ```standalone_crate
    /// use std::time::Duration;
    /// use tachometer::{MockClock, instrumented};
    ///
    /// #[instrumented]
    /// fn warm_up_then_serve(clock: MockClock, seconds: u64) {
    ///     clock.advance(Duration::from_secs(seconds));
    /// }
    ///
    /// fn main() {
    ///     let clock = MockClock::new();
    ///     let _entered = clock.enter();
    ///     warm_up_then_serve(clock, 9);
    ///     for _ in 0..4 {
    ///         tachometer::snapshot(); // such as a scrape
    ///         clock.advance(Duration::from_secs(40));
    ///     }
    ///     warm_up_then_serve(clock, 2);
    ///     let snapshot = tachometer::snapshot();
    ///     let serve = snapshot.function("warm_up_then_serve").unwrap();
    ///     assert_eq!(serve.max(), Some(Duration::from_secs(9)));
    ///     assert_eq!(serve.recent_max(), Some(Duration::from_secs(2)));
    /// }
    /// ```
    pub fn recent_max(&self) -> Option<Duration> {
        self.latency.recent_extremes().map(|(_, max)| Duration::from_nanos(max))
    }

    /// The mean time of a call; `None` while there is none.
    pub fn mean(&self) -> Option<Duration> {
        self.latency.mean_duration()
    }

    /// Returns the time that a fraction `p` of the calls does not exceed; `None` while there is none. See
    /// [`HistogramSnapshot::percentile`].
    ///
    /// `p` is a fraction from 0 to 1: 0.99 for the 99th percentile. Larger numbers count as 1, so `percentile(99.0)` is the
    /// longest call.
    pub fn percentile(&self, p: f64) -> Option<Duration> {
        self.latency.percentile_duration(p)
    }

    /// The times of the calls, in nanoseconds.
    pub fn latency(&self) -> &HistogramSnapshot {
        &self.latency
    }

    /// What is sorted by and what must differ between two series: module, function, labels.
    pub(crate) fn identity(&self) -> (&str, &str, &[(String, String)]) {
        (&self.module, &self.function, &self.labels)
    }

    /// What its series share with those that have other labels; snapshots are sorted by it first.
    pub(crate) fn place(&self) -> (&str, &str) {
        (&self.module, &self.function)
    }

    /// Whether both are what one function showed at two moments.
    pub(crate) fn is_series_of(&self, other: &FunctionSnapshot) -> bool {
        self.place() == other.place() && self.has_labels_of(other)
    }

    /// Whether both have the same labels, in whatever order: on the way through other hands it may have changed.
    pub(super) fn has_labels_of(&self, other: &FunctionSnapshot) -> bool {
        self.labels.len() == other.labels.len()
            && self.labels.iter().all(|label| other.labels.contains(label))
    }

    pub(super) fn is_named(&self, name: &str) -> bool {
        let in_its_module = || name.strip_prefix(self.module.as_str())?.strip_prefix("::");
        self.function == name || in_its_module() == Some(self.function.as_str())
    }

    /// Adds the calls of `other`, which has the same identity.
    pub(crate) fn merge(&mut self, other: &FunctionSnapshot) {
        self.ok += other.ok;
        self.errors += other.errors;
        self.panics += other.panics;
        self.cancelled += other.cancelled;
        self.in_flight += other.in_flight;
        for (kind, count) in &other.error_kinds {
            match self.error_kinds.iter_mut().find(|(known, _)| known == kind) {
                Some((_, sum)) => *sum += count,
                None => self.error_kinds.push((kind.clone(), *count)),
            }
        }
        self.sample_interval = self.sample_interval.max(other.sample_interval);
        self.latency.merge(&other.latency);
    }
}
