//! What a block holds of the windows before its current one.
//!
//! A *window* is the time between two rotations, which readers make ([`Epoch`](super::super::epoch::Epoch)). A call belongs
//! to the newest window that its end, or the end of an earlier call of its block, has seen. The extremes of the block's
//! current window stand beside this; those of the [`EARLIER`] windows before it, and of all calls before it, stand here.
//!
//! Only who begins a window writes it, into the second of two slots, which becomes current with the call that has seen the
//! rotation.

use super::own;
use crate::sync::{AtomicU64, Ordering};
use std::array;

/// The smallest and the largest of some values.
pub(in super::super) type Extremes = [u64; 2];

/// The smallest and the largest of no values at all.
pub(super) const NO_EXTREMES: Extremes = [u64::MAX, 0];

/// How many windows before the current one are kept.
///
/// Two, for the end of a call may be under way, or wait in a processor's store buffer, while a reader rotates and reads. Such
/// a call belongs to the window before and is seen by the next reading only, which may have rotated once more.
pub(super) const EARLIER: usize = 2;

/// The cells of a [`Past`].
#[derive(Debug)]
#[repr(C)]
pub(super) struct History {
    window: AtomicU64,
    before: [AtomicU64; 2],
    earlier: [[AtomicU64; 2]; EARLIER],
}

/// What came before the current window of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Past {
    /// The number of the block's current window.
    pub(super) window: u64,
    /// Of all calls before that window.
    before: Extremes,
    /// Of the windows before, the latest first.
    earlier: [Extremes; EARLIER],
}

impl History {
    /// Before the window with the number 0.
    pub(super) fn new() -> Self {
        let Past { window, before, earlier } = Past::NOTHING;
        let extremes = |extremes: Extremes| extremes.map(AtomicU64::new);
        History { window: AtomicU64::new(window), before: extremes(before), earlier: earlier.map(extremes) }
    }

    /// What its writer sees.
    pub(super) fn own(&self) -> Past {
        self.read_by(own)
    }

    pub(super) fn read_by(&self, read: impl Fn(&AtomicU64) -> u64 + Copy) -> Past {
        Past {
            window: read(&self.window),
            before: self.before.each_ref().map(read),
            earlier: self.earlier.each_ref().map(|extremes| extremes.each_ref().map(read)),
        }
    }

    /// Only for the block's writer, and only the slot that is not current.
    pub(super) fn write(&self, past: &Past) {
        let Past { window, before, earlier } = past;
        let cells = [&self.window].into_iter().chain(&self.before).chain(self.earlier.iter().flatten());
        let values = [window].into_iter().chain(before).chain(earlier.iter().flatten());
        for (cell, value) in cells.zip(values) {
            // Release: pairs with the fence in `try_read_live`, as in all stores of an update. A reader may be looking at this
            // slot: one that has rotated once more since the rotation that the current slot is of.
            cell.store(*value, Ordering::Release);
        }
    }
}

impl Past {
    /// No calls, before the window with the number 0.
    pub(super) const NOTHING: Past = Past { window: 0, before: NO_EXTREMES, earlier: [NO_EXTREMES; EARLIER] };

    /// Of all calls, where those of the current window have the extremes `current`.
    pub(super) fn lifetime(&self, current: Extremes) -> Extremes {
        wider(self.before, current)
    }

    /// Of all calls that belong to `window` and the [`EARLIER`] windows before it, where `window` is the current one of
    /// the block or one that it has not seen yet.
    pub(super) fn recent(&self, window: u64, current: Extremes) -> Extremes {
        (0..=EARLIER).map(|place| self.at(window, place, current)).fold(NO_EXTREMES, wider)
    }

    /// The same seen from `window`, which begins and is not the current one.
    pub(super) fn seen_from(&self, window: u64, current: Extremes) -> Past {
        let earlier = array::from_fn(|place| self.at(window, place + 1, current));
        Past { window, before: self.lifetime(current), earlier }
    }

    /// Of the calls that belong to the window `place` before `window`.
    fn at(&self, window: u64, place: usize, current: Extremes) -> Extremes {
        // Numbers may wrap; a block that has not been written for 2³² windows would take an old one for a new one.
        let unseen = window.wrapping_sub(self.window) % super::WINDOWS;
        let unseen = usize::try_from(unseen).unwrap_or(usize::MAX);
        match place.checked_sub(unseen) {
            Some(0) => current,
            Some(place) => self.earlier[place - 1],
            None => NO_EXTREMES,
        }
    }
}

/// The extremes of the values of both.
fn wider([min, max]: Extremes, [other_min, other_max]: Extremes) -> Extremes {
    [min.min(other_min), max.max(other_max)]
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_recent_until_two_more_have_ended() {
        let mut past = Past::NOTHING;
        // Window 5 has calls, 6 has, 8 has; nobody calls in 7 and from 9 on.
        past = past.seen_from(5, NO_EXTREMES);
        assert_eq!((past.recent(5, NO_EXTREMES), past.lifetime(NO_EXTREMES)), (NO_EXTREMES, NO_EXTREMES));
        assert_eq!(
            [5, 6, 7, 8].map(|window| past.recent(window, [7, 9])),
            [[7, 9], [7, 9], [7, 9], NO_EXTREMES]
        );
        past = past.seen_from(6, [7, 9]);
        assert_eq!(past.recent(6, [1, 1]), [1, 9]);
        assert_eq!([7, 8, 9].map(|window| past.recent(window, [1, 1])), [[1, 9], [1, 1], NO_EXTREMES]);
        past = past.seen_from(8, [1, 1]);
        assert_eq!(
            [8, 9, 10, 11].map(|window| past.recent(window, [20, 30])),
            [[1, 30], [20, 30], [20, 30], NO_EXTREMES]
        );
        assert_eq!(past.lifetime([20, 30]), [1, 30]);
        past = past.seen_from(100, [20, 30]);
        assert_eq!((past.recent(100, NO_EXTREMES), past.lifetime(NO_EXTREMES)), (NO_EXTREMES, [1, 30]));
    }

    #[test]
    fn the_number_of_a_window_may_wrap() {
        let last = super::super::WINDOWS - 1;
        let past = Past::NOTHING.seen_from(last, NO_EXTREMES);
        assert_eq!(past.recent(0, [3, 4]), [3, 4]);
        assert_eq!(past.seen_from(0, [3, 4]).recent(1, [5, 5]), [3, 5]);
    }
}
