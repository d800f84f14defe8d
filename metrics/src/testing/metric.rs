//! What a metric is expected to have done.

use super::amount::Amount;
use super::bounds::count_above;
use super::difference::{Difference, Table, add_line, add_list};
use super::labels::{Pair, WantedLabels, listed};
use super::period::{Period, Unknown};
use crate::labels::{LabelSet, LabelValue};
use crate::snapshot::HistogramSnapshot;
use crate::snapshot::families::{MetricFamily, MetricKind, Series, Value};

/// An expectation about the metric that is printed as `name`: one that was declared by
/// [`metrics!`](macro@crate::metrics), or registered. (A registered histogram may be called by its registered name too.)
///
/// As it is, it expects that the metric has not changed. To be given to [`Watch::assert`](super::Watch::assert) or
/// [`Watch::check`](super::Watch::check).
pub fn metric(name: impl Into<String>) -> MetricExpectation {
    MetricExpectation { name: name.into(), labels: WantedLabels::default(), wanted: Vec::new() }
}

/// What a metric is expected to have done since the watch began. Made by [`metric`].
///
/// What is mentioned is compared, and nothing else of the metric: a histogram with `observations(2)` may have any sum.
/// With nothing mentioned it must not have changed.
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
    labels: WantedLabels,
    wanted: Vec<Wanted>,
}

#[derive(Debug, Clone, Copy)]
enum Wanted {
    By(Amount),
    At(Amount),
    Observations(u64),
    Sum(Amount),
    AllWithin(Amount),
}

impl MetricExpectation {
    /// Looks only at series with this label. Without it, at all series of the metric together.
    pub fn with(mut self, label: impl Into<String>, value: impl LabelValue) -> Self {
        self.labels.add(label.into(), &value);
        self
    }

    /// Looks only at series with all of these labels, which a [`Family`](crate::Family) has.
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

    /// A counter or a gauge changed by this; a gauge that fell, by less than zero.
    pub fn by(self, amount: impl Into<Amount>) -> Self {
        self.and(Wanted::By(amount.into()))
    }

    /// A counter or a gauge changed by nothing, or a histogram had no observations. It says what is expected anyway where nothing
    /// is mentioned, and reads better.
    pub fn unchanged(mut self) -> Self {
        self.wanted.clear();
        self
    }

    /// A gauge is at this level now.
    pub fn at(self, level: impl Into<Amount>) -> Self {
        self.and(Wanted::At(level.into()))
    }

    /// A histogram had so many observations.
    pub fn observations(self, count: u64) -> Self {
        self.and(Wanted::Observations(count))
    }

    /// The observations of a histogram have this sum: of one of time, a [`Duration`](std::time::Duration).
    pub fn sum(self, sum: impl Into<Amount>) -> Self {
        self.and(Wanted::Sum(sum.into()))
    }

    /// No observation of a histogram is above `bound`, which must be one of its bounds, for what is known of a value is its
    /// bucket; of one of time, a [`Duration`](std::time::Duration).
    pub fn all_within(self, bound: impl Into<Amount>) -> Self {
        self.and(Wanted::AllWithin(bound.into()))
    }

    fn and(mut self, wanted: Wanted) -> Self {
        self.wanted.push(wanted);
        self
    }

    pub(super) fn check(&self, period: &Period<'_>) -> Result<(), Difference> {
        let Some(name) = period.printed_name(&self.name) else {
            return match period.unknown_metric(&self.name) {
                Unknown::MaybeUnused(_) if self.wanted.iter().all(Wanted::is_nothing) => Ok(()),
                Unknown::MaybeUnused(why) | Unknown::Misspelt(why) => Err(Difference::new(why)),
            };
        };
        let family = Changes::of(&name, period);
        let title = format!("{} {:?}{}", kind_name(family.kind), self.name, self.labels);
        let no_sense = |why| Difference::new(format!("{title}: {why}"));
        period.check_shared(&name).map_err(no_sense)?;
        let labels = family.series.iter().map(|(labels, _)| labels.as_slice());
        self.labels.check_names(labels.clone()).map_err(no_sense)?;
        let table = self.compare(&self.together(&family)).map_err(no_sense)?;
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
        Err(Difference::new(text))
    }

    /// The change of all series that are meant, together.
    fn together(&self, family: &Changes<'_>) -> Change {
        let meant = family.series.iter().filter(|(labels, _)| self.labels.match_all(labels));
        let sum = meant.map(|(_, change)| change.clone()).reduce(Change::and);
        sum.unwrap_or_else(|| match family.kind {
            MetricKind::Histogram => {
                let of_time = |wanted: &Wanted| {
                    matches!(wanted, Wanted::Sum(amount) | Wanted::AllWithin(amount) if amount.is_time())
                };
                let is_of_time = match family.series.first() {
                    Some((_, Change::Histogram { is_of_time, .. })) => *is_of_time,
                    // Without a series it is whatever it is taken for.
                    _ => self.wanted.iter().any(of_time),
                };
                Change::Histogram { since: None, is_of_time }
            }
            kind => Change::Number { before: Amount::ZERO, now: Amount::ZERO, by: Amount::ZERO, kind },
        })
    }

