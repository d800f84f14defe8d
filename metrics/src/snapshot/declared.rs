//! What metrics show that were declared with a name and a help text.

use super::HistogramSnapshot;
use super::families::MetricKind;

/// A family of series that share a name: one, or one for each set of labels.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "json", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct FamilySnapshot {
    /// What kind of metric it is.
    pub kind: MetricKind,
    /// What each series shows.
    pub series: Vec<SeriesSnapshot>,
}

/// A series of a family.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "json", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct SeriesSnapshot {
    /// What tells it from the others, in the order it is printed in.
    #[cfg_attr(feature = "json", serde(default, with = "super::serial::pairs"))]
    pub labels: Vec<(String, String)>,
    /// What it shows.
    pub value: SampleValue,
}

/// What a series shows.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "json", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum SampleValue {
    /// How many there have been.
    Count(u64),
    /// How much there has been.
    Sum(#[cfg_attr(feature = "json", serde(with = "super::serial::float"))] f64),
    /// How many there are now.
    Level(i64),
    /// How much there is now.
    Quantity(#[cfg_attr(feature = "json", serde(with = "super::serial::float"))] f64),
    /// How values are spread.
    Histogram(HistogramSnapshot),
    /// How times are spread, in nanoseconds.
    Times(HistogramSnapshot),
}

impl FamilySnapshot {
    pub(crate) fn new(kind: MetricKind, series: Vec<SeriesSnapshot>) -> Self {
        FamilySnapshot { kind, series }
    }

    /// What the series without labels shows.
    pub fn value(&self) -> Option<&SampleValue> {
        self.series.iter().find(|series| series.labels.is_empty()).map(|series| &series.value)
    }

    pub(super) fn since(&self, earlier: &FamilySnapshot) -> FamilySnapshot {
        let since = |series: &SeriesSnapshot| {
            let before = earlier.series.iter().find(|before| before.labels == series.labels);
            let value =
                before.map_or_else(|| series.value.clone(), |before| series.value.since(&before.value));
            SeriesSnapshot { labels: series.labels.clone(), value }
        };
        FamilySnapshot { kind: self.kind, series: self.series.iter().map(since).collect() }
    }
}

impl SeriesSnapshot {
    pub(crate) fn new(labels: Vec<(String, String)>, value: SampleValue) -> Self {
        SeriesSnapshot { labels, value }
    }

    /// The only series of a metric without labels.
    pub(crate) fn alone(value: SampleValue) -> Vec<Self> {
        vec![SeriesSnapshot { labels: Vec::new(), value }]
    }
}

impl SampleValue {
    /// The kind of the families that have such values.
    pub(crate) fn kind(&self) -> MetricKind {
        match self {
            SampleValue::Count(_) | SampleValue::Sum(_) => MetricKind::Counter,
            SampleValue::Level(_) | SampleValue::Quantity(_) => MetricKind::Gauge,
            SampleValue::Histogram(_) | SampleValue::Times(_) => MetricKind::Histogram,
        }
    }

    /// What was added since `earlier`; what goes up and down, as it is here.
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
