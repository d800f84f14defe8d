//! When a window of the recent extremes ends.
//!
//! There is one for the whole engine, whose cells all registries read: a snapshot of any of them may end it, and none more often
//! than the others. Its length is fixed, for it must not be shorter than the time between two snapshots of whoever comes
//! least often, and that is not known here: a scraper has its own pace.

use crate::clock::{self, ClockId};
use crate::sync::unmodelled::{Mutex, lock};
use std::collections::BTreeMap;
use std::time::Duration;

/// How long a window lasts at least.
///
/// Shown are the current window and the two before, so at least the last 80 seconds: scrapers come once a minute or more
/// often, and there is time to spare for the one that is late.
const LEAST: Duration = Duration::from_secs(40);

/// When the current window began, by each clock that a snapshot was taken by. A test's clock that goes on ends windows when
/// it has gone on for long enough itself, and leaves the real one's time alone.
static BEGUN: Mutex<BTreeMap<ClockId, Duration>> = Mutex::new(BTreeMap::new());

/// Whether the reader that begins now ends the window.
pub(super) fn rotates() -> bool {
    let (clock, now) = clock::coarse();
    let mut begun = lock(&BEGUN);
    // The first one begins before the first snapshot.
    let begun = begun.entry(clock).or_insert(now);
    let is_over = now.saturating_sub(*begun) >= LEAST;
    if is_over {
        *begun = now;
    }
    is_over
}
