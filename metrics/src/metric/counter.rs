//! Counters: each thread adds in a cell of its own.

use super::declaration::Declaration;
use super::kind::{ALONE, Kind, Single};
use crate::recorder::{Reader, Rows};
use crate::snapshot::{MetricKind, SampleValue};
use crate::sync::const_unless_loom;

/// A number of things that only grows: jobs done, bytes sent.
#[doc = include_str!("from_the_start.md")]
#[doc = include_str!("which_counter.md")]
/// # Example
///
/// ```
/// use tachometer::{Counter, metrics};
///
/// metrics! {
///     /// Mails that were sent.
///     static MAILS: Counter = Counter::new("mails_sent_total", "Mails that were sent");
/// }
///
/// MAILS.increment();
/// MAILS.add(2);
/// assert_eq!(MAILS.get(), 3);
/// ```
///
/// By convention the name ends in `_total`. OpenMetrics knows a counter by that, and shows others as `unknown`.
#[derive(Debug)]
pub struct Counter {
    declaration: Declaration,
    cells: Rows,
}

impl Counter {
    const_unless_loom! {
        /// A counter at zero, printed as `name` with that `# HELP`.
        ///
        /// In a `static` outside of [`metrics!`](crate::metrics) it is shown from its first use on, not at zero from the start.
        ///
        /// # Panics
        /// If Prometheus does not allow the name; in a `static`, this is a compile error.
        #[must_use]
        #[track_caller]
        pub const fn new(name: &'static str, help: &'static str) -> Self {
            Counter::of(Declaration::new(name, help))
        }
    }

    const_unless_loom! {
        pub(crate) const fn of(declaration: Declaration) -> Self {
            Counter { declaration, cells: Rows::new(ALONE) }
        }
    }

    /// One more.
    #[inline]
    pub fn increment(&'static self) {
        self.add(1);
    }

    /// More by `amount`.
    #[inline]
    pub fn add(&'static self, amount: u64) {
        let add = add(amount);
        if !self.cells.change(0, add) {
            self.declaration.attach(self);
            self.cells.change_first(0, add);
        }
    }

    /// How many there have been; it wraps at 2⁶⁴.
    pub fn get(&self) -> u64 {
        self.cells.sum(0)
    }
}

impl Single for Counter {
    fn declaration(&self) -> &Declaration {
        &self.declaration
    }

    fn value(&self, reader: &mut Reader) -> SampleValue {
        <Self as Kind>::read(&self.cells, 0, reader)
    }
}

/// A quantity that only grows and need not be an integer: seconds of work, joules.
#[doc = include_str!("from_the_start.md")]
#[doc = include_str!("which_counter.md")]
/// # Example
///
/// ```
/// use tachometer::{FloatCounter, metrics};
///
/// metrics! {
///     static WORKED: FloatCounter = FloatCounter::new("worked_seconds_total", "Time spent working");
/// }
///
/// WORKED.add(0.5);
/// WORKED.add(1.25);
/// assert_eq!(WORKED.get(), 1.75);
/// ```
#[derive(Debug)]
pub struct FloatCounter {
    declaration: Declaration,
    /// The bits of floats.
    cells: Rows,
}

impl FloatCounter {
    const_unless_loom! {
        /// A counter at zero, printed as `name` with that `# HELP`.
        ///
        /// In a `static` outside of [`metrics!`](crate::metrics) it is shown from its first use on, not at zero from the start.
        ///
        /// # Panics
        /// If Prometheus does not allow the name; in a `static`, this is a compile error.
        #[must_use]
        #[track_caller]
        pub const fn new(name: &'static str, help: &'static str) -> Self {
            FloatCounter::of(Declaration::new(name, help))
        }
    }

    const_unless_loom! {
        pub(crate) const fn of(declaration: Declaration) -> Self {
            FloatCounter { declaration, cells: Rows::new(ALONE) }
        }
    }

    /// More by `amount`. What is negative or not a number is not added: a counter that falls looks like one that began anew.
    #[inline]
    pub fn add(&'static self, amount: f64) {
        let add = add_float(amount);
        if !self.cells.change(0, add) {
            self.declaration.attach(self);
            self.cells.change_first(0, add);
        }
    }

    /// How much there has been.
    pub fn get(&self) -> f64 {
        sum_floats(&self.cells, 0)
    }
}

impl Single for FloatCounter {
    fn declaration(&self) -> &Declaration {
        &self.declaration
    }

    fn value(&self, reader: &mut Reader) -> SampleValue {
        <Self as Kind>::read(&self.cells, 0, reader)
    }
}

/// The cells of a series at `index`, made to count more by `amount`.
#[inline]
pub(crate) fn add_to(cells: &Rows, index: usize, amount: u64) {
    change(cells, index, add(amount));
}

/// As [`add_to`], where the cells hold the bits of floats.
#[inline]
pub(crate) fn add_float_to(cells: &Rows, index: usize, amount: f64) {
    change(cells, index, add_float(amount));
}

#[inline]
fn change(cells: &Rows, index: usize, change: impl Fn(u64) -> u64) {
    if !cells.change(index, &change) {
        cells.change_first(index, change);
    }
}

#[inline]
fn add(amount: u64) -> impl Fn(u64) -> u64 + Copy {
    move |count| count.wrapping_add(amount)
}

#[inline]
fn add_float(amount: f64) -> impl Fn(u64) -> u64 + Copy {
    move |bits| (f64::from_bits(bits) + amount.max(0.0)).to_bits()
}

pub(crate) fn sum_floats(cells: &Rows, index: usize) -> f64 {
    // From the newest thread's part to the oldest one's. Rounding keeps order, so with parts that grow, and a further one in
    // front, no later sum is less than an earlier one.
    cells.parts(index).map(f64::from_bits).sum()
}

impl Kind for Counter {
    type Options = ();
    type Cells = Rows;
    const KIND: MetricKind = MetricKind::Counter;
    const WHAT: &'static str = "a declared counter";

    fn cells((): (), width: usize) -> Rows {
        Rows::new(width)
    }

    fn read(cells: &Rows, index: usize, _: &mut Reader) -> SampleValue {
        SampleValue::Count(cells.sum(index))
    }

    fn clear(cells: &Rows, index: usize) {
        cells.clear(index);
    }
}

impl Kind for FloatCounter {
    type Options = ();
    type Cells = Rows;
    const KIND: MetricKind = MetricKind::Counter;
    const WHAT: &'static str = "a declared float counter";

    fn cells((): (), width: usize) -> Rows {
        Rows::new(width)
    }

    fn read(cells: &Rows, index: usize, _: &mut Reader) -> SampleValue {
        SampleValue::Sum(sum_floats(cells, index))
    }

    fn clear(cells: &Rows, index: usize) {
        cells.clear(index);
    }
}
