//! Expectations about instrumented functions.

use super::bounds::count_above;
use super::difference::{Difference, Table, add_line, add_list};
use super::labels::{LabelFilter, Pair, listed};
use super::period::{Period, Unknown};
use crate::labels::LabelValue;
use crate::snapshot::{FullSnapshot, FunctionSnapshot, HistogramSnapshot};
use std::collections::BTreeSet;
use std::time::Duration;

/// Creates an expectation about the instrumented function whose `function` label is `name`, such as `checkout` or `Cart::add`. If
/// several modules have a function of that name, use `module::name`.
///
/// Unless changed, it expects that the function was not called. Pass it to [`Watch::assert`](super::Watch::assert) or
/// [`Watch::check`](super::Watch::check).
pub fn function(name: impl Into<String>) -> FunctionExpectation {
    FunctionExpectation {
        name: name.into(),
        labels: LabelFilter::default(),
        outcomes: [None; 4],
        calls: None,
        error_kinds: Vec::new(),
        in_flight: 0,
        total_time: None,
        all_within: None,
    }
}

/// An expectation about the calls of a function since the watch began. Returned by [`function`].
///
/// **Outcomes that are not mentioned must not have occurred**: `function("checkout").errors(1)` expects one call, which was an
/// error. No call may still be in flight, unless [`in_flight`](Self::in_flight) is set. Kinds of errors and times are compared
/// only if they are mentioned.
///
/// ```
/// use std::time::Duration;
/// use tachometer::testing::{self, function};
/// use tachometer::{ErrorKind, MockClock, instrumented};
///
/// #[derive(Debug, ErrorKind)]
/// enum Refusal {
///     TooHeavy,
///     TooWide,
/// }
///
/// #[instrumented(labels(lane = lane))]
/// fn cross_bridge(lane: u8, tons: u32, clock: MockClock) -> Result<(), Refusal> {
///     clock.advance(Duration::from_millis(5));
///     if tons > 40 { Err(Refusal::TooHeavy) } else { Ok(()) }
/// }
///
/// fn main() {
///     let clock = MockClock::new();
///     let _entered = clock.enter();
///     let watch = testing::watch();
///     let _ = cross_bridge(1, 12, clock);
///     let _ = cross_bridge(2, 60, clock);
///
///     // All lanes together, then one by one.
///     watch.assert(function("cross_bridge").ok(1).errors(1).total_time(Duration::from_millis(10)));
///     watch.assert(function("cross_bridge").with("lane", 1).ok(1));
///     watch.assert(function("cross_bridge").with("lane", 2).errors_of_kind("too_heavy", 1));
///     watch.assert(function("cross_bridge").with("lane", 3).not_called());
/// #   let _ = Refusal::TooWide;
/// }
/// ```
#[derive(Debug, Clone)]
#[must_use = "an expectation is checked by `Watch::assert` or `Watch::check`"]
pub struct FunctionExpectation {
    name: String,
    labels: LabelFilter,
    /// In the order of [`OUTCOMES`].
    outcomes: [Option<u64>; 4],
    calls: Option<u64>,
    error_kinds: Vec<(String, u64)>,
    in_flight: i64,
    total_time: Option<Duration>,
    all_within: Option<Duration>,
}

/// The names of the methods, and of the fields of snapshots.
const OUTCOMES: [&str; 4] = ["ok", "errors", "panics", "cancelled"];
const ERRORS: usize = 1;

impl FunctionExpectation {
    /// Considers only calls with this label. Without it, all series of the function are added up.
    pub fn with(mut self, label: impl Into<String>, value: impl LabelValue) -> Self {
        self.labels.add(label.into(), &value);
        self
    }

    /// Expects that `calls` calls returned without an error.
    pub fn ok(self, calls: u64) -> Self {
        self.outcome(0, calls)
    }

    /// Expects that `calls` calls returned an error, of any kind.
    pub fn errors(self, calls: u64) -> Self {
        self.outcome(ERRORS, calls)
    }

    /// Expects that `calls` calls panicked.
    pub fn panics(self, calls: u64) -> Self {
        self.outcome(2, calls)
    }

    /// Expects that the futures of `calls` calls were dropped before they completed.
    pub fn cancelled(self, calls: u64) -> Self {
        self.outcome(3, calls)
    }

    fn outcome(mut self, index: usize, calls: u64) -> Self {
        self.outcomes[index] = Some(calls);
        self
    }

