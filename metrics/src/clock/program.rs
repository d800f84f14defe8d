//! The clock that the program has given.

use crate::sync::unmodelled::OnceLock;
use std::time::Duration;

static CLOCK: OnceLock<fn() -> Duration> = OnceLock::new();

/// Sets the clock. The caller holds the lock of all decisions, and sets it once.
pub(super) fn set(clock: fn() -> Duration) {
    CLOCK.get_or_init(|| clock);
}

#[cfg(feature = "http")]
pub(super) fn is_set() -> bool {
    CLOCK.get().is_some()
}

/// Returns the time since 1970 of the program's clock, if there is one. Runs code of the program.
pub(super) fn time() -> Option<Duration> {
    CLOCK.get().map(|clock| clock())
}

/// Returns that time in nanoseconds: at least 1, and at most 292 years.
pub(super) fn nanos() -> u64 {
    let nanos = time().map_or(1, |time| time.as_nanos());
    u64::try_from(nanos).unwrap_or(u64::MAX).clamp(1, u64::MAX >> 1)
}
