//! The moment of a snapshot by a monotonic clock.

use crate::clock::Instant;
use std::time::Duration;

/// The moment at which this process took a snapshot.
///
/// It has no meaning in another process, so it is not serialized: a snapshot read from JSON has none. All moments
/// are equal, so a snapshot is equal to its copy read from JSON.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Moment(Option<Instant>);

impl Moment {
    /// Returns the present moment.
    pub(super) fn now() -> Self {
        Moment(Some(Instant::now()))
    }

    /// Returns the time since `earlier`, if both are known.
    pub(super) fn since(self, earlier: Moment) -> Option<Duration> {
        Some(self.0?.saturating_duration_since(earlier.0?))
    }
}

impl PartialEq for Moment {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}