    /// Expects that `calls` calls ended. Outcomes that are not mentioned are not compared then.
    pub fn calls(mut self, calls: u64) -> Self {
        self.calls = Some(calls);
        self
    }

    /// Expects that no call began or ended. This is also the default; stating it reads better.
    pub fn not_called(mut self) -> Self {
        (self.outcomes, self.calls, self.in_flight) = ([Some(0); 4], None, 0);
        self.error_kinds.clear();
        self
    }

    /// Expects `errors` errors of this kind, and none of kinds that are not mentioned. Unless [`errors`](Self::errors) is set, the
    /// number of errors must be the sum of the mentioned kinds.
    pub fn errors_of_kind(mut self, kind: impl Into<String>, errors: u64) -> Self {
        self.error_kinds.push((kind.into(), errors));
        self
    }

    /// Expects that `calls` more calls are in flight than when the watch began. The number is negative if calls that began before
    /// the watch have ended; messages show these as `begun before`.
    pub fn in_flight(mut self, calls: i64) -> Self {
        self.in_flight = calls;
        self
    }

    /// Expects that the calls took exactly this time in total, as with a [`MockClock`](crate::MockClock). If the function has the
    /// option `sample`, only timed calls count.
    pub fn total_time(mut self, time: Duration) -> Self {
        self.total_time = Some(time);
        self
    }

    /// Expects that no call took longer than `time`. It must be one of the bounds, as only the bucket of a call is recorded. By
    /// default the bounds are 1, 2.5 and 5 per decade from 1 µs to 10 s.
    pub fn all_within(mut self, time: Duration) -> Self {
        self.all_within = Some(time);
        self
    }

    pub(super) fn check(&self, period: &Period<'_>) -> Result<(), Difference> {
        let module = match period.module_of(&self.name) {
            Ok(module) => module,
            Err(Unknown::MaybeUnused(_)) if self.expects_nothing() => return Ok(()),
            Err(Unknown::MaybeUnused(why) | Unknown::Misspelt(why)) => return Err(Difference::new(why)),
        };
        let all = period.difference.functions_named(&self.name);
        let labels: Vec<Vec<Pair<'_>>> = all.iter().copied().map(pairs).collect();
        let title = format!("function {:?}{} (module {module:?})", self.name, self.labels);
        let invalid = |why| Difference::new(format!("{title}: {why}"));
        self.labels.check_names(labels.iter().map(Vec::as_slice)).map_err(invalid)?;
        let counted = self.count(&all, period);
        let mut table = self.compare(&counted);
        self.compare_times(counted.latency.as_ref(), &mut table).map_err(invalid)?;
        if table.is_as_expected() {
            return Ok(());
        }
        let mut text = format!("{title} is not as expected{}{}{table}", period.scope(), period.since);
        if let Some(absent) = self.labels.absent_value(&labels.iter().map(Vec::as_slice)) {
            add_line(&mut text, &absent);
        }
        if all.len() > 1 {
            let changed = all.iter().filter_map(|series| {
                Some(format!("{}: {}", listed(&pairs(series)), tally(series, period.earlier)?))
            });
            add_list(&mut text, "series of it that changed", changed);
        }
        text.push_str(period.hint());
        Err(Difference::new(text))
    }

    fn expects_nothing(&self) -> bool {
        let outcomes = self.outcomes.iter().all(|calls| calls.unwrap_or_default() == 0);
        let kinds = self.error_kinds.iter().all(|(_, errors)| *errors == 0);
        outcomes && kinds && self.calls.unwrap_or_default() == 0 && self.in_flight == 0
    }

    fn count(&self, all: &[&FunctionSnapshot], period: &Period<'_>) -> Counted {
        let mut counted = Counted::default();
        for series in all.iter().filter(|series| self.labels.matches(&pairs(series))) {
            let outcomes = [series.ok, series.errors, series.panics, series.cancelled];
            for (sum, calls) in counted.outcomes.iter_mut().zip(outcomes) {
                *sum += calls;
            }
            for (kind, errors) in series.error_kinds.iter().filter(|(_, errors)| *errors > 0) {
                match counted.error_kinds.iter_mut().find(|(known, _)| known == kind) {
                    Some((_, sum)) => *sum += errors,
                    None => counted.error_kinds.push((kind.clone(), *errors)),
                }
            }
            counted.in_flight += begun(series, period.earlier);
            match &mut counted.latency {
                Some(latency) => latency.merge(series.latency()),
                latency => *latency = Some(series.latency().clone()),
            }
        }
        counted
    }

