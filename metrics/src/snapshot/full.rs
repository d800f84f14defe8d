//! The snapshot of a whole registry.

use super::collector::MetricsSnapshot;
use super::declared::FamilySnapshot;
use super::function::FunctionSnapshot;
use super::histogram::HistogramSnapshot;
use super::moment::Moment;
use super::run::RunId;
use super::self_metric::SelfMetricFamily;
#[cfg(feature = "json")]
use super::serial;
use crate::clock;
use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

/// The state of a registry at one moment.
///
/// Taken by [`snapshot`](crate::snapshot()) and [`MetricsRegistry::snapshot_all`](crate::MetricsRegistry::snapshot_all).
/// [`Display`](std::fmt::Display) formats it as a table for people,
/// [`to_prometheus_format`](Self::to_prometheus_format) as text for Prometheus.
///
/// ```
/// use std::time::Duration;
/// use tachometer::MetricsRegistry;
///
/// let registry = MetricsRegistry::new(Duration::from_secs(10));
/// registry.register_counter("jobs_done").add(3);
/// let snapshot = registry.snapshot_all();
/// assert_eq!(snapshot.counters["jobs_done"], 3);
/// assert!(snapshot.to_prometheus_format().contains("jobs_done 3\n"));
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "json", derive(serde::Serialize))]
#[non_exhaustive]
pub struct FullSnapshot {
    /// The time at which it was taken.
    #[cfg_attr(feature = "json", serde(with = "serial::timestamp"))]
    pub timestamp: SystemTime,
    /// The collectors by name.
    pub metrics: BTreeMap<String, MetricsSnapshot>,
    /// The histograms by name.
    pub histograms: BTreeMap<String, HistogramSnapshot>,
    /// The extremes by name, smallest and largest; without those that have no value yet.
    pub minmax: BTreeMap<String, (u64, u64)>,
    /// The counters by name.
    pub counters: BTreeMap<String, u64>,
    /// The gauges by name.
    pub gauges: BTreeMap<String, i64>,
    /// The metrics declared with a name and a help text, by name.
    pub declared: BTreeMap<String, FamilySnapshot>,
    /// The linked instrumented functions, called or not, sorted by module, function and labels. (On WebAssembly,
    /// those that have been called.)
    pub functions: Vec<FunctionSnapshot>,
    /// The labels of every series of every family; a series' own label of the same name takes precedence
    /// ([`MetricsRegistry::with_labels`](crate::MetricsRegistry::with_labels)).
    #[cfg_attr(feature = "json", serde(with = "serial::pairs"))]
    pub labels: Vec<(String, String)>,
    /// The `# HELP` texts, by registered or by printed name.
    pub(crate) help: BTreeMap<String, String>,
    /// The self-metrics, printed after all other families, in this order.
    pub(crate) self_metrics: Vec<SelfMetricFamily>,
    /// The time from which counters and histograms have counted: the creation of the registry, or the earlier snapshot of a
    /// difference.
    #[cfg_attr(feature = "json", serde(with = "serial::timestamp"))]
    pub(crate) created: SystemTime,
    /// The run that counted; `None` if the snapshot was read from JSON without it.
    #[cfg_attr(feature = "json", serde(skip_serializing_if = "Option::is_none"))]
    pub(crate) run: Option<RunId>,
    /// As `timestamp`, by a monotonic clock.
    #[cfg_attr(feature = "json", serde(skip))]
    pub(crate) taken: Moment,
    /// The time that a difference spans; `None` for other snapshots.
    pub(crate) elapsed: Option<Duration>,
}

impl FullSnapshot {
    /// Creates an empty snapshot, taken now, of a registry that was created at `created`.
    pub(crate) fn empty(created: SystemTime) -> Self {
        FullSnapshot {
            timestamp: clock::time_of_day(),
            metrics: BTreeMap::new(),
            histograms: BTreeMap::new(),
            minmax: BTreeMap::new(),
            counters: BTreeMap::new(),
            gauges: BTreeMap::new(),
            declared: BTreeMap::new(),
            functions: Vec::new(),
            labels: Vec::new(),
            help: BTreeMap::new(),
            self_metrics: Vec::new(),
            created,
            run: None,
            taken: Moment::now(),
            elapsed: None,
        }
    }

    /// Returns the instrumented function whose `function` label is `name`, or whose module and function are `module::function`.
    ///
    /// If several match (two modules, several sets of labels), returns the first in order that has been called, or the first if
    /// none has.
    pub fn function(&self, name: &str) -> Option<&FunctionSnapshot> {
        self.matching(name).find(|function| function.is_called()).or_else(|| self.matching(name).next())
    }

    /// Returns all instrumented functions that match `name` as for [`function`](Self::function), in order.
    pub fn functions_named(&self, name: &str) -> Vec<&FunctionSnapshot> {
        self.matching(name).collect()
    }

    fn matching<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a FunctionSnapshot> {
        self.functions.iter().filter(move |function| function.is_named(name))
    }
}
