//! Registries: metrics by name, their registration and reading.

mod contents;
mod declare;
mod families;
mod former_names;
mod functions;
mod global;
mod linked;
mod list;
mod listing;
mod metric_handle;
mod metrics_registry;
mod on_demand;
#[cfg(feature = "process")]
mod process;
mod scope;
mod set_scope;
mod shared_cells;
mod table;
mod windows;

pub(crate) use contents::Contents;
pub(crate) use global::attach_to_global;
pub use global::{global, install, slo_rules, snapshot};
pub use metrics_registry::MetricsRegistry;
