//! What counting in a metric of one's own costs, without labels, beside other libraries.

use crate::peers::{self, BOUNDS, float_bounds, samples};
use crate::record::Record;
use crate::row::{Row, repeat};
use crate::{Fallible, rounds};
use measured::metric::histogram::Thresholds;
use opentelemetry::metrics as otel;
use prometheus_client::metrics as client;
use prometheus_client::metrics::histogram::NativeHistogramConfig;
use std::sync::LazyLock;
use std::sync::atomic::Ordering;
use tachometer::{AtomicCounter, Counter, FloatCounter, Gauge, Histogram, metrics};

const REFERENCE: &str = "`AtomicCounter`, one shared cell";

metrics! {
    static COUNTER: Counter = Counter::new("counter_total", "Counts");
    static FLOATS: FloatCounter = FloatCounter::new("floats_total", "Quantities");
    static GAUGE: Gauge = Gauge::new("gauge", "Levels");
    static HISTOGRAM: Histogram = Histogram::new("histogram", "Values", &BOUNDS);
    static NATIVE: Histogram = Histogram::new("native_histogram", "Values", &BOUNDS).native(SCHEMA.unsigned_abs());
    static TIMES: Histogram = Histogram::of_time("times_seconds", "Times", &BOUNDS);
}

static SHARED: AtomicCounter = AtomicCounter::new();

pub(crate) fn run(arguments: &[String]) -> Fallible {
    let rounds = rounds::asked_for(arguments, rounds::ROUNDS)?;
    let table = rounds::compare(&rows(), REFERENCE, rounds)?;
    Record {
        name: "declared",
        title: "What a metric without labels costs",
        facts: vec![("rounds", rounds.to_string())],
        body: table.to_string(),
        caveat: "Each is one metric that all threads write. Handles are at hand, as these libraries advise: nothing is looked \
                 up by name, but where a row says so. With two threads on one shared cell, what that costs depends on which \
                 cores the host lends.",
    }
    .publish()
}

fn rows() -> Vec<Row> {
    [ours(), client(), prometheus(), measured(), metrics_facade(), opentelemetry()]
        .into_iter()
        .flatten()
        .collect()
}

/// The counter and the histogram of a row's loop: one more, and one value in the middle of the bounds.
const ONE: u64 = 1;
const VALUE: u64 = 420;

/// The schema of native buckets: that of our times, and of the growth by at most 1.1 a bucket that `prometheus-client` has by default.
const SCHEMA: i8 = 3;

fn ours() -> Vec<Row> {
    vec![
        Row::new(REFERENCE, |calls| repeat(calls, ONE, |amount| SHARED.add(amount)))
            .recorded(|| SHARED.get()),
        Row::new("`Counter::add`", |calls| repeat(calls, ONE, |amount| COUNTER.add(amount)))
            .recorded(|| COUNTER.get()),
        Row::new("`FloatCounter::add`", |calls| repeat(calls, ONE, |amount| FLOATS.add(amount as f64))),
        Row::new("`Gauge::set`", |calls| repeat(calls, ONE, |level| GAUGE.set(level.cast_signed()))),
        Row::new("`Histogram::observe`, 10 bounds", |calls| {
            repeat(calls, VALUE, |value| HISTOGRAM.observe(value));
        })
        .recorded(|| HISTOGRAM.snapshot().total()),
        Row::new("… with native buckets, schema 3", |calls| {
            repeat(calls, VALUE, |value| NATIVE.observe(value));
        })
        .recorded(|| native_count(&NATIVE)),
        Row::new("… of times, which have native buckets", |calls| {
            repeat(calls, VALUE, |value| TIMES.observe(value));
        })
        .recorded(|| native_count(&TIMES)),
    ]
}

/// The values in native buckets, as which all of them must be counted.
fn native_count(histogram: &'static Histogram) -> u64 {
    let snapshot = histogram.snapshot();
    snapshot.native().map_or(0, |native| native.buckets().map(|(_, count)| count).sum())
}

fn client() -> Vec<Row> {
    static COUNTER: LazyLock<client::counter::Counter> = LazyLock::new(client::counter::Counter::default);
    static HISTOGRAM: LazyLock<client::histogram::Histogram> =
        LazyLock::new(|| client::histogram::Histogram::new(float_bounds()));
    static NATIVE: LazyLock<client::histogram::Histogram> = LazyLock::new(|| {
        let native = NativeHistogramConfig::with_schema(SCHEMA);
        client::histogram::Histogram::new_classic_and_native(float_bounds(), native)
    });
    vec![
        Row::new("`prometheus-client` 0.26, counter", |calls| {
            repeat(calls, ONE, |amount| COUNTER.inc_by(amount));
        })
        .recorded(|| COUNTER.get()),
        Row::new("… histogram", |calls| repeat(calls, VALUE, |value| HISTOGRAM.observe(value as f64)))
            .recorded(|| samples(&peers::client_text(&*HISTOGRAM), "metric_count").iter().sum()),
        Row::new("… with native buckets, schema 3", |calls| {
            repeat(calls, VALUE, |value| NATIVE.observe(value as f64));
        })
        .recorded(|| samples(&peers::client_text(&*NATIVE), "metric_count").iter().sum()),
    ]
}

