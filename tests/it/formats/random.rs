//! Random snapshots, and what a format must say of each: from its public fields, not from `families()`.

mod exemplars;

use super::reader::{self, Family, Label, Sample, canonical};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use std::collections::BTreeMap;
use std::sync::LazyLock;
use std::time::{Duration, UNIX_EPOCH};
use tachometer::{
    Exemplar, Format, FullSnapshot, FunctionSnapshot, HistogramSnapshot, MetricsRegistry, MockClock,
    instrumented,
};

/// A snapshot, and what cannot be read in its public fields.
#[derive(Debug, Clone)]
pub struct Random {
    pub snapshot: FullSnapshot,
    /// The help texts that were given.
    help: BTreeMap<String, String>,
    /// One call in so many is timed, of each function.
    sample_intervals: Vec<u64>,
}

/// What may be registered.
#[derive(Debug, Clone)]
enum Metric {
    Counter(u64),
    Gauge(i64),
    MinMax(Vec<u64>),
    Histogram(Vec<u64>, Vec<u64>),
    Collector(u64, u64, u64, i64),
}

/// What a function may show.
#[derive(Debug, Clone)]
struct Function {
    identity: (String, String, Vec<Label>),
    counts: [u64; 4],
    in_flight: i64,
    error_kinds: Vec<(String, u64)>,
    /// Which of those in `SHOWN`.
    shown: Index,
}

/// Any snapshot.
pub fn snapshots() -> impl Strategy<Value = Random> {
    let metrics = vec((names(), metrics()), 0..12);
    let help = vec((names(), texts()), 0..4);
    (metrics, help, vec(functions(), 0..4))
        .prop_map(|(metrics, help, functions)| build(metrics, help, functions))
}

/// Names that often meet: of few parts, with the suffixes that formats add.
fn names() -> impl Strategy<Value = String> {
    let bases = select(vec!["a", "b", ":", "_", "A_9", "function_calls"]);
    let suffixes = vec![
        "",
        "_total",
        "_created",
        "_sum",
        "_count",
        "_bucket",
        "_min",
        "_max",
        "_info",
        "_latency_us",
        "_requests",
        "_seconds",
    ];
    (bases, vec(select(suffixes), 0..3)).prop_map(|(base, suffixes)| format!("{base}{}", suffixes.concat()))
}

/// Texts full of what formats must escape, or must not.
fn texts() -> impl Strategy<Value = String> {
    let special = [
        '\\', '"', '\n', 'n', ' ', '{', '}', ',', '=', '#', '\r', '\t', '\0', 'é', '語', '\u{85}',
        '\u{2028}', '\u{feff}', '𝄞',
    ];
    vec(prop_oneof![4 => select(special.to_vec()), 1 => any::<char>()], 0..10)
        .prop_map(|chars| chars.into_iter().collect())
}

fn numbers() -> impl Strategy<Value = u64> {
    let corners = vec![0, 1, 9, 10, 99, 100, (1 << 53) + 1, u64::MAX - 1, u64::MAX];
    prop_oneof![select(corners), any::<u64>(), 0..1_000_000_u64, 0..10_000_000_000_000_u64]
}

fn levels() -> impl Strategy<Value = i64> {
    prop_oneof![select(vec![i64::MIN, -1, 0, 1, i64::MAX]), any::<i64>(), -1_000..1_000_i64]
}

fn metrics() -> impl Strategy<Value = Metric> {
    prop_oneof![
        numbers().prop_map(Metric::Counter),
        levels().prop_map(Metric::Gauge),
        vec(numbers(), 0..3).prop_map(Metric::MinMax),
        (vec(numbers(), 1..9), vec(numbers(), 0..9))
            .prop_map(|(bounds, values)| { Metric::Histogram(bounds, values) }),
        (numbers(), numbers(), numbers(), levels()).prop_map(|(requests, errors, bytes, connections)| {
            Metric::Collector(requests, errors, bytes, connections)
        }),
    ]
}

fn functions() -> impl Strategy<Value = Function> {
    let labels = vec((select(vec!["tier", "_x", "Le", "n0"]), texts()), 0..3).prop_map(|labels| {
        let labels: BTreeMap<String, String> =
            labels.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        labels.into_iter().collect()
    });
    let names = || prop_oneof![texts(), select(vec!["main", "Cart::add"]).prop_map(str::to_owned)];
    let kinds = vec((texts(), numbers()), 0..3).prop_map(|kinds| {
        let kinds: BTreeMap<String, u64> = kinds.into_iter().collect();
        kinds.into_iter().collect()
    });
    let counts = [numbers(), numbers(), numbers(), numbers()];
    ((names(), names(), labels), counts, 0..=i64::MAX, kinds, any::<Index>()).prop_map(
        |(identity, counts, in_flight, error_kinds, shown)| Function {
            identity,
            counts,
            in_flight,
            error_kinds,
            shown,
        },
    )
}

