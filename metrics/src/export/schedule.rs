//! Threads that repeat an export until it or its registry is stopped.

use crate::error::{Cause, Error};
use crate::registry::MetricsRegistry;
use crate::util::periodic::{PeriodicThread, Run};
use std::time::Duration;

/// Starts a thread that calls `export` every `interval`, and once more when it or `registry` is stopped.
pub(super) fn start(
    registry: &MetricsRegistry,
    interval: Duration,
    export: impl FnMut(Run<'_>) + Send + 'static,
) -> Result<PeriodicThread, Error> {
    check(interval)?;
    let thread = PeriodicThread::start("tachometer-export", interval, export).map_err(Cause::Spawn)?;
    registry.adopt(thread.clone());
    Ok(thread)
}

/// Checks that the interval is non-zero.
pub(super) fn check(interval: Duration) -> Result<(), Error> {
    if interval.is_zero() { Err(Cause::ZeroInterval.into()) } else { Ok(()) }
}
