//! The choice of the clock, made once, at the first reading.

use super::rate::{Anchor, Rate};
use super::{entered, os, raw};
use crate::error::{Cause, Error};
use crate::sync::unmodelled::{AtomicU8, AtomicU64, Mutex, Ordering, lock};
use std::hint;
use std::time::Duration;

/// The time over which the first reading measures the counter's rate, to some hundredths of a percent.
const FIRST_WINDOW: Duration = Duration::from_micros(200);

/// The time over which a rate is measured as precisely as possible. A longer one would only delay the detection of changes.
const FULL_WINDOW: Duration = Duration::from_secs(1);

const UNDECIDED: u8 = 0;
const RAW: u8 = 1;
const OS: u8 = 2;

/// Invariant: it does not change after it has been decided.
static SOURCE: AtomicU8 = AtomicU8::new(UNDECIDED);

/// The rate of the raw counter; zero unless that is the source.
static RATE: AtomicU64 = AtomicU64::new(0);

/// The rate of the raw counter for the fast path. It is zero if the counter must not be read directly: before a source is
/// chosen, if another source is chosen, and while a mock clock is entered.
pub(super) static DIRECT_RATE: AtomicU64 = AtomicU64::new(0);

/// The state behind the decisions, which are made off the recording path.
static CONTROL: Mutex<Control> = Mutex::new(Control { calibration: None, mocks_entered: 0 });

#[derive(Debug)]
struct Control {
    /// `None` unless the source is the raw counter.
    calibration: Option<Calibration>,
    mocks_entered: usize,
}

#[derive(Debug, Clone, Copy)]
struct Calibration {
    rate: Rate,
    /// The time over which the rate was measured.
    window: Duration,
    /// The start of the next measurement.
    anchor: Anchor,
}

/// Makes all calls be timed by the operating system's clock, whatever the processor offers.
///
/// The clock is chosen once. The exposition names it (`tachometer_clock_info{source="…"}`).
///
/// ```
/// fn main() -> Result<(), tachometer::Error> {
///     tachometer::force_os_clock()?;
///     Ok(())
/// }
/// ```
///
/// # Errors
/// Fails if a call has already been timed by the processor's counter.
pub fn force_os_clock() -> Result<(), Error> {
    let _control = lock(&CONTROL);
    // Relaxed, both: the lock orders all decisions, and this one publishes no rate.
    if SOURCE.load(Ordering::Relaxed) == RAW {
        return Err(Cause::ClockInUse.into());
    }
    SOURCE.store(OS, Ordering::Relaxed);
    Ok(())
}

/// Returns the name of the source in use; `None` before the first reading.
pub(crate) fn source_name() -> Option<&'static str> {
    // Relaxed: only the name is returned, so nothing else needs to be visible.
    match SOURCE.load(Ordering::Relaxed) {
        RAW => Some(raw::NAME),
        OS => Some("os"),
        _ => None,
    }
}

/// Returns the current moment of the clock that this thread reads.
#[cold]
pub(super) fn now() -> u64 {
    entered::read().unwrap_or_else(|| match source() {
        RAW => raw::read(),
        _ => os::read(),
    })
}

/// Returns the nanoseconds from `begun` until now.
#[cold]
pub(super) fn nanos_since(begun: u64) -> u64 {
    let now = now();
    if entered::is_mock(begun) != entered::is_mock(now) {
        return 0;
    }
    let ticks = now.saturating_sub(begun);
    if entered::is_mock(now) || source() != RAW {
        return ticks;
    }
    // Relaxed: the first rate was published with the source, and a slightly older rate is as valid as the current one.
    Rate::from_bits(RATE.load(Ordering::Relaxed)).map_or(0, |rate| rate.nanos(ticks))
}

fn source() -> u8 {
    // Acquire: pairs with the Release in `choose`: a thread that sees the source sees its rate.
    match SOURCE.load(Ordering::Acquire) {
        UNDECIDED => choose(),
        decided => decided,
    }
}

/// Chooses the raw counter if it can be trusted. Concurrent callers each measure, and the first result is used. Allocates nothing,
/// so a global allocator may be the caller.
fn choose() -> u8 {
    let calibration = raw::is_trusted().then(calibrate).flatten();
    let mut control = lock(&CONTROL);
    // Relaxed: the lock orders all decisions.
    let decided = SOURCE.load(Ordering::Relaxed);
    if decided != UNDECIDED {
        return decided;
    }
    let source = if calibration.is_some() { RAW } else { OS };
    control.set_calibration(calibration);
    // Release: pairs with the Acquire in `source`; publishes the rate.
    SOURCE.store(source, Ordering::Release);
    source
}

fn calibrate() -> Option<Calibration> {
    let anchor = Anchor::take();
    // The number of iterations is bounded in case the clock stands still.
    for _ in 0..100_000 {
        let later = Anchor::take();
        let window = anchor.time_until(&later);
        if window >= FIRST_WINDOW {
            return Some(Calibration { rate: anchor.rate_until(&later)?, window, anchor });
        }
        hint::spin_loop();
    }
    None
}

/// Measures the raw counter's rate again, against the operating system's clock, over the time since the last anchor. The result
/// replaces the rate in use if that time is at least as long as the one that the rate was measured over, or a second.
pub(crate) fn recheck() {
    let mut control = lock(&CONTROL);
    let rechecked = control.calibration.map(Calibration::recheck);
    control.set_calibration(rechecked);
}

impl Calibration {
    fn recheck(self) -> Self {
        let now = Anchor::take();
        let window = self.anchor.time_until(&now);
        match self.anchor.rate_until(&now) {
            Some(rate) if window >= FULL_WINDOW => Calibration { rate, window: FULL_WINDOW, anchor: now },
            Some(rate) if window >= self.window => Calibration { rate, window, ..self },
            _ => self,
        }
    }
}

impl Control {
    fn set_calibration(&mut self, calibration: Option<Calibration>) {
        self.calibration = calibration;
        let bits = calibration.map_or(0, |calibration| calibration.rate.to_bits());
        // Relaxed: see `nanos_since`.
        RATE.store(bits, Ordering::Relaxed);
        self.set_direct_rate();
    }

    fn set_direct_rate(&self) {
        let direct = self.calibration.filter(|_| self.mocks_entered == 0);
        let bits = direct.map_or(0, |calibration| calibration.rate.to_bits());
        // Relaxed: see `ticks::now`.
        DIRECT_RATE.store(bits, Ordering::Relaxed);
    }
}

pub(super) fn mock_entered() {
    let mut control = lock(&CONTROL);
    control.mocks_entered += 1;
    control.set_direct_rate();
}

pub(super) fn mock_left() {
    let mut control = lock(&CONTROL);
    control.mocks_entered -= 1;
    control.set_direct_rate();
}
