//! Expectations about metrics.

use super::amount::Amount;
use super::bounds::count_above;
use super::difference::{Difference, Table, add_line, add_list};
use super::labels::{LabelFilter, Pair, listed};
use super::period::{Period, Unknown};
use crate::labels::{LabelSet, LabelValue};
use crate::snapshot::HistogramSnapshot;
use crate::snapshot::families::{MetricFamily, MetricKind, SeriesView, Value};

/// Creates an expectation about the metric that is exported as `name`, declared by [`metrics!`](macro@crate::metrics) or
/// registered. A registered histogram may also be given by its registered name.
///
/// Unless changed, it expects that the metric has not changed. Pass it to [`Watch::assert`](super::Watch::assert) or
/// [`Watch::check`](super::Watch::check).
pub fn metric(name: impl Into<String>) -> MetricExpectation {
    MetricExpectation { name: name.into(), labels: LabelFilter::default(), expected: Vec::new() }
}

/// An expectation about the change of a metric since the watch began. Returned by [`metric`].
///
/// Only what is mentioned is compared: with `observations(2)`, a histogram may have any sum. If nothing is mentioned, the metric
/// must not have changed.
///
/// ```
/// use std::time::Duration;
/// use tachometer::testing::{self, metric};
/// use tachometer::{MetricsRegistry, MockClock};
///
/// let registry = MetricsRegistry::new(Duration::from_secs(10));
/// let jobs = registry.register_counter("jobs");
/// let waiting = registry.register_gauge("waiting");
/// let sizes = registry.register_histogram("sizes", [10, 100]);
/// waiting.set(5);
///
/// let watch = testing::watch_registry(&registry);
/// jobs.add(2);
/// waiting.decrement();
/// sizes.record(7);
/// sizes.record(80);
///
/// watch.assert(metric("jobs").by(2));
/// watch.assert(metric("waiting").by(-1));
/// watch.assert(metric("waiting").at(4));
/// watch.assert(metric("sizes").observations(2).sum(87).all_within(100));
/// ```
#[derive(Debug, Clone)]
#[must_use = "an expectation is checked by `Watch::assert` or `Watch::check`"]
pub struct MetricExpectation {
    name: String,
    labels: LabelFilter,
    expected: Vec<Expected>,
}

#[derive(Debug, Clone, Copy)]
enum Expected {
    By(Amount),
    At(Amount),
    Observations(u64),
    Sum(Amount),
    AllWithin(Amount),
}

impl MetricExpectation {
    /// Considers only series with this label. Without it, all series of the metric are added up.
    pub fn with(mut self, label: impl Into<String>, value: impl LabelValue) -> Self {
        self.labels.add(label.into(), &value);
        self
    }

    /// Considers only series with all of these labels, those of a [`Family`](crate::Family).
    ///
    /// ```
    /// use tachometer::testing::{self, metric};
    /// use tachometer::{Counter, Family, LabelSet, metrics};
    ///
    /// #[derive(LabelSet)]
    /// struct Ferry<'a> {
    ///     harbour: &'a str,
    ///     is_full: bool,
    /// }
    ///
    /// metrics! {
    ///     static FERRIES: Family<Ferry<'static>, Counter> = Family::new("ferries_sailed_total", "Ferries");
    /// }
    ///
    /// let watch = testing::watch();
    /// FERRIES.with(&Ferry { harbour: "Bari", is_full: true }).increment();
    /// FERRIES.with(&Ferry { harbour: "Bari", is_full: false }).increment();
    /// let of_bari = metric("ferries_sailed_total").with("harbour", "Bari");
    /// watch.assert(of_bari.by(2));
    /// let full = metric("ferries_sailed_total").with_all(&Ferry { harbour: "Bari", is_full: true });
    /// watch.assert(full.by(1));
    /// ```
    pub fn with_all(mut self, labels: &impl LabelSet) -> Self {
        self.labels.add_all(labels);
        self
    }

    /// Expects that a counter or a gauge changed by `amount`, which is negative if a gauge decreased.
    pub fn by(self, amount: impl Into<Amount>) -> Self {
        self.and(Expected::By(amount.into()))
    }

    /// Expects that a counter or a gauge did not change, or that a histogram had no observations. This is also the default; stating
    /// it reads better.
    pub fn unchanged(mut self) -> Self {
        self.expected.clear();
        self
    }

    /// Expects that a gauge has this level now.
    pub fn at(self, level: impl Into<Amount>) -> Self {
        self.and(Expected::At(level.into()))
    }

    /// Expects that a histogram had `count` observations.
    pub fn observations(self, count: u64) -> Self {
        self.and(Expected::Observations(count))
    }

    /// Expects that the observations of a histogram have this sum. For a histogram of time it is a
    /// [`Duration`](std::time::Duration).
    pub fn sum(self, sum: impl Into<Amount>) -> Self {
        self.and(Expected::Sum(sum.into()))
    }

