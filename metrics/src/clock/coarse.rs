//! The clock of the windows: the operating system's, or a mock clock.

use super::{entered, os};
use std::time::Duration;

/// Identifies a mock clock. All threads that have entered none have the same identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ClockId(Option<usize>);

/// Returns the identity and the time of this thread's clock: the mock clock that it has entered, or the operating system's.
///
/// Never the processor's counter: reading that would choose a source, in a program that may time no call.
pub(crate) fn coarse() -> (ClockId, Duration) {
    match entered::time() {
        Some((id, nanos)) => (ClockId(Some(id)), Duration::from_nanos(nanos)),
        None => (ClockId(None), Duration::from_nanos(os::read())),
    }
}
