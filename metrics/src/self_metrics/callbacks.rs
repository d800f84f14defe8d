//! Callbacks and collectors that are missing from a snapshot.

use super::families::{count, counter};
use crate::snapshot::SelfMetricFamily;
use std::collections::BTreeMap;

/// The failures of each callback or collector, by the name of its first family.
pub(crate) type FailuresBySource = BTreeMap<String, CallbackFailures>;

/// The number of snapshots that a callback or collector is missing from, by reason.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct CallbackFailures {
    pub(crate) panics: u64,
    pub(crate) timeouts: u64,
    pub(crate) no_thread: u64,
}

/// Returns the family of all failures.
pub(super) fn family(failures: &FailuresBySource) -> SelfMetricFamily {
    let series = failures.iter().flat_map(|(metric, CallbackFailures { panics, timeouts, no_thread })| {
        [("panic", panics), ("timeout", timeouts), ("no_thread", no_thread)]
            .map(|(reason, failures)| count(&[("metric", metric), ("reason", reason)], *failures))
    });
    counter(
        "tachometer_callback_failures_total",
        "Snapshots without a callback or collector, by its first metric, and by reason: it panicked, it took too long \
         or was still running, or no thread could be spawned for it.",
        series.collect(),
    )
}
