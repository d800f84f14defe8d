//! The rate of the raw counter, and its corrections.
//!
//! If the processor states the frequency of its counter, the rate is exact and never changes. Otherwise it is measured against the
//! operating system's clock: briefly at first, and again at each snapshot, over longer times.
//!
//! Two clocks of one machine drift apart by parts in a million. If a measurement departs from the rate in use by a hundredth, one
//! of the clocks has jumped: the machine was suspended, and only one of them stood still. Such a measurement is discarded. Should
//! two in a row agree with each other, though, it is the rate in use that was wrong.

use super::rate::{Anchor, Rate};
use super::raw;
use std::hint;
use std::time::Duration;

/// The time over which the first reading measures the rate, to some hundredths of a percent. That holds on Windows too, whose
/// clock has steps of 100 ns.
const FIRST_WINDOW: Duration = Duration::from_micros(200);

/// The time over which a rate is measured as precisely as possible. A longer one would only delay the detection of changes.
const FULL_WINDOW: Duration = Duration::from_secs(1);

/// Whether the first measurement must show that the rate is steady. On Linux the kernel has seen to that.
const MUST_BE_STEADY: bool = cfg!(windows);

/// The rate in use.
#[derive(Debug, Clone, Copy)]
pub(super) enum Calibration {
    Stated(Rate),
    Measured(Measured),
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Measured {
    rate: Rate,
    /// The time over which the rate was measured.
    window: Duration,
    /// The start of the next measurement.
    anchor: Anchor,
    /// The rate of the last measurement, if it was discarded.
    discarded: Option<Rate>,
}

impl Calibration {
    /// Returns the rate to begin with; `None` if the counter does not run like a clock. Allocates nothing.
    pub(super) fn first() -> Option<Self> {
        match raw::frequency() {
            Some(frequency) => Rate::of_frequency(frequency).map(Calibration::Stated),
            None => Measured::first().map(Calibration::Measured),
        }
    }

    pub(super) fn rate(self) -> Rate {
        match self {
            Calibration::Stated(rate) | Calibration::Measured(Measured { rate, .. }) => rate,
        }
    }

    /// Measures the rate again, over the time since the last anchor.
    pub(super) fn recheck(self) -> Self {
        match self {
            Calibration::Stated(_) => self,
            Calibration::Measured(measured) => Calibration::Measured(measured.rechecked(Anchor::take())),
        }
    }
}

impl Measured {
    fn first() -> Option<Self> {
        let anchor = Anchor::take();
        let middle = anchor.after(FIRST_WINDOW / 2)?;
        let end = anchor.after(FIRST_WINDOW)?;
        let rate = anchor.rate_until(&end)?;
        let is_steady = || Some(anchor.rate_until(&middle)?.agrees_with(middle.rate_until(&end)?));
        if MUST_BE_STEADY && is_steady() != Some(true) {
            return None;
        }
        Some(Measured { rate, window: anchor.time_until(&end), anchor, discarded: None })
    }