    /// Expects that no observation of a histogram is above `bound`. It must be one of the bounds, as only the bucket of a value is
    /// recorded. For a histogram of time it is a [`Duration`](std::time::Duration).
    pub fn all_within(self, bound: impl Into<Amount>) -> Self {
        self.and(Expected::AllWithin(bound.into()))
    }

    fn and(mut self, expected: Expected) -> Self {
        self.expected.push(expected);
        self
    }

    pub(super) fn check(&self, period: &Period<'_>) -> Result<(), Difference> {
        let Some(name) = period.exported_name(&self.name) else {
            return match period.unknown_metric(&self.name) {
                Unknown::MaybeUnused(_) if self.expected.iter().all(Expected::is_nothing) => Ok(()),
                Unknown::MaybeUnused(why) | Unknown::Misspelt(why) => Err(Difference::new(why)),
            };
        };
        let family = Changes::of(&name, period);
        let title = format!("{} {:?}{}", family.kind, self.name, self.labels);
        let invalid = |why| Difference::new(format!("{title}: {why}"));
        period.check_shared(&name).map_err(invalid)?;
        let labels = family.series.iter().map(|(labels, _)| labels.as_slice());
        self.labels.check_names(labels.clone()).map_err(invalid)?;
        let table = self.compare(&self.together(&family)).map_err(invalid)?;
        if table.is_as_expected() {
            return Ok(());
        }
        let mut text = format!("{title} is not as expected{}{}{table}", period.scope(), period.since);
        if let Some(absent) = self.labels.absent_value(&labels) {
            add_line(&mut text, &absent);
        }
        if family.series.len() > 1 {
            add_list(&mut text, "series of it that changed", family.tally());
        }
        text.push_str(period.hint());
        Err(Difference::new(text))
    }

    /// Returns the total change of the selected series.
    fn together(&self, family: &Changes<'_>) -> Change {
        let selected = family.series.iter().filter(|(labels, _)| self.labels.matches(labels));
        let sum = selected.map(|(_, change)| change.clone()).reduce(Change::and);
        sum.unwrap_or_else(|| match family.kind {
            MetricKind::Histogram => {
                let of_time = |expected: &Expected| {
                    matches!(expected, Expected::Sum(amount) | Expected::AllWithin(amount) if amount.is_time())
                };
                let is_of_time = match family.series.first() {
                    Some((_, Change::Histogram { is_of_time, .. })) => *is_of_time,
                    // Without a series, the expectation decides.
                    _ => self.expected.iter().any(of_time),
                };
                Change::Histogram { since: None, is_of_time }
            }
            kind => Change::Number { before: Amount::ZERO, now: Amount::ZERO, by: Amount::ZERO, kind },
        })
    }

    fn compare(&self, change: &Change) -> Result<Table, String> {
        let mut table = Table::default();
        let unchanged = match change {
            Change::Number { .. } => Expected::By(Amount::ZERO),
            Change::Histogram { .. } => Expected::Observations(0),
        };
        let unmentioned = self.expected.is_empty().then_some(unchanged);
        for expectation in self.expected.iter().copied().chain(unmentioned) {
            match change {
                Change::Number { before, now, by, kind } => {
                    let largest = before.larger(*now);
                    let (name, expected, counted) = match expectation {
                        Expected::By(expected) => ("by", expected, *by),
                        Expected::At(expected) if *kind == MetricKind::Gauge => ("at", expected, *now),
                        Expected::At(_) => {
                            return Err("a counter has no level: use `by` instead of `at`".to_owned());
                        }
                        _ => {
                            return Err("it is not a histogram: use `by` or `at`".to_owned());
                        }
                    };
                    if expected.is_time() {
                        return Err(format!("it does not count time: use a number instead of {expected}"));
                    }
                    table.row(name, expected, counted, !expected.equals(counted, largest));
                }
                Change::Histogram { since, is_of_time } => {
                    compare_histogram(expectation, since.as_ref(), *is_of_time, &mut table)?;
                }
            }
        }
        if let Change::Number { before, now, kind: MetricKind::Gauge, .. } = change {
            table.note(format!("it was {before} and is now {now}"));
        }
        Ok(table)
    }
}

impl Expected {
    fn is_nothing(&self) -> bool {
        match self {
            Expected::By(amount) | Expected::Sum(amount) => amount.is_zero(),
            Expected::At(_) => false,
            Expected::Observations(count) => *count == 0,
            Expected::AllWithin(_) => true,
        }
    }
}

