//! Windows of recent extremes.
//!
//! There is one window for all registries, which read the same cells. A snapshot of any registry may end it. Its minimum length
//! is fixed: it must not be shorter than the time between two snapshots of the slowest reader, which is not known here, since each
//! has its own interval.

use crate::clock::{self, ClockId};
use crate::sync::unmodelled::{Mutex, lock};
use std::collections::BTreeMap;
use std::time::Duration;

/// The minimum length of a window.
///
/// The recent extremes cover the current window and the two before, so at least the last 80 seconds. A reader that takes a
/// snapshot once a minute misses none, with a margin for a late one.
const MIN_LENGTH: Duration = Duration::from_secs(40);

/// The start of the current window, for each clock that a snapshot was taken with. A test's clock ends windows when it itself has
/// advanced far enough, and does not affect the windows of the real clock.
static BEGUN: Mutex<BTreeMap<ClockId, Duration>> = Mutex::new(BTreeMap::new());

/// Returns whether the reader that begins now ends the window.
pub(super) fn rotates() -> bool {
    let (clock, now) = clock::coarse();
    let mut begun = lock(&BEGUN);
    // The first window starts before the first snapshot.
    let begun = begun.entry(clock).or_insert(now);
    let is_over = now.saturating_sub(*begun) >= MIN_LENGTH;
    if is_over {
        *begun = now;
    }
    is_over
}
