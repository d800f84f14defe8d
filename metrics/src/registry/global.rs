//! The registry that instrumented functions use unless they name another.

use super::functions::Functions;
use super::metrics_registry::MetricsRegistry;
use crate::error::{Cause, Error};
use crate::function::Function;
use crate::snapshot::FullSnapshot;
use once_cell::race::OnceBox;

static GLOBAL: OnceBox<MetricsRegistry> = OnceBox::new();

/// The functions of the global registry, whichever that is or will be: a function's first call, which may be the
/// allocator's, must not have to make a registry.
#[cfg(not(loom))]
static FUNCTIONS: Functions = Functions::new();
#[cfg(loom)]
loom::lazy_static! { static ref FUNCTIONS: Functions = Functions::new(); }

/// The global registry: made on first use, reached without a lock ever after.
///
/// It exports every ten seconds once an export is started, unless [`install`] put another one in its place.
///
/// ```
/// tachometer::global().register_gauge("queue_length").set(3);
/// assert_eq!(tachometer::snapshot().gauges["queue_length"], 3);
/// ```
pub fn global() -> &'static MetricsRegistry {
    // Threads that race here each make an empty registry; all but one are dropped again, and all see the same one.
    GLOBAL.get_or_init(|| Box::new(MetricsRegistry::default().with_functions(&FUNCTIONS)))
}

/// Makes `registry` the global one, before anything else uses it.
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
/// If the global registry is in use already, by a call of an instrumented function, of [`global`], of [`snapshot`] or of
/// this function. `registry` is dropped then.
pub fn install(registry: MetricsRegistry) -> Result<(), Error> {
    if FUNCTIONS.are_called() {
        return Err(Cause::Installed.into());
    }
    GLOBAL.set(Box::new(registry.with_functions(&FUNCTIONS))).map_err(|_| Cause::Installed.into())
}

/// Has the global registry read `function` from now on.
pub(crate) fn attach_to_global(function: &'static Function) {
    FUNCTIONS.attach(function);
}

/// Reads everything in the [`global`] registry. Never blocks who records.
pub fn snapshot() -> FullSnapshot {
    global().snapshot_all()
}
