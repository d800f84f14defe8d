//! The rate of the raw counter, and its measurement.

use super::raw::{self, FREQUENCIES, TICK_BITS};
use super::system::Instant;
use std::num::NonZeroU64;
use std::ops::RangeInclusive;
use std::time::Duration;

/// Nanoseconds per tick, as a fixed-point number with [`FRACTION_BITS`] fractional bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rate(NonZeroU64);

/// Chosen so that, together with [`TICK_BITS`], the whole nanoseconds are the upper half of a product, which needs no shift.
const FRACTION_BITS: u32 = u64::BITS - TICK_BITS;

/// The rates of counters whose frequency is plausible. A counter with any other rate is not used as a clock.
const PLAUSIBLE: RangeInclusive<u64> =
    bits(*FREQUENCIES.end(), TICK_BITS)..=bits(*FREQUENCIES.start(), TICK_BITS);

/// Two rates that differ by more than one part in this many are not of the same counter at work: counters drift by parts in a million.
const PARTS_APART: u64 = 100;

/// Returns the rate of a counter of this frequency, in hertz, if ticks have `tick_bits`; rounded down by less than a part in 2⁵⁰.
#[expect(clippy::cast_possible_truncation, reason = "ticks of the plausible frequencies have enough bits")]
const fn bits(frequency: u64, tick_bits: u32) -> u64 {
    ((1_000_000_000 << (u64::BITS - tick_bits)) / frequency as u128) as u64
}

impl Rate {
    #[inline]
    pub(super) fn from_bits(bits: u64) -> Option<Rate> {
        NonZeroU64::new(bits).map(Rate)
    }

    pub(super) fn to_bits(self) -> u64 {
        self.0.get()
    }

    /// Returns the rate of a counter of this frequency, in hertz; `None` if it is not plausible for a clock.
    pub(super) fn of_frequency(frequency: u64) -> Option<Rate> {
        FREQUENCIES.contains(&frequency).then(|| Rate::from_bits(bits(frequency, TICK_BITS)))?
    }

    /// Returns whether both can be the rate of one counter at work.
    pub(super) fn agrees_with(self, other: Rate) -> bool {
        let (this, other) = (self.to_bits(), other.to_bits());
        this.abs_diff(other) <= other / PARTS_APART
    }

    /// Returns the nanoseconds of `ticks`, of which the upper [`TICK_BITS`] must be zero: years, even at a gigahertz.
    ///
    /// Rounded to the nearest nanosecond. Truncation would shorten each call by half a nanosecond on average, which adds up in
    /// sums over millions of short calls.
    #[inline]
    pub(super) fn nanos(self, ticks: u64) -> u64 {
        nanos::<TICK_BITS>(self.0.get(), ticks)
    }
}

/// See [`Rate::nanos`]. Generic, so that the tests of one architecture cover the arithmetic of all.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "the halves of a product of two 64-bit numbers")]
fn nanos<const TICK_BITS: u32>(rate: u64, ticks: u64) -> u64 {
    let product = u128::from(ticks << TICK_BITS) * u128::from(rate);
    let (whole, fraction) = ((product >> u64::BITS) as u64, product as u64);
    whole + (fraction >> (u64::BITS - 1))
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
        let rate = u64::try_from(nanos.checked_mul(1 << FRACTION_BITS)?.checked_div(ticks)?).ok()?;
        PLAUSIBLE.contains(&rate).then(|| Rate::from_bits(rate))?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The bits of a tick on aarch64.
    const WIDE: u32 = 7;

    #[test]
    fn conversions_are_exact_at_every_frequency() {
        let day = 24 * 60 * 60;
        for frequency in
            [8_000_000, 19_200_000, 24_000_000, 25_000_000, 62_500_000, 1_000_000_000, 3_500_000_000]
        {
            let rate = bits(frequency, WIDE);
            for seconds in [1, 60, 5 * 60 * 60, day, 30 * day] {
                let (exact, nanos) = (seconds * 1_000_000_000, nanos::<WIDE>(rate, seconds * frequency));
                assert!(
                    exact.abs_diff(nanos) <= exact / 1_000_000_000,
                    "{nanos} for {exact} at {frequency} Hz"
                );
            }
        }
        // Single ticks, rounded: of 41.667, 16 and 1 ns.
        let first = |frequency| [0, 1, 2, 3].map(|ticks| nanos::<WIDE>(bits(frequency, WIDE), ticks));
        assert_eq!(first(24_000_000), [0, 42, 83, 125]);
        assert_eq!(first(62_500_000), [0, 16, 32, 48]);
        assert_eq!(first(1_000_000_000), [0, 1, 2, 3]);
    }

    #[test]
    fn a_frequency_that_is_not_plausible_has_no_rate() {
        let (least, most) = (*FREQUENCIES.start(), *FREQUENCIES.end());
        for frequency in [least, most, least.midpoint(most)] {
            assert_eq!(Rate::of_frequency(frequency).map(Rate::to_bits), Some(bits(frequency, TICK_BITS)));
        }
        assert_eq!([least - least / 10, most + most / 10].map(Rate::of_frequency), [None, None]);
    }

    #[test]
    fn rates_of_one_counter_agree_to_a_hundredth() {
        let rate = |nanos| rate(nanos, 1_000_000).unwrap();
        assert!(rate(1_000_000).agrees_with(rate(1_009_000)) && rate(1_009_000).agrees_with(rate(1_000_000)));
        assert!(
            !rate(1_000_000).agrees_with(rate(1_011_000)) && !rate(1_011_000).agrees_with(rate(1_000_000))
        );
    }

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
        let most = (1 << FRACTION_BITS) - 1;
        assert_eq!([0, 1, most].map(|ticks| one_gigahertz.nanos(ticks)), [0, 1, most]);
    }

    #[test]
    fn what_does_not_run_like_a_clock_has_no_rate() {
        assert_eq!(rate(200_000, 0), None);
        assert_eq!(rate(0, 200_000), None);
        assert_eq!(rate(1_000_000_000, 1_000), None);
        assert_eq!(rate(1_000, 1_000_000_000), None);
    }
}
