//! Other libraries, each with the families that ours prints of its functions.

use super::Renderer;
use super::content::{Calls, FUNCTION, MODULE};
use crate::peers::{OpenTelemetry, SECONDS, measured_text};
use metrics::with_local_recorder;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use opentelemetry::KeyValue;
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
    let duration = Family::<Labels, Histogram, _>::new_with_constructor(|| Histogram::new(SECONDS));
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
    let duration = HistogramOpts::new(DURATION.0, DURATION.1).buckets(SECONDS.to_vec());
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
    let builder = PrometheusBuilder::new().set_buckets(&SECONDS).expect("there are bounds");
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

/// The groups of labels and metrics that `measured` derives its code from.
mod groups {
    #![allow(clippy::struct_field_names, reason = "a field's name is what is printed")]

    use super::SECONDS;
    use measured::lasso::ThreadedRodeo;
    use measured::metric::histogram::Thresholds;
    use measured::{
        CounterVec, FixedCardinalityLabel, FloatGaugeVec, GaugeVec, HistogramVec, LabelGroup, MetricGroup,
    };

    #[derive(Clone, Copy, FixedCardinalityLabel)]
    pub(super) enum Outcome {
        Ok,
        Error,
        Panic,
        Cancelled,
    }

    #[derive(Clone, Copy, LabelGroup)]
    #[label(set = FunctionSet)]
    pub(super) struct Function<'a> {
        #[label(dynamic_with = ThreadedRodeo, default)]
        pub(super) function: &'a str,
        #[label(dynamic_with = ThreadedRodeo, default)]
        pub(super) module: &'a str,
        #[label(dynamic_with = ThreadedRodeo, default)]
        pub(super) route: &'a str,
    }

    #[derive(Clone, Copy, LabelGroup)]
    #[label(set = EndSet)]
    pub(super) struct End<'a> {
        #[label(dynamic_with = ThreadedRodeo, default)]
        pub(super) function: &'a str,
        #[label(dynamic_with = ThreadedRodeo, default)]
        pub(super) module: &'a str,
        #[label(dynamic_with = ThreadedRodeo, default)]
        pub(super) route: &'a str,
        pub(super) outcome: Outcome,
    }

    /// What these show is their help text.
    #[derive(MetricGroup)]
    #[metric(new())]
    pub(super) struct Functions {
        /// Calls of instrumented functions that have ended, by outcome.
        pub(super) function_calls_total: CounterVec<EndSet>,
        /// Calls of instrumented functions that have begun and not ended.
        pub(super) function_calls_in_flight: GaugeVec<FunctionSet>,
        /// How long calls of instrumented functions took.
        #[metric(metadata = Thresholds::with_buckets(SECONDS))]
        pub(super) function_duration_seconds: HistogramVec<FunctionSet, 22>,
        /// The shortest call of instrumented functions.
        pub(super) function_duration_min_seconds: FloatGaugeVec<FunctionSet>,
        /// The longest call of instrumented functions.
        pub(super) function_duration_max_seconds: FloatGaugeVec<FunctionSet>,
    }
}

pub(super) fn measured(content: impl Iterator<Item = Calls>) -> Renderer {
    use groups::{End, Function, Functions, Outcome};
    let functions = Functions::new();
    for calls in content {
        let figures = Figures::of(&calls);
        let outcomes = [Outcome::Ok, Outcome::Error, Outcome::Panic, Outcome::Cancelled];
        for (outcome, (_, count)) in outcomes.into_iter().zip(figures.outcomes) {
            let end = End { function: FUNCTION, module: MODULE, route: &calls.route, outcome };
            functions.function_calls_total.inc_by(end, count);
        }
        let labels = Function { function: FUNCTION, module: MODULE, route: &calls.route };
        functions.function_calls_in_flight.set(labels, 0);
        functions.function_duration_min_seconds.set(labels, figures.shortest);
        functions.function_duration_max_seconds.set(labels, figures.longest);
        let duration = &functions.function_duration_seconds;
        calls.calls.iter().for_each(|(time, _)| duration.observe(labels, time.as_secs_f64()));
    }
    Renderer::new("`measured` 0.0.25, text", move |text| measured_text(&functions, text))
}

pub(super) fn opentelemetry(content: impl Iterator<Item = Calls>) -> Renderer {
    let library = OpenTelemetry::new(10_000);
    let meter = library.meter();
    let calls_total = meter.u64_counter(CALLS.0).with_description(CALLS.1).build();
    let in_flight = meter.i64_up_down_counter(IN_FLIGHT.0).with_description(IN_FLIGHT.1).build();
    let duration = meter.f64_histogram(DURATION.0).with_description(DURATION.1);
    let duration = duration.with_boundaries(SECONDS.to_vec()).build();
    let [min, max] = [MIN, MAX].map(|(name, help)| meter.f64_gauge(name).with_description(help).build());
    for calls in content {
        let figures = Figures::of(&calls);
        let labels = [
            KeyValue::new("function", FUNCTION),
            KeyValue::new("module", MODULE),
            KeyValue::new("route", calls.route.clone()),
        ];
        for (outcome, count) in figures.outcomes {
            let [function, module, route] = labels.clone();
            calls_total.add(count, &[function, module, route, KeyValue::new("outcome", outcome)]);
        }
        in_flight.add(0, &labels);
        min.record(figures.shortest, &labels);
        max.record(figures.longest, &labels);
        calls.calls.iter().for_each(|(time, _)| duration.record(time.as_secs_f64(), &labels));
    }
    Renderer::new("`opentelemetry_sdk` 0.33 with its exporter, text", move |text| {
        TextEncoder::new().encode_utf8(&library.registry().gather(), text).expect("a string takes all");
    })
}
