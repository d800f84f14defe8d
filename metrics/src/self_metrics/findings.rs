//! Findings: self-metrics that are computed while a registry is read.

use super::callbacks::{self, FailuresBySource};
use super::families::{count, counter, gauge, info};
use crate::clock::ClockInfo;
use crate::snapshot::SelfMetricFamily;
use std::collections::BTreeSet;

/// The findings of one reading. Each is `None` or empty if the program does not use the feature; it is not printed then.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// The clock that times the functions.
    pub(crate) clock: Option<ClockInfo>,
    /// The number of calls in overflow series, of functions with labels that are evaluated at each call.
    pub(crate) overflowed_calls: Option<u64>,
    /// The number of updates of overflow series, by the family's name.
    pub(crate) overflowed_updates: Vec<(String, u64)>,
    /// The reasons why declared metrics are not shown.
    pub(crate) refused: BTreeSet<String>,
    pub(crate) callback_failures: FailuresBySource,
}

impl Findings {
    pub(super) fn clock_family(&self) -> Option<SelfMetricFamily> {
        let ClockInfo { source, resolution } = self.clock.as_ref()?;
        let resolution = resolution.as_deref().map(|resolution| ("resolution", resolution));
        let labels: Vec<_> = [("source", *source)].into_iter().chain(resolution).collect();
        let help = "The clock that instrumented functions are timed by, and the step of the recorded times.";
        Some(gauge("tachometer_clock_info", help, vec![info(&labels)]))
    }

    pub(super) fn overflow_families(&self) -> impl Iterator<Item = SelfMetricFamily> {
        let calls = self.overflowed_calls.map(|calls| {
            counter(
                "tachometer_overflowed_label_sets_total",
                "Calls of instrumented functions beyond the limit of label sets, counted as __overflow__.",
                vec![count(&[], calls)],
            )
        });
        let updates = self.overflowed_updates.iter();
        let updates = counter(
            "tachometer_overflowed_updates_total",
            "Updates of families beyond the limit of series, counted as __overflow__.",
            updates.map(|(metric, updates)| count(&[("metric", metric)], *updates)).collect(),
        );
        calls.into_iter().chain([updates])
    }

    pub(super) fn refused_family(&self) -> SelfMetricFamily {
        gauge(
            "tachometer_refused_metric_info",
            "Metrics that are not exported, each with the reason.",
            self.refused.iter().map(|reason| info(&[("reason", reason)])).collect(),
        )
    }

    pub(super) fn callbacks_family(&self) -> SelfMetricFamily {
        callbacks::family(&self.callback_failures)
    }
}