    fn compare(&self, change: &Change) -> Result<Table, String> {
        let mut table = Table::default();
        let unchanged = match change {
            Change::Number { .. } => Wanted::By(Amount::ZERO),
            Change::Histogram { .. } => Wanted::Observations(0),
        };
        let unmentioned = self.wanted.is_empty().then_some(unchanged);
        for wanted in self.wanted.iter().copied().chain(unmentioned) {
            match change {
                Change::Number { before, now, by, kind } => {
                    let largest = before.larger(*now);
                    let (name, expected, counted) = match wanted {
                        Wanted::By(expected) => ("by", expected, *by),
                        Wanted::At(expected) if *kind == MetricKind::Gauge => ("at", expected, *now),
                        Wanted::At(_) => return Err("a counter has no level to be `at`: say `by`".to_owned()),
                        _ => {
                            return Err(
                                "no histogram: it can be expected to change `by`, or to be `at`".to_owned()
                            );
                        }
                    };
                    if expected.is_time() {
                        return Err(format!("{expected} is a time, and it counts none: say a number"));
                    }
                    table.row(name, expected, counted, !expected.equals(counted, largest));
                }
                Change::Histogram { since, is_of_time } => {
                    compare_histogram(wanted, since.as_ref(), *is_of_time, &mut table)?;
                }
            }
        }
        if let Change::Number { before, now, kind: MetricKind::Gauge, .. } = change {
            table.note(format!("it was {before}, and is {now}"));
        }
        Ok(table)
    }
}

impl Wanted {
    fn is_nothing(&self) -> bool {
        match self {
            Wanted::By(amount) | Wanted::Sum(amount) => amount.is_zero(),
            Wanted::At(_) => false,
            Wanted::Observations(count) => *count == 0,
            Wanted::AllWithin(_) => true,
        }
    }
}

fn compare_histogram(
    wanted: Wanted,
    since: Option<&HistogramSnapshot>,
    is_of_time: bool,
    table: &mut Table,
) -> Result<(), String> {
    let of_kind = |amount: Amount| match (is_of_time, amount.is_time()) {
        (true, false) => Err(format!("a histogram of time: say a `Duration` in the place of {amount}")),
        (false, true) => Err(format!("no histogram of time: say a number in the place of {amount}")),
        _ => Ok(amount),
    };
    match wanted {
        Wanted::By(_) => {
            return Err("a histogram has no number to change `by`: say `observations`".to_owned());
        }
        Wanted::At(_) => return Err("a histogram has no level to be `at`: say `observations`".to_owned()),
        Wanted::Observations(expected) => {
            let counted = since.map_or(0, HistogramSnapshot::total);
            table.row("observations", expected, counted, expected != counted);
        }
        Wanted::Sum(expected) => {
            let expected = of_kind(expected)?;
            let counted = Amount::of_histogram(since.map_or(0, HistogramSnapshot::sum), is_of_time);
            table.row("sum", expected, counted, !expected.equals(counted, Amount::ZERO));
        }
        Wanted::AllWithin(bound) => {
            let bound = of_kind(bound)?;
            let above = match bound.as_value() {
                Some(value) => since.map_or(Ok(0), |since| count_above(since, value, is_of_time))?,
                None => return Err(format!("{bound} can be no bound: they are whole numbers from 0 on")),
            };
            table.row(format!("above {bound}"), 0, above, above != 0);
        }
    }
    Ok(())
}

/// What the series of a family did.
pub(super) struct Changes<'a> {
    pub(super) kind: MetricKind,
    series: Vec<(Vec<Pair<'a>>, Change)>,
}

/// What one series did, or several together.
#[derive(Clone)]
enum Change {
    Number {
        before: Amount,
        now: Amount,
        by: Amount,
        kind: MetricKind,
    },
    /// `None` where there is no series.
    Histogram {
        since: Option<HistogramSnapshot>,
        is_of_time: bool,
    },
}

impl<'a> Changes<'a> {
    /// Of what is printed as `name`.
    fn of(name: &str, period: &'a Period<'_>) -> Self {
        match period.later.families().iter().find(|family| family.name == name) {
            Some(family) => Changes::of_family(family, &period.earlier.families()),
            // It has no series yet.
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
            let is_same = |before: &&Series<'_>| {
                before.labels.iter().count() == labels.len()
                    && before.labels.iter().all(|label| labels.contains(&label))
            };
            let before = before.and_then(|before| before.series.iter().find(is_same));
            let change = Change::of(&series.value, before.map(|before| &before.value), family.kind);
            (labels, change)
        });
        Changes { kind: family.kind, series: series.collect() }
    }

    /// What changed, in words, a line for each series.
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
                // A counter that was reset in between shows nothing, as in `FullSnapshot::since`.
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

    /// Both together; they are of one family.
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

    /// In words; `None` where nothing changed.
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

pub(super) fn kind_name(kind: MetricKind) -> &'static str {
    match kind {
        MetricKind::Counter => "counter",
        MetricKind::Gauge => "gauge",
        MetricKind::Histogram => "histogram",
    }
}
