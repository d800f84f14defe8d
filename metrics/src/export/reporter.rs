//! Reports of failed exports.

use super::sink::write_past_lock;
use crate::sync::unmodelled::Arc;
use std::io;

/// A user's callback for failed exports.
pub(super) type OnError = dyn Fn(&str, &io::Error) + Send + Sync;

/// Reports the failed exports of a sink.
pub(super) enum Reporter {
    Callback(Arc<OnError>),
    /// Writes a line to stderr for the first failure after a success.
    Stderr {
        is_reported: bool,
    },
}

impl Reporter {
    /// Returns a reporter that calls `on_error`, or without it writes to stderr.
    pub(super) fn new(on_error: Option<Arc<OnError>>) -> Self {
        on_error.map_or(Reporter::Stderr { is_reported: false }, Reporter::Callback)
    }

    pub(super) fn succeeded(&mut self) {
        if let Reporter::Stderr { is_reported } = self {
            *is_reported = false;
        }
    }

    pub(super) fn failed(&mut self, sink: &str, error: &io::Error) {
        match self {
            Reporter::Callback(callback) => callback(sink, error),
            Reporter::Stderr { is_reported: true } => {}
            Reporter::Stderr { is_reported } => {
                *is_reported = true;
                // If stderr is closed, there is nowhere to report to.
                let line = format!("tachometer: the export to {sink} failed: {error}\n");
                let _ = write_past_lock(io::stderr(), line.as_bytes());
            }
        }
    }
}
