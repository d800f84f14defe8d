//! Exports of a registry, by sink and result.

use super::families::{count, counter};
use crate::atomic::AtomicCounter;
use crate::snapshot::SelfMetricFamily;
use crate::sync::unmodelled::{Arc, Mutex, lock};
use std::collections::BTreeMap;

/// The exports of all exporters of a registry.
#[derive(Debug, Default)]
pub(super) struct Exports {
    by_sink: Mutex<BTreeMap<String, Arc<SinkCounts>>>,
    /// The number of export threads with a callback that were ever started.
    threads: AtomicCounter,
    /// The number of panics of their callbacks.
    panics: AtomicCounter,
}

/// The exports to one sink, by result.
#[derive(Debug, Default)]
pub(crate) struct SinkCounts {
    pub(crate) ok: AtomicCounter,
    pub(crate) errors: AtomicCounter,
    pub(crate) panics: AtomicCounter,
}

impl Exports {
    /// Returns the counts of the sinks called `name`, which are shown from now on.
    pub(super) fn of_sink(&self, name: &str) -> Arc<SinkCounts> {
        Arc::clone(lock(&self.by_sink).entry(name.to_owned()).or_default())
    }

    /// Shows the panics of export threads from now on.
    pub(super) fn count_thread(&self) {
        self.threads.increment();
    }

    pub(super) fn count_panic(&self) {
        self.panics.increment();
    }

    /// Returns the panics of export threads, once there is such a thread.
    pub(super) fn panics_family(&self) -> Option<SelfMetricFamily> {
        let panics = || {
            counter(
                "tachometer_export_panics_total",
                "Callbacks of export threads that panicked.",
                vec![count(&[], self.panics.get())],
            )
        };
        (self.threads.get() > 0).then(panics)
    }

    pub(super) fn sinks_family(&self) -> SelfMetricFamily {
        let by_sink = lock(&self.by_sink);
        let series = by_sink.iter().flat_map(|(sink, counts)| {
            let SinkCounts { ok, errors, panics } = &**counts;
            [("ok", ok), ("error", errors), ("panic", panics)]
                .map(|(result, exports)| count(&[("sink", sink), ("result", result)], exports.get()))
        });
        counter(
            "tachometer_exports_total",
            "Exports by sink, and by result: error if the sink returned one, panic if it panicked.",
            series.collect(),
        )
    }
}
