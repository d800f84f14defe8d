//! Exemplars: calls and values that carry their trace.

#[cfg(feature = "json")]
use super::serial;
use crate::recorder::TracedCall;
use crate::trace_context::TraceContext;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A call of an instrumented function, or a value of a declared metric, with its trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "json", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Exemplar {
    #[cfg_attr(feature = "json", serde(flatten, with = "serial::trace"))]
    pub(super) trace: TraceContext,
    /// In the unit in which the metric is recorded; `None` for a call that was not timed.
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "Option::is_none"))]
    pub(super) value: Option<u64>,
    /// In nanoseconds since 1970: a system may know fewer times.
    #[cfg_attr(feature = "json", serde(rename = "time_unix_nano"))]
    pub(super) time: u64,
}

impl Exemplar {
    pub(crate) fn new(call: &TracedCall) -> Self {
        let TracedCall { trace, nanos: value, time } = *call;
        Exemplar { trace, value, time }
    }

    /// Returns the trace and the span.
    pub fn trace(&self) -> TraceContext {
        self.trace
    }

    /// Returns the time at which the call ended, or the value was recorded.
    pub fn time(&self) -> SystemTime {
        let since = self.since_1970();
        UNIX_EPOCH.checked_add(since).unwrap_or(UNIX_EPOCH)
    }

    /// Returns that time as the duration since 1970.
    pub(crate) fn since_1970(&self) -> Duration {
        Duration::from_nanos(self.time)
    }

    /// Returns that time in nanoseconds since 1970.
    #[cfg(feature = "otlp")]
    pub(crate) fn unix_nanos(&self) -> u64 {
        self.time
    }

    /// Returns the value in the unit of its histogram: nanoseconds for instrumented functions. `None` for a call that was not
    /// [timed](macro@crate::instrumented#options).
    pub fn value(&self) -> Option<u64> {
        self.value
    }

    /// Returns the duration of a call; `None` if it was not [timed](macro@crate::instrumented#options).
    pub fn duration(&self) -> Option<Duration> {
        self.value.map(Duration::from_nanos)
    }
}

/// The exemplars of a function that have another role than that of a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "json", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct SelectedCalls {
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "Option::is_none"))]
    pub(crate) slowest: Option<Exemplar>,
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "Option::is_none"))]
    pub(crate) last_error: Option<Exemplar>,
    #[cfg_attr(feature = "json", serde(default, skip_serializing_if = "Option::is_none"))]
    pub(crate) last_panic: Option<Exemplar>,
}

impl SelectedCalls {
    /// Returns them in a box, if there are any: most programs have none, and a snapshot has thousands of functions.
    pub(crate) fn boxed(self) -> Option<Box<Self>> {
        (self != SelectedCalls::default()).then(|| Box::new(self))
    }

    /// Adds those of another series that is merged with this one.
    pub(super) fn merge(&mut self, other: &SelectedCalls) {
        keep_greater(&mut self.slowest, other.slowest, |call| call.value);
        keep_greater(&mut self.last_error, other.last_error, |call| call.time);
        keep_greater(&mut self.last_panic, other.last_panic, |call| call.time);
    }

    /// Returns those that `earlier` does not have.
    pub(super) fn since(&self, earlier: Option<&SelectedCalls>) -> Option<Box<Self>> {
        let earlier = earlier.copied().unwrap_or_default();
        let new = |later: Option<Exemplar>, earlier| later.filter(|later| Some(*later) != earlier);
        let since = SelectedCalls {
            slowest: new(self.slowest, earlier.slowest),
            last_error: new(self.last_error, earlier.last_error),
            last_panic: new(self.last_panic, earlier.last_panic),
        };
        since.boxed()
    }
}

fn keep_greater<K: Ord>(kept: &mut Option<Exemplar>, other: Option<Exemplar>, key: impl Fn(&Exemplar) -> K) {
    if other.as_ref().map(&key) > kept.as_ref().map(&key) {
        *kept = other;
    }
}

/// The exemplars of an instrumented function: [`FunctionSnapshot::exemplars`](crate::FunctionSnapshot::exemplars).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Exemplars<'a> {
    pub(super) selected: Option<&'a SelectedCalls>,
    pub(super) buckets: &'a [Exemplar],
}

