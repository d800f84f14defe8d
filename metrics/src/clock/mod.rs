//! The time between two moments, as the recording path takes it.
//!
//! A moment is a number of ticks that means nothing by itself; callers ask for the nanoseconds since. Ticks come from
//! one of two sources, chosen once, at the first call, and never changed in a process's life:
//!
//! - the processor's own counter, where the kernel keeps its time by it (`raw`);
//! - the operating system's monotonic clock everywhere else, and where [`force_os_clock`] asked for it.
//!
//! While a [`MockClock`] exists, the threads that entered it see its time instead.
//!
//! Ticks become nanoseconds at once, when a call ends, by the rate that is known then: a multiplication. So a rate that is
//! corrected later changes no number that was counted before, totals never fall, and nobody behind the clock needs to know
//! what a tick is.
//!
//! [`recheck`] compares the rate with the operating system's clock whenever a snapshot is taken. No difference is ever
//! negative: a counter that goes back, on a machine that should not be trusted, reads as no time.

mod entered;
mod mock;
mod os;
mod rate;
mod raw;
mod source;

pub use mock::{MockClock, MockGuard};
pub use source::force_os_clock;
pub(crate) use source::{recheck, source_name};

use crate::sync::unmodelled::{AtomicU64, Ordering};
use rate::Rate;
use std::time::Duration;

/// The nanoseconds of a tick of the raw counter; zero wherever that must not be read at once: before a source is chosen,
/// where it is another, and while a mock clock exists.
static DIRECT_RATE: AtomicU64 = AtomicU64::new(0);

/// A moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ticks(u64);

/// Tells a mock clock from others; all threads that entered none have the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ClockId(Option<usize>);

/// This moment.
#[inline]
pub(crate) fn now() -> Ticks {
    // Relaxed: the rate stands for itself. A thread that still sees an older one reads the same source by a path that
    // was right a moment ago.
    match Rate::from_bits(DIRECT_RATE.load(Ordering::Relaxed)) {
        Some(_) => Ticks(raw::read()),
        None => Ticks(source::now()),
    }
}

/// Which clock this thread reads, and the time on it: the mock clock that it has entered, or the operating system's. Not the
/// processor's counter, which nobody must choose who times no call.
pub(crate) fn coarse() -> (ClockId, Duration) {
    match entered::time() {
        Some((id, nanos)) => (ClockId(Some(id)), Duration::from_nanos(nanos)),
        None => (ClockId(None), Duration::from_nanos(os::read())),
    }
}

impl Ticks {
    /// The nanoseconds from this moment until now; never negative, and at most 584 years.
    #[inline]
    pub(crate) fn elapsed_nanos(self) -> u64 {
        // Relaxed: as in `now`.
        match Rate::from_bits(DIRECT_RATE.load(Ordering::Relaxed)) {
            Some(rate) => rate.nanos(raw::read().saturating_sub(self.0)),
            None => source::nanos_since(self.0),
        }
    }
}
