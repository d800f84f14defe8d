//! Gauges: one shared cell each, which all threads write.

use super::declaration::Declaration;
use super::kind::{Kind, Single};
use crate::atomic::AtomicGauge;
use crate::clock;
use crate::recorder::{Reader, SharedCells};
use crate::snapshot::{MetricKind, SampleValue};
use crate::sync::{AtomicU64, Ordering, const_unless_loom};
use std::time::SystemTime;

/// An integer that goes up and down, such as the length of a queue or the number of open connections. It may be negative, and [saturates](AtomicGauge).
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
///
/// For something that is open for a while, use [`track`](Self::track): its guard decrements the gauge on every exit path, even if a
/// future is cancelled or a call panics. It is `'static`, so it may be held across `.await` or moved into a spawned task.
#[derive(Debug)]
pub struct Gauge {
    declaration: Declaration,
    value: AtomicGauge,
}

impl Gauge {
    const_unless_loom! {
        /// Creates a gauge at zero, exported as `name` with the help text `help`.
        ///
        /// A `static` outside of [`metrics!`](crate::metrics) is exported after its first update, not at zero from the start.
        ///
        /// # Panics
        /// If `name` is not a valid Prometheus metric name. In a `static`, this is a compile error.
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

    /// Increments by 1.
    #[inline]
    pub fn increment(&'static self) {
        self.value().increment();
    }

    /// Decrements by 1.
    #[inline]
    pub fn decrement(&'static self) {
        self.value().decrement();
    }

    /// Adds `amount`.
    #[inline]
    pub fn add(&'static self, amount: i64) {
        self.value().add(amount);
    }

    /// Subtracts `amount`.
    #[inline]
    pub fn sub(&'static self, amount: i64) {
        self.value().sub(amount);
    }

    /// Sets the gauge to `value`.
    #[inline]
    pub fn set(&'static self, value: i64) {
        self.value().set(value);
    }

    /// Sets the gauge to the current time, in whole seconds since the Unix epoch.
    pub fn set_to_current_time(&'static self) {
        self.set(whole_seconds_now());
    }

    /// Increments by 1, and decrements by 1 when the returned guard is dropped.
    #[inline]
    pub fn track(&'static self) -> crate::GaugeGuard<'static> {
        self.value().track()
    }

    /// Returns the current value.
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

/// An `f64` that goes up and down, such as a temperature, a ratio or a time.
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
        /// Creates a gauge at zero, exported as `name` with the help text `help`.
        ///
        /// A `static` outside of [`metrics!`](crate::metrics) is exported after its first update, not at zero from the start.
        ///
        /// # Panics
        /// If `name` is not a valid Prometheus metric name. In a `static`, this is a compile error.
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

    /// Sets the gauge to `value`.
    #[inline]
    pub fn set(&'static self, value: f64) {
        self.declaration.attach_once(self);
        set_float(&self.bits, value);
    }

    /// Adds `amount`, which may be negative.
    #[inline]
    pub fn add(&'static self, amount: f64) {
        self.declaration.attach_once(self);
        add_float(&self.bits, amount);
    }

    /// Subtracts `amount`.
    #[inline]
    pub fn sub(&'static self, amount: f64) {
        self.add(-amount);
    }

    /// Sets the gauge to the current time, in seconds since the Unix epoch.
    pub fn set_to_current_time(&'static self) {
        self.set(seconds_now());
    }

    /// Returns the current value.
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

/// Returns the current time, in seconds since the Unix epoch.
pub(crate) fn seconds_now() -> f64 {
    let since = clock::time_of_day().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or_else(|error| -error.duration().as_secs_f64(), |since| since.as_secs_f64())
}

#[expect(clippy::cast_possible_truncation, reason = "the value is an integer, and the cast saturates")]
pub(crate) fn whole_seconds_now() -> i64 {
    seconds_now().floor() as i64
}

// Relaxed, in all functions below: a value orders no other memory.

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

/// Sets an integer gauge of a family, whose cell holds the bits of an `i64`.
#[inline]
pub(crate) fn set_level(bits: &AtomicU64, level: i64) {
    bits.store(level.cast_unsigned(), Ordering::Relaxed);
}

/// Adds `amount`, and saturates as [`AtomicGauge::add`] does.
#[inline]
pub(crate) fn add_level(bits: &AtomicU64, amount: i64) {
    let before = bits.fetch_add(amount.cast_unsigned(), Ordering::Relaxed).cast_signed();
    if before.checked_add(amount).is_none() {
        saturate_level(bits, amount > 0);
    }
}

/// Subtracts `amount`, and saturates. This is not an addition of `-amount`: `-i64::MIN` is not an `i64`.
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
    type Cells = SharedCells;
    const KIND: MetricKind = MetricKind::Gauge;
    const DESCRIPTION: &'static str = "a declared gauge";

    fn cells((): (), width: usize) -> SharedCells {
        SharedCells::new(width)
    }

    #[inline]
    fn read(cells: &SharedCells, index: usize, _: &mut Reader) -> SampleValue {
        SampleValue::Level(get_level(cells.cell(index)))
    }

    fn clear(cells: &SharedCells, index: usize) {
        set_level(cells.cell(index), 0);
    }
}

impl Kind for FloatGauge {
    type Options = ();
    type Cells = SharedCells;
    const KIND: MetricKind = MetricKind::Gauge;
    const DESCRIPTION: &'static str = "a declared float gauge";

    fn cells((): (), width: usize) -> SharedCells {
        SharedCells::new(width)
    }

    #[inline]
    fn read(cells: &SharedCells, index: usize, _: &mut Reader) -> SampleValue {
        SampleValue::Quantity(get_float(cells.cell(index)))
    }

    fn clear(cells: &SharedCells, index: usize) {
        set_float(cells.cell(index), 0.0);
    }
}
