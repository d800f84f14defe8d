//! The cells of an instrumented function: where a call is written, and how they are read.
//!
//! Every call ends with one addition to the cell of its outcome and bucket *together*, so the calls by outcome and the
//! calls by bucket are two sums over the same cells and always agree.
//!
//! Assumptions: each [`start`](CallCells::start) is followed by at most one [`end`](CallCells::end), in the same thread
//! or in one that it handed the call to.
//!
//! Guarantees of [`read`](CallCells::read), also under writers that never pause:
//! 1. The outcomes add up to the buckets, and no later read shows less of either.
//! 2. Calls in flight are never negative, and never more than there were when the read began; exact where none began
//!    during the read.
//! 3. Every call it counts is in its sum and extremes; a call that is ending at that very moment may be in these and not
//!    yet be counted.
//!
//! Progress: writers are wait-free but for a new extreme, which is lock-free; readers are wait-free, too.

use crate::model::bounds;
use crate::primitives::AtomicMinMax;
use crate::sync::{AtomicU64, Ordering};

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It returned, and no `Err`.
    Ok,
    /// It returned an `Err`.
    Error,
    /// It unwound.
    Panic,
    /// Its future was dropped before it was done.
    Cancelled,
}

const OUTCOMES: usize = 4;

/// How often a reader looks for a moment in which no call begins, to see the calls in flight exactly.
const MOST_TRIES: u32 = 3;

/// The cells of one instrumented function, shared by all threads.
#[derive(Debug)]
pub(crate) struct CallCells {
    /// Nanoseconds, strictly increasing, below `u64::MAX`.
    finite_bounds: Box<[u64]>,
    started: AtomicU64,
    sum: AtomicU64,
    extremes: AtomicMinMax,
    /// How many calls ended: a row of buckets for each outcome.
    ended: Box<[AtomicU64]>,
}

/// What [`CallCells::read`] found.
#[derive(Debug)]
pub(crate) struct CallReading {
    /// How many calls ended, by outcome in the order of [`Outcome`].
    pub(crate) outcomes: [u64; OUTCOMES],
    pub(crate) in_flight: i64,
    pub(crate) buckets: Vec<u64>,
    pub(crate) sum: u64,
    pub(crate) extremes: Option<(u64, u64)>,
}

impl CallCells {
    pub(crate) fn new(finite_bounds: &[u64]) -> Self {
        let cells = OUTCOMES * (finite_bounds.len() + 1);
        CallCells {
            finite_bounds: finite_bounds.into(),
            started: AtomicU64::new(0),
            sum: AtomicU64::new(0),
            extremes: AtomicMinMax::new(),
            ended: (0..cells).map(|_| AtomicU64::new(0)).collect(),
        }
    }

    pub(crate) fn finite_bounds(&self) -> &[u64] {
        &self.finite_bounds
    }

    /// A call begins.
    #[inline]
    pub(crate) fn start(&self) {
        // Relaxed: published together with the call's end, by the Release there.
        self.started.fetch_add(1, Ordering::Relaxed);
    }

    /// The call ends after `nanos` nanoseconds.
    #[inline]
    pub(crate) fn end(&self, outcome: Outcome, nanos: u64) {
        self.extremes.update(nanos);
        // Relaxed: published by the Release below.
        self.sum.fetch_add(nanos, Ordering::Relaxed);
        let bucket = bounds::find_bucket(&self.finite_bounds, nanos);
        let cell = outcome as usize * (self.finite_bounds.len() + 1) + bucket;
        // Release: pairs with the Acquire in `read`; whoever counts this call also sees its start, its sum and its
        // extremes. Read-modify-writes continue each other's release sequence, so that holds for all calls in the cell.
        self.ended[cell].fetch_add(1, Ordering::Release);
    }

    pub(crate) fn read(&self) -> CallReading {
        // Relaxed, here and in what follows: after the Acquire loads of `read_ended`, the starts, times and extremes of all
        // calls that it counted are visible.
        let started = || self.started.load(Ordering::Relaxed);
        let mut started_before = started();
        let (mut outcomes, mut buckets) = self.read_ended();
        for _ in 1..MOST_TRIES {
            let started_after = started();
            if started_after == started_before {
                break;
            }
            started_before = started_after;
            (outcomes, buckets) = self.read_ended();
        }
        let ended: u64 = outcomes.iter().sum();
        CallReading {
            outcomes,
            // Calls that began during the read may have ended in it and been counted, or not. The number of starts before
            // it makes the difference exact where none began, and never too high.
            in_flight: i64::try_from(started_before.saturating_sub(ended)).unwrap_or(i64::MAX),
            buckets,
            sum: self.sum.load(Ordering::Relaxed),
            extremes: self.extremes.range().filter(|_| ended > 0),
        }
    }

    /// The calls that ended, by outcome and by bucket.
    fn read_ended(&self) -> ([u64; OUTCOMES], Vec<u64>) {
        let mut outcomes = [0; OUTCOMES];
        let mut buckets = vec![0; self.finite_bounds.len() + 1];
        for (outcome, row) in outcomes.iter_mut().zip(self.ended.chunks(buckets.len())) {
            for (bucket, cell) in buckets.iter_mut().zip(row) {
                // Acquire: pairs with the Release in `end`.
                let count = cell.load(Ordering::Acquire);
                *outcome += count;
                *bucket += count;
            }
        }
        (outcomes, buckets)
    }
}
