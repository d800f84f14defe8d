//! What counting in a metric of one's own costs, without labels, beside other libraries.

use crate::record::Record;
use crate::row::{Row, repeat};
use crate::{Fallible, rounds};
use prometheus_client::metrics::counter::Counter as TheirCounter;
use prometheus_client::metrics::histogram::Histogram as TheirHistogram;
use std::sync::LazyLock;
use tachometer::{AtomicCounter, Counter, FloatCounter, Gauge, Histogram, metrics};

const REFERENCE: &str = "`AtomicCounter`, one shared cell";

metrics! {
    static COUNTER: Counter = Counter::new("counter_total", "Counts");
    static FLOATS: FloatCounter = FloatCounter::new("floats_total", "Quantities");
    static GAUGE: Gauge = Gauge::new("gauge", "Levels");
    static HISTOGRAM: Histogram = Histogram::new("histogram", "Values", &BOUNDS);
}

static BOUNDS: [u64; 10] = [1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000, 30_000];
static SHARED: AtomicCounter = AtomicCounter::new();
static CLIENT_COUNTER: LazyLock<TheirCounter> = LazyLock::new(TheirCounter::default);
static CLIENT_HISTOGRAM: LazyLock<TheirHistogram> =
    LazyLock::new(|| TheirHistogram::new(BOUNDS.map(|bound| bound as f64)));
static PROMETHEUS_COUNTER: LazyLock<prometheus::IntCounter> =
    LazyLock::new(|| prometheus::IntCounter::new("counter", "Counts").expect("the name is allowed"));
static PROMETHEUS_HISTOGRAM: LazyLock<prometheus::Histogram> = LazyLock::new(|| {
    let bounds = BOUNDS.map(|bound| bound as f64).to_vec();
    let options = prometheus::HistogramOpts::new("histogram", "Values").buckets(bounds);
    prometheus::Histogram::with_opts(options).expect("the bounds rise")
});

pub(crate) fn run(arguments: &[String]) -> Fallible {
    let rounds = rounds::asked_for(arguments, rounds::ROUNDS)?;
    let table = rounds::compare(&rows(), REFERENCE, rounds)?;
    Record {
        name: "declared",
        title: "What a metric without labels costs",
        facts: vec![("rounds", rounds.to_string())],
        body: table.to_string(),
        caveat: "Each is one metric that all threads write. Handles are at hand, as these libraries advise: nothing is looked \
                 up by name. With two threads on one shared cell, what that costs depends on which cores the host lends.",
    }
    .publish()
}

fn rows() -> Vec<Row> {
    vec![
        Row::new(REFERENCE, |calls| repeat(calls, 1, |amount| SHARED.add(amount))).recorded(|| SHARED.get()),
        Row::new("`Counter::add`", |calls| repeat(calls, 1, |amount| COUNTER.add(amount)))
            .recorded(|| COUNTER.get()),
        Row::new("`FloatCounter::add`", |calls| repeat(calls, 1, |amount| FLOATS.add(amount as f64))),
        Row::new("`Gauge::set`", |calls| repeat(calls, 1, |level| GAUGE.set(level.cast_signed()))),
        Row::new("`Histogram::observe`, 10 bounds", |calls| {
            repeat(calls, 420, |value| HISTOGRAM.observe(value));
        })
        .recorded(|| HISTOGRAM.read().total()),
        Row::new("`prometheus-client` 0.26, counter", |calls| {
            repeat(calls, 1, |amount| CLIENT_COUNTER.inc_by(amount));
        })
        .recorded(|| CLIENT_COUNTER.get()),
        Row::new("… histogram", |calls| repeat(calls, 420, |value| CLIENT_HISTOGRAM.observe(value as f64))),
        Row::new("`prometheus` 0.14, counter", |calls| {
            repeat(calls, 1, |amount| PROMETHEUS_COUNTER.inc_by(amount));
        })
        .recorded(|| PROMETHEUS_COUNTER.get()),
        Row::new("… histogram", |calls| {
            repeat(calls, 420, |value| PROMETHEUS_HISTOGRAM.observe(value as f64));
        })
        .recorded(|| PROMETHEUS_HISTOGRAM.get_sample_count()),
    ]
}

#[test]
fn every_metric_counts_each_call() {
    rounds::compare(&rows(), REFERENCE, 1).unwrap();
}
