//! Histograms: values by size, exact in every number that is read.

use super::{Declaration, Declared};
use crate::cells::{Observations, Reader};
use crate::clock::{self, Ticks};
use crate::model::BucketTable;
use crate::snapshot::{HistogramSnapshot, MetricKind, SampleValue, SeriesSnapshot};
use crate::sync::const_unless_loom;
use std::time::Duration;

/// How values are spread: sizes of answers, times of jobs.
///
/// Buckets, sum and count that are read are always those of the same values.
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
/// assert_eq!((SIZES.read().buckets, TIMES.read().total(), answer), (vec![0, 1, 0, 0], 2, 42));
/// ```
#[derive(Debug)]
pub struct Histogram {
    declaration: Declaration,
    cells: Observations,
    is_of_time: bool,
}

impl Histogram {
    const_unless_loom! {
        /// A histogram of whole numbers of any unit, printed as `name` with that `# HELP`. `bounds` are inclusive upper
        /// bounds; what is above the last has a bucket of its own.
        ///
        /// # Panics
        /// Where Prometheus does not allow the name, or the bounds do not strictly increase; in a `static`, a compile error.
        #[must_use]
        #[track_caller]
        pub const fn new(name: &'static str, help: &'static str, bounds: &'static [u64]) -> Self {
            Histogram::of(name, help, bounds, false)
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
            Histogram::of(name, help, bounds, true)
        }
    }

    const_unless_loom! {
        #[track_caller]
        const fn of(name: &'static str, help: &'static str, bounds: &'static [u64], is_of_time: bool) -> Self {
            let cells = Observations::new(BucketTable::new(bounds));
            Histogram { declaration: Declaration::new(name, help), cells, is_of_time }
        }
    }

    /// Records `value`: of a histogram of time, nanoseconds.
    #[inline]
    pub fn observe(&'static self, value: u64) {
        if !self.cells.record(value) {
            self.declaration.attach(self);
            self.cells.record_first(value);
        }
    }

    /// Records a time, in nanoseconds.
    #[inline]
    pub fn observe_duration(&'static self, duration: Duration) {
        self.observe(u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX));
    }

    /// Begins to measure a time, which is recorded when the timer is dropped.
    #[inline]
    pub fn start_timer(&'static self) -> HistogramTimer {
        HistogramTimer { histogram: self, begun: clock::now(), is_discarded: false }
    }

    /// Records the time that `work` takes, also where it panics.
    #[inline]
    pub fn time<R>(&'static self, work: impl FnOnce() -> R) -> R {
        let _timer = self.start_timer();
        work()
    }

    /// What has been recorded.
    pub fn read(&self) -> HistogramSnapshot {
        // Only snapshots end a window.
        self.read_by(&mut Reader::begin(|| false))
    }

    fn read_by(&self, reader: &mut Reader) -> HistogramSnapshot {
        let reading = reader.read_observations(&self.cells);
        HistogramSnapshot::new(self.cells.table().finite_bounds(), reading.buckets, reading.sum)
            .with_extremes(reading.extremes, reading.recent)
    }
}

impl Declared for Histogram {
    fn declaration(&self) -> &Declaration {
        &self.declaration
    }

    fn kind(&self) -> MetricKind {
        MetricKind::Histogram
    }

    fn read(&self, reader: &mut Reader) -> Vec<SeriesSnapshot> {
        let histogram = self.read_by(reader);
        SeriesSnapshot::alone(if self.is_of_time {
            SampleValue::Times(histogram)
        } else {
            SampleValue::Histogram(histogram)
        })
    }
}

/// Measures a time, and records it when it is dropped. Made by [`Histogram::start_timer`].
#[derive(Debug)]
#[must_use = "the time is recorded as soon as the timer is dropped: bind it to a name, as in `let _timer = …`"]
pub struct HistogramTimer {
    histogram: &'static Histogram,
    begun: Ticks,
    is_discarded: bool,
}

impl HistogramTimer {
    /// Records the time until now, and says it.
    #[inline]
    pub fn stop(mut self) -> Duration {
        self.is_discarded = true;
        let nanos = self.begun.elapsed_nanos();
        self.histogram.observe(nanos);
        Duration::from_nanos(nanos)
    }

    /// Records nothing.
    #[inline]
    pub fn discard(mut self) {
        self.is_discarded = true;
    }
}

impl Drop for HistogramTimer {
    #[inline]
    fn drop(&mut self) {
        if !self.is_discarded {
            self.histogram.observe(self.begun.elapsed_nanos());
        }
    }
}
