//! Counters: sharded, one cell for each thread.

use super::declaration::Declaration;
use super::kind::{Kind, SINGLE_WIDTH, Single};
use crate::recorder::{ExemplarCells, Reader, Shards, TracedCall};
use crate::snapshot::{Exemplar, MetricKind, SampleValue};
use crate::sync::const_unless_loom;
use crate::trace_context::TraceContext;
use crate::trace_source;

/// An integer that only grows, such as jobs done or bytes sent.
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
/// By convention the name ends in `_total`. OpenMetrics requires that suffix: a counter without it is exported as `unknown`.
#[derive(Debug)]
pub struct Counter {
    declaration: Declaration,
    cells: CounterCells,
}

/// The cells of counters, one for each index.
#[derive(Debug)]
pub struct CounterCells {
    sums: Shards,
    /// Apart from the sums: what adds without a trace does not touch them.
    exemplars: ExemplarCells,
}

impl CounterCells {
    const_unless_loom! {
        const fn new(width: usize) -> Self {
            CounterCells { sums: Shards::new(width), exemplars: ExemplarCells::new(width) }
        }
    }

    /// Adds `amount` to the counter at `index`.
    #[inline]
    pub(crate) fn add(&self, index: usize, amount: u64) {
        change(&self.sums, index, add(amount));
    }

    /// Adds `amount` to the counter at `index`, and takes it as its exemplar.
    pub(crate) fn add_with(&self, index: usize, amount: u64, trace: TraceContext) {
        // Before the exemplar is given: what a reader shows has been counted.
        self.add(index, amount);
        // The largest integer stands for no value in an exemplar.
        let nanos = Some(amount.min(u64::MAX - 1));
        self.exemplars.give(index, &TracedCall { trace, nanos, time: trace_source::now() });
    }

    pub(crate) fn sum(&self, index: usize) -> u64 {
        self.sums.sum(index)
    }
}

impl Counter {
    const_unless_loom! {
        /// Creates a counter at zero, exported as `name` with the help text `help`.
        ///
        /// A `static` outside of [`metrics!`](crate::metrics) is exported after its first update, not at zero from the start.
        ///
        /// # Panics
        /// If `name` is not a valid Prometheus metric name. In a `static`, this is a compile error.
        #[must_use]
        #[track_caller]
        pub const fn new(name: &'static str, help: &'static str) -> Self {
            Counter::of(Declaration::new(name, help))
        }
    }

    const_unless_loom! {
        pub(crate) const fn of(declaration: Declaration) -> Self {
            Counter { declaration, cells: CounterCells::new(SINGLE_WIDTH) }
        }
    }

    /// Increments by 1.
    #[inline]
    pub fn increment(&'static self) {
        self.add(1);
    }

    /// Adds `amount`.
    #[inline]
    pub fn add(&'static self, amount: u64) {
        let add = add(amount);
        if !self.cells.sums.change(0, add) {
            self.declaration.attach(self);
            self.cells.sums.change_first(0, add);
        }
    }

    /// Adds `amount` as [`add`](Self::add) does, and shows it with its trace: as the *exemplar* of the counter, until a later one replaces
    /// it.
    ///
    /// OpenMetrics and protocol buffers show exemplars, and [`SeriesSnapshot::exemplar`](crate::families::SeriesSnapshot::exemplar) returns
    /// them. It takes longer than [`add`](Self::add), mostly to read the time of day.
    ///
    /// ```
    /// use tachometer::{Counter, TraceContext, metrics};
    ///
    /// metrics! {
    ///     static SENT: Counter = Counter::new("sent_bytes_total", "Bytes that were sent");
    /// }
    ///
    /// let span = TraceContext { trace_id: [7; 16], span_id: [9; 8] };
    /// SENT.add(20);
    /// SENT.add_with(5_000, span);
    /// let snapshot = tachometer::snapshot();
    /// let exemplar = snapshot.declared["sent_bytes_total"].series[0].exemplar().unwrap();
    /// assert_eq!((SENT.get(), exemplar.value(), exemplar.trace()), (5_020, Some(5_000), span));
    /// ```
    pub fn add_with(&'static self, amount: u64, trace: TraceContext) {
        self.declaration.attach_once(self);
        self.cells.add_with(0, amount, trace);
    }

