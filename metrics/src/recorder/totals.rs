//! The numbers of some blocks together, other than those of their cells.

use super::block::BlockReading;

/// The minimum and the maximum of some durations; `None` if there are none.
pub(super) type Extremes = Option<(u64, u64)>;

/// The numbers of some blocks together.
#[derive(Debug, Clone)]
pub(super) struct Totals {
    pub(super) counts: Counts,
    pub(super) extremes: Extremes,
    pub(super) recent: Extremes,
}

/// The numbers from which those of a part can be subtracted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counts {
    pub(super) started: u64,
    pub(super) ended: u64,
    pub(super) failed: [u64; 3],
    /// Wider than the sum of a block, so that it is exact.
    pub(super) sum: u128,
}

impl Totals {
    /// The numbers of no blocks.
    pub(super) const NONE: Totals = Totals { counts: Counts::NONE, extremes: None, recent: None };

    pub(super) fn add(&mut self, block: &BlockReading) {
        let BlockReading { started, ended, failed, sum, extremes, recent, .. } = *block;
        self.counts.add(&Counts { started, ended, failed, sum: u128::from(sum) });
        // The extremes of no calls have a minimum above the maximum.
        let [extremes, recent] = [extremes, recent].map(|[min, max]| (min <= max).then_some((min, max)));
        widen(&mut self.extremes, extremes);
        widen(&mut self.recent, recent);
    }
}

impl Counts {
    pub(super) const NONE: Counts = Counts { started: 0, ended: 0, failed: [0; 3], sum: 0 };

    pub(super) fn add(&mut self, others: &Counts) {
        self.change(others, u64::wrapping_add, u128::wrapping_add);
    }

    /// Subtracts numbers that have been added.
    pub(super) fn subtract(&mut self, others: &Counts) {
        self.change(others, u64::wrapping_sub, u128::wrapping_sub);
    }

    fn change(&mut self, others: &Counts, change: fn(u64, u64) -> u64, change_sum: fn(u128, u128) -> u128) {
        self.started = change(self.started, others.started);
        self.ended = change(self.ended, others.ended);
        for (failed, others) in self.failed.iter_mut().zip(others.failed) {
            *failed = change(*failed, others);
        }
        self.sum = change_sum(self.sum, others.sum);
    }
}

/// Widens `extremes` by others.
pub(super) fn widen(extremes: &mut Extremes, others: Extremes) {
    if let Some((min, max)) = others {
        let (least, most) = extremes.unwrap_or((min, max));
        *extremes = Some((least.min(min), most.max(max)));
    }
}
