//! What a registry may hold: what was registered, through the registry itself; what only annotations, endpoints and
//! exporters leave in one, through JSON.

use crate::json::check_way_back;
use arbitrary::{Arbitrary, Result, Unstructured};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;
use tachometer::{FullSnapshot, MetricsRegistry};

#[derive(Debug, Arbitrary)]
pub(crate) struct Content {
    metrics: Vec<(Name, Metric)>,
    help: Vec<(Name, String)>,
    functions: Vec<Function>,
    own: Option<Own>,
}

/// What names begin with: among them what the library begins with, what is reserved, and what no name may have.
const BEGINNINGS: [&str; 18] = [
    "",
    "a",
    "jobs",
    "_",
    ":",
    "9",
    "é\n",
    "function_calls",
    "function_errors",
    "function_duration",
    "tachometer_exports",
    "tachometer_scrapes",
    "function",
    "module",
    "outcome",
    "error_kind",
    "le",
    "quantile",
];
/// And what they end in, to which the formats give a meaning.
const ENDINGS: [&str; 14] = [
    "_total",
    "_created",
    "_bucket",
    "_sum",
    "_count",
    "_min",
    "_max",
    "_requests",
    "_errors",
    "_active_connections",
    "_latency_us",
    "_in_flight",
    "_seconds",
    "_info",
];

#[derive(Debug)]
struct Name(String);

impl<'a> Arbitrary<'a> for Name {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let mut name = (*u.choose(&BEGINNINGS)?).to_owned();
        for _ in 0..u.int_in_range(0..=2)? {
            name.push_str(u.choose(&ENDINGS)?);
        }
        Ok(Name(name))
    }
}

#[derive(Debug, Arbitrary)]
enum Metric {
    Counter(u64),
    Gauge(i64),
    MinMax(Vec<u64>),
    OneBound([u64; 1], Vec<u64>),
    SomeBounds([u64; 4], Vec<u64>),
    Collector { requests: u8, errors: u8, bytes: u64, connections: i8 },
}

#[derive(Debug, Arbitrary)]
struct Function {
    name: String,
    module: String,
    labels: Vec<(Name, String)>,
    outcomes: [u64; 4],
    in_flight: u32,
    error_kinds: BTreeMap<String, u64>,
    interval: u8,
    latency: Histogram,
    /// The longest call, the last error, the last panic.
    selected: [Option<Traced>; 3],
}

/// A call with its trace.
#[derive(Debug, Arbitrary)]
struct Traced {
    trace: u128,
    span: u64,
    time: u64,
    /// Of calls that are not of a bucket.
    value: Option<u64>,
}

#[derive(Debug, Arbitrary)]
struct Histogram {
    /// Each bound with what is at or below it and above the one before.
    buckets: BTreeMap<u64, u64>,
    above: u64,
    sum: u64,
    extremes: Option<(u64, u64)>,
    /// Of the first buckets, whose upper bounds are the values.
    exemplars: Vec<Option<Traced>>,
}

#[derive(Debug, Arbitrary)]
struct Own {
    clock: Option<String>,
    panics: Option<u64>,
    overflowed: Option<u64>,
    scrapes: Option<([[u64; 3]; 2], Histogram, [u64; 3])>,
    exports: BTreeMap<String, [u64; 3]>,
}

impl Content {
    pub(crate) fn snapshot(&self) -> FullSnapshot {
        let registry = MetricsRegistry::new(Duration::from_secs(10));
        for (name, metric) in &self.metrics {
            metric.register(&registry, &name.0);
        }
        for (Name(name), help) in &self.help {
            registry.describe(name, help);
        }
        let registered = registry.snapshot_all();
        check_way_back(&registered);

        let mut json = serde_json::to_value(&registered).expect("a snapshot has a JSON form");
        let mut known = BTreeSet::new();
        let functions = self.functions.iter().map(Function::json);
        let functions =
            functions.filter(|(identity, _)| known.insert(identity.clone())).map(|(_, json)| json);
        json["functions"] = functions.collect();
        if let Some(own) = &self.own {
            json["own"] = own.json();
        }
        let snapshot = FullSnapshot::from_json(&json.to_string());
        let snapshot = snapshot.unwrap_or_else(|error| panic!("{error}: {json}"));
        check_way_back(&snapshot);
        snapshot
    }
}

impl Metric {
    /// Names that are none, or taken, are refused.
    fn register(&self, registry: &MetricsRegistry, name: &str) {
        match self {
            Metric::Counter(count) => {
                let _ = registry.try_register_counter(name).map(|counter| counter.add(*count));
            }
            Metric::Gauge(level) => {
                let _ = registry.try_register_gauge(name).map(|gauge| gauge.set(*level));
            }
            Metric::MinMax(values) => {
                let _ = registry
                    .try_register_minmax(name)
                    .map(|extremes| values.iter().for_each(|value| extremes.update(*value)));
            }
            Metric::OneBound(bounds, values) => {
                let _ = registry
                    .try_register_histogram(name, *bounds)
                    .map(|histogram| values.iter().for_each(|value| histogram.record(*value)));
            }
            Metric::SomeBounds(bounds, values) => {
                let mut bounds = *bounds;
                bounds.sort_unstable();
                let _ = registry
                    .try_register_histogram(name, bounds)
                    .map(|histogram| values.iter().for_each(|value| histogram.record(*value)));
            }
            Metric::Collector { requests, errors, bytes, connections } => {
                let Ok(collector) = registry.try_register_collector(name) else { return };
                (0..*requests).for_each(|_| collector.record_request());
                (0..*errors).for_each(|_| collector.record_error());
                collector.record_bytes(*bytes);
                for _ in 0..connections.unsigned_abs() {
                    if *connections > 0 {
                        collector.connection_opened();
                    } else {
                        collector.connection_closed();
                    }
                }
            }
        }
    }
}

