//! The windows before a block's current one.
//!
//! A *window* is the time between two rotations, which readers cause ([`Epoch`](crate::recorder::epoch::Epoch)). A call belongs
//! to the newest window that its own end, or the end of an earlier call of its block, has seen. The extremes of the block's
//! current window are kept beside this history. The history holds those of the [`EARLIER`] windows before it, and those of
//! all calls before it.
//!
//! Only a call that begins a window writes the history. It writes the slot that is not current; its `head` makes that slot
//! current.

use crate::recorder::epoch::WINDOWS;
use crate::sync::{AtomicU64, Ordering, load_own};
use std::array;

/// The minimum and the maximum of some values.
pub(super) type Extremes = [u64; 2];

/// The minimum and the maximum of no values.
pub(super) const NO_EXTREMES: Extremes = [u64::MAX, 0];

/// The number of windows before the current one that are kept.
///
/// Two, because the end of a call may be in progress, or wait in a store buffer, while a reader rotates and reads. Such a
/// call belongs to the window before the rotation, and only the next reading sees it. That reading may have rotated again.
pub(super) const EARLIER: usize = 2;

/// The cells of a [`Past`].
#[derive(Debug)]
#[repr(C)]
pub(super) struct History {
    window: AtomicU64,
    before: [AtomicU64; 2],
    earlier: [[AtomicU64; 2]; EARLIER],
}

/// The extremes of the calls before the current window of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Past {
    /// The number of the block's current window.
    pub(super) window: u64,
    /// The extremes of all calls before that window.
    before: Extremes,
    /// The extremes of each of the windows before it, the latest first.
    earlier: [Extremes; EARLIER],
}

impl History {
    /// Creates the history of a block in window 0.
    pub(super) fn new() -> Self {
        let Past { window, before, earlier } = Past::EMPTY;
        let extremes = |extremes: Extremes| extremes.map(AtomicU64::new);
        History { window: AtomicU64::new(window), before: extremes(before), earlier: earlier.map(extremes) }
    }

    /// Loads the history as the block's writer.
    pub(super) fn load_own(&self) -> Past {
        self.load_with(load_own)
    }

    pub(super) fn load_with(&self, load: impl Fn(&AtomicU64) -> u64 + Copy) -> Past {
        Past {
            window: load(&self.window),
            before: self.before.each_ref().map(load),
            earlier: self.earlier.each_ref().map(|extremes| extremes.each_ref().map(load)),
        }
    }

    /// Stores `past`. Only the block's writer may call it, and only for the slot that is not current.
    pub(super) fn store(&self, past: &Past) {
        let Past { window, before, earlier } = past;
        let cells = [&self.window].into_iter().chain(&self.before).chain(self.earlier.iter().flatten());
        let values = [window].into_iter().chain(before).chain(earlier.iter().flatten());
        for (cell, value) in cells.zip(values) {
            // Release: pairs with the fence R5 in `try_read_live`, as all stores of an update. A reader may be reading this
            // slot: one that has rotated once more since the rotation to which the current slot belongs.
            cell.store(*value, Ordering::Release);
        }
    }
}

impl Past {
    /// No calls, in window 0.
    pub(super) const EMPTY: Past = Past { window: 0, before: NO_EXTREMES, earlier: [NO_EXTREMES; EARLIER] };

    /// Returns the extremes of all calls, given those of the current window.
    pub(super) fn lifetime(&self, current: Extremes) -> Extremes {
        union(self.before, current)
    }

    /// Returns the extremes of all calls that belong to `window` or one of the [`EARLIER`] windows before it, given those of the
    /// current window. `window` is the block's current window or one that the block has not seen yet.
    pub(super) fn recent(&self, window: u64, current: Extremes) -> Extremes {
        (0..=EARLIER).map(|distance| self.extremes_of(window, distance, current)).fold(NO_EXTREMES, union)
    }

    /// Returns the past of a block that begins `window`, which is not its current one.
    pub(super) fn rotated_to(&self, window: u64, current: Extremes) -> Past {
        let earlier = array::from_fn(|place| self.extremes_of(window, place + 1, current));
        Past { window, before: self.lifetime(current), earlier }
    }

    /// Returns the extremes of the calls that belong to the window that is `distance` before `window`.
    fn extremes_of(&self, window: u64, distance: usize, current: Extremes) -> Extremes {
        // Window numbers wrap: a block that has not been written for 2³² windows takes an old window for a new one.
        let unseen = window.wrapping_sub(self.window) % WINDOWS;
        let unseen = usize::try_from(unseen).unwrap_or(usize::MAX);
        match distance.checked_sub(unseen) {
            Some(0) => current,
            Some(place) => self.earlier[place - 1],
            None => NO_EXTREMES,
        }
    }
}

/// Returns the extremes of the values of both.
fn union([min, max]: Extremes, [other_min, other_max]: Extremes) -> Extremes {
    [min.min(other_min), max.max(other_max)]
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_recent_until_two_more_have_ended() {
        let mut past = Past::EMPTY;
        // Windows 5, 6 and 8 have calls; 7 and those from 9 on have none.
        past = past.rotated_to(5, NO_EXTREMES);
        assert_eq!((past.recent(5, NO_EXTREMES), past.lifetime(NO_EXTREMES)), (NO_EXTREMES, NO_EXTREMES));
        assert_eq!(
            [5, 6, 7, 8].map(|window| past.recent(window, [7, 9])),
            [[7, 9], [7, 9], [7, 9], NO_EXTREMES]
        );
        past = past.rotated_to(6, [7, 9]);
        assert_eq!(past.recent(6, [1, 1]), [1, 9]);
        assert_eq!([7, 8, 9].map(|window| past.recent(window, [1, 1])), [[1, 9], [1, 1], NO_EXTREMES]);
        past = past.rotated_to(8, [1, 1]);
        assert_eq!(
            [8, 9, 10, 11].map(|window| past.recent(window, [20, 30])),
            [[1, 30], [20, 30], [20, 30], NO_EXTREMES]
        );
        assert_eq!(past.lifetime([20, 30]), [1, 30]);
        past = past.rotated_to(100, [20, 30]);
        assert_eq!((past.recent(100, NO_EXTREMES), past.lifetime(NO_EXTREMES)), (NO_EXTREMES, [1, 30]));
    }

    #[test]
    fn window_numbers_may_wrap() {
        let past = Past::EMPTY.rotated_to(WINDOWS - 1, NO_EXTREMES);
        assert_eq!(past.recent(0, [3, 4]), [3, 4]);
        assert_eq!(past.rotated_to(0, [3, 4]).recent(1, [5, 5]), [3, 5]);
    }
}
