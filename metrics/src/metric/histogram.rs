//! Histograms: sharded, and consistent in every snapshot.

use super::declaration::Declaration;
use super::histogram_options::{HistogramOptions, Native};
use super::kind::{Kind, SINGLE_WIDTH, Single};
use crate::buckets::native::NativeCounts;
use crate::clock::{self, Ticks};
use crate::objective::LatencyObjective;
use crate::recorder::{Observations, Reader, TracedCall};
use crate::snapshot::{HistogramSnapshot, MetricKind, SampleValue, of_buckets};
use crate::sync::const_unless_loom;
use crate::trace_context::TraceContext;
use crate::trace_source;
use std::time::Duration;

/// A distribution of values, such as response sizes or run times of jobs.
///
/// The buckets, native buckets, sum and count of a snapshot always belong to the same values.
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

/// The cells of histograms with the same options, one for each index.
#[derive(Debug)]
pub struct HistogramCells {
    values: Observations,
    options: HistogramOptions,
}

impl HistogramCells {
    const_unless_loom! {
        const fn new(options: HistogramOptions, width: usize) -> Self {
            let values = Observations::new(options.table(), width);
            HistogramCells { values, options }
        }
    }

    /// Replaces the options. Nothing may have been recorded yet.
    const fn set_options(&mut self, options: HistogramOptions) {
        self.values.set_table(options.table());
        self.options = options;
    }

    /// Records `value` in the histogram at `index`, in the current thread's cells.
    #[inline]
    pub(crate) fn observe(&'static self, index: usize, value: u64) {
        if !self.values.record(index, value) {
            self.values.record_first(index, value);
        }
    }

    /// Records `value` in the histogram at `index`, and takes it as the exemplar of its bucket.
    pub(crate) fn observe_with(&'static self, index: usize, value: u64, trace: TraceContext) {
        // The largest integer stands for no value in an exemplar.
        let nanos = Some(value.min(u64::MAX - 1));
        let exemplar = TracedCall { trace, nanos, time: trace_source::now() };
        self.values.record_with(index, value, &exemplar);
    }

    /// Returns the snapshot of a histogram without values.
    pub(crate) fn empty_snapshot(&self) -> HistogramSnapshot {
        let table = self.values.table();
        HistogramSnapshot::new(table.finite_bounds(), vec![0; table.buckets()], 0)
            .with_native(table.scale().is_some().then(|| NativeCounts::new(table.scale())))
    }

    pub(crate) fn read(&self, index: usize, reader: &mut Reader) -> HistogramSnapshot {
        let reading = reader.read_observations(&self.values, index);
        HistogramSnapshot::new(self.values.table().finite_bounds(), reading.buckets, reading.sum)
            .with_native(reading.native)
            .with_extremes(reading.extremes, reading.recent)
            .with_exemplars(of_buckets(reading.exemplars.buckets.iter().map(|(_, value)| value)))
    }
}

impl Histogram {
    const_unless_loom! {
        /// Creates a histogram of integers in any unit, exported as `name` with the help text `help`.
        ///
        /// `bounds` are inclusive upper bounds. Values above the last one have a bucket of their own. For times, whose bounds are
        /// fractions of a second, use [`of_time`](Self::of_time) with [`buckets::seconds`](crate::buckets::seconds): `&[0.1, 0.5]` is
        /// not a slice of `u64`.
        ///
        /// Percentiles are as precise as the bounds, or as the native buckets that [`native`](Self::native) adds.
        ///
        /// # Panics
        /// If `name` is not a valid Prometheus metric name, or if the bounds do not strictly increase. In a `static`, this is a
        /// compile error.
        #[must_use]
        #[track_caller]
        pub const fn new(name: &'static str, help: &'static str, bounds: &'static [u64]) -> Self {
            Histogram::of(Declaration::new(name, help), HistogramOptions::new(bounds, false))
        }
    }

    const_unless_loom! {
        /// Creates a histogram of times, exported in seconds. Its bounds are in nanoseconds, as
        /// [`buckets::seconds`](crate::buckets::seconds) returns them.
        ///
        /// It also has [native buckets](HistogramSnapshot::native), so percentiles are precise whatever the bounds are;
        /// [`classic`](Self::classic) leaves them out.
        ///
        /// # Panics
        /// If [`new`](Self::new) would panic.
        #[must_use]
        #[track_caller]
        pub const fn of_time(name: &'static str, help: &'static str, bounds: &'static [u64]) -> Self {
            Histogram::of(Declaration::new(name, help), HistogramOptions::new(bounds, true))
        }
    }

