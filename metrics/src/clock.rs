//! The time between two moments, as the recording path takes it.
//!
//! Today every moment is read from the operating system's monotonic clock. Callers see ticks and never assume what a
//! tick is: they ask for the nanoseconds between two.

use std::time::Instant;

/// A moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ticks(Instant);

/// This moment.
#[inline]
pub(crate) fn now() -> Ticks {
    Ticks(Instant::now())
}

impl Ticks {
    /// The nanoseconds from this moment until now; never negative, and at most 584 years.
    #[inline]
    pub(crate) fn elapsed_nanos(self) -> u64 {
        let elapsed = now().0.saturating_duration_since(self.0);
        u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX)
    }
}
