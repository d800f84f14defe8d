//! A moment by a clock that is never set back.

use std::time::{Duration, Instant};

/// When a snapshot was taken, where this process took it.
///
/// Such a moment means nothing in another process, so it does not travel: a snapshot that was read from JSON has none. It is
/// no part of what a snapshot says either, so any two are equal; a snapshot is equal to its copy that came back.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Moment(Option<Instant>);

impl Moment {
    pub(super) fn now() -> Self {
        Moment(Some(Instant::now()))
    }

    /// The time since `earlier`, where both are known.
    pub(super) fn since(self, earlier: Moment) -> Option<Duration> {
        Some(self.0?.saturating_duration_since(earlier.0?))
    }
}

impl PartialEq for Moment {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}
