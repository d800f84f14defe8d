//! What was read, as plain data: it counts nothing itself and never changes.
//!
//! Everything that formats, compares or exports reads these types and nothing else.

mod collector;
mod declared;
pub mod families;
mod function;
mod histogram;
mod labels;
mod moment;
mod own;
mod run;
#[cfg(feature = "json")]
mod serial;
mod since;
#[cfg(test)]
mod tests;

pub use collector::MetricsSnapshot;
pub use declared::{FamilySnapshot, SampleValue, SeriesSnapshot};
pub(crate) use families::MetricKind;
pub use function::FunctionSnapshot;
pub use histogram::HistogramSnapshot;
pub(crate) use labels::printed_labels;
pub(crate) use moment::Moment;
pub(crate) use own::OwnFamily;
pub(crate) use run::RunId;

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

/// Everything a registry knew at one moment.
///
/// Taken by [`snapshot`](crate::snapshot()) and [`MetricsRegistry::snapshot_all`](crate::MetricsRegistry::snapshot_all).
/// [`Display`](std::fmt::Display) shows it as a table for people;
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
#[cfg_attr(
    feature = "json",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "serial::RawFull")
)]
#[non_exhaustive]
pub struct FullSnapshot {
    /// When it was taken.
    #[cfg_attr(feature = "json", serde(with = "serial::timestamp"))]
    pub timestamp: SystemTime,
    /// The collectors by name.
    pub metrics: BTreeMap<String, MetricsSnapshot>,
    /// The histograms by name.
    pub histograms: BTreeMap<String, HistogramSnapshot>,
    /// The extremes by name, smallest and largest; without those that have seen no value.
    pub minmax: BTreeMap<String, (u64, u64)>,
    /// The counters by name.
    pub counters: BTreeMap<String, u64>,
    /// The gauges by name.
    pub gauges: BTreeMap<String, i64>,
    /// The metrics that were declared with a name and a help text, by name.
    pub declared: BTreeMap<String, FamilySnapshot>,
    /// The instrumented functions that are linked in, called or not, sorted by module, function and labels. (On other
    /// systems than Linux those that have been called.)
    pub functions: Vec<FunctionSnapshot>,
    /// The labels that every series has, in every family, unless it has one of that name itself
    /// ([`MetricsRegistry::with_labels`](crate::MetricsRegistry::with_labels)).
    #[cfg_attr(feature = "json", serde(with = "serial::pairs"))]
    pub labels: Vec<(String, String)>,
    /// The `# HELP` texts that were given, by registered or by printed name.
    pub(crate) help: BTreeMap<String, String>,
    /// The library's own families, printed after all others, in this order.
    #[cfg_attr(feature = "json", serde(rename = "self_metrics"))]
    pub(crate) own: Vec<OwnFamily>,
    /// Since when counters and histograms have counted: since the registry was made; of a difference, since the earlier
    /// snapshot.
    #[cfg_attr(feature = "json", serde(with = "serial::timestamp"))]
    pub(crate) created: SystemTime,
    /// Whose counters these are; `None` if the snapshot was read from JSON that does not tell.
    #[cfg_attr(feature = "json", serde(skip_serializing_if = "Option::is_none"))]
    pub(crate) run: Option<RunId>,
    /// As `timestamp`, by a clock that is never set back.
    #[cfg_attr(feature = "json", serde(skip))]
    pub(crate) taken: Moment,
    /// Of a difference: the time it spans.
    pub(crate) elapsed: Option<Duration>,
}

impl FullSnapshot {
    /// A snapshot of nothing, taken now, of a registry that was made at `created`.
    pub(crate) fn empty(created: SystemTime) -> Self {
        FullSnapshot {
            timestamp: SystemTime::now(),
            metrics: BTreeMap::new(),
            histograms: BTreeMap::new(),
            minmax: BTreeMap::new(),
            counters: BTreeMap::new(),
            gauges: BTreeMap::new(),
            declared: BTreeMap::new(),
            functions: Vec::new(),
            labels: Vec::new(),
            help: BTreeMap::new(),
            own: Vec::new(),
            created,
            run: None,
            taken: Moment::now(),
            elapsed: None,
        }
    }

    /// The instrumented function whose `function` label is `name`, or whose module and function are `module::function`.
    ///
    /// Where several match (two modules, several sets of labels), the first in order of those that have been called; if none
    /// has, the first.
    pub fn function(&self, name: &str) -> Option<&FunctionSnapshot> {
        self.matching(name).find(|function| function.is_called()).or_else(|| self.matching(name).next())
    }

    /// All instrumented functions that [`function`](Self::function) would look at, in order.
    pub fn functions_named(&self, name: &str) -> Vec<&FunctionSnapshot> {
        self.matching(name).collect()
    }

    fn matching<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a FunctionSnapshot> {
        self.functions.iter().filter(move |function| function.is_named(name))
    }
}