    /// The rate until `now` replaces the rate in use if the time is at least as long as the one that the rate in use was measured
    /// over, or a second, and if it is not discarded.
    fn rechecked(self, now: Anchor) -> Self {
        let window = self.anchor.time_until(&now);
        if window < self.window {
            return self;
        }
        let measured = self.anchor.rate_until(&now);
        let confirms = |rate: &Rate| {
            rate.agrees_with(self.rate) || self.discarded.is_some_and(|discarded| rate.agrees_with(discarded))
        };
        let Some(rate) = measured.filter(confirms) else {
            return Measured { anchor: now, discarded: measured, ..self };
        };
        if window >= FULL_WINDOW {
            Measured { rate, window: FULL_WINDOW, anchor: now, discarded: None }
        } else {
            Measured { rate, window, discarded: None, ..self }
        }
    }
}

impl Anchor {
    /// Returns an anchor at least `time` after this one; `None` if the clock stands still.
    fn after(&self, time: Duration) -> Option<Anchor> {
        // The number of iterations is bounded in case it does.
        for _ in 0..100_000 {
            let later = Anchor::take();
            if self.time_until(&later) >= time {
                return Some(later);
            }
            hint::spin_loop();
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::system::Instant;

    const SECOND: u64 = 1_000_000_000;

    /// A counter that is measured beside a clock. Both go on as a test tells them.
    struct Machine {
        start: Anchor,
        calibration: Measured,
    }

    impl Machine {
        /// The rate was measured over 200 µs: `ticks` of them.
        fn measured(ticks: u64) -> Self {
            let start = Anchor { ticks: 0, instant: Instant::now() };
            let mut machine = Machine {
                start,
                calibration: Measured {
                    rate: start.rate_until(&at(start, 1_000, 1_000)).unwrap(),
                    window: FIRST_WINDOW,
                    anchor: start,
                    discarded: None,
                },
            };
            machine.calibration.rate = start.rate_until(&at(start, 200_000, ticks)).unwrap();
            machine
        }

        /// Takes a snapshot when the clock and the counter have gone on by this much since the last one.
        fn goes_on(&mut self, nanos: u64, ticks: u64) {
            self.start = at(self.start, nanos, ticks);
            self.calibration = self.calibration.rechecked(self.start);
        }

        fn nanos_of_a_second(&self) -> u64 {
            self.calibration.rate.nanos(SECOND)
        }
    }

    fn at(anchor: Anchor, nanos: u64, ticks: u64) -> Anchor {
        Anchor { ticks: anchor.ticks + ticks, instant: anchor.instant + Duration::from_nanos(nanos) }
    }

    #[test]
    fn a_trusted_counter_runs_at_its_first_rate() {
        if !raw::is_trusted() {
            return;
        }
        let rate = Calibration::first().expect("a counter that the system keeps time by").rate();
        let begin = Anchor::take();
        let end = begin.after(Duration::from_millis(20)).expect("a clock that goes on");
        let (elapsed, nanos) = (begin.time_until(&end).as_nanos(), rate.nanos(end.ticks - begin.ticks));
        assert!(
            elapsed.abs_diff(nanos.into()) < elapsed / 100,
            "{nanos} ns by the counter, {elapsed} by the system"
        );
    }

    #[test]
    fn a_rate_is_refined_over_longer_times() {
        let mut machine = Machine::measured(200_100);
        assert_eq!(machine.nanos_of_a_second(), 999_500_250);
        machine.goes_on(SECOND / 10, SECOND / 10 + 50);
        assert_eq!(machine.nanos_of_a_second(), 999_999_500);
        machine.goes_on(10 * SECOND, 10 * SECOND);
        assert_eq!(machine.nanos_of_a_second(), 999_999_995);
        // Shorter than a second: less precise than what is known.
        machine.goes_on(SECOND / 2, SECOND / 2 + 1_000);
        assert_eq!(machine.nanos_of_a_second(), 999_999_995);
    }

    #[test]
    fn a_jump_of_a_clock_does_not_change_the_rate() {
        let mut machine = Machine::measured(200_000);
        machine.goes_on(2 * SECOND, 2 * SECOND);
        // Suspended for a minute: the counter went on, then the clock did; the counter began at zero again.
        for (nanos, ticks) in [(60 * SECOND, 90 * SECOND), (60 * SECOND, 40 * SECOND), (60 * SECOND, 0)] {
            machine.goes_on(nanos, ticks);
            assert_eq!(machine.nanos_of_a_second(), SECOND);
            // From a new anchor on it is measured as before.
            machine.goes_on(SECOND, SECOND + 1_000);
            assert_eq!(machine.nanos_of_a_second(), SECOND - 1_000);
            machine.goes_on(SECOND, SECOND);
            assert_eq!(machine.nanos_of_a_second(), SECOND);
        }
    }

    #[test]
    fn a_first_rate_that_was_wrong_is_replaced() {
        let mut machine = Machine::measured(210_000);
        machine.goes_on(2 * SECOND, 2 * SECOND);
        assert_eq!(machine.nanos_of_a_second(), 952_380_952);
        machine.goes_on(2 * SECOND, 2 * SECOND);
        assert_eq!(machine.nanos_of_a_second(), SECOND);
    }
}
