//! The operating system's monotonic clock.

use super::system::Instant;
use crate::sync::unmodelled::OnceLock;

static START: OnceLock<Instant> = OnceLock::new();

/// Returns the nanoseconds since this clock was first read.
pub(super) fn read() -> u64 {
    let now = Instant::now();
    let since = now.saturating_duration_since(*START.get_or_init(|| now));
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}
