//! A snapshot as families of series: the one thing encoders read.
//!
//! [`FullSnapshot::families`] gives everything a snapshot holds in the order it is printed in. An encoder for another
//! format needs nothing else:
//!
//! ```
//! use std::time::Duration;
//! use tachometer::{MetricsRegistry, families::{Number, Value}};
//!
//! let registry = MetricsRegistry::new(Duration::from_secs(10));
//! registry.register_counter("jobs_done").add(3);
//! let snapshot = registry.snapshot_all();
//! for family in snapshot.families() {
//!     for series in &family.series {
//!         if let Value::Number(Number::Unsigned(count)) = series.value {
//!             assert_eq!((&*family.name, count, series.labels.iter().count()), ("jobs_done", 3, 0));
//!         }
//!     }
//! }
//! ```

pub use super::declared::{FamilySnapshot, SampleValue, SeriesSnapshot};

use super::{FullSnapshot, FunctionSnapshot, HistogramSnapshot, OwnFamily};
use crate::names::unit_of;
use std::borrow::Cow;
use std::fmt;

/// All series of one name.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct MetricFamily<'a> {
    /// The name; a histogram's series add suffixes to it.
    pub name: Cow<'a, str>,
    /// What it means, in a line or more, unescaped.
    pub help: Cow<'a, str>,
    /// What kind of metric it is.
    pub kind: MetricKind,
    /// The unit, where the name ends in one.
    pub unit: Option<&'static str>,
    /// Its series, each with other labels; never empty.
    pub series: Vec<Series<'a>>,
}

/// The name of a counter's family in OpenMetrics, which adds `_total` to it for the samples. `None` where the counter has
/// no such name: it would be nothing, or end in `_total` still.
pub(crate) fn without_total(counter: &str) -> Option<&str> {
    counter.strip_suffix("_total").filter(|name| !name.is_empty() && !name.ends_with("_total"))
}

/// What kind of metric a family is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "json", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum MetricKind {
    /// A number that only grows.
    Counter,
    /// A number that goes up and down.
    Gauge,
    /// Buckets, a sum and a count.
    Histogram,
}

/// `counter`, `gauge` or `histogram`.
impl fmt::Display for MetricKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            MetricKind::Counter => "counter",
            MetricKind::Gauge => "gauge",
            MetricKind::Histogram => "histogram",
        })
    }
}

/// One series of a family.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Series<'a> {
    /// What distinguishes it from the family's others.
    pub labels: Labels<'a>,
    /// What it shows.
    pub value: Value<'a>,
}

/// What a series shows.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Value<'a> {
    /// A counter's or a gauge's number.
    Number(Number),
    /// A histogram.
    Histogram(Distribution<'a>),
}

impl<'a> Value<'a> {
    /// A histogram of nanoseconds, in seconds.
    pub(super) fn nanoseconds(histogram: &'a HistogramSnapshot) -> Self {
        Value::Histogram(Distribution { histogram, scale: Scale::NanosToSeconds })
    }
}

/// A number, exact as it was counted.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Number {
    /// A count.
    Unsigned(u64),
    /// A level.
    Signed(i64),
    /// A quantity in a unit other than the one it was counted in.
    Float(f64),
}

/// The labels of a series, in the order they are printed in; names are never repeated.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Labels<'a> {
    function: Option<&'a FunctionSnapshot>,
    /// Of a family that was declared.
    declared: &'a [(String, String)],
    last: Option<(&'static str, &'a str)>,
    /// What all series have that have no label of that name.
    shared: &'a [(String, String)],
}

impl<'a> Labels<'a> {
    /// Those of a series that has no labels but these.
    pub(super) fn declared(declared: &'a [(String, String)]) -> Self {
        Labels { declared, ..Labels::default() }
    }

