//! Deserialization with validation: a raw form is read first, and becomes a snapshot if it fulfils what the rest of the library
//! relies on.
//!
//! What is validated: metric names that Prometheus allows, none printed twice; bounds that increase up to `u64::MAX`, with as many
//! buckets; native buckets that exist, in their unit, and hold as many values; extremes in order; functions sorted and unique. Other
//! counts are not validated.
//!
//! Unknown fields are ignored, so that an older reader accepts the output of a newer writer. Fields that can be empty may be
//! missing: maps, labels, kinds, extremes, the time of a difference. A missing count is an error and not a zero.

use super::collector::MetricsSnapshot;
use super::declared::{FamilySnapshot, SampleValue, SeriesSnapshot};
use super::exemplar::{Exemplar, SelectedCalls};
use super::full::FullSnapshot;
use super::function::{CancelledByStage, FunctionSnapshot};
use super::histogram::HistogramSnapshot;
use super::kind::MetricKind;
use super::label_identity::{as_texts, identity_of, label_identity};
use super::moment::Moment;
use super::place::Place;
use super::run::RunId;
use super::self_metric::SelfMetricFamily;
use super::serial::{native, pairs, timestamp};
use crate::buckets::native::{NativeCounts, SECONDS};
use crate::labels::SeriesLabels;
use crate::names::{OWN_PREFIX, RESERVED_LABELS, is_label_name, is_metric_name, is_reserved, without_total};
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// The reason of a rejection: which part is invalid, and why.
type Reason = String;

/// Deserializes a snapshot by way of its raw form.
macro_rules! deserialize_from {
    ($($raw:ident => $snapshot:ident,)*) => {$(
        impl<'de> Deserialize<'de> for $snapshot {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $raw::deserialize(deserializer)?.try_into().map_err(D::Error::custom)
            }
        }
    )*};
}

deserialize_from! {
    RawFull => FullSnapshot,
    RawFunction => FunctionSnapshot,
    RawHistogram => HistogramSnapshot,
    RawFamily => FamilySnapshot,
    RawSeries => SeriesSnapshot,
}

#[derive(Deserialize)]
#[serde(rename = "FullSnapshot")]
struct RawFull {
    #[serde(with = "timestamp")]
    timestamp: SystemTime,
    #[serde(default)]
    metrics: BTreeMap<String, MetricsSnapshot>,
    #[serde(default)]
    histograms: BTreeMap<String, RawHistogram>,
    #[serde(default)]
    minmax: BTreeMap<String, (u64, u64)>,
    #[serde(default)]
    counters: BTreeMap<String, u64>,
    #[serde(default)]
    gauges: BTreeMap<String, i64>,
    #[serde(default)]
    declared: BTreeMap<String, RawFamily>,
    #[serde(default)]
    functions: Vec<RawFunction>,
    #[serde(default, with = "pairs")]
    labels: Vec<(String, String)>,
    #[serde(default)]
    help: BTreeMap<String, String>,
    #[serde(default)]
    self_metrics: Vec<RawSelfMetricFamily>,
    #[serde(default)]
    created: Option<Created>,
    #[serde(default)]
    run: Option<RunId>,
    #[serde(default)]
    elapsed: Option<Duration>,
}

#[derive(Deserialize)]
#[serde(rename = "FamilySnapshot")]
struct RawFamily {
    kind: MetricKind,
    series: Vec<RawSeries>,
}

#[derive(Deserialize)]
#[serde(rename = "SeriesSnapshot")]
struct RawSeries {
    #[serde(default, with = "pairs")]
    labels: Vec<(String, String)>,
    value: SampleValue,
    #[serde(default)]
    exemplar: Option<Box<Exemplar>>,
}

#[derive(Deserialize)]
struct RawSelfMetricFamily {
    name: String,
    help: String,
    #[serde(flatten)]
    family: RawFamily,
}

