//! Snapshots: the state of metrics at one moment, as immutable plain data.
//!
//! Everything that formats, compares or exports reads these types and nothing else.

mod collector;
mod declared;
#[cfg(feature = "json")]
mod deserialize;
mod exemplar;
pub mod families;
mod full;
mod function;
mod histogram;
mod kind;
mod label_identity;
mod list_families;
mod listed_family;
#[cfg(any(feature = "statsd", feature = "emf"))]
mod middles;
mod moment;
mod native;
mod percentile;
mod place;
mod run;
mod self_metric;
#[cfg(feature = "json")]
mod serial;
mod since;
#[cfg(test)]
mod tests;

pub use collector::MetricsSnapshot;
pub use declared::{FamilySnapshot, SampleValue, SeriesSnapshot};
pub use exemplar::{Exemplar, Exemplars};
pub(crate) use exemplar::{SelectedCalls, of_buckets};
pub use full::FullSnapshot;
pub(crate) use function::CancelledByStage;
pub use function::FunctionSnapshot;
pub use histogram::HistogramSnapshot;
pub(crate) use kind::MetricKind;
pub(crate) use label_identity::label_identity;
pub(crate) use listed_family::ListedFamily;
#[cfg(all(test, feature = "json"))]
pub(crate) use moment::Moment;
pub use native::NativeBuckets;
pub(crate) use place::Place;
pub(crate) use run::RunId;
pub(crate) use self_metric::SelfMetricFamily;