    /// Each label's name and value, unescaped.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        // Most have none, and are not to be copied for it.
        let shared = (!self.shared.is_empty()).then(|| {
            let labels = *self;
            labels.shared.iter().filter(move |(name, _)| !labels.own().any(|(own, _)| own == name))
        });
        let shared = shared.into_iter().flatten().map(|(name, value)| (name.as_str(), value.as_str()));
        self.own().chain(shared)
    }

    /// Those that tell it from others of its family.
    fn own(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let identity = self.function.map(|function| {
            let own = function.labels.iter().map(|(name, value)| (name.as_str(), value.as_str()));
            [("function", function.function.as_str()), ("module", function.module.as_str())]
                .into_iter()
                .chain(own)
        });
        let declared = self.declared.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        identity.into_iter().flatten().chain(declared).chain(self.last)
    }
}

/// A histogram's buckets, sum and count, in the unit of its family.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Distribution<'a> {
    histogram: &'a HistogramSnapshot,
    scale: Scale,
}

/// How recorded numbers become printed ones.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Scale {
    /// As they were recorded.
    Same,
    /// Recorded in nanoseconds, printed in seconds.
    NanosToSeconds,
}

impl Scale {
    fn apply(self, recorded: u64) -> Number {
        match self {
            Scale::Same => Number::Unsigned(recorded),
            Scale::NanosToSeconds => Number::Float(seconds(recorded)),
        }
    }

    fn bound(self, bound: u64) -> f64 {
        match (self, bound) {
            (_, u64::MAX) => f64::INFINITY,
            (Scale::Same, bound) => bound as f64,
            (Scale::NanosToSeconds, bound) => seconds(bound),
        }
    }
}

/// A bucket as formats print it.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Bucket {
    /// The inclusive upper bound; the last bucket's is infinite.
    pub upper_bound: f64,
    /// The values at or below it.
    pub cumulative_count: u64,
}

impl<'a> Distribution<'a> {
    /// The buckets with rising bounds, the last infinite.
    ///
    /// Bounds that are no longer different as floats (above 2⁵³) are one bucket.
    pub fn buckets(&self) -> impl Iterator<Item = Bucket> + use<'a> {
        let Distribution { histogram, scale } = *self;
        let mut bounds = histogram.boundaries.iter().map(move |bound| scale.bound(*bound));
        let mut next = bounds.next();
        let mut cumulative_count = 0_u64;
        histogram.buckets.iter().filter_map(move |count| {
            let upper_bound = next?;
            next = bounds.next();
            cumulative_count = cumulative_count.saturating_add(*count);
            (next != Some(upper_bound)).then_some(Bucket { upper_bound, cumulative_count })
        })
    }

    /// The sum of the values.
    pub fn sum(&self) -> Number {
        self.scale.apply(self.histogram.sum())
    }

    /// As it was recorded.
    pub(crate) fn recorded(&self) -> &'a HistogramSnapshot {
        self.histogram
    }

    /// Whether it was recorded in nanoseconds.
    pub(crate) fn is_of_time(&self) -> bool {
        self.scale == Scale::NanosToSeconds
    }

    /// How many values there are.
    pub fn count(&self) -> u64 {
        self.histogram.total()
    }
}

fn seconds(nanos: u64) -> f64 {
    nanos as f64 / 1e9
}

impl SampleValue {
    pub(super) fn as_value(&self) -> Value<'_> {
        match self {
            SampleValue::Count(count) => Value::Number(Number::Unsigned(*count)),
            SampleValue::Level(level) => Value::Number(Number::Signed(*level)),
            SampleValue::Sum(quantity) | SampleValue::Quantity(quantity) => {
                Value::Number(Number::Float(*quantity))
            }
            SampleValue::Histogram(histogram) => {
                Value::Histogram(Distribution { histogram, scale: Scale::Same })
            }
            SampleValue::Times(histogram) => Value::nanoseconds(histogram),
        }
    }
}

