//! Snapshots of instrumented functions.

use super::collector::share;
use super::exemplar::{Exemplars, SelectedCalls};
use super::histogram::HistogramSnapshot;
use super::place::Place;
#[cfg(feature = "json")]
use super::serial;
use std::time::Duration;

/// An instrumented function at one moment: the number of calls by outcome, and their durations.
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
#[cfg_attr(feature = "json", derive(serde::Serialize))]
#[non_exhaustive]
pub struct FunctionSnapshot {
    /// The function's path inside its module, such as `parse`, `Cart::add` or `<Cart as Default>::default`, or the name of its
    /// annotation.
    pub function: String,
    /// The module of the function.
    pub module: String,
    /// The labels of its annotation, in the order they were written.
    #[cfg_attr(feature = "json", serde(with = "serial::pairs"))]
    pub labels: Vec<(String, String)>,
    /// Calls that returned a value other than an `Err`.
    pub ok: u64,
    /// Calls that returned an `Err`.
    pub errors: u64,
    /// Calls that ended in a panic.
    pub panics: u64,
    /// Async calls whose future was dropped before it was ready, and calls whose stream or body was dropped before its end.
    pub cancelled: u64,
    /// Calls that had begun but not ended at that moment. Never negative.
    pub in_flight: i64,
    /// The number of errors of each kind.
    #[cfg_attr(feature = "json", serde(with = "serial::pairs"))]
    pub error_kinds: Vec<(String, u64)>,
    /// The cancelled calls by stage; `None` for functions whose calls end when they return.
    #[cfg_attr(feature = "json", serde(skip_serializing_if = "Option::is_none"))]
    pub(crate) cancelled_by_stage: Option<CancelledByStage>,
    /// The annotation; `None` in snapshots that were read from JSON without it.
    #[cfg_attr(feature = "json", serde(skip_serializing_if = "Option::is_none"))]
    pub(crate) place: Option<Place>,
    /// The sample interval: one call in this many is timed.
    pub(crate) sample_interval: u64,
    pub(crate) latency: HistogramSnapshot,
    /// Never empty. The exemplars of buckets are in `latency`.
    #[cfg_attr(feature = "json", serde(rename = "exemplars", skip_serializing_if = "Option::is_none"))]
    pub(crate) selected: Option<Box<SelectedCalls>>,
}

/// The cancelled calls of a function, by how far they had come. Each is counted there right after it is counted as cancelled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(feature = "json", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct CancelledByStage {
    pub(crate) before_first_item: u64,
    pub(crate) after_first_item: u64,
}

impl CancelledByStage {
    fn and(self, other: Self) -> Self {
        CancelledByStage {
            before_first_item: self.before_first_item + other.before_first_item,
            after_first_item: self.after_first_item + other.after_first_item,
        }
    }

    pub(super) fn since(self, earlier: Self) -> Self {
        CancelledByStage {
            before_first_item: self.before_first_item.saturating_sub(earlier.before_first_item),
            after_first_item: self.after_first_item.saturating_sub(earlier.after_first_item),
        }
    }
}

impl FunctionSnapshot {
    /// Returns the number of calls that have ended, with any outcome.
    pub fn calls(&self) -> u64 {
        self.ok + self.errors + self.panics + self.cancelled
    }

    /// Returns the file and the line of the annotation in the source; of several functions that share a series, those of the first.
    /// `None` in snapshots from JSON of older versions.
    ///
    /// The file is named as the compiler was told of it: relative to the workspace for its own packages, by its whole path for those
    /// of a registry, unless the compiler was asked to change that (`--remap-path-prefix`).
    pub fn place(&self) -> Option<(&str, u32)> {
        self.place.as_ref().map(|place| (&*place.file, place.line))
    }

    /// Returns whether a call has ended or is in flight.
    pub(crate) fn is_called(&self) -> bool {
        self.calls() > 0 || self.in_flight > 0
    }

    /// Returns the number of timed calls, which are those in [`latency`](Self::latency).
    pub fn timed(&self) -> u64 {
        self.latency.total()
    }

    /// Returns the share of calls that ended with an error, between 0 and 1; 0 while there are no calls. Panics and cancellations do
    /// not count as errors.
    pub fn error_rate(&self) -> f64 {
        share(self.errors, self.calls())
    }

    /// Returns the number of calls that were cancelled before their first item, including those whose future was cancelled. `None`
    /// for functions without the option [`ends_with`](macro@crate::instrumented#calls-that-end-with-a-stream-or-a-body).
    pub fn cancelled_before_first_item(&self) -> Option<u64> {
        Some(self.cancelled_by_stage?.before_first_item)
    }