    /// Returns the current total. It wraps at 2⁶⁴.
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

    fn exemplar(&self) -> Option<Box<Exemplar>> {
        <Self as Kind>::exemplar(&self.cells, 0)
    }
}

/// An `f64` that only grows, such as seconds of work or joules.
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
    /// The bits of `f64` values.
    cells: Shards,
}

impl FloatCounter {
    const_unless_loom! {
        /// Creates a counter at zero, exported as `name` with the help text `help`.
        ///
        /// A `static` outside of [`metrics!`](crate::metrics) is exported after its first update, not at zero from the start.
        ///
        /// # Panics
        /// If `name` is not a valid Prometheus metric name. In a `static`, this is a compile error.
        #[must_use]
        #[track_caller]
        pub const fn new(name: &'static str, help: &'static str) -> Self {
            FloatCounter::of(Declaration::new(name, help))
        }
    }

    const_unless_loom! {
        pub(crate) const fn of(declaration: Declaration) -> Self {
            FloatCounter { declaration, cells: Shards::new(SINGLE_WIDTH) }
        }
    }

    /// Adds `amount`. A negative amount or NaN is ignored: a counter that decreases looks like one that was reset.
    #[inline]
    pub fn add(&'static self, amount: f64) {
        let add = add_float(amount);
        if !self.cells.change(0, add) {
            self.declaration.attach(self);
            self.cells.change_first(0, add);
        }
    }

    /// Returns the current total.
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

/// Adds `amount` to the cells of the series at `index`, which hold the bits of `f64` values.
#[inline]
pub(crate) fn add_float_to(cells: &Shards, index: usize, amount: f64) {
    change(cells, index, add_float(amount));
}

#[inline]
fn change(cells: &Shards, index: usize, change: impl Fn(u64) -> u64) {
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

pub(crate) fn sum_floats(cells: &Shards, index: usize) -> f64 {
    // Summed from the newest thread's cell to the oldest one's. Rounding is monotonic. The cells only grow, and a new cell comes
    // first. So a later sum is never less than an earlier one.
    cells.parts(index).map(f64::from_bits).sum()
}

impl Kind for Counter {
    type Options = ();
    type Cells = CounterCells;
    const KIND: MetricKind = MetricKind::Counter;
    const DESCRIPTION: &'static str = "a declared counter";

    fn cells((): (), width: usize) -> CounterCells {
        CounterCells::new(width)
    }

    #[inline]
    fn read(cells: &CounterCells, index: usize, _: &mut Reader) -> SampleValue {
        SampleValue::Count(cells.sum(index))
    }

    #[inline]
    fn exemplar(cells: &CounterCells, index: usize) -> Option<Box<Exemplar>> {
        cells.exemplars.latest(index).map(|update| Box::new(Exemplar::new(&update)))
    }

    fn clear(cells: &CounterCells, index: usize) {
        cells.sums.clear(index);
        cells.exemplars.clear(index);
    }
}

impl Kind for FloatCounter {
    type Options = ();
    type Cells = Shards;
    const KIND: MetricKind = MetricKind::Counter;
    const DESCRIPTION: &'static str = "a declared float counter";

    fn cells((): (), width: usize) -> Shards {
        Shards::new(width)
    }

    #[inline]
    fn read(cells: &Shards, index: usize, _: &mut Reader) -> SampleValue {
        SampleValue::Sum(sum_floats(cells, index))
    }

    fn clear(cells: &Shards, index: usize) {
        cells.clear(index);
    }
}