/// Registers what the registry grants: what it refuses would clash.
fn build(
    metrics: Vec<(String, Metric)>,
    help: Vec<(String, String)>,
    mut functions: Vec<Function>,
) -> Random {
    let registry = MetricsRegistry::new(Duration::MAX);
    for (name, metric) in metrics.clone() {
        match metric {
            Metric::Counter(count) => {
                let _ = registry.try_register_counter(name).map(|counter| counter.add(count));
            }
            Metric::Gauge(level) => {
                let _ = registry.try_register_gauge(name).map(|gauge| gauge.set(level));
            }
            Metric::MinMax(values) => {
                let _ = registry
                    .try_register_minmax(name)
                    .map(|extremes| values.iter().for_each(|value| extremes.update(*value)));
            }
            Metric::Histogram(mut bounds, values) => {
                bounds.sort_unstable();
                bounds.dedup();
                bounds.resize(8, u64::MAX);
                let bounds: [u64; 8] = bounds.try_into().expect("eight");
                let _ = registry
                    .try_register_histogram(name, bounds)
                    .map(|histogram| values.iter().for_each(|value| histogram.record(*value)));
            }
            Metric::Collector(..) => {
                let _ = registry.try_register_collector(name);
            }
        }
    }
    for (name, text) in &help {
        registry.describe(name, text);
    }
    let mut snapshot = registry.snapshot_all();
    put_large_numbers(&mut snapshot, metrics);
    functions.sort_by(|a, b| a.sorted_by().cmp(&b.sorted_by()));
    functions.dedup_by(|a, b| a.identity == b.identity);
    let (functions, sample_intervals) = functions.iter().map(function).unzip();
    snapshot.functions = functions;
    Random { snapshot, help: help.into_iter().collect(), sample_intervals }
}

/// Puts numbers in their places that nobody would count up to.
fn put_large_numbers(snapshot: &mut FullSnapshot, metrics: Vec<(String, Metric)>) {
    for (name, metric) in metrics {
        match metric {
            Metric::Collector(requests, errors, bytes_sent, active_connections) => {
                if let Some(collector) = snapshot.metrics.get_mut(&name) {
                    (collector.requests, collector.errors) = (requests, errors);
                    (collector.bytes_sent, collector.active_connections) = (bytes_sent, active_connections);
                }
            }
            Metric::Histogram(_, values) => {
                if let Some(histogram) = snapshot.histograms.get_mut(&name) {
                    histogram.buckets.iter_mut().zip(values).for_each(|(bucket, count)| *bucket = count);
                }
            }
            _ => {}
        }
    }
}

impl Function {
    fn sorted_by(&self) -> (&str, &str, &[Label]) {
        let (function, module, labels) = &self.identity;
        (module, function, labels)
    }
}

static FUNCTIONS: LazyLock<MetricsRegistry> = LazyLock::new(|| MetricsRegistry::new(Duration::MAX));

#[instrumented(labels(number = number), registry = &FUNCTIONS)]
fn timed(number: u32, clock: MockClock, nanos: u64) {
    clock.advance(Duration::from_nanos(nanos));
}

#[instrumented(labels(number = number), registry = &FUNCTIONS, sample = 4, buckets = [0.000_01, 1, 3])]
fn sampled(number: u32, clock: MockClock, nanos: u64) {
    clock.advance(Duration::from_nanos(nanos));
}

/// What real functions have shown, with how many of their calls one was timed: their times cannot be made up.
static SHOWN: LazyLock<Vec<(FunctionSnapshot, u64)>> = LazyLock::new(|| {
    let clock = MockClock::new();
    let _entered = clock.enter();
    for number in 1..9 {
        for call in 0..number {
            timed(number, clock, 7_u64.pow(number + call));
            sampled(number, clock, 3_u64.pow(number + call));
        }
    }
    let snapshot = exemplars::with_exemplars(&FUNCTIONS.snapshot_all());
    // In a difference there are no extremes, and here no calls.
    let nothing = snapshot.since(&snapshot);
    let functions = snapshot.functions.into_iter().chain(nothing.functions);
    functions.map(|function| (function.clone(), if function.function == "sampled" { 4 } else { 1 })).collect()
});

/// What a real function has shown, with other texts and numbers in their places.
fn function(random: &Function) -> (FunctionSnapshot, u64) {
    let (mut function, interval) = random.shown.get(&SHOWN).clone();
    (function.function, function.module, function.labels) = random.identity.clone();
    [function.ok, function.errors, function.panics, function.cancelled] = random.counts;
    function.in_flight = random.in_flight;
    function.error_kinds.clone_from(&random.error_kinds);
    (function, interval)
}