    /// Returns the number of calls that were cancelled after their first item: a stream that was dropped before its end, a body whose
    /// client went away. `None` for functions without the option
    /// [`ends_with`](macro@crate::instrumented#calls-that-end-with-a-stream-or-a-body).
    pub fn cancelled_after_first_item(&self) -> Option<u64> {
        Some(self.cancelled_by_stage?.after_first_item)
    }

    /// Returns the total duration of all timed calls.
    pub fn total_time(&self) -> Duration {
        self.latency.sum_duration()
    }

    /// Returns the duration of the shortest call; `None` while there are no calls, and in a difference.
    pub fn min(&self) -> Option<Duration> {
        self.latency.extremes().map(|(min, _)| Duration::from_nanos(min))
    }

    /// Returns the duration of the longest call; `None` while there are no calls, and in a difference.
    pub fn max(&self) -> Option<Duration> {
        self.latency.extremes().map(|(_, max)| Duration::from_nanos(max))
    }

    /// Returns the duration of the shortest recent call: at least those of the last 80 seconds. `None` if there are none, and in a
    /// difference. [`HistogramSnapshot::recent_extremes`] defines *recent*.
    pub fn recent_min(&self) -> Option<Duration> {
        self.latency.recent_extremes().map(|(min, _)| Duration::from_nanos(min))
    }

    /// Returns the duration of the longest recent call: at least those of the last 80 seconds. `None` if there are none, and in a
    /// difference. [`HistogramSnapshot::recent_extremes`] defines *recent*.
    ///
    /// Unlike [`max`](Self::max), it decreases after a long call is no longer recent:
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

    /// Returns the mean duration of a call; `None` while there are no calls.
    pub fn mean(&self) -> Option<Duration> {
        self.latency.mean_duration()
    }

    /// Returns the duration that a fraction `p` of the calls does not exceed; `None` while there are no calls. It is at most 4.6 % above
    /// or below the duration of the call of that rank, from a nanosecond on, unless the function has
    /// [`native = false`](macro@crate::instrumented#options); see [`HistogramSnapshot::percentile`].
    ///
    /// `p` is a fraction from 0 to 1: 0.99 for the 99th percentile. Larger numbers count as 1, so `percentile(99.0)` is the
    /// longest call.
    pub fn percentile(&self, p: f64) -> Option<Duration> {
        self.latency.percentile_duration(p)
    }

    /// Returns the histogram of durations, in nanoseconds.
    pub fn latency(&self) -> &HistogramSnapshot {
        &self.latency
    }

    /// Returns the calls of this function that carry their trace, if the program has given a
    /// [source of traces](crate::set_trace_source).
    ///
    /// A call carries its trace if it is
    ///
    /// - the longest of its thread in a [window](crate::HistogramSnapshot::recent_extremes) so far;
    /// - an error or a panic;
    /// - the first of its latency bucket for about ten seconds, among those that the library looks at. It looks at each longest call of a
    ///   window, each failure, and about one in 15 of all others: one for which it updates the buckets anyway.
    ///
    /// Calls of a function with [`sample`](macro@crate::instrumented#options) that are not timed have none, unless they fail.
    ///
    /// Each of them is counted in this snapshot. In a difference ([`since`](crate::FullSnapshot::since)) they are those that the earlier
    /// snapshot does not have.
    pub fn exemplars(&self) -> Exemplars<'_> {
        Exemplars { selected: self.selected.as_deref(), buckets: self.latency.exemplars() }
    }

    /// Returns the sort key, unique among series: module, function, labels.
    pub(crate) fn identity(&self) -> (&str, &str, &[(String, String)]) {
        (&self.module, &self.function, &self.labels)
    }

    /// Returns the part of the sort key that series with different labels share.
    pub(crate) fn module_and_function(&self) -> (&str, &str) {
        (&self.module, &self.function)
    }

    /// Returns whether both are snapshots of the same series.
    pub(crate) fn is_series_of(&self, other: &FunctionSnapshot) -> bool {
        self.module_and_function() == other.module_and_function() && self.has_labels_of(other)
    }

    /// Returns whether both have the same labels in any order: other programs may have changed the order in JSON.
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
        self.cancelled_by_stage = match (self.cancelled_by_stage, other.cancelled_by_stage) {
            (Some(own), Some(other)) => Some(own.and(other)),
            (own, other) => own.or(other),
        };
        self.sample_interval = self.sample_interval.max(other.sample_interval);
        self.latency.merge(&other.latency);
        match (&mut self.selected, &other.selected) {
            (Some(own), Some(other)) => own.merge(other),
            (own, other) => *own = own.take().or_else(|| other.clone()),
        }
    }
}
