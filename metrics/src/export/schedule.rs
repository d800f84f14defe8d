//! What all exports have in common: a thread of their own that stops with the registry, and panics that end there.

use crate::error::{Cause, Error};
use crate::registry::MetricsRegistry;
use crate::ticker::Ticker;
use std::mem;
use std::panic::{self, AssertUnwindSafe};
use std::time::Duration;

/// Starts a thread that does `export` every `interval`, and once more when it or `registry` is stopped.
pub(super) fn start(
    registry: &MetricsRegistry,
    interval: Duration,
    export: impl FnMut() + Send + 'static,
) -> Result<Ticker, Error> {
    check(interval)?;
    let ticker = Ticker::start("tachometer-export", interval, export).map_err(Cause::Spawn)?;
    registry.adopt(ticker.clone());
    Ok(ticker)
}

pub(super) fn check(interval: Duration) -> Result<(), Error> {
    if interval.is_zero() { Err(Cause::ZeroInterval.into()) } else { Ok(()) }
}

/// What `work`, which is a user's, returns; `None` where it panicked.
pub(super) fn caught<T>(work: impl FnOnce() -> T) -> Option<T> {
    // Whatever state the panic left the user's things in, they are the user's own.
    match panic::catch_unwind(AssertUnwindSafe(work)) {
        Ok(result) => Some(result),
        Err(payload) => {
            // What it panicked with may panic again when it is dropped, and what that panics with is leaked.
            let dropped = panic::catch_unwind(AssertUnwindSafe(|| drop(payload)));
            mem::forget(dropped);
            None
        }
    }
}