type Identity<'a> = (&'a str, &'a str, BTreeMap<&'a str, &'a str>);

impl Function {
    /// With what tells it from others: not the order of its labels, nor those without a value.
    fn json(&self) -> (Identity<'_>, Value) {
        let mut labels = BTreeMap::new();
        for (Name(name), value) in &self.labels {
            if is_label(name) {
                labels.entry(name.as_str()).or_insert(value.as_str());
            }
        }
        // No sum of four is more than a count can be.
        let [ok, errors, panics, cancelled] = self.outcomes.map(|count| count >> 2);
        let [slowest, error, panic] = self.selected.each_ref().map(|call| call.as_ref().map(Traced::json));
        let json = json!({
            "exemplars": { "slowest": slowest, "last_error": error, "last_panic": panic },
            "function": self.name,
            "module": self.module,
            "labels": labels,
            "ok": ok,
            "errors": errors,
            "panics": panics,
            "cancelled": cancelled,
            "in_flight": self.in_flight,
            "error_kinds": self.error_kinds,
            "sample_interval": u16::from(self.interval) + 1,
            "latency": self.latency.json(),
        });
        labels.retain(|_, value| !value.is_empty());
        ((&self.module, &self.name, labels), json)
    }
}

impl Traced {
    fn json(&self) -> Value {
        let Traced { trace, span, time, value } = self;
        let (trace, span) = (format!("{trace:032x}"), format!("{span:016x}"));
        json!({ "trace_id": trace, "span_id": span, "time_unix_nano": time, "value": value })
    }
}

/// What the attribute takes for a label.
fn is_label(name: &str) -> bool {
    let reserved = ["function", "module", "outcome", "error_kind", "le", "quantile"];
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && !name.starts_with("__");
    begins && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !reserved.contains(&name)
}

impl Histogram {
    fn json(&self) -> Value {
        let finite = || self.buckets.iter().filter(|(bound, _)| **bound < u64::MAX);
        let bounds: Vec<u64> = finite().map(|(bound, _)| *bound).chain([u64::MAX]).collect();
        let counts: Vec<u64> = finite().map(|(_, count)| *count).chain([self.above]).collect();
        let extremes = self.extremes.map(|(one, other)| [one.min(other), one.max(other)]);
        let native = self.sum.is_multiple_of(2).then(|| native(&bounds, &counts)).flatten();
        let exemplars = bounds.iter().zip(&self.exemplars);
        let exemplars: Vec<Value> = exemplars
            .filter_map(|(bound, call)| {
                let mut json = call.as_ref()?.json();
                json["value"] = json!(bound);
                Some(json)
            })
            .collect();
        json!({ "exemplars": exemplars, "buckets": counts, "boundaries": bounds, "sum": self.sum, "extremes": extremes, "native": native })
    }
}

/// Returns native buckets of the values that are the upper bounds of these buckets. `None` if floats cannot tell where they belong.
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "bounds below 2^53")]
fn native(bounds: &[u64], counts: &[u64]) -> Option<Value> {
    /// The bucket of the largest integer.
    const LAST: i32 = 273;
    counts.iter().try_fold(0, |sum: u64, count| sum.checked_add(*count))?;
    let (mut zero, mut buckets) = (0, BTreeMap::new());
    for (bound, count) in bounds.iter().zip(counts).filter(|(_, count)| **count > 0) {
        let index = match bound {
            0 => {
                zero += count;
                continue;
            }
            &u64::MAX => LAST,
            bound if *bound < 1 << 53 => (8.0 * (*bound as f64 / 1e9).log2()).ceil() as i32,
            _ => return None,
        };
        *buckets.entry(index).or_insert(0) += count;
    }
    let buckets: Vec<(i32, u64)> = buckets.into_iter().collect();
    Some(json!({ "schema": 3, "per_unit": 1_000_000_000, "zero": zero, "buckets": buckets }))
}

impl Own {
    fn json(&self) -> Value {
        let by_result = |counts: &[u64; 3], names: [&str; 3]| -> Value {
            names
                .into_iter()
                .zip(counts)
                .map(|(name, count)| (name.to_owned(), json!(count)))
                .collect::<Map<_, _>>()
                .into()
        };
        let scrapes = self.scrapes.as_ref().map(|([text, open], render, [bytes, compressed, series])| {
            let results = ["ok", "error", "cut"];
            json!({
                "ended": { "text": by_result(text, results), "openmetrics": by_result(open, results) },
                "render": render.json(),
                "body_bytes": bytes,
                "compressed": compressed,
                "series": series,
            })
        });
        let exports = self.exports.iter();
        let exports =
            exports.map(|(sink, counts)| (sink.clone(), by_result(counts, ["ok", "errors", "panics"])));
        json!({
            "clock_source": self.clock,
            "export_panics": self.panics,
            "overflowed_calls": self.overflowed,
            "scrapes": scrapes,
            "exports": exports.collect::<Map<_, _>>(),
        })
    }
}
