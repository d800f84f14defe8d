//! Other libraries, each with the families that ours prints of its functions.

use super::Renderer;
use super::content::{Calls, FUNCTION, MODULE, bounds};
use metrics::with_local_recorder;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use prometheus::{GaugeVec, HistogramOpts, HistogramVec, IntCounterVec, IntGaugeVec, Opts, TextEncoder};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use std::sync::atomic::AtomicU64;

/// The names and help texts of the families, without the endings that a peer adds by itself.
const CALLS: (&str, &str) =
    ("function_calls", "Calls of instrumented functions that have ended, by outcome.");
const IN_FLIGHT: (&str, &str) =
    ("function_calls_in_flight", "Calls of instrumented functions that have begun and not ended.");
const DURATION: (&str, &str) =
    ("function_duration_seconds", "How long calls of instrumented functions took.");
const MIN: (&str, &str) = ("function_duration_min_seconds", "The shortest call of instrumented functions.");
const MAX: (&str, &str) = ("function_duration_max_seconds", "The longest call of instrumented functions.");

/// What a set of labels shows beside its histogram.
struct Figures {
    outcomes: [(&'static str, u64); 4],
    shortest: f64,
    longest: f64,
}

impl Figures {
    fn of(calls: &Calls) -> Self {
        let errors = calls.calls.iter().filter(|(_, fails)| *fails).count() as u64;
        let times = || calls.calls.iter().map(|(time, _)| time.as_secs_f64());
        Figures {
            outcomes: [
                ("ok", calls.calls.len() as u64 - errors),
                ("error", errors),
                ("panic", 0),
                ("cancelled", 0),
            ],
            shortest: times().fold(f64::INFINITY, f64::min),
            longest: times().fold(0.0, f64::max),
        }
    }
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Labels {
    function: &'static str,
    module: &'static str,
    route: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OutcomeLabels {
    function: &'static str,
    module: &'static str,
    route: String,
    outcome: &'static str,
}

pub(super) fn prometheus_client(content: impl Iterator<Item = Calls>) -> Renderer {
    let calls_total = Family::<OutcomeLabels, Counter>::default();
    let in_flight = Family::<Labels, Gauge>::default();
    let duration = Family::<Labels, Histogram, _>::new_with_constructor(|| Histogram::new(bounds()));
    let [min, max] = [(); 2].map(|()| Family::<Labels, Gauge<f64, AtomicU64>>::default());
    for calls in content {
        let labels = Labels { function: FUNCTION, module: MODULE, route: calls.route.clone() };
        let figures = Figures::of(&calls);
        for (outcome, count) in figures.outcomes {
            let Labels { function, module, route } = labels.clone();
            calls_total.get_or_create(&OutcomeLabels { function, module, route, outcome }).inc_by(count);
        }
        in_flight.get_or_create(&labels).set(0);
        min.get_or_create(&labels).set(figures.shortest);
        max.get_or_create(&labels).set(figures.longest);
        let histogram = duration.get_or_create(&labels);
        calls.calls.iter().for_each(|(time, _)| histogram.observe(time.as_secs_f64()));
    }
    let mut registry = prometheus_client::registry::Registry::default();
    registry.register(CALLS.0, CALLS.1, calls_total);
    registry.register(IN_FLIGHT.0, IN_FLIGHT.1, in_flight);
    registry.register(DURATION.0, DURATION.1, duration);
    registry.register(MIN.0, MIN.1, min);
    registry.register(MAX.0, MAX.1, max);
    Renderer::new("`prometheus-client` 0.26, OpenMetrics", move |text| {
        prometheus_client::encoding::text::encode(text, &registry).expect("a string takes all");
    })
}

pub(super) fn prometheus(content: impl Iterator<Item = Calls>) -> Renderer {
    const LABELS: [&str; 3] = ["function", "module", "route"];
    let gauges = |(name, help): (&str, &str)| {
        GaugeVec::new(Opts::new(name, help), &LABELS).expect("the name is valid")
    };
    let calls_total = Opts::new(format!("{}_total", CALLS.0), CALLS.1);
    let calls_total = IntCounterVec::new(calls_total, &["function", "module", "route", "outcome"]);
    let calls_total = calls_total.expect("the name is valid");
    let in_flight = IntGaugeVec::new(Opts::new(IN_FLIGHT.0, IN_FLIGHT.1), &LABELS);
    let in_flight = in_flight.expect("the name is valid");
    let duration = HistogramOpts::new(DURATION.0, DURATION.1).buckets(bounds());
    let duration = HistogramVec::new(duration, &LABELS).expect("the bounds are in order");
    let (min, max) = (gauges(MIN), gauges(MAX));
    for calls in content {
        let figures = Figures::of(&calls);
        for (outcome, count) in figures.outcomes {
            calls_total.with_label_values(&[FUNCTION, MODULE, &calls.route, outcome]).inc_by(count);
        }
        let labels = [FUNCTION, MODULE, &calls.route];
        in_flight.with_label_values(&labels).set(0);
        min.with_label_values(&labels).set(figures.shortest);
        max.with_label_values(&labels).set(figures.longest);
        let histogram = duration.with_label_values(&labels);
        calls.calls.iter().for_each(|(time, _)| histogram.observe(time.as_secs_f64()));
    }
    let registry = prometheus::Registry::new();
    registry.register(Box::new(calls_total)).expect("the name is free");
    registry.register(Box::new(in_flight)).expect("the name is free");
    registry.register(Box::new(duration)).expect("the name is free");
    registry.register(Box::new(min)).expect("the name is free");
    registry.register(Box::new(max)).expect("the name is free");
    Renderer::new("`prometheus` 0.14, text", move |text| {
        TextEncoder::new().encode_utf8(&registry.gather(), text).expect("a string takes all");
    })
}

pub(super) fn metrics(content: impl Iterator<Item = Calls>) -> Renderer {
    let builder = PrometheusBuilder::new().set_buckets(&bounds()).expect("there are bounds");
    let recorder = builder.build_recorder();
    let handle: PrometheusHandle = recorder.handle();
    with_local_recorder(&recorder, || {
        for calls in content {
            let figures = Figures::of(&calls);
            let labels = |more: Option<(&'static str, &'static str)>| -> Vec<(&'static str, String)> {
                let more = more.map(|(name, value)| (name, value.to_owned()));
                [
                    ("function", FUNCTION.to_owned()),
                    ("module", MODULE.to_owned()),
                    ("route", calls.route.clone()),
                ]
                .into_iter()
                .chain(more)
                .collect()
            };
            for (outcome, count) in figures.outcomes {
                metrics::counter!("function_calls_total", &labels(Some(("outcome", outcome))))
                    .increment(count);
            }
            metrics::gauge!(IN_FLIGHT.0, &labels(None)).set(0.0);
            metrics::gauge!(MIN.0, &labels(None)).set(figures.shortest);
            metrics::gauge!(MAX.0, &labels(None)).set(figures.longest);
            let histogram = metrics::histogram!(DURATION.0, &labels(None));
            calls.calls.iter().for_each(|(time, _)| histogram.record(time.as_secs_f64()));
        }
        metrics::describe_counter!("function_calls_total", CALLS.1);
        metrics::describe_gauge!(IN_FLIGHT.0, IN_FLIGHT.1);
        metrics::describe_histogram!(DURATION.0, DURATION.1);
        metrics::describe_gauge!(MIN.0, MIN.1);
        metrics::describe_gauge!(MAX.0, MAX.1);
    });
    Renderer::new("`metrics-exporter-prometheus` 0.18, text", move |text| text.push_str(&handle.render()))
}
