//! Other libraries that have no annotation of their own: the call is counted by hand in their metrics, with handles at hand
//! where they have any.

use crate::peers::{self, SECONDS, client_text, samples};
use crate::row::{Row, repeat};
use measured::metric::histogram::Thresholds;
use opentelemetry::KeyValue;
use opentelemetry::metrics as otel;
use prometheus::{HistogramOpts, IntCounterVec, Opts};
use prometheus_client::metrics as client;
use std::sync::LazyLock;
use std::sync::atomic::Ordering;
use std::time::Instant;
use tachometer_benchmarks_elsewhere::{Outcome, work};

/// The metrics of a function. Cancelled calls and panics stay in flight, in all of them.
trait Metrics {
    fn begun(&self);
    fn ended(&self, outcome: &Outcome, seconds: f64);
}

/// [`work`], counted. Inlined into the functions that are called.
#[inline]
fn counted(metrics: &impl Metrics, number: u64) -> Outcome {
    metrics.begun();
    let begun = Instant::now();
    let outcome = work(number);
    metrics.ended(&outcome, begun.elapsed().as_secs_f64());
    outcome
}

const LACKS: &str = "cancelled calls and panics (both stay in flight); shortest and longest call";

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::new("`prometheus` 0.14, by hand", |calls| repeat(calls, 7, prometheus_call))
            .lacks(LACKS)
            .recorded(|| same(PROMETHEUS.duration.get_sample_count(), PROMETHEUS.ok.get())),
        Row::new("`prometheus-client` 0.26, by hand", |calls| repeat(calls, 7, client_call))
            .lacks(LACKS)
            .recorded(|| same(sum(&client_text(&CLIENT.duration), "metric_count"), CLIENT.ok.get())),
        Row::new("`measured` 0.0.25, by hand", |calls| repeat(calls, 7, measured_call))
            .lacks(LACKS)
            .recorded(measured_calls),
        Row::new("`metrics` 0.24 with its exporter 0.18, by hand", |calls| {
            repeat(calls, 7, metrics_call);
        })
        .lacks(
            "cancelled calls and panics (both stay in flight); shortest and longest call \
             (and files its durations later)",
        )
        .begin(peers::begin_metrics)
        .tend(peers::tend_metrics)
        .recorded(|| calls_in(&peers::metrics_text())),
        Row::new("`opentelemetry_sdk` 0.33, by hand", |calls| repeat(calls, 7, opentelemetry_call))
            .lacks("cancelled calls and panics (both stay in flight)")
            .recorded(|| calls_in(&peers::opentelemetry_text())),
    ]
}

/// What both the counter and the histogram say.
fn same(durations: u64, calls: u64) -> u64 {
    assert_eq!(durations, calls, "each call has a duration");
    calls
}

fn sum(text: &str, name: &str) -> u64 {
    samples(text, name).iter().sum()
}

fn calls_in(text: &str) -> u64 {
    same(sum(text, "by_hand_duration_seconds_count"), sum(text, "by_hand_total"))
}

struct Prometheus {
    ok: prometheus::IntCounter,
    error: prometheus::IntCounter,
    in_flight: prometheus::IntGauge,
    duration: prometheus::Histogram,
}

static PROMETHEUS: LazyLock<Prometheus> = LazyLock::new(|| {
    let duration = HistogramOpts::new("duration_seconds", "How long calls took.").buckets(SECONDS.to_vec());
    let calls = IntCounterVec::new(Opts::new("calls_total", "Calls that have ended."), &["outcome"]);
    let calls = calls.expect("the name is valid");
    let metrics = Prometheus {
        ok: calls.with_label_values(&["ok"]),
        error: calls.with_label_values(&["error"]),
        in_flight: prometheus::IntGauge::new("in_flight", "Calls under way.").expect("the name is valid"),
        duration: prometheus::Histogram::with_opts(duration).expect("the bounds are in order"),
    };
    let registry = prometheus::default_registry();
    registry.register(Box::new(calls)).expect("the name is free");
    registry.register(Box::new(metrics.in_flight.clone())).expect("the name is free");
    registry.register(Box::new(metrics.duration.clone())).expect("the name is free");
    metrics
});

impl Metrics for Prometheus {
    #[inline]
    fn begun(&self) {
        self.in_flight.inc();
    }

    #[inline]
    fn ended(&self, outcome: &Outcome, seconds: f64) {
        self.duration.observe(seconds);
        if outcome.is_ok() { &self.ok } else { &self.error }.inc();
        self.in_flight.dec();
    }
}

