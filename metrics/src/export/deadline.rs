//! The time that an export may take.

use crate::clock::Instant;
use crate::util::periodic::Run;
use std::io;
use std::time::Duration;

/// The time that an export to a peer may take.
///
/// A peer that does not answer delays the end of the program by one timeout at most: an export in progress has half of it left when
/// its thread is told to end, and the last export has the rest.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deadline<'a> {
    run: Run<'a>,
    begun: Instant,
    timeout: Duration,
}

/// How long an operation waits at once, so that it learns in time that the thread is to end.
const SLICE: Duration = Duration::from_millis(50);

impl<'a> Deadline<'a> {
    /// Creates the deadline of an export that begins now.
    pub(super) fn new(run: Run<'a>, timeout: Duration) -> Self {
        Deadline { run, begun: Instant::now(), timeout }
    }

    /// Returns the time that is left, which is not zero.
    ///
    /// # Errors
    /// If none is left.
    pub(super) fn rest(&self) -> io::Result<Duration> {
        let Deadline { run, begun, timeout } = *self;
        let now = Instant::now();
        let rest =
            |begun: Instant, timeout: Duration| timeout.saturating_sub(now.saturating_duration_since(begun));
        let rest = match (run.last_after(), run.stop_requested()) {
            (Some(spent), _) => rest(begun, timeout.saturating_sub(spent)),
            (None, None) => rest(begun, timeout),
            (None, Some(stop)) => rest(begun, timeout).min(rest(stop, timeout / 2)),
        };
        if rest.is_zero() {
            return Err(io::Error::new(io::ErrorKind::TimedOut, format!("no answer within {timeout:?}")));
        }
        Ok(rest)
    }

    /// Returns how long an operation may wait until it asks again. Not zero.
    ///
    /// # Errors
    /// If no time is left.
    pub(super) fn slice(&self) -> io::Result<Duration> {
        self.rest().map(|rest| rest.min(SLICE))
    }

    /// Returns half of the whole time, or what is left if that is less: for what cannot be interrupted.
    ///
    /// # Errors
    /// If no time is left.
    #[cfg(any(feature = "otlp", feature = "push"))]
    pub(super) fn half(&self) -> io::Result<Duration> {
        self.rest().map(|rest| rest.min(self.timeout / 2))
    }

    /// Waits before another attempt. Returns whether there is time for one: it does not wait if there is not.
    #[cfg(feature = "otlp")]
    pub(super) fn pause(&self, duration: Duration) -> bool {
        if self.rest().map_or(true, |rest| rest <= duration) {
            return false;
        }
        self.run.pause(duration);
        // If the thread is to end meanwhile, the last export is the next attempt.
        (self.run.is_last() || self.run.stop_requested().is_none()) && self.rest().is_ok()
    }
}
