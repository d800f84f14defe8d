//! All tests that can share a process: what only its users see of the library. The others are in `tests/process`.

mod conditions;
mod contract;
mod declared;
mod documentation;
mod dynamic_functions;
mod exemplars;
mod families;
mod formats;
mod global;
mod http;
mod instrumented;
#[path = "../process/itself.rs"]
mod itself;
mod labels;
mod layers;
mod objectives;
mod on_demand;
mod percentiles;
mod primitives;
mod registry;
mod sinks;
mod streams;

use tachometer::FullSnapshot;

/// A snapshot of the global registry, of whose functions it keeps those of `module` and of the modules in it: functions of
/// other tests may have the same names.
fn snapshot_of(module: &str) -> FullSnapshot {
    let mut snapshot = tachometer::snapshot();
    snapshot.functions.retain(|function| {
        function.module.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    });
    snapshot
}
