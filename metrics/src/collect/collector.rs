//! Collectors: code of the program that adds families to each snapshot, and the checks of what it adds.

use crate::error::{Cause, Error};
use crate::labels::SeriesLabels;
use crate::names::{is_label_name, is_reserved};
use crate::snapshot::{FamilySnapshot, MetricKind, SampleValue, SeriesSnapshot};
use std::collections::{BTreeMap, BTreeSet};
use std::mem;

/// A collector: it adds families of metrics to each snapshot, for values that are found when they are read, such as a list of
/// disks.
///
/// ```
/// use std::time::Duration;
/// use tachometer::{collect::{Collect, Collected, FamilyDescription}, MetricsRegistry};
///
/// struct Shelves(Vec<(String, u32)>);
///
/// impl Collect for Shelves {
///     fn families(&self) -> Vec<FamilyDescription> {
///         vec![FamilyDescription::gauge("shelf_books", "Books on a shelf")]
///     }
///
///     fn collect(&self, into: &mut Collected<'_>) {
///         for (shelf, books) in &self.0 {
///             into.gauge("shelf_books", &[("shelf", shelf)], f64::from(*books));
///         }
///     }
/// }
///
/// let registry = MetricsRegistry::new(Duration::from_secs(10));
/// registry.collect_from(Shelves(vec![("poems".to_owned(), 12), ("maps".to_owned(), 3)]));
/// let text = registry.snapshot_all().to_prometheus_format();
/// assert!(text.contains("shelf_books{shelf=\"maps\"} 3.0\nshelf_books{shelf=\"poems\"} 12.0\n"));
/// ```
///
/// A collector is registered by [`collect_from`](crate::MetricsRegistry::collect_from). [`docs::on_demand`](crate::docs::on_demand)
/// specifies on which thread it runs, and what happens if it panics or hangs.
pub trait Collect: Send + Sync + 'static {
    /// Describes the families that it adds to. Called once, at the registration, so that a name clash is an error there and not a
    /// family that is sometimes missing.
    fn families(&self) -> Vec<FamilyDescription>;

    /// Adds the current series of its families.
    fn collect(&self, into: &mut Collected<'_>);
}

/// The name, help text and kind of a family.
///
/// ```
/// use tachometer::collect::FamilyDescription;
///
/// let free = FamilyDescription::gauge("shelf_free_meters", "What is free of a shelf");
/// assert_eq!(free, free.clone());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FamilyDescription {
    pub(crate) name: String,
    pub(crate) help: String,
    pub(crate) kind: MetricKind,
}

impl FamilyDescription {
    /// Describes a family of counters. By convention the name ends in `_total`.
    pub fn counter(name: impl Into<String>, help: impl Into<String>) -> Self {
        FamilyDescription { name: name.into(), help: help.into(), kind: MetricKind::Counter }
    }

    /// Describes a family of gauges.
    pub fn gauge(name: impl Into<String>, help: impl Into<String>) -> Self {
        FamilyDescription { name: name.into(), help: help.into(), kind: MetricKind::Gauge }
    }

    /// Describes a family of histograms.
    pub fn histogram(name: impl Into<String>, help: impl Into<String>) -> Self {
        FamilyDescription { name: name.into(), help: help.into(), kind: MetricKind::Histogram }
    }
}

/// The families that a [collector](Collect) adds to one snapshot.
///
/// A family with a mistake is missing from that snapshot, and `tachometer_refused_metric_info` gives the reason. Mistakes are a
/// family that was not described or has another kind, a label name that is not valid, a label or a label set that occurs twice,
/// and a counter that is negative or NaN.
///
/// ```
/// use std::time::Duration;
/// use tachometer::{collect::{Collect, Collected, FamilyDescription}, families::SampleValue, MetricsRegistry};
///
/// struct Lift;
///
/// impl Collect for Lift {
///     fn families(&self) -> Vec<FamilyDescription> {
///         vec![
///             FamilyDescription::counter("lift_rides_total", "Rides"),
///             FamilyDescription::gauge("lift_load_grams", "What it carries"),
///         ]
///     }
///
///     fn collect(&self, into: &mut Collected<'_>) {
///         into.add("lift_rides_total", &[], SampleValue::Count(7));
///         into.gauge("lift_load_grams", &[("not a name", "")], 81_000.0);
///     }
/// }
///
/// let registry = MetricsRegistry::new(Duration::from_secs(10));
/// registry.collect_from(Lift);
/// let text = registry.snapshot_all().to_prometheus_format();
/// assert!(text.contains("\nlift_rides_total 7\n") && !text.contains("# HELP lift_load_grams"));
/// assert!(text.contains("tachometer_refused_metric_info{reason=\"\\\"lift_load_grams\\\" is not exported: "));
/// ```
#[derive(Debug)]
pub struct Collected<'a> {
    /// The series of each described family, or the first mistake in it.
    families: BTreeMap<&'a str, (MetricKind, Result<Vec<SeriesSnapshot>, String>)>,
    /// The first family that was not described.
    undescribed: Option<String>,
}

