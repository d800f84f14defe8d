//! Gauges: one cell each, which all threads write.

use super::declaration::Declaration;
use super::kind::{Kind, Single};
use crate::atomic::AtomicGauge;
use crate::recorder::{Levels, Reader};
use crate::snapshot::{MetricKind, SampleValue};
use crate::sync::{AtomicU64, Ordering, const_unless_loom};
use std::time::SystemTime;

/// A current number of things: jobs that wait, connections. It may be negative, and [saturates](AtomicGauge).
#[doc = include_str!("from_the_start.md")]
#[doc = include_str!("which_gauge.md")]
/// # Example
///
/// ```
/// use tachometer::{Gauge, metrics};
///
/// metrics! {
///     static WAITING: Gauge = Gauge::new("mails_waiting", "Mails that wait");
/// }
///
/// WAITING.add(5);
/// WAITING.decrement();
/// assert_eq!(WAITING.get(), 4);
/// WAITING.set(0);
/// ```
#[derive(Debug)]
pub struct Gauge {
    declaration: Declaration,
    value: AtomicGauge,
}

impl Gauge {
    const_unless_loom! {
        /// A gauge at zero, printed as `name` with that `# HELP`.
        ///
        /// In a `static` outside of [`metrics!`](crate::metrics) it is shown from its first use on, not at zero from the start.
        ///
        /// # Panics
        /// If Prometheus does not allow the name; in a `static`, this is a compile error.
        #[must_use]
        #[track_caller]
        pub const fn new(name: &'static str, help: &'static str) -> Self {
            Gauge::of(Declaration::new(name, help))
        }
    }

    const_unless_loom! {
        pub(crate) const fn of(declaration: Declaration) -> Self {
            Gauge { declaration, value: AtomicGauge::new() }
        }
    }

    /// One more.
    #[inline]
    pub fn increment(&'static self) {
        self.value().increment();
    }

    /// One less.
    #[inline]
    pub fn decrement(&'static self) {
        self.value().decrement();
    }

    /// More by `amount`.
    #[inline]
    pub fn add(&'static self, amount: i64) {
        self.value().add(amount);
    }

    /// Less by `amount`.
    #[inline]
    pub fn sub(&'static self, amount: i64) {
        self.value().sub(amount);
    }

    /// Exactly `value` from now on.
    #[inline]
    pub fn set(&'static self, value: i64) {
        self.value().set(value);
    }

    /// The time now, in whole seconds since 1970.
    pub fn set_to_current_time(&'static self) {
        self.set(whole_seconds_now());
    }

    /// One more, until the guard is dropped.
    #[inline]
    pub fn track(&'static self) -> crate::GaugeGuard<'static> {
        self.value().track()
    }

    /// How many there are.
    pub fn get(&self) -> i64 {
        self.value.get()
    }

    #[inline]
    fn value(&'static self) -> &'static AtomicGauge {
        self.declaration.attach_once(self);
        &self.value
    }
}

impl Single for Gauge {
    fn declaration(&self) -> &Declaration {
        &self.declaration
    }

    fn value(&self, _: &mut Reader) -> SampleValue {
        SampleValue::Level(self.get())
    }
}

/// A current quantity that need not be an integer: a temperature, a ratio, a time.
#[doc = include_str!("from_the_start.md")]
#[doc = include_str!("which_gauge.md")]
/// # Example
///
/// ```
/// use tachometer::{FloatGauge, metrics};
///
/// metrics! {
///     static LAST_SUCCESS: FloatGauge = FloatGauge::new("last_success_seconds", "When a job last went well");
/// }
///
/// LAST_SUCCESS.set_to_current_time();
/// assert!(LAST_SUCCESS.get() > 1.6e9);
/// LAST_SUCCESS.set(-1.5);
/// LAST_SUCCESS.add(1.0);
/// assert_eq!(LAST_SUCCESS.get(), -0.5);
/// ```
#[derive(Debug)]
pub struct FloatGauge {
    declaration: Declaration,
    bits: AtomicU64,
}

impl FloatGauge {
    const_unless_loom! {
        /// A gauge at zero, printed as `name` with that `# HELP`.
        ///
        /// In a `static` outside of [`metrics!`](crate::metrics) it is shown from its first use on, not at zero from the start.
        ///
        /// # Panics
        /// If Prometheus does not allow the name; in a `static`, this is a compile error.
        #[must_use]
        #[track_caller]
        pub const fn new(name: &'static str, help: &'static str) -> Self {
            FloatGauge::of(Declaration::new(name, help))
        }
    }

    const_unless_loom! {
        pub(crate) const fn of(declaration: Declaration) -> Self {
            FloatGauge { declaration, bits: AtomicU64::new(0) }
        }
    }

    /// Exactly `value` from now on.
    #[inline]
    pub fn set(&'static self, value: f64) {
        self.declaration.attach_once(self);
        set_float(&self.bits, value);
    }

    /// More by `amount`, or less where that is negative.
    #[inline]
    pub fn add(&'static self, amount: f64) {
        self.declaration.attach_once(self);
        add_float(&self.bits, amount);
    }

    /// Less by `amount`.
    #[inline]
    pub fn sub(&'static self, amount: f64) {
        self.add(-amount);
    }

    /// The time now, in seconds since 1970.
    pub fn set_to_current_time(&'static self) {
        self.set(seconds_now());
    }

    /// How much there is.
    pub fn get(&self) -> f64 {
        get_float(&self.bits)
    }
}

impl Single for FloatGauge {
    fn declaration(&self) -> &Declaration {
        &self.declaration
    }

    fn value(&self, _: &mut Reader) -> SampleValue {
        SampleValue::Quantity(self.get())
    }
}

/// The time now, in seconds since 1970.
pub(crate) fn seconds_now() -> f64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or_else(|error| -error.duration().as_secs_f64(), |since| since.as_secs_f64())
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "it is a whole number, and one too large becomes the largest"
)]
pub(crate) fn whole_seconds_now() -> i64 {
    seconds_now().floor() as i64
}

