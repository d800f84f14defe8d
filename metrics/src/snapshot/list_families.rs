//! The families of a snapshot: everything it holds, in the order it is printed in.

use super::families::{MetricFamily, Number, Value};
use super::full::FullSnapshot;
use super::function::FunctionSnapshot;
use super::kind::MetricKind;
use super::listed_family::{EachSeries, ListedFamily, ListedSeries};
use super::self_metric::SelfMetricFamily;
use crate::names::unit_of;
use std::borrow::Cow;

impl FullSnapshot {
    /// Returns everything in this snapshot as families of series, in a stable order: instrumented functions, metrics
    /// registered by name, then the self-metrics. Families without a series are left out.
    pub fn families(&self) -> Vec<MetricFamily<'_>> {
        self.listed_families().into_iter().map(ListedFamily::into_family).collect()
    }

    /// Returns the [`families`](Self::families) without lists of their series.
    pub(crate) fn listed_families(&self) -> Vec<ListedFamily<'_>> {
        let mut families = self.function_families();
        let functions = families.len();
        self.collector_families(&mut families);
        self.histogram_families(&mut families);
        self.extreme_families(&mut families);
        self.number_families(&mut families);
        for (name, family) in &self.declared {
            let (series, help) = (ListedSeries::Declared(&family.series), || format!("Metric {name}."));
            let family = self.named(name, name, family.kind, help, series);
            families.push(ListedFamily { unit: unit_of(name), ..family });
        }
        families[functions..].sort_by(|a, b| a.name.cmp(&b.name));
        families.extend(self.self_metrics.iter().map(|family| self.self_metric_family(family)));
        families.retain(ListedFamily::has_series);
        families
    }

    fn function_families(&self) -> Vec<ListedFamily<'_>> {
        FUNCTION_FAMILIES
            .iter()
            .map(|family| ListedFamily {
                name: family.name.into(),
                help: family.help.into(),
                kind: family.kind,
                unit: unit_of(family.name),
                series: ListedSeries::Functions { functions: &self.functions, each: family.each },
                shared: &self.labels,
            })
            .collect()
    }

    fn collector_families<'a>(&'a self, families: &mut Vec<ListedFamily<'a>>) {
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

    fn histogram_families<'a>(&'a self, families: &mut Vec<ListedFamily<'a>>) {
        for (name, histogram) in &self.histograms {
            let value = Value::histogram(histogram);
            let series = ListedSeries::Single(value);
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

    fn extreme_families<'a>(&'a self, families: &mut Vec<ListedFamily<'a>>) {
        for (name, &(min, max)) in &self.minmax {
            for (suffix, value, what) in [("min", min, "smallest"), ("max", max, "largest")] {
                let help = || format!("The {what} value of {name}.");
                let series = single(Number::Unsigned(value));
                families.push(self.named(format!("{name}_{suffix}"), name, MetricKind::Gauge, help, series));
            }
        }
    }

    fn number_families<'a>(&'a self, families: &mut Vec<ListedFamily<'a>>) {
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

    fn self_metric_family<'a>(&'a self, metric: &'a SelfMetricFamily) -> ListedFamily<'a> {
        ListedFamily {
            name: metric.name.as_str().into(),
            help: metric.help.as_str().into(),
            kind: metric.family.kind,
            unit: unit_of(&metric.name),
            series: ListedSeries::Declared(&metric.family.series),
            shared: &self.labels,
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
        series: ListedSeries<'a>,
    ) -> ListedFamily<'a> {
        let name = name.into();
        // The text of a metric that was declared under the registered name belongs to that metric.
        let is_of_another = self.declared.contains_key(registered) && *name != *registered;
        let of_registered = || self.help.get(registered).filter(|_| !is_of_another);
        let given = self.help.get(&*name).or_else(of_registered);
        let help = given.map_or_else(|| plain_help().into(), Into::into);
        ListedFamily { name, help, kind, unit: None, series, shared: &self.labels }
    }
}

/// Returns the only series of a family, which shows a number.
fn single<'a>(number: Number) -> ListedSeries<'a> {
    ListedSeries::Single(Value::Number(number))
}

/// A family of all functions.
struct FunctionFamily {
    name: &'static str,
    help: &'static str,
    kind: MetricKind,
    each: EachSeries,
}

/// The families of functions, in the order they are printed in.
static FUNCTION_FAMILIES: [FunctionFamily; 8] = [
    FunctionFamily {
        name: "function_calls_total",
        help: "Calls of instrumented functions that have ended, by outcome.",
        kind: MetricKind::Counter,
        each: |function, show| {
            let FunctionSnapshot { ok, errors, panics, cancelled, .. } = *function;
            for (outcome, calls) in
                [("ok", ok), ("error", errors), ("panic", panics), ("cancelled", cancelled)]
            {
                show(Some(("outcome", outcome)), Value::Number(Number::Unsigned(calls)));
            }
        },
    },
    FunctionFamily {
        name: "function_cancellations_total",
        help: "Cancelled calls of instrumented functions that end with a stream or a body, by stage.",
        kind: MetricKind::Counter,
        each: |function, show| {
            let stages = [
                ("before_first_item", function.cancelled_before_first_item()),
                ("after_first_item", function.cancelled_after_first_item()),
            ];
            for (stage, calls) in stages {
                if let Some(calls) = calls {
                    show(Some(("stage", stage)), Value::Number(Number::Unsigned(calls)));
                }
            }
        },
    },
    FunctionFamily {
        name: "function_errors_total",
        help: "Errors of instrumented functions, by kind.",
        kind: MetricKind::Counter,
        each: |function, show| {
            for (kind, errors) in &function.error_kinds {
                show(Some(("error_kind", kind)), Value::Number(Number::Unsigned(*errors)));
            }
        },
    },
    FunctionFamily {
        name: "function_calls_in_flight",
        help: "Calls of instrumented functions that have begun and not ended.",
        kind: MetricKind::Gauge,
        each: |function, show| show(None, Value::Number(Number::Signed(function.in_flight))),
    },
    FunctionFamily {
        name: "function_duration_seconds",
        help: "How long calls of instrumented functions took.",
        kind: MetricKind::Histogram,
        each: |function, show| show(None, Value::nanoseconds(function.latency())),
    },
    FunctionFamily {
        name: "function_duration_min_seconds",
        help: "The shortest call of instrumented functions.",
        kind: MetricKind::Gauge,
        each: |function, show| {
            if let Some((min, _)) = function.latency().extremes() {
                show(None, Value::Number(Number::seconds(min)));
            }
        },
    },
    FunctionFamily {
        name: "function_duration_max_seconds",
        help: "The longest call of instrumented functions.",
        kind: MetricKind::Gauge,
        each: |function, show| {
            if let Some((_, max)) = function.latency().extremes() {
                show(None, Value::Number(Number::seconds(max)));
            }
        },
    },
    FunctionFamily {
        name: "function_sample_interval",
        help: "One call in so many of instrumented functions is timed.",
        kind: MetricKind::Gauge,
        each: |function, show| {
            if function.sample_interval > 1 {
                show(None, Value::Number(Number::Unsigned(function.sample_interval)));
            }
        },
    },
];
