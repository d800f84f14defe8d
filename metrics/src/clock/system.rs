//! The system's clocks, which the whole library reads through this file: `Instant`, and the time of day.
//!
//! Where the standard library has no clocks, both are the clock that the program has given
//! ([`set_clock`](super::set_clock)). If it has given none, time stands still at the epoch.

use std::time::SystemTime;

#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
pub(crate) use std::time::Instant;

/// Returns whether time goes on.
#[cfg(feature = "http")]
pub(crate) fn has_time() -> bool {
    crate::platform::HAS_CLOCK || super::program::is_set()
}

/// Returns the time of day.
#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
pub(crate) fn time_of_day() -> SystemTime {
    SystemTime::now()
}

#[cfg(all(target_family = "wasm", target_os = "unknown"))]
pub(crate) use without_clocks::{Instant, time_of_day};

#[cfg(all(target_family = "wasm", target_os = "unknown"))]
mod without_clocks {
    use super::SystemTime;
    use crate::clock::program;
    use std::time::Duration;

    /// A moment of the program's clock, with the methods of `std::time::Instant` that the library uses.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
    pub(crate) struct Instant(Duration);

    impl Instant {
        pub(crate) fn now() -> Self {
            Instant(program::time().unwrap_or_default())
        }

        pub(crate) fn elapsed(&self) -> Duration {
            Instant::now().saturating_duration_since(*self)
        }

        pub(crate) fn saturating_duration_since(&self, earlier: Instant) -> Duration {
            self.0.saturating_sub(earlier.0)
        }

        pub(crate) fn checked_add(&self, duration: Duration) -> Option<Self> {
            self.0.checked_add(duration).map(Instant)
        }
    }

    /// Returns the time of day.
    pub(crate) fn time_of_day() -> SystemTime {
        let epoch = SystemTime::UNIX_EPOCH;
        epoch.checked_add(program::time().unwrap_or_default()).unwrap_or(epoch)
    }
}
