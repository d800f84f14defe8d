//! Moments of the recording path.

use super::rate::Rate;
use super::raw;
use super::source::{self, DIRECT_RATE, UNKNOWN};
use crate::platform;
use crate::sync::unmodelled::Ordering;

/// A moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ticks(u64);

/// Returns the current moment.
#[inline]
pub(crate) fn now() -> Ticks {
    // Relaxed: the rate publishes nothing else. A thread that still sees an old rate reads the same source on a path that was
    // valid a moment ago.
    match Rate::from_bits(DIRECT_RATE.load(Ordering::Relaxed)) {
        Some(_) => Ticks(raw::read()),
        None => Ticks(source::now()),
    }
}

impl Ticks {
    /// Returns the moment as a number, without a unit.
    #[inline]
    pub(crate) fn to_bits(self) -> u64 {
        self.0
    }

    /// Returns the moment that had these bits.
    #[inline]
    pub(crate) fn from_bits(bits: u64) -> Self {
        Ticks(bits)
    }

    /// Returns whether there was a clock at this moment. If not, the time since is zero.
    #[inline]
    pub(crate) fn is_known(self) -> bool {
        platform::HAS_CLOCK || self.0 != UNKNOWN
    }

    /// Returns the nanoseconds from this moment until now: never negative, and at most 584 years.
    #[inline]
    pub(crate) fn elapsed_nanos(self) -> u64 {
        // Relaxed: as in `now`.
        match Rate::from_bits(DIRECT_RATE.load(Ordering::Relaxed)) {
            Some(rate) => rate.nanos(raw::read().saturating_sub(self.0)),
            None => source::nanos_since(self.0),
        }
    }
}
