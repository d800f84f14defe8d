//! Histograms: values by size, exact in every number that is read.

use super::declaration::Declaration;
use super::kind::{ALONE, Kind, Single};
use crate::buckets::table::BucketTable;
use crate::clock::{self, Ticks};
use crate::recorder::{Observations, Reader};
use crate::snapshot::{HistogramSnapshot, MetricKind, SampleValue};
use crate::sync::const_unless_loom;
use std::time::Duration;

/// A distribution of values: response sizes, run times of jobs.
///
/// Buckets, sum and count that are read always belong to the same values.
#[doc = include_str!("from_the_start.md")]
#[doc = include_str!("which_histogram.md")]
/// # Example
///
/// ```
/// use tachometer::{Histogram, buckets, metrics};
///
/// metrics! {
///     static SIZES: Histogram = Histogram::new("mail_bytes", "Size of mails", &[100, 1_000, 10_000]);
///     static TIMES: Histogram = Histogram::of_time(
///         "delivery_seconds",
///         "Time of deliveries",
///         &const { buckets::seconds([0.001, 0.01, 0.1, 1.0]) },
///     );
/// }
///
/// SIZES.observe(512);
/// let answer = TIMES.time(|| 6 * 7);
/// {
///     let _timer = TIMES.start_timer(); // observes when it is dropped
/// }
/// assert_eq!((SIZES.snapshot().buckets, TIMES.snapshot().total(), answer), (vec![0, 1, 0, 0], 2, 42));
/// ```
#[derive(Debug)]
pub struct Histogram {
    declaration: Declaration,
    cells: HistogramCells,
}

/// What a histogram's values are, and which go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HistogramOptions {
    pub(crate) bounds: &'static [u64],
    pub(crate) is_of_time: bool,
}

/// Histograms with the same options.
#[derive(Debug)]
pub struct HistogramCells {
    values: Observations,
    is_of_time: bool,
}

impl HistogramCells {
    const_unless_loom! {
        const fn new(options: HistogramOptions, width: usize) -> Self {
            let values = Observations::new(BucketTable::new(options.bounds), width);
            HistogramCells { values, is_of_time: options.is_of_time }
        }
    }

    /// Records a value in the histogram at `index`, on whichever thread.
    #[inline]
    pub(crate) fn observe(&'static self, index: usize, value: u64) {
        if !self.values.record(index, value) {
            self.values.record_first(index, value);
        }
    }

    /// What a histogram shows that nothing was recorded in.
    pub(crate) fn nothing(&self) -> HistogramSnapshot {
        let table = self.values.table();
        HistogramSnapshot::new(table.finite_bounds(), vec![0; table.buckets()], 0)
    }

    pub(crate) fn read(&self, index: usize, reader: &mut Reader) -> HistogramSnapshot {
        let reading = reader.read_observations(&self.values, index);
        HistogramSnapshot::new(self.values.table().finite_bounds(), reading.buckets, reading.sum)
            .with_extremes(reading.extremes, reading.recent)
    }
}

impl Histogram {
    const_unless_loom! {
        /// A histogram of whole numbers of any unit, printed as `name` with that `# HELP`. `bounds` are inclusive upper
        /// bounds; what is above the last has a bucket of its own. For times, whose bounds are fractions of a second, there is
        /// [`of_time`](Self::of_time) with [`buckets::seconds`](crate::buckets::seconds): `&[0.1, 0.5]` is no list of `u64`.
        ///
        /// # Panics
        /// If Prometheus does not allow the name, or the bounds do not strictly increase; in a `static`, a compile error.
        #[must_use]
        #[track_caller]
        pub const fn new(name: &'static str, help: &'static str, bounds: &'static [u64]) -> Self {
            Histogram::of(Declaration::new(name, help), HistogramOptions { bounds, is_of_time: false })
        }
    }

    const_unless_loom! {
        /// A histogram of time: its bounds are in nanoseconds, as [`buckets::seconds`](crate::buckets::seconds) makes them, and
        /// it is printed in seconds.
        ///
        /// # Panics
        /// As [`new`](Self::new).
        #[must_use]
        #[track_caller]
        pub const fn of_time(name: &'static str, help: &'static str, bounds: &'static [u64]) -> Self {
            Histogram::of(Declaration::new(name, help), HistogramOptions { bounds, is_of_time: true })
        }
    }

    const_unless_loom! {
        const fn of(declaration: Declaration, options: HistogramOptions) -> Self {
            Histogram { declaration, cells: HistogramCells::new(options, ALONE) }
        }
    }

    /// Of bounds that were [checked](BucketTable::check) and are finite.
    pub(crate) fn made(declaration: Declaration, bounds: &'static [u64], is_of_time: bool) -> Self {
        Histogram::of(declaration, HistogramOptions { bounds, is_of_time })
    }

