//! Snapshots of metrics that were declared with a name and a help text.

use super::exemplar::Exemplar;
use super::histogram::HistogramSnapshot;
use super::kind::MetricKind;
#[cfg(feature = "json")]
use super::serial;
use crate::labels::SeriesLabels;
use std::collections::{BTreeSet, HashMap};

/// A family of series that share a name: a single series, or one for each set of labels.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "json", derive(serde::Serialize))]
#[non_exhaustive]
pub struct FamilySnapshot {
    /// The kind of the metric.
    pub kind: MetricKind,
    /// The series of the family.
    pub series: Vec<SeriesSnapshot>,
}

/// A series of a family.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "json", derive(serde::Serialize))]
#[non_exhaustive]
pub struct SeriesSnapshot {
    /// The labels that distinguish it from the other series, in the order they are printed in. All snapshots of a family share them.
    #[cfg_attr(feature = "json", serde(serialize_with = "serial::series_labels"))]
    pub labels: SeriesLabels,
    /// The value.
    pub value: SampleValue,
    /// That of a counter. In a box, for few series have one.
    #[cfg_attr(feature = "json", serde(skip_serializing_if = "Option::is_none"))]
    pub(super) exemplar: Option<Box<Exemplar>>,
}

/// The value of a series.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "json", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum SampleValue {
    /// An integer counter.
    Count(u64),
    /// A float counter.
    Sum(#[cfg_attr(feature = "json", serde(with = "serial::float"))] f64),
    /// An integer gauge.
    Level(i64),
    /// A float gauge.
    Quantity(#[cfg_attr(feature = "json", serde(with = "serial::float"))] f64),
    /// A histogram.
    Histogram(HistogramSnapshot),
    /// A histogram of times, in nanoseconds.
    Times(HistogramSnapshot),
}

impl FamilySnapshot {
    pub(crate) fn new(kind: MetricKind, series: Vec<SeriesSnapshot>) -> Self {
        FamilySnapshot { kind, series }
    }

    /// Returns the series with exactly these labels, in any order. A label with an empty value counts as missing.
    ///
    /// ```
    /// # use tachometer::{Gauge, metrics};
    /// # metrics! { static FLOUR: Gauge = Gauge::new("flour_sacks", "Sacks of flour"); }
    /// FLOUR.set(7);
    /// let snapshot = tachometer::snapshot();
    /// let sacks = &snapshot.declared["flour_sacks"];
    /// assert_eq!(sacks.series_with(&[]).and_then(|series| series.value.as_level()), Some(7));
    /// assert!(sacks.series_with(&[("kind", "rye")]).is_none());
    /// ```
    pub fn series_with(&self, labels: &[(&str, &str)]) -> Option<&SeriesSnapshot> {
        let has_value = |(_, value): &(&str, &str)| !value.is_empty();
        let wanted: BTreeSet<_> = labels.iter().copied().filter(has_value).collect();
        let is_wanted = |series: &&SeriesSnapshot| {
            series.labels.iter().filter(has_value).collect::<BTreeSet<_>>() == wanted
        };
        self.series.iter().find(is_wanted)
    }

    /// Returns the value of the series without labels.
    pub fn value(&self) -> Option<&SampleValue> {
        self.series.iter().find(|series| series.labels.is_empty()).map(|series| &series.value)
    }

    pub(super) fn since(&self, earlier: &FamilySnapshot) -> FamilySnapshot {
        let mut by_labels = None;
        let since = |(index, series): (usize, &SeriesSnapshot)| {
            // Mostly the earlier snapshot has the same series, in the same order.
            let same = earlier.series.get(index).filter(|before| before.labels == series.labels);
            let before = same.or_else(|| {
                let by_labels = by_labels.get_or_insert_with(|| earlier.by_labels());
                by_labels.get(series.labels.printed()).copied()
            });
            let now = &series.value;
            let value = before.map_or_else(|| now.clone(), |before| now.since(&before.value));
            let is_new = before.is_none_or(|before| before.exemplar != series.exemplar);
            let exemplar = series.exemplar.clone().filter(|_| is_new);
            SeriesSnapshot { labels: series.labels.clone(), value, exemplar }
        };
        FamilySnapshot { kind: self.kind, series: self.series.iter().enumerate().map(since).collect() }
    }

    /// Returns the series by their labels as they are printed.
    fn by_labels(&self) -> HashMap<&str, &SeriesSnapshot> {
        self.series.iter().map(|series| (series.labels.printed(), series)).collect()
    }
}

impl SeriesSnapshot {
    pub(crate) fn new(labels: SeriesLabels, value: SampleValue) -> Self {
        SeriesSnapshot { labels, value, exemplar: None }
    }

    /// Sets the exemplar, which must be that of a counter, with a value.
    pub(crate) fn with_exemplar(self, exemplar: Option<Box<Exemplar>>) -> Self {
        SeriesSnapshot { exemplar, ..self }
    }

    /// Creates the only series of a metric without labels.
    pub(crate) fn alone(value: SampleValue) -> Self {
        SeriesSnapshot::new(SeriesLabels::default(), value)
    }

    /// Returns the exemplar of a counter: the last amount that was [added with its trace](crate::Counter::add_with). Those of histograms
    /// are in [`HistogramSnapshot::exemplars`].
    pub fn exemplar(&self) -> Option<&Exemplar> {
        self.exemplar.as_deref()
    }
}

/// Conversions, each `None` for a value of another kind.
///
/// ```
/// use std::time::Duration;
/// use tachometer::{buckets, families::SampleValue, metrics, Counter, Histogram};
///
/// metrics! {
///     static LOAVES: Counter = Counter::new("loaves_baked_total", "Loaves that were baked");
///     static KNEADING: Histogram =
///         Histogram::of_time("kneading_seconds", "Time of kneading", &const { buckets::seconds([1.0, 2.0]) });
/// }
///
/// LOAVES.add(3);
/// KNEADING.observe_duration(Duration::from_secs(2));
/// let snapshot = tachometer::snapshot();
/// let value = |name| snapshot.declared[name].value();
/// assert_eq!(value("loaves_baked_total").and_then(SampleValue::as_count), Some(3));
/// let kneading = value("kneading_seconds").and_then(SampleValue::as_histogram).unwrap();
/// assert_eq!(kneading.percentile_duration(0.5), Some(Duration::from_secs(2)));
/// ```
impl SampleValue {
    /// Returns the kind of families with such values.
    pub(crate) fn kind(&self) -> MetricKind {
        match self {
            SampleValue::Count(_) | SampleValue::Sum(_) => MetricKind::Counter,
            SampleValue::Level(_) | SampleValue::Quantity(_) => MetricKind::Gauge,
            SampleValue::Histogram(_) | SampleValue::Times(_) => MetricKind::Histogram,
        }
    }

    /// Returns the count of an integer counter.
    pub fn as_count(&self) -> Option<u64> {
        if let SampleValue::Count(count) = self { Some(*count) } else { None }
    }

    /// Returns the sum of a float counter.
    pub fn as_sum(&self) -> Option<f64> {
        if let SampleValue::Sum(sum) = self { Some(*sum) } else { None }
    }

    /// Returns the level of an integer gauge.
    pub fn as_level(&self) -> Option<i64> {
        if let SampleValue::Level(level) = self { Some(*level) } else { None }
    }

    /// Returns the quantity of a float gauge.
    pub fn as_quantity(&self) -> Option<f64> {
        if let SampleValue::Quantity(quantity) = self { Some(*quantity) } else { None }
    }

    /// Returns the histogram of values or of times. Times are in nanoseconds:
    /// [`percentile_duration`](HistogramSnapshot::percentile_duration) and similar methods return durations.
    pub fn as_histogram(&self) -> Option<&HistogramSnapshot> {
        match self {
            SampleValue::Histogram(histogram) | SampleValue::Times(histogram) => Some(histogram),
            _ => None,
        }
    }

    /// Subtracts `earlier` from a counter or a histogram; the value of a gauge is unchanged.
    fn since(&self, earlier: &SampleValue) -> SampleValue {
        match (self, earlier) {
            (SampleValue::Count(now), SampleValue::Count(before)) => {
                SampleValue::Count(now.saturating_sub(*before))
            }
            (SampleValue::Sum(now), SampleValue::Sum(before)) => SampleValue::Sum((now - before).max(0.0)),
            (SampleValue::Histogram(now), SampleValue::Histogram(before)) => {
                SampleValue::Histogram(now.since(before))
            }
            (SampleValue::Times(now), SampleValue::Times(before)) => SampleValue::Times(now.since(before)),
            (now, _) => now.clone(),
        }
    }
}
