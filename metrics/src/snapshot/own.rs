//! What the library says of itself: the families whose names begin with `tachometer_`, printed after all others.

use super::families::{Labels, MetricFamily, MetricKind, Number, Series, Value, single};
use super::since::differences;
use super::{CallbackFailures, Exports, FailuresBySource, ScrapeMetrics, SinkExports, callbacks, exports};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Each is `None` or empty where what it is about was never used, so that a program that does without it prints nothing of it.
#[derive(Debug, Clone, PartialEq, Default)]
#[cfg_attr(feature = "json", derive(serde::Serialize, serde::Deserialize), serde(default))]
pub(crate) struct OwnMetrics {
    /// The clock that times the functions.
    pub(crate) clock_source: Option<Cow<'static, str>>,
    /// How many callbacks of export threads have panicked.
    pub(crate) export_panics: Option<u64>,
    /// Calls that were counted in overflow series, of functions with labels that are evaluated at each call.
    pub(crate) overflowed_calls: Option<u64>,
    /// Updates of families that were counted in their overflow series, by name.
    pub(crate) overflowed_updates: BTreeMap<String, u64>,
    /// Why declared metrics are not shown.
    pub(crate) refused: Vec<String>,
    /// Scrapes, where somebody may scrape.
    pub(crate) scrapes: Option<ScrapeMetrics>,
    /// Exports to the sinks of exporters.
    pub(crate) exports: Exports,
    /// Callbacks and collectors that could not be shown.
    pub(crate) callback_failures: FailuresBySource,
}

impl OwnMetrics {
    pub(super) fn families(&self) -> impl Iterator<Item = MetricFamily<'_>> {
        let clock = self.clock_source.as_deref().map(|source| MetricFamily {
            name: "tachometer_clock_info".into(),
            help: "The clock that instrumented functions are timed by.".into(),
            kind: MetricKind::Gauge,
            unit: None,
            series: vec![info("source", source)],
        });
        let panics = self.export_panics.map(|panics| {
            counter("tachometer_export_panics_total", "Callbacks of export threads that panicked.", panics)
        });
        let overflowed = self.overflowed_calls.map(|calls| {
            counter(
                "tachometer_overflowed_label_sets_total",
                "Calls of instrumented functions that had more sets of labels than they may, and were counted as \
                 __overflow__.",
                calls,
            )
        });
        let overflowed_updates = MetricFamily {
            name: "tachometer_overflowed_updates_total".into(),
            help: "Updates of families that had more sets of labels than they may, and were counted as __overflow__.".into(),
            kind: MetricKind::Counter,
            unit: None,
            series: self.overflowed_updates.iter().map(overflow).collect(),
        };
        let refused = MetricFamily {
            name: "tachometer_refused_metric_info".into(),
            help: "Metrics that were declared and are not shown, each with the reason.".into(),
            kind: MetricKind::Gauge,
            unit: None,
            series: self.refused.iter().map(|reason| info("reason", reason)).collect(),
        };
        let scrapes = self.scrapes.iter().flat_map(ScrapeMetrics::families);
        [clock, panics, overflowed, Some(overflowed_updates), Some(refused)]
            .into_iter()
            .flatten()
            .chain(scrapes)
            .chain([exports::family(&self.exports), callbacks::family(&self.callback_failures)])
    }

    pub(super) fn since(&self, earlier: &OwnMetrics) -> OwnMetrics {
        OwnMetrics {
            clock_source: self.clock_source.clone(),
            export_panics: difference(self.export_panics, earlier.export_panics),
            overflowed_calls: difference(self.overflowed_calls, earlier.overflowed_calls),
            overflowed_updates: differences(
                &self.overflowed_updates,
                &earlier.overflowed_updates,
                |later, earlier| later.saturating_sub(*earlier),
            ),
            refused: self.refused.clone(),
            scrapes: match (&self.scrapes, &earlier.scrapes) {
                (Some(later), Some(earlier)) => Some(later.since(earlier)),
                (later, _) => later.clone(),
            },
            exports: differences(&self.exports, &earlier.exports, SinkExports::since),
            callback_failures: differences(
                &self.callback_failures,
                &earlier.callback_failures,
                CallbackFailures::since,
            ),
        }
    }
}

fn difference(later: Option<u64>, earlier: Option<u64>) -> Option<u64> {
    Some(later?.saturating_sub(earlier.unwrap_or_default()))
}

fn overflow<'a>((metric, updates): (&'a String, &u64)) -> Series<'a> {
    let value = Value::Number(Number::Unsigned(*updates));
    Series { labels: Labels::one("metric", metric), value }
}

/// A series that says something by its label.
fn info<'a>(name: &'static str, value: &'a str) -> Series<'a> {
    Series { labels: Labels::one(name, value), value: Value::Number(Number::Unsigned(1)) }
}

fn counter(name: &'static str, help: &'static str, count: u64) -> MetricFamily<'static> {
    MetricFamily {
        name: name.into(),
        help: help.into(),
        kind: MetricKind::Counter,
        unit: None,
        series: single(Number::Unsigned(count)),
    }
}