/// What a text in that format must say, without `_created` samples.
pub fn expected(random: &Random, format: Format) -> Vec<Family> {
    let mut families = functions_expected(random);
    let mut named = named_expected(random);
    named.sort_by(|a, b| a.name.cmp(&b.name));
    families.extend(named);
    families.retain(|family| !family.samples.is_empty());
    if format == Format::Prometheus {
        for family in &mut families {
            family.unit = None;
            family.samples.iter_mut().for_each(|sample| sample.exemplar = None);
        }
    } else {
        for family in families.iter_mut().filter(|family| family.kind == "counter") {
            match family
                .name
                .strip_suffix("_total")
                .filter(|name| !name.is_empty() && !name.ends_with("_total"))
            {
                Some(name) => family.name = name.to_owned(),
                None => "unknown".clone_into(&mut family.kind),
            }
        }
    }
    families
}

fn functions_expected(random: &Random) -> Vec<Family> {
    let family =
        |name: &str, help: &str, kind: &str, samples: &dyn Fn(&FunctionSnapshot, u64) -> Vec<Sample>| {
            let functions = random.snapshot.functions.iter().zip(&random.sample_intervals);
            Family {
                name: name.to_owned(),
                help: help.to_owned(),
                kind: kind.to_owned(),
                unit: name.ends_with("_seconds").then(|| "seconds".to_owned()),
                samples: functions.flat_map(|(function, interval)| samples(function, *interval)).collect(),
            }
        };
    let one = |name: &str, function: &FunctionSnapshot, value: String| {
        vec![Sample { name: name.to_owned(), labels: labels(function, None), value, exemplar: None }]
    };
    let seconds = |time: Duration| canonical(time.as_nanos() as f64 / 1e9);
    vec![
        family(
            "function_calls_total",
            "Calls of instrumented functions that have ended, by outcome.",
            "counter",
            &|function, _| {
                let FunctionSnapshot { ok, errors, panics, cancelled, .. } = *function;
                let (error, panic) = (function.exemplars().last_error(), function.exemplars().last_panic());
                let outcomes = [
                    ("ok", ok, None),
                    ("error", errors, error),
                    ("panic", panics, panic),
                    ("cancelled", cancelled, None),
                ];
                let sample = |(outcome, count, call): (&str, u64, Option<&Exemplar>)| Sample {
                    name: "function_calls_total".to_owned(),
                    labels: labels(function, Some(("outcome", outcome))),
                    value: count.to_string(),
                    exemplar: call.map(|call| exemplar(call, "1".to_owned())),
                };
                outcomes.map(sample).into()
            },
        ),
        family(
            "function_errors_total",
            "Errors of instrumented functions, by kind.",
            "counter",
            &|function, _| {
                let sample = |(kind, count): &(String, u64)| Sample {
                    name: "function_errors_total".to_owned(),
                    labels: labels(function, Some(("error_kind", kind))),
                    value: count.to_string(),
                    exemplar: None,
                };
                function.error_kinds.iter().map(sample).collect()
            },
        ),
        family(
            "function_calls_in_flight",
            "Calls of instrumented functions that have begun and not ended.",
            "gauge",
            &|function, _| one("function_calls_in_flight", function, function.in_flight.to_string()),
        ),
        family(
            "function_duration_seconds",
            "How long calls of instrumented functions took.",
            "histogram",
            &|function, _| {
                let own = labels(function, None);
                let sum = seconds(function.total_time());
                histogram("function_duration_seconds", &own, function.latency(), 1e9, sum)
            },
        ),
        family(
            "function_duration_min_seconds",
            "The shortest call of instrumented functions.",
            "gauge",
            &|function, _| {
                let min = function.min().map(seconds);
                min.map_or_else(Vec::new, |min| one("function_duration_min_seconds", function, min))
            },
        ),
        family(
            "function_duration_max_seconds",
            "The longest call of instrumented functions.",
            "gauge",
            &|function, _| {
                let max = function.max().map(seconds);
                max.map_or_else(Vec::new, |max| one("function_duration_max_seconds", function, max))
            },
        ),
        family(
            "function_sample_interval",
            "One call in so many of instrumented functions is timed.",
            "gauge",
            &|function, interval| match interval {
                1 => Vec::new(),
                _ => one("function_sample_interval", function, interval.to_string()),
            },
        ),
    ]
}