fn compare_histogram(
    expectation: Expected,
    since: Option<&HistogramSnapshot>,
    is_of_time: bool,
    table: &mut Table,
) -> Result<(), String> {
    let of_kind = |amount: Amount| match (is_of_time, amount.is_time()) {
        (true, false) => Err(format!("it is a histogram of time: use a `Duration` instead of {amount}")),
        (false, true) => Err(format!("it is not a histogram of time: use a number instead of {amount}")),
        _ => Ok(amount),
    };
    match expectation {
        Expected::By(_) => {
            return Err("a histogram has no value: use `observations` instead of `by`".to_owned());
        }
        Expected::At(_) => {
            return Err("a histogram has no level: use `observations` instead of `at`".to_owned());
        }
        Expected::Observations(expected) => {
            let counted = since.map_or(0, HistogramSnapshot::total);
            table.row("observations", expected, counted, expected != counted);
        }
        Expected::Sum(expected) => {
            let expected = of_kind(expected)?;
            let counted = Amount::of_histogram(since.map_or(0, HistogramSnapshot::sum), is_of_time);
            table.row("sum", expected, counted, !expected.equals(counted, Amount::ZERO));
        }
        Expected::AllWithin(bound) => {
            let bound = of_kind(bound)?;
            let above = match bound.as_value() {
                Some(value) => since.map_or(Ok(0), |since| count_above(since, value, is_of_time))?,
                None => return Err(format!("{bound} cannot be a bound: bounds are non-negative integers")),
            };
            table.row(format!("above {bound}"), 0, above, above != 0);
        }
    }
    Ok(())
}

/// The changes of the series of a family.
pub(super) struct Changes<'a> {
    pub(super) kind: MetricKind,
    series: Vec<(Vec<Pair<'a>>, Change)>,
}

/// The change of one series, or the total change of several.
#[derive(Clone)]
enum Change {
    Number {
        before: Amount,
        now: Amount,
        by: Amount,
        kind: MetricKind,
    },
    /// `since` is `None` if there is no series.
    Histogram {
        since: Option<HistogramSnapshot>,
        is_of_time: bool,
    },
}

impl<'a> Changes<'a> {
    /// Returns the changes of the family that is exported as `name`.
    fn of(name: &str, period: &'a Period<'_>) -> Self {
        match period.later.families().iter().find(|family| family.name == name) {
            Some(family) => Changes::of_family(family, &period.earlier.families()),
            // The family has no series yet.
            None => Changes {
                kind: period.later.declared.get(name).map_or(MetricKind::Counter, |family| family.kind),
                series: Vec::new(),
            },
        }
    }

    pub(super) fn of_family(family: &MetricFamily<'a>, earlier: &[MetricFamily<'_>]) -> Self {
        let before = earlier.iter().find(|before| before.name == family.name);
        let series = family.series.iter().map(|series| {
            let labels: Vec<Pair<'a>> = series.labels.iter().collect();
            let is_same = |before: &&SeriesView<'_>| {
                before.labels.iter().count() == labels.len()
                    && before.labels.iter().all(|label| labels.contains(&label))
            };
            let before = before.and_then(|before| before.series.iter().find(is_same));
            let change = Change::of(&series.value, before.map(|before| &before.value), family.kind);
            (labels, change)
        });
        Changes { kind: family.kind, series: series.collect() }
    }

    /// Describes the changes, one line per series.
    pub(super) fn tally(&self) -> impl Iterator<Item = String> {
        self.series.iter().filter_map(|(labels, change)| {
            let tally = change.tally()?;
            Some(if labels.is_empty() { tally } else { format!("{}: {tally}", listed(labels)) })
        })
    }
}

impl Change {
    fn of(now: &Value<'_>, before: Option<&Value<'_>>, kind: MetricKind) -> Self {
        match now {
            Value::Number(now) => {
                let now = Amount::from(*now);
                let before = match before {
                    Some(Value::Number(before)) => Amount::from(*before),
                    _ => Amount::ZERO,
                };
                let by = now.minus(before);
                // The change of a counter is never negative, as in `FullSnapshot::since`.
                let by = if kind == MetricKind::Counter { by.or_zero() } else { by };
                Change::Number { before, now, by, kind }
            }
            Value::Histogram(now) => {
                let since = match before {
                    Some(Value::Histogram(before)) => now.recorded().since(before.recorded()),
                    _ => now.recorded().clone(),
                };
                Change::Histogram { since: Some(since), is_of_time: now.is_of_time() }
            }
        }
    }

    /// Returns the total of two changes of one family.
    fn and(self, other: Change) -> Self {
        match (self, other) {
            (
                Change::Number { before, now, by, kind },
                Change::Number { before: other_before, now: other_now, by: other_by, .. },
            ) => Change::Number {
                before: before.plus(other_before),
                now: now.plus(other_now),
                by: by.plus(other_by),
                kind,
            },
            (
                Change::Histogram { since: Some(mut since), is_of_time },
                Change::Histogram { since: Some(other), .. },
            ) => {
                since.merge(&other);
                Change::Histogram { since: Some(since), is_of_time }
            }
            (change, _) => change,
        }
    }

    /// Describes the change, or returns `None` if there is none.
    fn tally(&self) -> Option<String> {
        match self {
            Change::Number { before, now, .. } if before.equals(*now, Amount::ZERO) => None,
            Change::Number { before, now, kind: MetricKind::Gauge, .. } => {
                Some(format!("from {before} to {now}"))
            }
            Change::Number { by, .. } => Some(format!("by {by}")),
            Change::Histogram { since, .. } => match since.as_ref().map_or(0, HistogramSnapshot::total) {
                0 => None,
                1 => Some("1 observation".to_owned()),
                observations => Some(format!("{observations} observations")),
            },
        }
    }
}
