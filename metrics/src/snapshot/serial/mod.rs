//! Snapshots as `serde` reads them: a raw form first, which becomes a snapshot if it keeps what the rest of the library relies
//! on.
//!
//! What is checked: names that Prometheus allows, none printed twice; bounds that rise to `u64::MAX` and as many buckets;
//! extremes the right way round; functions in order and each there once. Counts are taken as they are.
//!
//! Unknown fields are ignored, so that an older reader understands a newer writer. What may be missing is what can be absent:
//! maps, labels, kinds, extremes, a difference's time; a missing count is an error and not a zero.

pub(super) mod float;
pub(super) mod pairs;
mod raw;
pub(super) mod timestamp;

pub(super) use raw::{RawFull, RawFunction, RawHistogram};