// Relaxed, in all of these: a value orders no other memory.

#[inline]
pub(crate) fn set_float(bits: &AtomicU64, value: f64) {
    bits.store(value.to_bits(), Ordering::Relaxed);
}

#[inline]
pub(crate) fn add_float(bits: &AtomicU64, amount: f64) {
    let mut now = bits.load(Ordering::Relaxed);
    loop {
        let sum = (f64::from_bits(now) + amount).to_bits();
        match bits.compare_exchange_weak(now, sum, Ordering::Relaxed, Ordering::Relaxed) {
            Ok(_) => return,
            Err(other) => now = other,
        }
    }
}

#[inline]
pub(crate) fn get_float(bits: &AtomicU64) -> f64 {
    f64::from_bits(bits.load(Ordering::Relaxed))
}

/// In a cell of a family, a level is what its bits are as a signed number.
#[inline]
pub(crate) fn set_level(bits: &AtomicU64, level: i64) {
    bits.store(level.cast_unsigned(), Ordering::Relaxed);
}

/// Saturates, as [`AtomicGauge::add`] does.
#[inline]
pub(crate) fn add_level(bits: &AtomicU64, amount: i64) {
    let before = bits.fetch_add(amount.cast_unsigned(), Ordering::Relaxed).cast_signed();
    if before.checked_add(amount).is_none() {
        saturate_level(bits, amount > 0);
    }
}

/// Not an addition of `-amount`: `i64::MIN` has no opposite.
#[inline]
pub(crate) fn sub_level(bits: &AtomicU64, amount: i64) {
    let before = bits.fetch_sub(amount.cast_unsigned(), Ordering::Relaxed).cast_signed();
    if before.checked_sub(amount).is_none() {
        saturate_level(bits, amount < 0);
    }
}

#[cold]
fn saturate_level(bits: &AtomicU64, is_above: bool) {
    set_level(bits, if is_above { i64::MAX } else { i64::MIN });
}

#[inline]
pub(crate) fn get_level(bits: &AtomicU64) -> i64 {
    bits.load(Ordering::Relaxed).cast_signed()
}

impl Kind for Gauge {
    type Options = ();
    type Cells = Levels;
    const KIND: MetricKind = MetricKind::Gauge;
    const WHAT: &'static str = "a declared gauge";

    fn cells((): (), width: usize) -> Levels {
        Levels::new(width)
    }

    fn read(cells: &Levels, index: usize, _: &mut Reader) -> SampleValue {
        SampleValue::Level(get_level(cells.cell(index)))
    }

    fn clear(cells: &Levels, index: usize) {
        set_level(cells.cell(index), 0);
    }
}

impl Kind for FloatGauge {
    type Options = ();
    type Cells = Levels;
    const KIND: MetricKind = MetricKind::Gauge;
    const WHAT: &'static str = "a declared float gauge";

    fn cells((): (), width: usize) -> Levels {
        Levels::new(width)
    }

    fn read(cells: &Levels, index: usize, _: &mut Reader) -> SampleValue {
        SampleValue::Quantity(get_float(cells.cell(index)))
    }

    fn clear(cells: &Levels, index: usize) {
        set_float(cells.cell(index), 0.0);
    }
}
