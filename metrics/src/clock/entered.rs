//! The mock clock that the current thread has entered.

use crate::sync::unmodelled::{AtomicU64, Ordering};
use std::cell::Cell;
use std::ptr;

/// The time of a mock clock, in nanoseconds.
pub(super) type MockTime = &'static AtomicU64;

thread_local! {
    static ENTERED: Cell<Option<MockTime>> = const { Cell::new(None) };
}

/// The bit that distinguishes moments of a mock clock from those of a real clock.
pub(super) const MOCK: u64 = 1 << 63;

/// Enters `clock`, or no clock, and returns the one that was entered before.
pub(super) fn replace(clock: Option<MockTime>) -> Option<MockTime> {
    ENTERED.replace(clock)
}

/// Returns the current moment of the entered clock.
pub(super) fn read() -> Option<u64> {
    time().map(|(_, nanos)| nanos | MOCK)
}

/// Returns the identity and the time of the entered clock.
pub(super) fn time() -> Option<(usize, u64)> {
    // Relaxed: the time publishes nothing else. A test's own synchronization between its threads orders the loads.
    ENTERED.get().map(|nanos| (ptr::from_ref(nanos).addr(), nanos.load(Ordering::Relaxed)))
}

pub(super) fn is_mock(moment: u64) -> bool {
    moment & MOCK != 0
}
