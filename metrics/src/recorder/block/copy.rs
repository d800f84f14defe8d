//! The copy of a block's cells, which its writer makes on request of a reader that calls overtake.

use super::history::{Extremes, NO_EXTREMES};
use super::octaves::Octaves;
use crate::recorder::outcome::FAILURES;
use crate::sync::AtomicU64;
use std::array;

/// The state of a block after some call, with each call in its cell.
#[derive(Debug)]
#[repr(C, align(64))]
pub(super) struct Copy {
    /// The epoch in which a reader last requested a copy. Only readers write it.
    pub(super) requested: AtomicU64,
    /// The epoch for which the copy was made.
    pub(super) epoch: AtomicU64,
    pub(super) ended: AtomicU64,
    pub(super) started: AtomicU64,
    pub(super) sum: AtomicU64,
    pub(super) extremes: [AtomicU64; 2],
    /// The extremes that are recent to the reader.
    pub(super) recent: [AtomicU64; 2],
    pub(super) failed: [AtomicU64; FAILURES],
    pub(super) cells: Octaves,
}

impl Copy {
    /// Creates the copy of a new block, which no reader has requested.
    pub(super) fn new() -> Self {
        let zero = || AtomicU64::new(0);
        let no_extremes = || -> [AtomicU64; 2] { Extremes::map(NO_EXTREMES, AtomicU64::new) };
        Copy {
            requested: zero(),
            epoch: zero(),
            ended: zero(),
            started: zero(),
            sum: zero(),
            extremes: no_extremes(),
            recent: no_extremes(),
            failed: array::from_fn(|_| zero()),
            cells: Octaves::new(),
        }
    }
}
