//! What all exports have in common: a thread of their own that stops with the registry, and panics that end there.

use crate::error::{Cause, Error};
use crate::registry::MetricsRegistry;
use crate::util::periodic::PeriodicThread;
use std::time::Duration;

/// Starts a thread that does `export` every `interval`, and once more when it or `registry` is stopped.
pub(super) fn start(
    registry: &MetricsRegistry,
    interval: Duration,
    export: impl FnMut() + Send + 'static,
) -> Result<PeriodicThread, Error> {
    check(interval)?;
    let ticker = PeriodicThread::start("tachometer-export", interval, export).map_err(Cause::Spawn)?;
    registry.adopt(ticker.clone());
    Ok(ticker)
}

pub(super) fn check(interval: Duration) -> Result<(), Error> {
    if interval.is_zero() { Err(Cause::ZeroInterval.into()) } else { Ok(()) }
}
