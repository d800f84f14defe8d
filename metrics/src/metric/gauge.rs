//! Gauges: one cell each, which all threads write.

use super::{Declaration, Declared};
use crate::cells::Reader;
use crate::primitives::AtomicGauge;
use crate::snapshot::{MetricKind, SampleValue, SeriesSnapshot};
use crate::sync::{AtomicU64, Ordering, const_unless_loom};
use std::time::SystemTime;

/// How many of something there are now: jobs that wait, connections. It may be negative.
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
        /// # Panics
        /// Where Prometheus does not allow the name; in a `static`, a compile error.
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

impl Declared for Gauge {
    fn declaration(&self) -> &Declaration {
        &self.declaration
    }

    fn kind(&self) -> MetricKind {
        MetricKind::Gauge
    }

    fn read(&self, _: &mut Reader) -> Vec<SeriesSnapshot> {
        SeriesSnapshot::alone(SampleValue::Level(self.get()))
    }
}

/// How much of something there is now that is no whole number: a temperature, a ratio, a moment.
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
        /// # Panics
        /// Where Prometheus does not allow the name; in a `static`, a compile error.
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
        // Relaxed, here and below: the value orders no other memory.
        self.bits.store(value.to_bits(), Ordering::Relaxed);
    }

    /// More by `amount`, or less where that is negative.
    #[inline]
    pub fn add(&'static self, amount: f64) {
        self.declaration.attach_once(self);
        let mut bits = self.bits.load(Ordering::Relaxed);
        loop {
            let sum = (f64::from_bits(bits) + amount).to_bits();
            match self.bits.compare_exchange_weak(bits, sum, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return,
                Err(now) => bits = now,
            }
        }
    }

    /// Less by `amount`.
    #[inline]
    pub fn sub(&'static self, amount: f64) {
        self.add(-amount);
    }

    /// The time now, in seconds since 1970.
    pub fn set_to_current_time(&'static self) {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        self.set(since.map_or_else(|error| -error.duration().as_secs_f64(), |since| since.as_secs_f64()));
    }

    /// How much there is.
    pub fn get(&self) -> f64 {
        f64::from_bits(self.bits.load(Ordering::Relaxed))
    }
}

impl Declared for FloatGauge {
    fn declaration(&self) -> &Declaration {
        &self.declaration
    }

    fn kind(&self) -> MetricKind {
        MetricKind::Gauge
    }

    fn read(&self, _: &mut Reader) -> Vec<SeriesSnapshot> {
        SeriesSnapshot::alone(SampleValue::Quantity(self.get()))
    }
}
