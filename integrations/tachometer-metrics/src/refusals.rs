//! What the recorder refuses or renames, as metrics of its own.

use metrics::{CounterFn, GaugeFn, HistogramFn};
use tachometer::family::{Held, MixedFamily, Series};
use tachometer::{Counter, Gauge, MetricsRegistry};

/// Why updates of a metric are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    /// The name is that of a metric of another kind.
    Kind,
    /// Another name is exported as the same one.
    SameName,
    /// The registry has a metric of this name that is not the recorder's.
    Taken,
    /// Two labels have the same name, or one is set for all series of the registry, or there are too many names.
    Labels,
    /// There are too many names of metrics.
    Names,
    /// A value of a histogram is negative, infinite or not a number.
    Value,
}

impl Reason {
    fn as_str(self) -> &'static str {
        match self {
            Reason::Kind => "kind",
            Reason::SameName => "same_name",
            Reason::Taken => "taken",
            Reason::Labels => "labels",
            Reason::Names => "names",
            Reason::Value => "value",
        }
    }
}

pub(crate) const REFUSED: &str = "metrics_recorder_refused_total";
const RENAMED: &str = "metrics_recorder_renamed_info";

/// The recorder's own metrics. `None` if their name is taken.
#[derive(Debug)]
pub(crate) struct Refusals {
    refused: Option<MixedFamily<Counter>>,
    renamed: Option<MixedFamily<Gauge>>,
}

impl Refusals {
    pub(crate) fn new(registry: &MetricsRegistry) -> Self {
        let refused = MixedFamily::new(REFUSED, "Updates by the `metrics` facade that were refused");
        let renamed = MixedFamily::new(
            RENAMED,
            "Names of the `metrics` facade that Prometheus does not allow, and their exported names",
        );
        Refusals {
            refused: refused.and_then(|family| registry.try_family(family)).ok(),
            renamed: renamed.and_then(|family| registry.try_family(family)).ok(),
        }
    }

    /// Returns a handle for updates of `metric`, which counts them.
    pub(crate) fn handle(&self, metric: &str, reason: Reason) -> Refused {
        let labels = [("metric", metric), ("reason", reason.as_str())];
        Refused { updates: self.refused.as_ref().and_then(|family| family.series(&labels).ok()) }
    }

    /// Shows that `metric`, or its label, has another name in what is exported.
    pub(crate) fn show_renamed(&self, metric: &str, label: &str, name: &str) {
        let labels = [("metric", metric), ("label", label), ("name", name)];
        if let Some(Ok(series)) = self.renamed.as_ref().map(|family| family.series(&labels)) {
            series.set(1);
        }
    }
}

/// A handle whose updates are refused.
#[derive(Debug)]
pub(crate) struct Refused {
    updates: Option<Series<Counter, Held>>,
}

impl Refused {
    pub(crate) fn count(&self) {
        if let Some(updates) = &self.updates {
            updates.increment();
        }
    }
}

impl CounterFn for Refused {
    fn increment(&self, _: u64) {
        self.count();
    }

    fn absolute(&self, _: u64) {
        self.count();
    }
}

impl GaugeFn for Refused {
    fn increment(&self, _: f64) {
        self.count();
    }

    fn decrement(&self, _: f64) {
        self.count();
    }

    fn set(&self, _: f64) {
        self.count();
    }
}

impl HistogramFn for Refused {
    fn record(&self, _: f64) {
        self.count();
    }
}