#[derive(Deserialize)]
struct Created(#[serde(with = "timestamp")] SystemTime);

#[derive(Deserialize)]
#[serde(rename = "FunctionSnapshot")]
struct RawFunction {
    function: String,
    module: String,
    #[serde(default, with = "pairs")]
    labels: Vec<(String, String)>,
    ok: u64,
    errors: u64,
    panics: u64,
    cancelled: u64,
    in_flight: i64,
    #[serde(default, with = "pairs")]
    error_kinds: Vec<(String, u64)>,
    #[serde(default)]
    cancelled_by_stage: Option<CancelledByStage>,
    #[serde(default)]
    place: Option<Place>,
    #[serde(default = "every_call")]
    sample_interval: u64,
    latency: RawHistogram,
    #[serde(default)]
    exemplars: SelectedCalls,
}

fn every_call() -> u64 {
    1
}

#[derive(Deserialize)]
#[serde(rename = "HistogramSnapshot")]
struct RawHistogram {
    buckets: Vec<u64>,
    boundaries: Vec<u64>,
    sum: u64,
    #[serde(default)]
    extremes: Option<(u64, u64)>,
    #[serde(default)]
    recent: Option<(u64, u64)>,
    #[serde(default, with = "native")]
    native: Option<Arc<NativeCounts>>,
    #[serde(default)]
    exemplars: Vec<Exemplar>,
}

impl TryFrom<RawHistogram> for HistogramSnapshot {
    type Error = Reason;

    fn try_from(raw: RawHistogram) -> Result<Self, Reason> {
        let RawHistogram { buckets, boundaries, sum, extremes, recent, native, exemplars } = raw;
        let histogram = HistogramSnapshot { buckets, boundaries, sum, extremes, recent, native, exemplars };
        if let Some(mistake) = histogram.mistake().or_else(|| histogram.native_mistake()) {
            return Err(mistake);
        }
        if let Some(extremes) = extremes {
            check_extremes(extremes)?;
        }
        if let Some(recent) = recent {
            check_recent(recent, extremes)?;
        }
        if histogram.exemplars.iter().any(|exemplar| exemplar.value().is_none()) {
            return Err("the exemplar of a bucket must have a value".to_owned());
        }
        let bucket = |exemplar: &Exemplar| histogram.bucket_of(exemplar);
        if !histogram.exemplars.is_sorted_by(|one, next| bucket(one) < bucket(next)) {
            return Err("the exemplars must be of different buckets, in increasing order".to_owned());
        }
        Ok(histogram)
    }
}

impl TryFrom<RawFunction> for FunctionSnapshot {
    type Error = Reason;

    fn try_from(raw: RawFunction) -> Result<Self, Reason> {
        let name = format!("function {:?} of module {:?}", raw.function, raw.module);
        raw.checked().map_err(in_what(name))
    }
}

impl RawFunction {
    fn checked(self) -> Result<FunctionSnapshot, Reason> {
        let RawFunction { function, module, labels, ok, errors, panics, cancelled, .. } = self;
        let RawFunction {
            in_flight,
            error_kinds,
            cancelled_by_stage,
            place,
            sample_interval,
            latency,
            exemplars,
            ..
        } = self;
        if let Some((label, _)) = labels.iter().find(|(label, _)| !may_be_given(label)) {
            return Err(format!("invalid label {label:?} of a function"));
        }
        if [errors, panics, cancelled].into_iter().try_fold(ok, u64::checked_add).is_none() {
            return Err(format!("more than {} calls in total", u64::MAX));
        }
        let is_too_many = |CancelledByStage { before_first_item, after_first_item }| {
            after_first_item.checked_add(before_first_item).is_none_or(|stages| stages > cancelled)
        };
        if cancelled_by_stage.is_some_and(is_too_many) {
            return Err(format!("more cancelled calls by stage than in total, {cancelled}"));
        }
        if in_flight < 0 {
            return Err(format!("the number of calls in flight must not be negative, not {in_flight}"));
        }
        if sample_interval == 0 {
            return Err("the sample interval must be at least 1, not 0".to_owned());
        }
        let latency =
            HistogramSnapshot::try_from(latency).and_then(in_seconds).map_err(in_what("latency"))?;
        Ok(FunctionSnapshot {
            function,
            module,
            labels,
            ok,
            errors,
            panics,
            cancelled,
            in_flight,
            error_kinds,
            cancelled_by_stage,
            place,
            sample_interval,
            latency,
            selected: exemplars.boxed(),
        })
    }
}

impl TryFrom<RawFull> for FullSnapshot {
    type Error = Reason;

    fn try_from(raw: RawFull) -> Result<Self, Reason> {
        let RawFull { timestamp, metrics, histograms, minmax, counters, gauges, .. } = raw;
        let RawFull { declared, functions, labels, help, self_metrics, created, run, elapsed, .. } = raw;
        let histogram = |(name, raw): (String, RawHistogram)| {
            let histogram = HistogramSnapshot::try_from(raw).and_then(in_integers);
            let histogram = histogram.map_err(in_what(format!("histogram {name:?}")))?;
            Ok((name, histogram))
        };
        if let Some((label, _)) = labels.iter().find(|(label, _)| !may_be_given(label)) {
            return Err(format!("invalid label {label:?} of all series"));
        }
        for (name, extremes) in &minmax {
            check_extremes(*extremes).map_err(in_what(format!("min/max {name:?}")))?;
        }
        let family =
            |name: &String, raw: RawFamily| raw.checked(&labels).map_err(in_what(format!("metric {name:?}")));
        let declared_family = |(name, raw): (String, RawFamily)| {
            let family = family(&name, raw)?;
            Ok((name, family))
        };
        let declared = declared.into_iter().map(declared_family).collect::<Result<_, Reason>>()?;
        let self_metric = |RawSelfMetricFamily { name, help, family: raw }| {
            if !name.starts_with(OWN_PREFIX) {
                return Err(format!(
                    "invalid name {name:?} of a self-metric: it must begin with {OWN_PREFIX:?}"
                ));
            }
            let family = family(&name, raw)?;
            Ok(SelfMetricFamily { name, help, family })
        };
        let self_metrics = self_metrics.into_iter().map(self_metric).collect::<Result<_, Reason>>()?;
        let snapshot = FullSnapshot {
            timestamp,
            metrics,
            histograms: histograms.into_iter().map(histogram).collect::<Result<_, Reason>>()?,
            minmax,
            counters,
            gauges,
            declared,
            functions: in_order(functions, &labels)?,
            labels,
            help,
            self_metrics,
            created: created.map_or(timestamp, |created| created.0),
            run,
            taken: Moment::default(),
            elapsed,
        };
        check_names(&snapshot)?;
        Ok(snapshot)
    }
}

/// Sorts the functions, whose order other programs may have changed, and checks that they are unique.
fn in_order(
    functions: Vec<RawFunction>,
    constant: &[(String, String)],
) -> Result<Vec<FunctionSnapshot>, Reason> {
    let functions = functions.into_iter().map(FunctionSnapshot::try_from);
    let mut functions = functions.collect::<Result<Vec<_>, _>>()?;
    functions.sort_by(|a, b| a.identity().cmp(&b.identity()));
    // A scraper ignores the order of labels.
    let mut known = BTreeSet::new();
    if let Some(function) = functions.iter().find(|function| {
        !known.insert((function.module_and_function(), label_identity(&function.labels, constant)))
    }) {
        let FunctionSnapshot { function, module, labels, .. } = function;
        return Err(format!(
            "function {function:?} of module {module:?} with labels {labels:?} occurs twice"
        ));
    }
    Ok(functions)
}

/// Rejects names that Prometheus does not allow, and metrics that would print a name twice.
fn check_names(snapshot: &FullSnapshot) -> Result<(), Reason> {
    let names = snapshot.metrics.keys().chain(snapshot.histograms.keys()).chain(snapshot.minmax.keys());
    for name in names
        .chain(snapshot.counters.keys())
        .chain(snapshot.gauges.keys())
        .chain(snapshot.declared.keys())
        .chain(snapshot.self_metrics.iter().map(|family| &family.name))
    {
        if !is_metric_name(name) {
            return Err(format!("invalid metric name {name:?}"));
        }
    }
    let mut printed = BTreeSet::new();
    for family in snapshot.families() {
        let name = &*family.name;
        // In OpenMetrics the family of a counter has no `_total`, and both may have a sample `_created`.
        let (base, suffixes): (&str, &[&str]) = match family.kind {
            MetricKind::Histogram => (name, &["", "_bucket", "_sum", "_count", "_created"]),
            MetricKind::Counter => match without_total(name) {
                Some(base) => (base, &["", "_total", "_created"]),
                None => (name, &[""]),
            },
            MetricKind::Gauge => (name, &[""]),
        };
        for suffix in suffixes {
            let name = format!("{base}{suffix}");
            if printed.contains(&name) {
                return Err(format!("two metrics would print {name:?}"));
            }
            printed.insert(name);
        }
    }
    Ok(())
}

impl TryFrom<RawFamily> for FamilySnapshot {
    type Error = Reason;

    fn try_from(raw: RawFamily) -> Result<Self, Reason> {
        raw.checked(&[])
    }
}

impl RawFamily {
    /// Rejects values of another kind than the family's, and duplicate series.
    fn checked(self, constant: &[(String, String)]) -> Result<FamilySnapshot, Reason> {
        let kind = self.kind;
        let series = self.series.into_iter().map(|raw| {
            let series = SeriesSnapshot::try_from(raw)?;
            let kind_of_value = series.value.kind();
            if kind_of_value != kind {
                return Err(format!("a value of kind {kind_of_value:?} in a family of kind {kind:?}"));
            }
            Ok(series)
        });
        let series = series.collect::<Result<Vec<_>, _>>()?;
        let mut known = BTreeSet::new();
        for SeriesSnapshot { labels, .. } in &series {
            if !known.insert(identity_of(&labels.iter(), constant)) {
                return Err(format!("the series with labels {labels:?} occurs twice"));
            }
        }
        Ok(FamilySnapshot { kind, series })
    }
}

impl TryFrom<RawSeries> for SeriesSnapshot {
    type Error = Reason;

    fn try_from(RawSeries { labels, value, exemplar }: RawSeries) -> Result<Self, Reason> {
        match value {
            SampleValue::Sum(sum) if sum.is_nan() || sum < 0.0 => {
                return Err(format!("the value of a counter must not be negative or NaN, not {sum}"));
            }
            _ => {}
        }
        let value = match value {
            SampleValue::Times(histogram) => SampleValue::Times(in_seconds(histogram)?),
            SampleValue::Histogram(histogram) => SampleValue::Histogram(in_integers(histogram)?),
            value => value,
        };
        if exemplar.as_ref().is_some_and(|exemplar| value.as_count().is_none() || exemplar.value().is_none())
        {
            return Err("only an integer counter may have an exemplar, which must have a value".to_owned());
        }
        let may_be = |label: &str| is_label_name(label) && !is_reserved(label);
        if let Some((label, _)) = labels.iter().find(|(label, _)| !may_be(label)) {
            return Err(format!("invalid label {label:?} of a series"));
        }
        Ok(SeriesSnapshot::new(SeriesLabels::new(as_texts(&labels)), value).with_exemplar(exemplar))
    }
}

/// Rejects native buckets in another unit than that of times.
fn in_seconds(histogram: HistogramSnapshot) -> Result<HistogramSnapshot, Reason> {
    in_unit(histogram, SECONDS.per_unit())
}

/// Rejects native buckets in another unit than that of what is no time.
fn in_integers(histogram: HistogramSnapshot) -> Result<HistogramSnapshot, Reason> {
    in_unit(histogram, 1)
}

fn in_unit(histogram: HistogramSnapshot, expected: u64) -> Result<HistogramSnapshot, Reason> {
    match histogram.native.as_ref().map(|native| native.scale.per_unit()) {
        Some(per_unit) if per_unit != expected => {
            Err(format!("its native buckets must have {expected} to the unit, not {per_unit}"))
        }
        _ => Ok(histogram),
    }
}

fn check_extremes((min, max): (u64, u64)) -> Result<(), Reason> {
    if min <= max {
        Ok(())
    } else {
        Err(format!("its smallest value {min} is above its largest value {max}"))
    }
}

fn check_recent((min, max): (u64, u64), extremes: Option<(u64, u64)>) -> Result<(), Reason> {
    check_extremes((min, max)).map_err(in_what("recent"))?;
    match extremes {
        Some((least, most)) if least <= min && max <= most => Ok(()),
        Some(all) => {
            Err(format!("the recent extremes {:?} are outside the overall extremes {all:?}", (min, max)))
        }
        None => Err(format!("the recent extremes {:?} without overall extremes", (min, max))),
    }
}

/// Returns whether a label may be added to those that the library sets itself.
fn may_be_given(label: &str) -> bool {
    is_label_name(label) && !RESERVED_LABELS.contains(&label)
}

/// Prepends the invalid part to a reason.
fn in_what(what: impl Display) -> impl FnOnce(Reason) -> Reason {
    move |reason| format!("{what}: {reason}")
}
