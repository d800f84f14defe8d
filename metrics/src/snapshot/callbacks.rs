//! How often callbacks and collectors could not be shown.

use super::families::{Labels, MetricFamily, MetricKind, Number, Series, Value};
use std::collections::BTreeMap;

/// The failures of each, by the name of its first family.
pub(crate) type FailuresBySource = BTreeMap<String, CallbackFailures>;

/// How many snapshots one is missing in, by the reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "json", derive(serde::Serialize, serde::Deserialize), serde(default))]
pub(crate) struct CallbackFailures {
    pub(crate) panics: u64,
    pub(crate) timeouts: u64,
    pub(crate) no_thread: u64,
}

/// All series of all of them; without one, a family without a series.
pub(super) fn family(failures: &FailuresBySource) -> MetricFamily<'_> {
    let mut series = Vec::with_capacity(3 * failures.len());
    for (metric, CallbackFailures { panics, timeouts, no_thread }) in failures {
        let reasons = [("panic", panics), ("timeout", timeouts), ("no_thread", no_thread)];
        series.extend(reasons.map(|(reason, count)| Series {
            labels: Labels::two(("metric", metric), ("reason", reason)),
            value: Value::Number(Number::Unsigned(*count)),
        }));
    }
    MetricFamily {
        name: "tachometer_callback_failures_total".into(),
        help: "Snapshots without a callback or collector, by its first metric, and by reason: it panicked, it took too long \
               or still ran, or the system gave no thread for it."
            .into(),
        kind: MetricKind::Counter,
        unit: None,
        series,
    }
}

impl CallbackFailures {
    pub(super) fn since(&self, earlier: &CallbackFailures) -> CallbackFailures {
        CallbackFailures {
            panics: self.panics.saturating_sub(earlier.panics),
            timeouts: self.timeouts.saturating_sub(earlier.timeouts),
            no_thread: self.no_thread.saturating_sub(earlier.no_thread),
        }
    }
}
