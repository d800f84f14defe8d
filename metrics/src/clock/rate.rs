//! The rate of the raw counter, and its measurement.

use super::raw;
use std::num::NonZeroU64;
use std::ops::RangeInclusive;
use std::time::{Duration, Instant};

/// Nanoseconds per tick, as a fixed-point number with [`FRACTION_BITS`] fractional bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rate(NonZeroU64);

/// Chosen so that, together with [`TICK_BITS`], the whole nanoseconds are the upper half of a product, which needs no shift.
const FRACTION_BITS: u32 = u64::BITS - TICK_BITS;
const TICK_BITS: u32 = 2;

/// The rates of counters between 300 MHz and 40 GHz. A counter with any other rate is not used as a clock.
const PLAUSIBLE: RangeInclusive<u64> = (1 << FRACTION_BITS) / 40..=(1 << FRACTION_BITS) / 3 * 10;

impl Rate {
    #[inline]
    pub(super) fn from_bits(bits: u64) -> Option<Rate> {
        NonZeroU64::new(bits).map(Rate)
    }

    pub(super) fn to_bits(self) -> u64 {
        self.0.get()
    }

    /// Returns the nanoseconds of `ticks`, which must be below 2⁶²: decades.
    ///
    /// Rounded to the nearest nanosecond. Truncation would shorten each call by half a nanosecond on average, which adds up in
    /// sums over millions of short calls.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "the halves of a product of two 64-bit numbers")]
    pub(super) fn nanos(self, ticks: u64) -> u64 {
        let product = u128::from(ticks << TICK_BITS) * u128::from(self.0.get());
        let (whole, fraction) = ((product >> u64::BITS) as u64, product as u64);
        whole + (fraction >> (u64::BITS - 1))
    }
}

/// The readings of the raw counter and of the operating system's clock at the same moment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Anchor {
    pub(super) ticks: u64,
    pub(super) instant: Instant,
}

impl Anchor {
    /// Takes the best of five attempts: the one with the least time between its readings.
    pub(super) fn take() -> Self {
        let attempt = || {
            let before = raw::read();
            let instant = Instant::now();
            let apart = raw::read().saturating_sub(before);
            (apart, Anchor { ticks: before.saturating_add(apart / 2), instant })
        };
        let (_, anchor) =
            (0..5).map(|_| attempt()).min_by_key(|(apart, _)| *apart).expect("there are five attempts");
        anchor
    }

    pub(super) fn time_until(&self, later: &Anchor) -> Duration {
        later.instant.saturating_duration_since(self.instant)
    }

    /// Returns the rate between two moments; `None` if it is not plausible for a clock.
    pub(super) fn rate_until(&self, later: &Anchor) -> Option<Rate> {
        let nanos = self.time_until(later).as_nanos();
        let ticks = u128::from(later.ticks.saturating_sub(self.ticks));
        let rate = u64::try_from((nanos << FRACTION_BITS).checked_div(ticks)?).ok()?;
        PLAUSIBLE.contains(&rate).then(|| Rate::from_bits(rate))?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(nanos: u64, ticks: u64) -> Option<Rate> {
        let instant = Instant::now();
        let start = Anchor { ticks: 1_000, instant };
        start.rate_until(&Anchor { ticks: 1_000 + ticks, instant: instant + Duration::from_nanos(nanos) })
    }

    #[test]
    fn a_rate_is_the_slope_between_two_moments() {
        let three_gigahertz = rate(1_000_000, 3_000_000).unwrap();
        assert_eq!(three_gigahertz.nanos(3_000_000_000), 1_000_000_000);
        assert_eq!([0, 1, 2, 3, 4].map(|ticks| three_gigahertz.nanos(ticks)), [0, 0, 1, 1, 1]);
        let one_gigahertz = rate(1_000, 1_000).unwrap();
        assert_eq!(
            [0, 1, 1 << 62].map(|ticks| one_gigahertz.nanos(ticks - ticks / (1 << 62))),
            [0, 1, (1 << 62) - 1]
        );
    }

    #[test]
    fn what_does_not_run_like_a_clock_has_no_rate() {
        assert_eq!(rate(200_000, 0), None);
        assert_eq!(rate(0, 200_000), None);
        assert_eq!(rate(1_000_000_000, 1_000), None);
        assert_eq!(rate(1_000, 1_000_000_000), None);
    }
}