impl FullSnapshot {
    /// Everything in this snapshot as families of series, in a stable order: instrumented functions, what was
    /// registered by name, then the library's own. A family without a series is left out.
    pub fn families(&self) -> Vec<MetricFamily<'_>> {
        let mut families = self.function_families();
        let functions = families.len();
        self.collector_families(&mut families);
        self.histogram_families(&mut families);
        self.extreme_families(&mut families);
        self.number_families(&mut families);
        families.extend(self.declared.iter().map(|(name, family)| self.declared_family(name, family)));
        families[functions..].sort_by(|a, b| a.name.cmp(&b.name));
        families.extend(self.own.iter().map(OwnFamily::as_family));
        families.retain(|family| !family.series.is_empty());
        if !self.labels.is_empty() {
            for series in families.iter_mut().flat_map(|family| &mut family.series) {
                series.labels.shared = &self.labels;
            }
        }
        families
    }

    fn function_families(&self) -> Vec<MetricFamily<'_>> {
        let family = |name: &'static str, help: &'static str, kind, unit, series| MetricFamily {
            name: name.into(),
            help: help.into(),
            kind,
            unit,
            series,
        };
        let each = |read: fn(&FunctionSnapshot) -> Option<Value<'_>>| -> Vec<Series<'_>> {
            let series = |function| Some(Series { labels: of(function, None), value: read(function)? });
            self.functions.iter().filter_map(series).collect()
        };
        vec![
            family(
                "function_calls_total",
                "Calls of instrumented functions that have ended, by outcome.",
                MetricKind::Counter,
                None,
                self.functions.iter().flat_map(outcome_series).collect(),
            ),
            family(
                "function_errors_total",
                "Errors of instrumented functions, by kind.",
                MetricKind::Counter,
                None,
                self.functions.iter().flat_map(error_kind_series).collect(),
            ),
            family(
                "function_calls_in_flight",
                "Calls of instrumented functions that have begun and not ended.",
                MetricKind::Gauge,
                None,
                each(|function| Some(Value::Number(Number::Signed(function.in_flight)))),
            ),
            family(
                "function_duration_seconds",
                "How long calls of instrumented functions took.",
                MetricKind::Histogram,
                Some("seconds"),
                each(|function| Some(Value::nanoseconds(function.latency()))),
            ),
            family(
                "function_duration_min_seconds",
                "The shortest call of instrumented functions.",
                MetricKind::Gauge,
                Some("seconds"),
                each(|function| Some(extreme(function.latency().extremes()?.0, Scale::NanosToSeconds))),
            ),
            family(
                "function_duration_max_seconds",
                "The longest call of instrumented functions.",
                MetricKind::Gauge,
                Some("seconds"),
                each(|function| Some(extreme(function.latency().extremes()?.1, Scale::NanosToSeconds))),
            ),
            family(
                "function_sample_interval",
                "One call in so many of instrumented functions is timed.",
                MetricKind::Gauge,
                None,
                each(|function| {
                    let interval = function.sample_interval;
                    (interval > 1).then_some(Value::Number(Number::Unsigned(interval)))
                }),
            ),
        ]
    }

    fn collector_families<'a>(&'a self, families: &mut Vec<MetricFamily<'a>>) {
        for (name, collector) in &self.metrics {
            let mut push = |suffix, kind, value, what: &str| {
                let help = || format!("{what} of collector {name}.");
                families.push(self.named(format!("{name}_{suffix}"), name, kind, help, single(value)));
            };
            push("requests", MetricKind::Counter, Number::Unsigned(collector.requests), "Requests");
            push("errors", MetricKind::Counter, Number::Unsigned(collector.errors), "Errors");
            push("bytes_sent", MetricKind::Counter, Number::Unsigned(collector.bytes_sent), "Bytes sent");
            let connections = Number::Signed(collector.active_connections);
            push("active_connections", MetricKind::Gauge, connections, "Open connections");
        }
    }

    fn histogram_families<'a>(&'a self, families: &mut Vec<MetricFamily<'a>>) {
        for (name, histogram) in &self.histograms {
            let value = Value::Histogram(Distribution { histogram, scale: Scale::Same });
            let series = vec![Series { labels: Labels::default(), value }];
            let help = || format!("Latency of {name} in microseconds.");
            families.push(self.named(
                format!("{name}_latency_us"),
                name,
                MetricKind::Histogram,
                help,
                series,
            ));
        }
    }

    fn extreme_families<'a>(&'a self, families: &mut Vec<MetricFamily<'a>>) {
        for (name, &(min, max)) in &self.minmax {
            for (suffix, value, what) in [("min", min, "smallest"), ("max", max, "largest")] {
                let help = || format!("The {what} value of {name}.");
                let series = single(Number::Unsigned(value));
                families.push(self.named(format!("{name}_{suffix}"), name, MetricKind::Gauge, help, series));
            }
        }
    }

    fn number_families<'a>(&'a self, families: &mut Vec<MetricFamily<'a>>) {
        for (name, &count) in &self.counters {
            let help = || format!("Counter {name}.");
            let series = single(Number::Unsigned(count));
            families.push(self.named(name, name, MetricKind::Counter, help, series));
        }
        for (name, &level) in &self.gauges {
            let help = || format!("Gauge {name}.");
            let series = single(Number::Signed(level));
            families.push(self.named(name, name, MetricKind::Gauge, help, series));
        }
    }

    fn declared_family<'a>(&'a self, name: &'a str, family: &'a FamilySnapshot) -> MetricFamily<'a> {
        let series = family.series.iter().map(|SeriesSnapshot { labels, value }| Series {
            labels: Labels::declared(labels),
            value: value.as_value(),
        });
        let plain_help = || format!("Metric {name}.");
        MetricFamily {
            unit: unit_of(name),
            ..self.named(name, name, family.kind, plain_help, series.collect())
        }
    }

    /// A family of something that was registered as `registered`, with the help that was given for its printed name or
    /// for its registered one, else with `plain_help`.
    fn named<'a>(
        &'a self,
        name: impl Into<Cow<'a, str>>,
        registered: &str,
        kind: MetricKind,
        plain_help: impl FnOnce() -> String,
        series: Vec<Series<'a>>,
    ) -> MetricFamily<'a> {
        let name = name.into();
        // The text of a metric that was declared under the registered name is its own.
        let is_anothers = self.declared.contains_key(registered) && *name != *registered;
        let of_registered = || self.help.get(registered).filter(|_| !is_anothers);
        let given = self.help.get(&*name).or_else(of_registered);
        let help = given.map_or_else(|| plain_help().into(), Into::into);
        MetricFamily { name, help, kind, unit: None, series }
    }
}

pub(super) fn single<'a>(number: Number) -> Vec<Series<'a>> {
    vec![Series { labels: Labels::default(), value: Value::Number(number) }]
}

fn of<'a>(function: &'a FunctionSnapshot, last: Option<(&'static str, &'a str)>) -> Labels<'a> {
    Labels { function: Some(function), last, ..Labels::default() }
}

fn extreme<'a>(value: u64, scale: Scale) -> Value<'a> {
    Value::Number(scale.apply(value))
}

fn outcome_series(function: &FunctionSnapshot) -> impl Iterator<Item = Series<'_>> {
    let FunctionSnapshot { ok, errors, panics, cancelled, .. } = *function;
    [("ok", ok), ("error", errors), ("panic", panics), ("cancelled", cancelled)].into_iter().map(
        move |(outcome, count)| Series {
            labels: of(function, Some(("outcome", outcome))),
            value: Value::Number(Number::Unsigned(count)),
        },
    )
}

fn error_kind_series(function: &FunctionSnapshot) -> impl Iterator<Item = Series<'_>> {
    function.error_kinds.iter().map(move |(kind, count)| Series {
        labels: of(function, Some(("error_kind", kind))),
        value: Value::Number(Number::Unsigned(*count)),
    })
}