impl<'a> Collected<'a> {
    pub(crate) fn new(families: &'a [FamilyDescription]) -> Self {
        let described = families.iter().map(|family| (&*family.name, (family.kind, Ok(Vec::new()))));
        Collected { families: described.collect(), undescribed: None }
    }

    /// Adds a series with these labels to the counter `family`.
    pub fn counter(&mut self, family: &str, labels: &[(&str, &str)], value: f64) {
        self.add(family, labels, SampleValue::Sum(value));
    }

    /// Adds a series with these labels to the gauge `family`.
    pub fn gauge(&mut self, family: &str, labels: &[(&str, &str)], value: f64) {
        self.add(family, labels, SampleValue::Quantity(value));
    }

    /// Adds a series with these labels and any value to a family of the value's kind. Use it for integers, and for histograms as
    /// [`AtomicHistogram::snapshot`](crate::AtomicHistogram::snapshot) returns them.
    pub fn add(&mut self, family: &str, labels: &[(&str, &str)], value: SampleValue) {
        let Some((kind, series)) = self.families.get_mut(family) else {
            self.undescribed.get_or_insert_with(|| family.to_owned());
            return;
        };
        let Ok(added) = series else { return };
        let mistake = label_mistake(family, labels.iter().map(|(name, _)| *name))
            .map(|error| error.to_string())
            .or_else(|| value_mistake(*kind, added.first(), &value));
        if let Some(mistake) = mistake {
            *series = Err(mistake);
            return;
        }
        added.push(SeriesSnapshot::new(SeriesLabels::new(labels.iter().copied()), value));
    }

    /// Returns the valid families, and the reasons why others are refused.
    pub(crate) fn finish(self) -> (Vec<(String, FamilySnapshot)>, Vec<String>) {
        let mut refusals = Vec::new();
        refusals.extend(self.undescribed.map(|family| {
            format!("{family:?} is not exported: its collector did not describe it in `families`")
        }));
        let mut shown = Vec::new();
        for (name, (kind, series)) in self.families {
            match series.and_then(in_order) {
                Ok(series) => shown.push((name.to_owned(), FamilySnapshot::new(kind, series))),
                Err(mistake) => refusals.push(format!("{name:?} is not exported: {mistake}")),
            }
        }
        (shown, refusals)
    }
}

/// Sorts the series, so that their order is stable. Returns an error if two have the same labels.
fn in_order(mut series: Vec<SeriesSnapshot>) -> Result<Vec<SeriesSnapshot>, String> {
    let mut known = BTreeSet::new();
    for SeriesSnapshot { labels, .. } in &series {
        // A scraper ignores the order of labels, and labels with an empty value.
        let identity: BTreeSet<_> = labels.iter().filter(|(_, value)| !value.is_empty()).collect();
        if !known.insert(identity) {
            return Err(format!("two of its series have the labels {labels:?}"));
        }
    }
    series.sort_by(|a, b| a.labels.cmp(&b.labels));
    Ok(series)
}

/// Returns an error if a series of `metric` must not have labels with these names.
pub(crate) fn label_mistake<'n>(metric: &str, names: impl IntoIterator<Item = &'n str>) -> Option<Error> {
    let mut known = BTreeSet::new();
    names.into_iter().find_map(|name| {
        let is_twice = !known.insert(name);
        let is_bad = is_twice || !is_label_name(name) || is_reserved(name);
        let cause = || Cause::Label { metric: metric.to_owned(), label: name.to_owned(), is_twice };
        is_bad.then(|| cause().into())
    })
}

/// Returns why a family of kind `kind`, whose first series is `first`, cannot have this value.
fn value_mistake(kind: MetricKind, first: Option<&SeriesSnapshot>, value: &SampleValue) -> Option<String> {
    let kind_of_value = value.kind();
    if kind_of_value != kind {
        return Some(format!("its kind is {kind}, but a {kind_of_value} was added"));
    }
    match value {
        SampleValue::Sum(sum) if sum.is_nan() || *sum < 0.0 => {
            Some(format!("a counter must not be negative or NaN, but its value was {sum}"))
        }
        SampleValue::Histogram(histogram) | SampleValue::Times(histogram) => {
            let is_other =
                |first: &SeriesSnapshot| mem::discriminant(&first.value) != mem::discriminant(value);
            if first.is_some_and(is_other) {
                return Some(
                    "histograms of times and histograms of other values must not be mixed in a family"
                        .to_owned(),
                );
            }
            histogram.mistake()
        }
        _ => None,
    }
}
