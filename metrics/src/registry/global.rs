//! The registry that instrumented functions use unless they name another.

use super::MetricsRegistry;
use crate::error::{Cause, Error};
use crate::snapshot::FullSnapshot;
use once_cell::race::OnceBox;
use std::time::Duration;

static GLOBAL: OnceBox<MetricsRegistry> = OnceBox::new();

const DEFAULT_INTERVAL: Duration = Duration::from_secs(10);

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
    GLOBAL.get_or_init(|| Box::new(MetricsRegistry::new(DEFAULT_INTERVAL)))
}

/// Makes `registry` the global one, before anything else uses it.
///
/// ```
/// use std::time::Duration;
/// use tachometer::MetricsRegistry;
///
/// fn main() -> Result<(), tachometer::Error> {
///     tachometer::install(MetricsRegistry::new(Duration::from_secs(60)))?;
///     Ok(())
/// }
/// ```
///
/// # Errors
/// Where the global registry is in use already, by a call of an instrumented function, of [`global`], of [`snapshot`] or of
/// this function. `registry` is dropped then.
pub fn install(registry: MetricsRegistry) -> Result<(), Error> {
    GLOBAL.set(Box::new(registry)).map_err(|_| Cause::Installed.into())
}

/// Reads everything in the [`global`] registry. Never blocks who records.
pub fn snapshot() -> FullSnapshot {
    global().snapshot_all()
}