    /// Its finite bounds, and whether they are of time.
    pub(crate) fn options(&self) -> (&'static [u64], bool) {
        (self.cells.values.table().finite_bounds(), self.cells.is_of_time)
    }

    /// Records `value`: of a histogram of time, nanoseconds.
    #[inline]
    pub fn observe(&'static self, value: u64) {
        if !self.cells.values.record_alone(value) {
            self.declaration.attach(self);
            self.cells.values.record_alone_first(value);
        }
    }

    /// Records a time, in nanoseconds.
    #[inline]
    pub fn observe_duration(&'static self, duration: Duration) {
        self.observe(nanos_of(duration));
    }

    /// Begins to measure a time, which is recorded when the timer is dropped.
    #[inline]
    pub fn start_timer(&'static self) -> HistogramTimer {
        HistogramTimer::new(self)
    }

    /// Records the time that `work` takes, also where it panics.
    #[inline]
    pub fn time<R>(&'static self, work: impl FnOnce() -> R) -> R {
        let _timer = self.start_timer();
        work()
    }

    /// What has been recorded.
    pub fn snapshot(&self) -> HistogramSnapshot {
        // Only snapshots end a window.
        self.cells.read(0, &mut Reader::begin(|| false))
    }

    /// The former name of [`snapshot`](Self::snapshot).
    #[doc(hidden)]
    #[deprecated = "renamed to `snapshot`"]
    pub fn read(&self) -> HistogramSnapshot {
        self.snapshot()
    }
}

#[inline]
pub(crate) fn nanos_of(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

impl Single for Histogram {
    fn declaration(&self) -> &Declaration {
        &self.declaration
    }

    fn value(&self, reader: &mut Reader) -> SampleValue {
        <Self as Kind>::read(&self.cells, 0, reader)
    }

    fn describe(&self) -> String {
        let (bounds, is_of_time) = self.options();
        describe_histogram(bounds, is_of_time)
    }
}

/// For an error: what it is, with what tells it from other histograms.
pub(crate) fn describe_histogram(bounds: &[u64], is_of_time: bool) -> String {
    let of_time = if is_of_time { " of time" } else { "" };
    format!("{}{of_time} with the bounds {bounds:?}", Histogram::WHAT)
}

impl Kind for Histogram {
    type Options = HistogramOptions;
    type Cells = HistogramCells;
    const KIND: MetricKind = MetricKind::Histogram;
    const WHAT: &'static str = "a declared histogram";

    fn cells(options: HistogramOptions, width: usize) -> HistogramCells {
        HistogramCells::new(options, width)
    }

    fn read(cells: &HistogramCells, index: usize, reader: &mut Reader) -> SampleValue {
        let histogram = cells.read(index, reader);
        if cells.is_of_time { SampleValue::Times(histogram) } else { SampleValue::Histogram(histogram) }
    }

    fn clear(cells: &HistogramCells, index: usize) {
        cells.values.clear(index);
    }
}

/// If a time is recorded.
pub trait Observe {
    /// Records so many nanoseconds.
    #[doc(hidden)]
    fn observe(&self, nanos: u64);
}

impl Observe for &'static Histogram {
    #[inline]
    fn observe(&self, nanos: u64) {
        Histogram::observe(self, nanos);
    }
}

impl<T: Observe> Observe for &T {
    #[inline]
    fn observe(&self, nanos: u64) {
        T::observe(self, nanos);
    }
}

/// Measures a time, and records it when it is dropped. Made by [`Histogram::start_timer`] and by
/// [`Series::start_timer`](crate::family::Series::start_timer).
#[derive(Debug)]
#[must_use = "the time is recorded as soon as the timer is dropped: bind it to a name, as in `let _timer = …`"]
pub struct HistogramTimer<T: Observe = &'static Histogram> {
    into: T,
    begun: Ticks,
    is_discarded: bool,
}

impl<T: Observe> HistogramTimer<T> {
    /// A timer that begins now.
    #[inline]
    pub(crate) fn new(into: T) -> Self {
        HistogramTimer { into, begun: clock::now(), is_discarded: false }
    }

    /// Records the time until now, and says it.
    #[inline]
    pub fn stop(mut self) -> Duration {
        self.is_discarded = true;
        let nanos = self.begun.elapsed_nanos();
        self.into.observe(nanos);
        Duration::from_nanos(nanos)
    }

    /// Records nothing.
    #[inline]
    pub fn discard(mut self) {
        self.is_discarded = true;
    }
}

impl<T: Observe> Drop for HistogramTimer<T> {
    #[inline]
    fn drop(&mut self) {
        if !self.is_discarded {
            self.into.observe(self.begun.elapsed_nanos());
        }
    }
}