    const_unless_loom! {
        /// Leaves out the native buckets: fewer cells for each thread, and percentiles that are only as precise as the bounds.
        ///
        /// Only [`of_time`](Self::of_time) has native buckets by itself. Bounds, buckets and what is exported as text are the same
        /// with them and without.
        ///
        /// ```
        /// use std::time::Duration;
        /// use tachometer::{Histogram, buckets, metrics};
        ///
        /// metrics! {
        ///     static BAKING: Histogram =
        ///         Histogram::of_time("baking_seconds", "Time of baking", &const { buckets::seconds([60.0, 600.0]) }).classic();
        /// }
        ///
        /// for seconds in [200, 200, 590] {
        ///     BAKING.observe_duration(Duration::from_secs(seconds));
        /// }
        /// let baking = BAKING.snapshot();
        /// assert!(baking.native().is_none());
        /// // The second of three between 60 and 600, instead of about 200.
        /// assert_eq!(baking.percentile_duration(0.5), Some(Duration::from_secs(420)));
        /// ```
        #[must_use]
        pub const fn classic(mut self) -> Self {
            self.cells.set_options(self.cells.options.classic());
            self
        }
    }

    const_unless_loom! {
        /// Adds native buckets to a histogram of integers: 2^`schema` of them from each power of two to the next, up to 2⁶⁴.
        ///
        /// Percentiles are then as precise as these, however far apart the bounds are: at most 4.6 % above or below the value at
        /// schema 3, and 8.7 % at 2, 17.2 % at 1 and 33.4 % at 0, rounded to an integer. A lower schema takes less memory: each octave of
        /// values that a thread observes takes 2^`schema` + 1 cells of eight bytes, at schema 3 one more.
        ///
        /// ```
        /// use tachometer::{Histogram, metrics};
        ///
        /// metrics! {
        ///     static PAGES: Histogram = Histogram::new("book_pages", "Pages of books", &[100, 1_000]).native(3);
        /// }
        ///
        /// PAGES.observe(352);
        /// PAGES.observe(880);
        /// PAGES.observe(912);
        /// let pages = PAGES.snapshot();
        /// assert_eq!((&*pages.buckets, pages.native().unwrap().schema()), (&[0, 3, 0][..], 3));
        /// assert_eq!(pages.percentile(0.5), 899); // the middle of the native bucket from 862 to 939
        /// ```
        ///
        /// # Panics
        /// If `schema` is above 3, or for a histogram of times, which has native buckets of schema 3 already. In a `static`, this is a
        /// compile error.
        #[must_use]
        #[track_caller]
        pub const fn native(mut self, schema: u8) -> Self {
            self.cells.set_options(self.cells.options.native(schema));
            self
        }
    }

    const_unless_loom! {
        /// Sets an objective: `percent` of the values are to be at most `threshold`, which must be one of the bounds. For a histogram of
        /// times it is in seconds.
        ///
        /// It is exported as a series of the family `slo_objective`. [`slo_rules`](crate::slo_rules) returns alerts for Prometheus; see
        /// [`docs::guide::objectives`](crate::docs::guide::objectives).
        ///
        /// ```
        /// use tachometer::{Histogram, buckets, metrics};
        ///
        /// metrics! {
        ///     static FIRING: Histogram =
        ///         Histogram::of_time("firing_seconds", "Time of firing", &const { buckets::seconds([0.25, 1.0]) })
        ///             .slo(0.25, 99.9);
        /// }
        ///
        /// let text = tachometer::snapshot().to_prometheus_format();
        /// let line = "slo_objective{histogram=\"firing_seconds\",objective=\"latency\",threshold=\"0.25\"} 0.999\n";
        /// assert!(text.contains(line));
        /// ```
        ///
        /// # Panics
        /// If `threshold` is not a bound, if `percent` is not from 1 to below 100 or has more than six decimals, or if there is an
        /// objective already. In a `static`, this is a compile error.
        #[must_use]
        #[track_caller]
        pub const fn slo(mut self, threshold: f64, percent: f64) -> Self {
            self.cells.options = self.cells.options.slo(threshold, percent);
            self
        }
    }

    const_unless_loom! {
        const fn of(declaration: Declaration, options: HistogramOptions) -> Self {
            Histogram { declaration, cells: HistogramCells::new(options, SINGLE_WIDTH) }
        }
    }

    /// Creates a histogram with finite bounds that were [checked](crate::buckets::table::BucketTable::check).
    pub(crate) fn with_checked_bounds(
        declaration: Declaration,
        bounds: &'static [u64],
        is_of_time: bool,
    ) -> Self {
        Histogram::of(declaration, HistogramOptions::new(bounds, is_of_time))
    }

    /// Returns its finite bounds, and whether it records times.
    pub(crate) fn options(&self) -> (&'static [u64], bool) {
        (self.cells.values.table().finite_bounds(), self.cells.options.is_of_time)
    }

    /// Records `value`. For a histogram of times, this is a number of nanoseconds.
    #[inline]
    pub fn observe(&'static self, value: u64) {
        if !self.cells.values.record_unlabelled(value) {
            self.declaration.attach(self);
            self.cells.values.record_unlabelled_first(value);
        }
    }