fn prometheus() -> Vec<Row> {
    static COUNTER: LazyLock<prometheus::IntCounter> =
        LazyLock::new(|| prometheus::IntCounter::new("counter", "Counts").expect("the name is allowed"));
    static HISTOGRAM: LazyLock<prometheus::Histogram> = LazyLock::new(|| {
        let options = prometheus::HistogramOpts::new("histogram", "Values").buckets(float_bounds().to_vec());
        prometheus::Histogram::with_opts(options).expect("the bounds rise")
    });
    vec![
        Row::new("`prometheus` 0.14, counter", |calls| repeat(calls, ONE, |amount| COUNTER.inc_by(amount)))
            .recorded(|| COUNTER.get()),
        Row::new("… histogram", |calls| repeat(calls, VALUE, |value| HISTOGRAM.observe(value as f64)))
            .recorded(|| HISTOGRAM.get_sample_count()),
    ]
}

fn measured() -> Vec<Row> {
    static COUNTER: LazyLock<measured::Counter> = LazyLock::new(measured::Counter::new);
    static HISTOGRAM: LazyLock<measured::Histogram<10>> =
        LazyLock::new(|| measured::Histogram::with_metadata(Thresholds::with_buckets(float_bounds())));
    vec![
        Row::new("`measured` 0.0.25, counter", |calls| repeat(calls, ONE, |amount| COUNTER.inc_by(amount)))
            .recorded(|| COUNTER.get_metric().count.load(Ordering::Relaxed)),
        Row::new("… histogram", |calls| repeat(calls, VALUE, |value| HISTOGRAM.observe(value as f64)))
            .recorded(|| {
                let histogram = HISTOGRAM.get_metric();
                let inner = histogram.inner.read();
                let buckets = inner.buckets.iter().chain([&inner.inf]);
                buckets.map(|count| count.load(Ordering::Relaxed)).sum()
            }),
    ]
}

fn metrics_facade() -> Vec<Row> {
    static COUNTER: LazyLock<::metrics::Counter> = LazyLock::new(|| ::metrics::counter!("declared_total"));
    static HISTOGRAM: LazyLock<::metrics::Histogram> = LazyLock::new(|| ::metrics::histogram!("declared"));
    fn recorded(name: &str) -> u64 {
        samples(&peers::metrics_text(), name).iter().sum()
    }
    vec![
        Row::new("`metrics` 0.24 with its exporter 0.18, counter", |calls| {
            repeat(calls, ONE, |amount| COUNTER.increment(amount));
        })
        .begin(peers::begin_metrics)
        .recorded(|| recorded("declared_total")),
        Row::new("… by its macro, which looks it up", |calls| {
            repeat(calls, ONE, |amount| ::metrics::counter!("declared_by_macro_total").increment(amount));
        })
        .begin(peers::begin_metrics)
        .recorded(|| recorded("declared_by_macro_total")),
        Row::new("… histogram (which files its values later)", |calls| {
            repeat(calls, VALUE, |value| HISTOGRAM.record(value as f64));
        })
        .begin(peers::begin_metrics)
        .tend(peers::tend_metrics)
        .recorded(|| recorded("declared_count")),
    ]
}

fn opentelemetry() -> Vec<Row> {
    static COUNTER: LazyLock<otel::Counter<u64>> =
        LazyLock::new(|| peers::meter().u64_counter("declared").build());
    static BOUND: LazyLock<otel::BoundCounter<u64>> =
        LazyLock::new(|| peers::meter().u64_counter("declared_bound").build().bind(&[]));
    static HISTOGRAM: LazyLock<otel::Histogram<u64>> = LazyLock::new(|| histogram("declared_histogram"));
    static BOUND_HISTOGRAM: LazyLock<otel::BoundHistogram<u64>> =
        LazyLock::new(|| histogram("declared_bound_histogram").bind(&[]));
    fn histogram(name: &'static str) -> otel::Histogram<u64> {
        peers::meter().u64_histogram(name).with_boundaries(float_bounds().to_vec()).build()
    }
    fn recorded(name: &str) -> u64 {
        samples(&peers::opentelemetry_text(), name).iter().sum()
    }
    vec![
        Row::new("`opentelemetry_sdk` 0.33, counter", |calls| {
            repeat(calls, ONE, |amount| COUNTER.add(amount, &[]));
        })
        .recorded(|| recorded("declared_total")),
        Row::new("… bound counter (experimental)", |calls| repeat(calls, ONE, |amount| BOUND.add(amount)))
            .recorded(|| recorded("declared_bound_total")),
        Row::new("… histogram", |calls| repeat(calls, VALUE, |value| HISTOGRAM.record(value, &[])))
            .recorded(|| recorded("declared_histogram_count")),
        Row::new("… bound histogram (experimental)", |calls| {
            repeat(calls, VALUE, |value| BOUND_HISTOGRAM.record(value));
        })
        .recorded(|| recorded("declared_bound_histogram_count")),
    ]
}

#[test]
fn every_metric_counts_each_call() {
    rounds::compare(&rows(), REFERENCE, 1).unwrap();
}
