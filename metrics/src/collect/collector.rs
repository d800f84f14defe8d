//! Families that a program's collector adds whenever somebody reads, and the checks of what it adds.

use crate::error::{Cause, Error};
use crate::names::{is_label_name, is_reserved};
use crate::snapshot::{FamilySnapshot, MetricKind, SampleValue, SeriesSnapshot};
use std::collections::{BTreeMap, BTreeSet};
use std::mem;

/// Adds families of metrics to each snapshot: for what is found where it is read, such as the disks there are.
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
/// Registered by [`collect_from`](crate::MetricsRegistry::collect_from). [`docs::on_demand`](crate::docs::on_demand) says
/// on which thread it runs and what happens where it panics or takes long.
pub trait Collect: Send + Sync + 'static {
    /// The families it adds to, asked once, when it is registered: so a name that something else has is an error there, where
    /// somebody sees it, and not a family that is sometimes missing.
    fn families(&self) -> Vec<FamilyDescription>;

    /// Adds what the families show now.
    fn collect(&self, into: &mut Collected<'_>);
}

/// What a family is called, what it means and what kind it is.
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
    /// A family of numbers that only grow. By convention the name ends in `_total`.
    pub fn counter(name: impl Into<String>, help: impl Into<String>) -> Self {
        FamilyDescription { name: name.into(), help: help.into(), kind: MetricKind::Counter }
    }

    /// A family of numbers that go up and down.
    pub fn gauge(name: impl Into<String>, help: impl Into<String>) -> Self {
        FamilyDescription { name: name.into(), help: help.into(), kind: MetricKind::Gauge }
    }

    /// A family of histograms.
    pub fn histogram(name: impl Into<String>, help: impl Into<String>) -> Self {
        FamilyDescription { name: name.into(), help: help.into(), kind: MetricKind::Histogram }
    }
}

/// What a [collector](Collect) adds at one time.
///
/// A mistake takes away the family it is made in, from this snapshot, and `tachometer_refused_metric_info` says what it was: a
/// family that was not described or is of another kind, a label whose name is not allowed or that is there twice, two series with
/// the same labels, a counter that is negative or not a number.
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
/// assert!(text.contains("tachometer_refused_metric_info{reason=\"\\\"lift_load_grams\\\" is not shown: "));
/// ```
#[derive(Debug)]
pub struct Collected<'a> {
    /// Of each family that was described: its series, or why it cannot be had.
    families: BTreeMap<&'a str, (MetricKind, Result<Vec<SeriesSnapshot>, String>)>,
    /// One that was not described.
    stranger: Option<String>,
}

impl<'a> Collected<'a> {
    pub(crate) fn new(families: &'a [FamilyDescription]) -> Self {
        let described = families.iter().map(|family| (&*family.name, (family.kind, Ok(Vec::new()))));
        Collected { families: described.collect(), stranger: None }
    }

    /// A series of the counter `family`, with these labels.
    pub fn counter(&mut self, family: &str, labels: &[(&str, &str)], value: f64) {
        self.add(family, labels, SampleValue::Sum(value));
    }

    /// A series of the gauge `family`, with these labels.
    pub fn gauge(&mut self, family: &str, labels: &[(&str, &str)], value: f64) {
        self.add(family, labels, SampleValue::Quantity(value));
    }

    /// A series of `family`, with these labels and any value of its kind: also whole numbers, and histograms as
    /// [`AtomicHistogram::snapshot`](crate::AtomicHistogram::snapshot) reads them.
    pub fn add(&mut self, family: &str, labels: &[(&str, &str)], value: SampleValue) {
        let Some((kind, series)) = self.families.get_mut(family) else {
            self.stranger.get_or_insert_with(|| family.to_owned());
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
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        added.push(SeriesSnapshot::new(labels.iter().map(owned).collect(), value));
    }

    /// The families that can be shown, and why others cannot.
    pub(crate) fn finish(self) -> (Vec<(String, FamilySnapshot)>, Vec<String>) {
        let mut refusals = Vec::new();
        refusals.extend(self.stranger.map(|family| {
            format!("{family:?} is not shown: its collector did not say that it would add it")
        }));
        let mut shown = Vec::new();
        for (name, (kind, series)) in self.families {
            match series.and_then(in_order) {
                Ok(series) => shown.push((name.to_owned(), FamilySnapshot::new(kind, series))),
                Err(mistake) => refusals.push(format!("{name:?} is not shown: {mistake}")),
            }
        }
        (shown, refusals)
    }
}

/// The series in a stable order, whatever order they were found in; an error where two are one.
fn in_order(mut series: Vec<SeriesSnapshot>) -> Result<Vec<SeriesSnapshot>, String> {
    let mut known = BTreeSet::new();
    for SeriesSnapshot { labels, .. } in &series {
        // Who reads the text takes labels in another order for the same series, and one without a value for none.
        let identity: BTreeSet<_> = labels.iter().filter(|(_, value)| !value.is_empty()).collect();
        if !known.insert(identity) {
            return Err(format!("two of its series have the labels {labels:?}"));
        }
    }
    series.sort_by(|a, b| a.labels.cmp(&b.labels));
    Ok(series)
}

/// Why no series of `metric` may have labels with these names.
pub(crate) fn label_mistake<'n>(metric: &str, names: impl IntoIterator<Item = &'n str>) -> Option<Error> {
    let mut known = BTreeSet::new();
    names.into_iter().find_map(|name| {
        let is_twice = !known.insert(name);
        let is_bad = is_twice || !is_label_name(name) || is_reserved(name);
        let cause = || Cause::Label { metric: metric.to_owned(), label: name.to_owned(), is_twice };
        is_bad.then(|| cause().into())
    })
}

/// Why a family of that kind, with that `first` series, cannot have this value.
fn value_mistake(kind: MetricKind, first: Option<&SeriesSnapshot>, value: &SampleValue) -> Option<String> {
    let kind_of_value = value.kind();
    if kind_of_value != kind {
        return Some(format!("a {kind_of_value:?} was added to it, and it is a {kind:?}"));
    }
    match value {
        SampleValue::Sum(sum) if sum.is_nan() || *sum < 0.0 => {
            Some(format!("it is a counter, and was {sum}"))
        }
        SampleValue::Histogram(histogram) | SampleValue::Times(histogram) => {
            let is_other =
                |first: &SeriesSnapshot| mem::discriminant(&first.value) != mem::discriminant(value);
            if first.is_some_and(is_other) {
                return Some("some of its histograms are of times, and some are not".to_owned());
            }
            histogram.mistake()
        }
        _ => None,
    }
}