    /// Records `value` as [`observe`](Self::observe) does, and shows it with its trace: as the *exemplar* of its bucket, until a later
    /// one replaces it.
    ///
    /// OpenMetrics and protocol buffers show exemplars, and [`HistogramSnapshot::exemplars`] returns them. It takes longer than
    /// [`observe`](Self::observe), mostly to read the time of day.
    ///
    /// ```
    /// use tachometer::{Histogram, TraceContext, metrics};
    ///
    /// metrics! {
    ///     static UPLOADS: Histogram = Histogram::new("upload_bytes", "Size of uploads", &[1_000, 1_000_000]);
    /// }
    ///
    /// let span = TraceContext { trace_id: [7; 16], span_id: [9; 8] };
    /// UPLOADS.observe(20);
    /// UPLOADS.observe_with(5_000, span);
    /// let uploads = UPLOADS.snapshot();
    /// let exemplars: Vec<_> = uploads.exemplars().iter().map(|one| (one.value(), one.trace())).collect();
    /// assert_eq!((uploads.total(), exemplars), (2, vec![(Some(5_000), span)]));
    /// ```
    pub fn observe_with(&'static self, value: u64, trace: TraceContext) {
        self.declaration.attach_once(self);
        self.cells.observe_with(0, value, trace);
    }

    /// Records `duration` in nanoseconds.
    #[inline]
    pub fn observe_duration(&'static self, duration: Duration) {
        self.observe(nanos_of(duration));
    }

    /// Starts a timer, which records the elapsed time when it is dropped.
    #[inline]
    pub fn start_timer(&'static self) -> HistogramTimer {
        HistogramTimer::new(self)
    }

    /// Calls `work` and records the time it takes, even if it panics.
    #[inline]
    pub fn time<R>(&'static self, work: impl FnOnce() -> R) -> R {
        let _timer = self.start_timer();
        work()
    }

    /// Returns what has been recorded.
    pub fn snapshot(&self) -> HistogramSnapshot {
        // Only a snapshot of a registry ends a window of recent extremes.
        self.cells.read(0, &mut Reader::begin(|| false))
    }

    /// Does the same as [`snapshot`](Self::snapshot), under its former name.
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

    fn objective(&self) -> Option<LatencyObjective> {
        self.cells.options.objective
    }

    fn describe(&self) -> String {
        let (bounds, is_of_time) = self.options();
        describe_histogram(bounds, is_of_time)
    }
}

/// Describes a histogram in an error, by its unit and its bounds.
pub(crate) fn describe_histogram(bounds: &[u64], is_of_time: bool) -> String {
    let of_time = if is_of_time { " of time" } else { "" };
    format!("{}{of_time} with the bounds {bounds:?}", Histogram::DESCRIPTION)
}

impl Kind for Histogram {
    type Options = HistogramOptions;
    type Cells = HistogramCells;
    const KIND: MetricKind = MetricKind::Histogram;
    const DESCRIPTION: &'static str = "a declared histogram";

    fn describe_options(options: HistogramOptions) -> String {
        let HistogramOptions { bounds, is_of_time, native, objective } = options;
        let native = match native {
            Native::None => "without native buckets".to_owned(),
            Native::Seconds => "native buckets of schema 3".to_owned(),
            Native::Integers(schema) => format!("native buckets of schema {schema}"),
        };
        let objective = objective.map_or_else(String::new, |objective| format!(", {objective}"));
        format!("{}, {native}{objective}", describe_histogram(bounds, is_of_time))
    }

    fn objective(options: HistogramOptions) -> Option<LatencyObjective> {
        options.objective
    }

    fn cells(options: HistogramOptions, width: usize) -> HistogramCells {
        HistogramCells::new(options, width)
    }

    #[inline]
    fn read(cells: &HistogramCells, index: usize, reader: &mut Reader) -> SampleValue {
        let histogram = cells.read(index, reader);
        if cells.options.is_of_time {
            SampleValue::Times(histogram)
        } else {
            SampleValue::Histogram(histogram)
        }
    }

    fn clear(cells: &HistogramCells, index: usize) {
        cells.values.clear(index);
    }
}

/// A destination of measured times.
pub trait Observe {
    /// Records a time of `nanos` nanoseconds.
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

/// A timer that records the elapsed time in a histogram when it is dropped. Returned by [`Histogram::start_timer`] and by
/// [`Series::start_timer`](crate::family::Series::start_timer).
#[derive(Debug)]
#[must_use = "the time is recorded as soon as the timer is dropped: bind it to a name, as in `let _timer = …`"]
pub struct HistogramTimer<T: Observe = &'static Histogram> {
    into: T,
    begun: Ticks,
    is_discarded: bool,
}

impl<T: Observe> HistogramTimer<T> {
    /// Creates a timer that starts now.
    #[inline]
    pub(crate) fn new(into: T) -> Self {
        HistogramTimer { into, begun: clock::now(), is_discarded: false }
    }

    /// Records the elapsed time and returns it.
    #[inline]
    pub fn stop(mut self) -> Duration {
        self.is_discarded = true;
        let nanos = self.begun.elapsed_nanos();
        if self.begun.is_known() {
            self.into.observe(nanos);
        }
        Duration::from_nanos(nanos)
    }

    /// Ends the timer without recording anything.
    #[inline]
    pub fn discard(mut self) {
        self.is_discarded = true;
    }
}

impl<T: Observe> Drop for HistogramTimer<T> {
    #[inline]
    fn drop(&mut self) {
        if !self.is_discarded && self.begun.is_known() {
            self.into.observe(self.begun.elapsed_nanos());
        }
    }
}
