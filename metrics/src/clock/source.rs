//! The choice of the clock, made once, at the first reading.

use super::calibration::Calibration;
use super::rate::Rate;
use super::{entered, os, program, raw, resolution};
use crate::error::{Cause, Error};
use crate::platform;
use crate::sync::unmodelled::{AtomicU8, AtomicU64, Mutex, OnceLock, Ordering, lock};
use std::time::Duration;

/// No source is chosen yet. Where there is no clock, none is until the program gives one.
const UNDECIDED: u8 = 0;
const RAW: u8 = 1;
const OS: u8 = 2;
const PROGRAM: u8 = 3;

/// The frequency of a clock that counts nanoseconds, in hertz.
const NANOSECONDS: u64 = 1_000_000_000;

/// The moment of a call that begins while there is no clock. (The first moment of the system's clock is the same number.)
pub(super) const UNKNOWN: u64 = 0;

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
/// If another clock has already timed a call or was [given by the program](set_clock), or if the system has no clock
/// (`wasm32-unknown-unknown`).
pub fn force_os_clock() -> Result<(), Error> {
    let _control = lock(&CONTROL);
    if !platform::HAS_CLOCK {
        return Err(Cause::NoClock.into());
    }
    // Relaxed, both: the lock orders all decisions, and this one publishes no rate.
    if matches!(SOURCE.load(Ordering::Relaxed), RAW | PROGRAM) {
        return Err(Cause::ClockInUse.into());
    }
    SOURCE.store(OS, Ordering::Relaxed);
    Ok(())
}

/// Makes all calls be timed by a clock of the program, which returns the time since 1970-01-01 UTC and never goes back.
///
/// Only `wasm32-unknown-unknown` needs it, whose standard library has no clock: without one, calls are counted there and not
/// timed. There, snapshots get their timestamps from this clock too. In a browser or in Node.js it is
/// `performance.timeOrigin + performance.now()`, in milliseconds:
///
/// ```
/// use std::time::Duration;
/// # mod javascript { pub fn now() -> f64 { 1_796_000_000_000.25 } }
///
/// fn now() -> Duration {
///     Duration::from_secs_f64(javascript::now() / 1_000.0)
/// }
///
/// fn main() -> Result<(), tachometer::Error> {
///     tachometer::set_clock(now)?;
///     Ok(())
/// }
/// ```
///
/// `clock` is called twice for each timed call, possibly on several threads at once. It must not panic, nor call an instrumented
/// function. The exposition names it (`tachometer_clock_info{source="program"}`).
///
/// # Errors
/// If a clock has already timed a call, or was set.
pub fn set_clock(clock: fn() -> Duration) -> Result<(), Error> {
    let _control = lock(&CONTROL);
    // Relaxed: the lock orders all decisions.
    if SOURCE.load(Ordering::Relaxed) != UNDECIDED {
        return Err(Cause::ClockInUse.into());
    }
    program::set(clock);
    // Release: pairs with the Acquire in `source`; publishes the clock.
    SOURCE.store(PROGRAM, Ordering::Release);
    Ok(())
}

/// The clock in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ClockInfo {
    pub(crate) source: &'static str,
    /// The step of the recorded times; `None` if the library does not know it.
    pub(crate) resolution: Option<String>,
}

/// Describes the clock in use; `None` before the first reading.
pub(crate) fn info() -> Option<ClockInfo> {
    // Relaxed: only described, so nothing else needs to be visible.
    let (source, resolution) = match SOURCE.load(Ordering::Relaxed) {
        RAW => (raw::NAME, Some(raw_resolution())),
        OS => ("os", Some(os_resolution())),
        PROGRAM => ("program", None),
        _ if platform::HAS_CLOCK => return None,
        _ => ("none", None),
    };
    Some(ClockInfo { source, resolution })
}

fn raw_resolution() -> String {
    // A counter whose frequency is measured has plausible frequencies above a gigahertz, or little below: its step is a nanosecond.
    resolution::label(raw::frequency().unwrap_or(NANOSECONDS))
}

/// Returns the resolution of the system's clock: the step of the counter that it is made of, if that is known to be larger than
/// its unit.
fn os_resolution() -> String {
    static FREQUENCY: OnceLock<u64> = OnceLock::new();
    let frequency = FREQUENCY.get_or_init(|| {
        #[cfg(windows)]
        let counter = raw::qpc_frequency();
        #[cfg(not(windows))]
        let counter = raw::is_trusted().then(raw::frequency).flatten();
        counter.unwrap_or(NANOSECONDS)
    });
    resolution::label(*frequency)
}

/// Returns the current moment of the clock that this thread reads.
#[cold]
pub(super) fn now() -> u64 {
    entered::read().unwrap_or_else(|| match source() {
        RAW => raw::read(),
        PROGRAM => program::nanos(),
        UNDECIDED => UNKNOWN,
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
    if entered::is_mock(now) {
        return ticks;
    }
    match source() {
        RAW => {}
        UNDECIDED => return 0,
        PROGRAM if !platform::HAS_CLOCK && begun == UNKNOWN => return 0,
        _ => return ticks,
    }
    // Relaxed: the first rate was published with the source, and a slightly older rate is as valid as the current one.
    Rate::from_bits(RATE.load(Ordering::Relaxed)).map_or(0, |rate| rate.nanos(ticks))
}

fn source() -> u8 {
    // Acquire: pairs with the Release in `choose` and in `set_clock`: a thread that sees the source sees its rate, or the clock.
    match SOURCE.load(Ordering::Acquire) {
        UNDECIDED if platform::HAS_CLOCK => choose(),
        decided => decided,
    }
}

/// Chooses the raw counter if it can be trusted. Concurrent callers each measure, and the first result is used. Allocates nothing,
/// so a global allocator may be the caller.
fn choose() -> u8 {
    let calibration = raw::is_trusted().then(Calibration::first).flatten();
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

/// Measures the raw counter's rate again, unless it is known exactly.
pub(crate) fn recheck() {
    let mut control = lock(&CONTROL);
    let rechecked = control.calibration.map(Calibration::recheck);
    control.set_calibration(rechecked);
}

impl Control {
    fn set_calibration(&mut self, calibration: Option<Calibration>) {
        self.calibration = calibration;
        let bits = calibration.map_or(0, |calibration| calibration.rate().to_bits());
        // Relaxed: see `nanos_since`.
        RATE.store(bits, Ordering::Relaxed);
        self.set_direct_rate();
    }

    fn set_direct_rate(&self) {
        let direct = self.calibration.filter(|_| self.mocks_entered == 0);
        let bits = direct.map_or(0, |calibration| calibration.rate().to_bits());
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
