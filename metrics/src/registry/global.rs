//! The global registry, which instrumented functions use by default.

use super::functions::Functions;
use super::metrics_registry::MetricsRegistry;
use crate::error::{Cause, Error};
use crate::function::Function;
use crate::snapshot::FullSnapshot;
use once_cell::race::OnceBox;

static GLOBAL: OnceBox<MetricsRegistry> = OnceBox::new();

/// The functions of the global registry. The list exists before that registry: a function's first call, which may be the
/// allocator's, must not have to create a registry.
#[cfg(not(loom))]
static FUNCTIONS: Functions = Functions::new();
#[cfg(loom)]
loom::lazy_static! { static ref FUNCTIONS: Functions = Functions::new(); }

/// Returns the global registry. The first call creates it; later calls take no lock.
///
/// It is [`MetricsRegistry::default()`](MetricsRegistry#impl-Default-for-MetricsRegistry), which exports every 10 seconds after an
/// export was started, unless [`install`] has set another one.
///
/// ```
/// tachometer::global().register_gauge("queue_length").set(3);
/// assert_eq!(tachometer::snapshot().gauges["queue_length"], 3);
/// ```
pub fn global() -> &'static MetricsRegistry {
    // Threads that race here each create an empty registry. All but one are dropped, and all threads see the same one.
    GLOBAL.get_or_init(|| Box::new(MetricsRegistry::default().with_functions(&FUNCTIONS)))
}

/// Makes `registry` the global one, before its first use.
///
/// ```
/// use std::time::Duration;
/// use tachometer::MetricsRegistry;
///
/// fn main() -> Result<(), tachometer::Error> {
///     let registry = MetricsRegistry::new(Duration::from_secs(60));
///     tachometer::install(registry.with_namespace("shop").with_labels([("zone", "eu")]))?;
///     Ok(())
/// }
/// ```
///
/// # Errors
/// If the global registry is already in use: by a call of an instrumented function, of [`global`], of [`snapshot`] or of this
/// function. Then `registry` is dropped.
pub fn install(registry: MetricsRegistry) -> Result<(), Error> {
    if FUNCTIONS.are_called() {
        return Err(Cause::Installed.into());
    }
    GLOBAL.set(Box::new(registry.with_functions(&FUNCTIONS))).map_err(|_| Cause::Installed.into())
}

/// Attaches `function` to the global registry.
pub(crate) fn attach_to_global(function: &'static Function) {
    FUNCTIONS.attach(function);
}

/// Returns rules for Prometheus: recording rules and alerts for all [objectives](crate::slo) of the [`global`] registry.
///
/// ```
/// let rules = tachometer::slo_rules();
/// assert!(rules.contains("- alert: SloBurnRateFast\n"));
/// ```
pub fn slo_rules() -> String {
    snapshot().slo_rules()
}

/// Reads a snapshot of the [`global`] registry. It never blocks recording.
pub fn snapshot() -> FullSnapshot {
    global().snapshot_all()
}