fn labels(function: &FunctionSnapshot, last: Option<(&str, &str)>) -> Vec<Label> {
    let mut labels = vec![
        ("function".to_owned(), function.function.clone()),
        ("module".to_owned(), function.module.clone()),
    ];
    labels.extend(function.labels.iter().cloned());
    labels.extend(last.map(|(name, value)| (name.to_owned(), value.to_owned())));
    labels
}

fn histogram(
    name: &str,
    own: &[Label],
    histogram: &HistogramSnapshot,
    scale: f64,
    sum: String,
) -> Vec<Sample> {
    let sample = |suffix: &str, more: Option<Label>, value: String| Sample {
        name: format!("{name}{suffix}"),
        labels: own.iter().cloned().chain(more).collect(),
        value,
        exemplar: None,
    };
    let mut samples: Vec<Sample> = Vec::new();
    let mut count = 0_u64;
    let (mut from, mut first) = (0, 0);
    let value_of = |call: &Exemplar| call.value().expect("a value");
    for (bucket, limit) in histogram.buckets.iter().zip(&histogram.boundaries) {
        count = count.saturating_add(*bucket);
        let bound = if *limit == u64::MAX { f64::INFINITY } else { *limit as f64 / scale };
        let le = ("le".to_owned(), canonical(bound));
        // Bounds that are one float are one bucket, whose exemplar is the latest.
        let is_same = samples.pop_if(|last| last.labels.last() == Some(&le)).is_some();
        let from_here = if is_same { from } else { first };
        let here = histogram.exemplars().iter();
        let here = here.filter(|call| (from_here..=*limit).contains(&value_of(call)));
        let latest = here.max_by_key(|call| call.time());
        let exemplar = latest.map(|call| exemplar(call, canonical(value_of(call) as f64 / scale)));
        samples.push(Sample { exemplar, ..sample("_bucket", Some(le), count.to_string()) });
        (from, first) = (from_here, limit.saturating_add(1));
    }
    samples.extend([sample("_sum", None, sum), sample("_count", None, count.to_string())]);
    samples
}

/// What a text must say of a call, which has this value.
fn exemplar(call: &Exemplar, value: String) -> reader::Exemplar {
    let text = call.trace().to_string();
    let (trace, span) = text.split_once('-').expect("two parts");
    let time = call.time().duration_since(UNIX_EPOCH).expect("a time after 1970");
    reader::Exemplar {
        labels: vec![("trace_id".to_owned(), trace.to_owned()), ("span_id".to_owned(), span.to_owned())],
        value,
        time: format!("{}.{:06}", time.as_secs(), time.subsec_micros()),
    }
}

fn named_expected(random: &Random) -> Vec<Family> {
    let snapshot = &random.snapshot;
    let family = |registered: &str, suffix: &str, kind: &str, plain_help: String, samples: Vec<Sample>| {
        let name = format!("{registered}{suffix}");
        let given = random.help.get(&name).or_else(|| random.help.get(registered));
        let help = given.cloned().unwrap_or(plain_help).replace('\r', " ");
        Family { name, help, kind: kind.to_owned(), unit: None, samples }
    };
    let number = |registered: &str, suffix: &str, kind: &str, plain_help: String, value: String| {
        let name = format!("{registered}{suffix}");
        family(
            registered,
            suffix,
            kind,
            plain_help,
            vec![Sample { name, labels: Vec::new(), value, exemplar: None }],
        )
    };
    let mut families = Vec::new();
    for (name, collector) in &snapshot.metrics {
        for (suffix, what, count) in [
            ("_requests", "Requests", collector.requests),
            ("_errors", "Errors", collector.errors),
            ("_bytes_sent", "Bytes sent", collector.bytes_sent),
        ] {
            let help = format!("{what} of collector {name}.");
            families.push(number(name, suffix, "counter", help, count.to_string()));
        }
        let help = format!("Open connections of collector {name}.");
        let connections = collector.active_connections.to_string();
        families.push(number(name, "_active_connections", "gauge", help, connections));
    }
    for (name, read) in &snapshot.histograms {
        let help = format!("Latency of {name} in microseconds.");
        let samples = histogram(&format!("{name}_latency_us"), &[], read, 1.0, read.sum().to_string());
        families.push(family(name, "_latency_us", "histogram", help, samples));
    }
    for (name, (min, max)) in &snapshot.minmax {
        let help = |what: &str| format!("The {what} value of {name}.");
        families.push(number(name, "_min", "gauge", help("smallest"), min.to_string()));
        families.push(number(name, "_max", "gauge", help("largest"), max.to_string()));
    }
    for (name, count) in &snapshot.counters {
        families.push(number(name, "", "counter", format!("Counter {name}."), count.to_string()));
    }
    for (name, level) in &snapshot.gauges {
        families.push(number(name, "", "gauge", format!("Gauge {name}."), level.to_string()));
    }
    families
}