impl<'a> Exemplars<'a> {
    /// Returns the longest of the recent calls, in the sense of
    /// [`recent_extremes`](crate::HistogramSnapshot::recent_extremes). `None` if there are none, or if they had no trace.
    ///
    /// It is the call of [`recent_max`](crate::FunctionSnapshot::recent_max), unless that call has no trace, or is more recent than the
    /// exemplars: they are read first.
    pub fn slowest(&self) -> Option<&'a Exemplar> {
        self.selected?.slowest.as_ref()
    }

    /// Returns the last call that ended with an error, of those with a trace.
    pub fn last_error(&self) -> Option<&'a Exemplar> {
        self.selected?.last_error.as_ref()
    }

    /// Returns the last call that ended in a panic, of those with a trace.
    pub fn last_panic(&self) -> Option<&'a Exemplar> {
        self.selected?.last_panic.as_ref()
    }

    /// Returns the exemplars of latency buckets, at most one for each, by increasing duration.
    pub fn buckets(&self) -> impl Iterator<Item = &'a Exemplar> + use<'a> {
        self.buckets.iter()
    }
}

/// Returns the exemplars of buckets by increasing values.
pub(crate) fn of_buckets<'a>(calls: impl Iterator<Item = &'a TracedCall>) -> Vec<Exemplar> {
    let mut exemplars: Vec<Exemplar> = calls.map(Exemplar::new).collect();
    exemplars.sort_unstable_by_key(|exemplar| exemplar.value);
    exemplars
}

/// Returns the exemplars of both histograms, the later one of each bucket with one of these bounds.
pub(super) fn merge_buckets(some: &[Exemplar], others: &[Exemplar], bounds: &[u64]) -> Vec<Exemplar> {
    let mut all: Vec<(usize, Exemplar)> =
        some.iter().chain(others).map(|one| (bucket_of(one, bounds), *one)).collect();
    all.sort_by_key(|(bucket, exemplar)| (*bucket, std::cmp::Reverse(exemplar.time)));
    all.dedup_by_key(|(bucket, _)| *bucket);
    all.into_iter().map(|(_, exemplar)| exemplar).collect()
}

/// Returns the index of the bucket of an exemplar.
pub(super) fn bucket_of(exemplar: &Exemplar, bounds: &[u64]) -> usize {
    let value = exemplar.value.unwrap_or(0);
    bounds.partition_point(|bound| *bound < value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exemplar(value: u8, time: u8) -> Exemplar {
        let trace = TraceContext { trace_id: [value; 16], span_id: [time; 8] };
        Exemplar { trace, value: Some(value.into()), time: time.into() }
    }

    #[test]
    fn of_two_exemplars_of_a_bucket_the_later_one_is_kept() {
        let merged = merge_buckets(
            &[exemplar(3, 9), exemplar(15, 1)],
            &[exemplar(10, 8), exemplar(20, 2)],
            &[10, 20, u64::MAX],
        );
        assert_eq!(merged, [exemplar(3, 9), exemplar(20, 2)]);
        assert_eq!(merge_buckets(&[exemplar(21, 1)], &[], &[10, 20, u64::MAX]), [exemplar(21, 1)]);
    }

    #[test]
    fn a_difference_has_the_exemplars_that_are_new() {
        let (old, new) = (Some(exemplar(5, 5)), Some(exemplar(7, 7)));
        let earlier = SelectedCalls { slowest: old, last_error: old, last_panic: None };
        let later = SelectedCalls { slowest: old, last_error: new, last_panic: new };
        let since = SelectedCalls { slowest: None, last_error: new, last_panic: new };
        assert_eq!(later.since(Some(&earlier)), since.boxed());
        assert_eq!((later.since(None), later.since(Some(&later))), (later.boxed(), None));
    }

    #[test]
    fn of_two_series_the_slowest_and_the_latest_are_kept() {
        let (slow, late) = (Some(exemplar(9, 1)), Some(exemplar(2, 8)));
        let mut merged = SelectedCalls { slowest: slow, last_error: slow, last_panic: None };
        merged.merge(&SelectedCalls { slowest: late, last_error: late, last_panic: late });
        assert_eq!(merged, SelectedCalls { slowest: slow, last_error: late, last_panic: late });
        merged.merge(&SelectedCalls::default());
        assert_eq!(merged.last_panic, late);
    }
}