    fn compare(&self, counted: &Counted) -> Table {
        let mut table = Table::default();
        let mut outcomes = self.outcomes;
        if !self.error_kinds.is_empty() {
            outcomes[ERRORS].get_or_insert(self.error_kinds.iter().map(|(_, errors)| errors).sum());
        }
        if let Some(calls) = self.calls {
            table.count("calls", Some(calls), counted.outcomes.iter().sum());
        } else {
            outcomes = outcomes.map(|calls| calls.or(Some(0)));
        }
        for ((name, expected), counted) in OUTCOMES.into_iter().zip(outcomes).zip(counted.outcomes) {
            table.count(name, expected, counted);
        }
        let of = |kinds: &[(String, u64)], kind: &str| -> u64 {
            kinds.iter().filter(|(other, _)| other == kind).map(|(_, errors)| errors).sum()
        };
        let kinds: BTreeSet<&String> =
            self.error_kinds.iter().chain(&counted.error_kinds).map(|(kind, _)| kind).collect();
        for kind in kinds {
            let expected = (!self.error_kinds.is_empty()).then(|| of(&self.error_kinds, kind));
            table.count(format!("errors {kind:?}"), expected, of(&counted.error_kinds, kind));
        }
        if counted.in_flight < 0 {
            // Shown as calls that began before the watch, not as a negative number in flight.
            let ended = |calls: i64| calls.saturating_neg().max(0);
            table.count("in flight", Some(self.in_flight.max(0)), 0);
            table.count("begun before", Some(ended(self.in_flight)), ended(counted.in_flight));
        } else {
            table.count("in flight", Some(self.in_flight), counted.in_flight);
        }
        table
    }

    fn compare_times(&self, latency: Option<&HistogramSnapshot>, table: &mut Table) -> Result<(), String> {
        if let Some(expected) = self.total_time {
            let counted = Duration::from_nanos(latency.map_or(0, HistogramSnapshot::sum));
            table.row("total time", format!("{expected:?}"), format!("{counted:?}"), expected != counted);
        }
        if let (Some(time), Some(latency)) = (self.all_within, latency) {
            let bound = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
            let longer = count_above(latency, bound, true)?;
            table.count(format!("above {time:?}"), Some(0), longer);
        }
        Ok(())
    }
}

/// The counts of the selected series.
#[derive(Default)]
struct Counted {
    outcomes: [u64; 4],
    error_kinds: Vec<(String, u64)>,
    /// The increase since the watch began.
    in_flight: i64,
    /// `None` if no series is selected.
    latency: Option<HistogramSnapshot>,
}

fn pairs(series: &FunctionSnapshot) -> Vec<Pair<'_>> {
    series.labels.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// Returns the name of a series for messages.
pub(super) fn title(series: &FunctionSnapshot) -> String {
    let labels = pairs(series);
    let labels = if labels.is_empty() { String::new() } else { format!(" with {}", listed(&labels)) };
    format!("function {:?}{labels} (module {:?})", series.function, series.module)
}

/// Returns the increase of the calls in flight of `series`.
pub(super) fn begun(series: &FunctionSnapshot, earlier: &FullSnapshot) -> i64 {
    let before = earlier.functions.iter().find(|function| function.is_series_of(series));
    series.in_flight - before.map_or(0, |before| before.in_flight)
}

/// Describes the counts of `series`, a difference to `earlier`, or returns `None` if there are none.
pub(super) fn tally(series: &FunctionSnapshot, earlier: &FullSnapshot) -> Option<String> {
    let outcomes = OUTCOMES.into_iter().zip([series.ok, series.errors, series.panics, series.cancelled]);
    let counted = outcomes.filter(|(_, calls)| *calls > 0).map(|(name, calls)| match calls {
        1 => format!("1 {}", name.trim_end_matches('s')),
        _ => format!("{calls} {name}"),
    });
    let begun = begun(series, earlier);
    let in_flight = match begun {
        0 => None,
        1.. => Some(format!("{begun:+} in flight")),
        _ => Some(format!("{} begun before", begun.unsigned_abs())),
    };
    let words: Vec<String> = counted.chain(in_flight).collect();
    (!words.is_empty()).then(|| words.join(", "))
}
