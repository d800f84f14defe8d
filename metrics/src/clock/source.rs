//! Which clock is read: chosen once, at the first reading.

use super::rate::{Anchor, Rate};
use super::{DIRECT_RATE, entered, os, raw};
use crate::error::{Cause, Error};
use crate::sync::unmodelled::{AtomicU8, AtomicU64, Mutex, Ordering, lock};
use std::hint;
use std::time::Duration;

/// How long the first reading watches the counter before it knows its rate, to some hundredths of a percent.
const FIRST_WINDOW: Duration = Duration::from_micros(200);

/// From this on, a rate is measured as well as it can be; a longer window would only see changes later.
const FULL_WINDOW: Duration = Duration::from_secs(1);

const UNDECIDED: u8 = 0;
const RAW: u8 = 1;
const OS: u8 = 2;

/// Invariant: once it is not `UNDECIDED`, it never changes.
static SOURCE: AtomicU8 = AtomicU8::new(UNDECIDED);

/// The rate of the raw counter, once that is chosen.
static RATE: AtomicU64 = AtomicU64::new(0);

/// What is decided off the recording path.
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
    /// How long the counter was watched for it.
    window: Duration,
    /// Where the next window begins.
    anchor: Anchor,
}

/// Times calls by the operating system's clock from the first on, whatever the processor offers.
///
/// The clock is chosen once; the text names it (`tachometer_clock_info{source="…"}`).
///
/// ```
/// fn main() -> Result<(), tachometer::Error> {
///     tachometer::force_os_clock()?;
///     Ok(())
/// }
/// ```
///
/// # Errors
/// Where a call has been timed by the processor's counter already.
pub fn force_os_clock() -> Result<(), Error> {
    let _control = lock(&CONTROL);
    // Relaxed, both: the lock orders all decisions, and this one publishes nothing else.
    if SOURCE.load(Ordering::Relaxed) == RAW {
        return Err(Cause::ClockInUse.into());
    }
    SOURCE.store(OS, Ordering::Relaxed);
    Ok(())
}

/// The name of the source in use; `None` before the first reading.
pub(crate) fn source_name() -> Option<&'static str> {
    // Relaxed: only the name is told.
    match SOURCE.load(Ordering::Relaxed) {
        RAW => Some(raw::NAME),
        OS => Some("os"),
        _ => None,
    }
}

/// This moment, by whichever clock this thread reads.
#[cold]
pub(super) fn now() -> u64 {
    entered::read().unwrap_or_else(|| match source() {
        RAW => raw::read(),
        _ => os::read(),
    })
}

/// The nanoseconds from `begun` until now.
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
    // Relaxed: the first rate came with the source, and one of a moment ago is as right as one of now.
    Rate::from_bits(RATE.load(Ordering::Relaxed)).map_or(0, |rate| rate.nanos(ticks))
}

fn source() -> u8 {
    // Acquire: pairs with the Release in `choose`: whoever sees the source sees its rate.
    match SOURCE.load(Ordering::Acquire) {
        UNDECIDED => choose(),
        decided => decided,
    }
}

/// Decides for the raw counter if it can be trusted. Threads that come here together each measure, and one's result
/// stands. Nothing is allocated, so that an allocator may be among them.
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
    // Release: pairs with the Acquire in `source`; carries the rate.
    SOURCE.store(source, Ordering::Release);
    source
}

fn calibrate() -> Option<Calibration> {
    let anchor = Anchor::take();
    // A bound on the turns, for a clock that stands still.
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

/// Measures the raw counter's rate once more against the operating system's clock, over a window at least as long as the
/// one that the rate in use comes from, and at best over the last second or what has passed since the last time.
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
        // Relaxed: see `now` in this module's parent.
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
