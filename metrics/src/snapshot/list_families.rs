//! The families of a snapshot: everything it holds, in the order it is printed in.

use super::declared::{FamilySnapshot, SeriesSnapshot};
use super::families::{Labels, MetricFamily, Number, SeriesView, Value};
use super::full::FullSnapshot;
use super::function::FunctionSnapshot;
use super::kind::MetricKind;
use super::self_metric::SelfMetricFamily;
use crate::names::unit_of;
use std::borrow::Cow;

impl FullSnapshot {
    /// Returns everything in this snapshot as families of series, in a stable order: instrumented functions, metrics
    /// registered by name, then the self-metrics. Families without a series are left out.
    pub fn families(&self) -> Vec<MetricFamily<'_>> {
        let mut families = self.function_families();
        let functions = families.len();
        self.collector_families(&mut families);
        self.histogram_families(&mut families);
        self.extreme_families(&mut families);
        self.number_families(&mut families);
        families.extend(self.declared.iter().map(|(name, family)| self.declared_family(name, family)));
        families[functions..].sort_by(|a, b| a.name.cmp(&b.name));
        families.extend(self.self_metrics.iter().map(SelfMetricFamily::as_family));
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
        let each = |read: fn(&FunctionSnapshot) -> Option<Value<'_>>| -> Vec<SeriesView<'_>> {
            let series = |function| {
                Some(SeriesView { labels: Labels::of_function(function, None), value: read(function)? })
            };
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
                "function_cancellations_total",
                "Cancelled calls of instrumented functions that end with a stream or a body, by stage.",
                MetricKind::Counter,
                None,
                self.functions.iter().flat_map(cancellation_series).collect(),
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
                each(|function| Some(Value::Number(Number::seconds(function.latency().extremes()?.0)))),
            ),
            family(
                "function_duration_max_seconds",
                "The longest call of instrumented functions.",
                MetricKind::Gauge,
                Some("seconds"),
                each(|function| Some(Value::Number(Number::seconds(function.latency().extremes()?.1)))),
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
            let value = Value::histogram(histogram);
            let series = vec![SeriesView { labels: Labels::default(), value }];
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
        let series = family.series.iter().map(|SeriesSnapshot { labels, value }| SeriesView {
            labels: Labels::declared(labels),
            value: Value::of(value),
        });
        let plain_help = || format!("Metric {name}.");
        MetricFamily {
            unit: unit_of(name),
            ..self.named(name, name, family.kind, plain_help, series.collect())
        }
    }

    /// Returns a family of a metric that was registered as `registered`, with the help text of its printed name or
    /// of its registered name, else with `plain_help`.
    fn named<'a>(
        &'a self,
        name: impl Into<Cow<'a, str>>,
        registered: &str,
        kind: MetricKind,
        plain_help: impl FnOnce() -> String,
        series: Vec<SeriesView<'a>>,
    ) -> MetricFamily<'a> {
        let name = name.into();
        // The text of a metric that was declared under the registered name belongs to that metric.
        let is_of_another = self.declared.contains_key(registered) && *name != *registered;
        let of_registered = || self.help.get(registered).filter(|_| !is_of_another);
        let given = self.help.get(&*name).or_else(of_registered);
        let help = given.map_or_else(|| plain_help().into(), Into::into);
        MetricFamily { name, help, kind, unit: None, series }
    }
}

fn single<'a>(number: Number) -> Vec<SeriesView<'a>> {
    vec![SeriesView { labels: Labels::default(), value: Value::Number(number) }]
}

fn outcome_series(function: &FunctionSnapshot) -> impl Iterator<Item = SeriesView<'_>> {
    let FunctionSnapshot { ok, errors, panics, cancelled, .. } = *function;
    [("ok", ok), ("error", errors), ("panic", panics), ("cancelled", cancelled)].into_iter().map(
        move |(outcome, count)| SeriesView {
            labels: Labels::of_function(function, Some(("outcome", outcome))),
            value: Value::Number(Number::Unsigned(count)),
        },
    )
}

fn cancellation_series(function: &FunctionSnapshot) -> impl Iterator<Item = SeriesView<'_>> {
    let stages = [
        ("before_first_item", function.cancelled_before_first_item()),
        ("after_first_item", function.cancelled_after_first_item()),
    ];
    stages.into_iter().filter_map(move |(stage, count)| {
        let labels = Labels::of_function(function, Some(("stage", stage)));
        Some(SeriesView { labels, value: Value::Number(Number::Unsigned(count?)) })
    })
}

fn error_kind_series(function: &FunctionSnapshot) -> impl Iterator<Item = SeriesView<'_>> {
    function.error_kinds.iter().map(move |(kind, count)| SeriesView {
        labels: Labels::of_function(function, Some(("error_kind", kind))),
        value: Value::Number(Number::Unsigned(*count)),
    })
}
