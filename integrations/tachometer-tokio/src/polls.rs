//! The polls of futures: their number, their time, and how many are slow.

use pin_project_lite::pin_project;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tachometer::family::{Held, Series};
use tachometer::{CallStart, Counter, DynamicFamily, Error, Histogram, MetricsRegistry, buckets};

/// The bounds of poll times: a poll should take microseconds.
const BOUNDS: [u64; 8] = buckets::seconds([0.000_01, 0.000_1, 0.000_5, 0.001, 0.005, 0.01, 0.1, 1.0]);
const SLOW: Duration = Duration::from_millis(1);

/// Measures the polls of futures: `tokio_poll_duration_seconds{future}`, a histogram whose count is that of all polls, and
/// `tokio_slow_polls_total{future}`.
///
/// A poll costs two readings of the clock and one recorded time, and allocates nothing.
///
/// ```
/// use std::time::Duration;
/// use tachometer_tokio::PollTime;
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() {
///     let polls = PollTime::new("parse").slow_after(Duration::from_millis(5));
///     polls.measure(async {
///         tokio::task::yield_now().await;
///         std::hint::black_box("work that takes long");
///     })
///     .await;
///     assert_eq!(polls.snapshot().total(), 2);
/// }
/// ```
#[derive(Debug, Clone)]
pub struct PollTime {
    slow_after: Duration,
    series: Arc<PollSeries>,
}

#[derive(Debug)]
struct PollSeries {
    duration: Series<Histogram, Held>,
    slow: Series<Counter, Held>,
}

impl PollTime {
    /// Creates the series `future`, which is exported at zero from then on, in the global registry. Keep it: each creation looks them up.
    ///
    /// # Panics
    /// If another metric has one of the two names.
    #[must_use]
    #[track_caller]
    pub fn new(future: &str) -> Self {
        match Self::try_in(tachometer::global(), future) {
            Ok(polls) => polls,
            Err(error) => panic!("polls cannot be measured: {error}"),
        }
    }

    /// Does the same as [`new`](Self::new) in another registry.
    ///
    /// # Errors
    /// If another metric has one of the two names.
    pub fn try_in(registry: &MetricsRegistry, future: &str) -> Result<Self, Error> {
        let (name, help) = ("tokio_poll_duration_seconds", "Time of the polls of a future");
        let duration = DynamicFamily::histogram_of_time(name, help, ["future"], BOUNDS)?;
        let (name, help) = ("tokio_slow_polls_total", "Polls of a future that took longer than is good");
        let slow = DynamicFamily::new(name, help, ["future"])?;
        let (duration, slow) = (registry.try_family(duration)?, registry.try_family(slow)?);
        let series = PollSeries { duration: duration.hold(&[future]), slow: slow.hold(&[future]) };
        Ok(PollTime { slow_after: SLOW, series: Arc::new(series) })
    }

    /// Sets the time from which on a poll is slow, by default a millisecond.
    #[must_use]
    pub fn slow_after(mut self, time: Duration) -> Self {
        self.slow_after = time;
        self
    }

    /// Measures the polls of `future`.
    pub fn measure<F>(&self, future: F) -> Instrumented<F> {
        Instrumented { inner: future, polls: self.clone() }
    }

    /// Returns the times of all polls so far.
    pub fn snapshot(&self) -> tachometer::HistogramSnapshot {
        self.series.duration.snapshot()
    }

    #[inline]
    fn record(&self, time: Duration) {
        self.series.duration.observe_duration(time);
        if time >= self.slow_after {
            self.series.slow.increment();
        }
    }
}

/// Measures the polls of one future, in the global registry. For many futures of one kind, keep a [`PollTime`].
///
/// # Panics
/// If [`PollTime::new`] would panic.
#[track_caller]
pub fn poll_time<F>(future: F, name: &str) -> Instrumented<F> {
    PollTime::new(name).measure(future)
}

pin_project! {
    /// A future whose polls are measured. See [`PollTime::measure`].
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct Instrumented<F> {
        #[pin]
        inner: F,
        polls: PollTime,
    }
}

/// Records the time of a poll, also of one that panics.
struct Recorded<'p> {
    polls: &'p PollTime,
    start: CallStart,
}

impl Drop for Recorded<'_> {
    #[inline]
    fn drop(&mut self) {
        self.polls.record(self.start.elapsed());
    }
}

impl<F: Future> Future for Instrumented<F> {
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        let _recorded = Recorded { polls: this.polls, start: CallStart::now() };
        this.inner.poll(context)
    }
}
