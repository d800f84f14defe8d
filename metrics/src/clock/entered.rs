//! The mock clock that this thread has entered.

use crate::sync::unmodelled::{AtomicU64, Ordering};
use std::cell::Cell;
use std::ptr;

/// The time of a mock clock, in nanoseconds.
pub(super) type MockTime = &'static AtomicU64;

thread_local! {
    static ENTERED: Cell<Option<MockTime>> = const { Cell::new(None) };
}

/// Marks a moment of a mock clock, so that it is not taken for one of a real clock.
pub(super) const MOCK: u64 = 1 << 63;

/// Enters `clock`, or none, and returns what was entered before.
pub(super) fn replace(clock: Option<MockTime>) -> Option<MockTime> {
    ENTERED.replace(clock)
}

/// This moment by the clock that this thread has entered.
pub(super) fn read() -> Option<u64> {
    time().map(|(_, nanos)| nanos | MOCK)
}

/// What tells the clock that this thread has entered from others, and the time on it.
pub(super) fn time() -> Option<(usize, u64)> {
    // Relaxed: the time stands for itself; what else a test hands between its threads orders the rest.
    ENTERED.get().map(|nanos| (ptr::from_ref(nanos).addr(), nanos.load(Ordering::Relaxed)))
}

pub(super) fn is_mock(moment: u64) -> bool {
    moment & MOCK != 0
}