#[inline(never)]
fn prometheus_call(number: u64) -> Outcome {
    counted(&*PROMETHEUS, number)
}

struct Client {
    ok: client::counter::Counter,
    error: client::counter::Counter,
    in_flight: client::gauge::Gauge,
    duration: client::histogram::Histogram,
}

static CLIENT: LazyLock<Client> = LazyLock::new(|| Client {
    ok: client::counter::Counter::default(),
    error: client::counter::Counter::default(),
    in_flight: client::gauge::Gauge::default(),
    duration: client::histogram::Histogram::new(SECONDS),
});

impl Metrics for Client {
    #[inline]
    fn begun(&self) {
        self.in_flight.inc();
    }

    #[inline]
    fn ended(&self, outcome: &Outcome, seconds: f64) {
        self.duration.observe(seconds);
        if outcome.is_ok() { &self.ok } else { &self.error }.inc();
        self.in_flight.dec();
    }
}

#[inline(never)]
fn client_call(number: u64) -> Outcome {
    counted(&*CLIENT, number)
}

struct Measured {
    ok: measured::Counter,
    error: measured::Counter,
    in_flight: measured::Gauge,
    duration: measured::Histogram<{ SECONDS.len() }>,
}

static MEASURED: LazyLock<Measured> = LazyLock::new(|| Measured {
    ok: measured::Counter::new(),
    error: measured::Counter::new(),
    in_flight: measured::Gauge::new(),
    duration: measured::Histogram::with_metadata(Thresholds::with_buckets(SECONDS)),
});

impl Metrics for Measured {
    #[inline]
    fn begun(&self) {
        self.in_flight.inc();
    }

    #[inline]
    fn ended(&self, outcome: &Outcome, seconds: f64) {
        self.duration.observe(seconds);
        if outcome.is_ok() { &self.ok } else { &self.error }.inc();
        self.in_flight.dec();
    }
}

#[inline(never)]
fn measured_call(number: u64) -> Outcome {
    counted(&*MEASURED, number)
}

fn measured_calls() -> u64 {
    let duration = MEASURED.duration.get_metric();
    let inner = duration.inner.read();
    let durations = inner.buckets.iter().chain([&inner.inf]).map(|count| count.load(Ordering::Relaxed)).sum();
    same(durations, MEASURED.ok.get_metric().count.load(Ordering::Relaxed))
}

struct Facade {
    ok: metrics::Counter,
    error: metrics::Counter,
    in_flight: metrics::Gauge,
    duration: metrics::Histogram,
}

static FACADE: LazyLock<Facade> = LazyLock::new(|| Facade {
    ok: metrics::counter!("by_hand_total", "outcome" => "ok"),
    error: metrics::counter!("by_hand_total", "outcome" => "error"),
    in_flight: metrics::gauge!("by_hand_in_flight"),
    duration: metrics::histogram!("by_hand_duration_seconds"),
});

impl Metrics for Facade {
    #[inline]
    fn begun(&self) {
        self.in_flight.increment(1);
    }

    #[inline]
    fn ended(&self, outcome: &Outcome, seconds: f64) {
        self.duration.record(seconds);
        if outcome.is_ok() { &self.ok } else { &self.error }.increment(1);
        self.in_flight.decrement(1);
    }
}

#[inline(never)]
fn metrics_call(number: u64) -> Outcome {
    counted(&*FACADE, number)
}

struct OpenTelemetry {
    calls: otel::Counter<u64>,
    in_flight: otel::UpDownCounter<i64>,
    duration: otel::Histogram<f64>,
}

static OPENTELEMETRY: LazyLock<OpenTelemetry> = LazyLock::new(|| {
    let meter = peers::meter();
    OpenTelemetry {
        calls: meter.u64_counter("by_hand").build(),
        in_flight: meter.i64_up_down_counter("by_hand_in_flight").build(),
        duration: meter.f64_histogram("by_hand_duration_seconds").with_boundaries(SECONDS.to_vec()).build(),
    }
});

impl Metrics for OpenTelemetry {
    #[inline]
    fn begun(&self) {
        self.in_flight.add(1, &[]);
    }

    #[inline]
    fn ended(&self, outcome: &Outcome, seconds: f64) {
        self.duration.record(seconds, &[]);
        let outcome = if outcome.is_ok() { "ok" } else { "error" };
        self.calls.add(1, &[KeyValue::new("outcome", outcome)]);
        self.in_flight.add(-1, &[]);
    }
}

#[inline(never)]
fn opentelemetry_call(number: u64) -> Outcome {
    counted(&*OPENTELEMETRY, number)
}
