//! Registration and collection of shared cells (`Atomic…`, [`MetricsCollector`]).

use super::metric_handle::MetricHandle;
use super::metrics_registry::{MetricsRegistry, unwrap_registered};
use crate::atomic::{AtomicCounter, AtomicGauge, AtomicHistogram, AtomicMinMax, MetricsCollector};
use crate::collect::{Collection, Registered, Shape};
use crate::error::Error;
use crate::snapshot::MetricKind;
use crate::sync::unmodelled::Arc;
use std::panic::Location;

impl MetricsRegistry {
    /// Registers a [`MetricsCollector`] called `name`, exported as `NAME_requests`, `NAME_errors`, `NAME_bytes_sent` and
    /// `NAME_active_connections`. The same name returns the same collector.
    ///
    /// # Panics
    /// If [`try_register_collector`](Self::try_register_collector) returns an error.
    #[track_caller]
    pub fn register_collector(&self, name: impl Into<String>) -> Arc<MetricsCollector> {
        unwrap_registered(self.try_register_collector(name))
    }

    /// Does the same as [`register_collector`](Self::register_collector), but returns an error instead of panicking.
    ///
    /// # Errors
    /// If `name` is not a valid Prometheus metric name, or if another metric exports a name that this one would export, in any format:
    /// in OpenMetrics the family of a counter `jobs_total` is called `jobs`, and `jobs_created` belongs to it too. Metrics with the
    /// same name and different exported names do not clash: a collector, a histogram, a min/max and a counter `http`.
    #[track_caller]
    pub fn try_register_collector(&self, name: impl Into<String>) -> Result<Arc<MetricsCollector>, Error> {
        self.try_register(name, MetricsCollector::new(), |_| true)
    }

    /// Registers an [`AtomicHistogram`] called `name`, exported as `NAME_latency_us`: its values are microseconds. The same name
    /// and bounds return the same histogram. For other units, use [`histogram`](Self::histogram).
    ///
    /// # Panics
    /// If [`try_register_histogram`](Self::try_register_histogram) returns an error.
    #[track_caller]
    pub fn register_histogram<const N: usize>(
        &self,
        name: impl Into<String>,
        bounds: [u64; N],
    ) -> Arc<AtomicHistogram<N>> {
        unwrap_registered(self.try_register_histogram(name, bounds))
    }

    /// Does the same as [`register_histogram`](Self::register_histogram), but returns an error instead of panicking.
    ///
    /// # Errors
    /// If the bounds are empty or do not increase, if `name` is not a valid Prometheus metric name, if a histogram of that name has other
    /// bounds, or the same bounds with more padding, or if another metric exports a name that this one would export, in any format.
    #[track_caller]
    pub fn try_register_histogram<const N: usize>(
        &self,
        name: impl Into<String>,
        bounds: [u64; N],
    ) -> Result<Arc<AtomicHistogram<N>>, Error> {
        let histogram = AtomicHistogram::try_new(bounds)?;
        let finite = histogram.finite_bounds().to_vec();
        self.try_register(name, histogram, |existing| existing.finite_bounds() == finite)
    }

    /// Registers an [`AtomicMinMax`] called `name`, exported as `NAME_min` and `NAME_max`. The same name returns the same one.
    ///
    /// # Panics
    /// If [`try_register_minmax`](Self::try_register_minmax) returns an error.
    #[track_caller]
    pub fn register_minmax(&self, name: impl Into<String>) -> Arc<AtomicMinMax> {
        unwrap_registered(self.try_register_minmax(name))
    }

    /// Does the same as [`register_minmax`](Self::register_minmax), but returns an error instead of panicking.
    ///
    /// # Errors
    /// If [`try_register_collector`](Self::try_register_collector) would return an error.
    #[track_caller]
    pub fn try_register_minmax(&self, name: impl Into<String>) -> Result<Arc<AtomicMinMax>, Error> {
        self.try_register(name, AtomicMinMax::new(), |_| true)
    }

    /// Registers an [`AtomicCounter`] called `name`, exported under that name. The same name returns the same counter.
    ///
    /// # Panics
    /// If [`try_register_counter`](Self::try_register_counter) returns an error.
    #[track_caller]
    pub fn register_counter(&self, name: impl Into<String>) -> Arc<AtomicCounter> {
        unwrap_registered(self.try_register_counter(name))
    }

    /// Does the same as [`register_counter`](Self::register_counter), but returns an error instead of panicking.
    ///
    /// # Errors
    /// If [`try_register_collector`](Self::try_register_collector) would return an error.
    #[track_caller]
    pub fn try_register_counter(&self, name: impl Into<String>) -> Result<Arc<AtomicCounter>, Error> {
        self.try_register(name, AtomicCounter::new(), |_| true)
    }

    /// Registers an [`AtomicGauge`] called `name`, exported under that name. The same name returns the same gauge.
    ///
    /// # Panics
    /// If [`try_register_gauge`](Self::try_register_gauge) returns an error.
    #[track_caller]
    pub fn register_gauge(&self, name: impl Into<String>) -> Arc<AtomicGauge> {
        unwrap_registered(self.try_register_gauge(name))
    }

    /// Does the same as [`register_gauge`](Self::register_gauge), but returns an error instead of panicking.
    ///
    /// # Errors
    /// If [`try_register_collector`](Self::try_register_collector) would return an error.
    #[track_caller]
    pub fn try_register_gauge(&self, name: impl Into<String>) -> Result<Arc<AtomicGauge>, Error> {
        self.try_register(name, AtomicGauge::new(), |_| true)
    }

    /// Registers `new`, or returns the metric with the same name and kind for which `is_same` returns `true`.
    #[track_caller]
    fn try_register<M: Registered>(
        &self,
        name: impl Into<String>,
        new: M,
        is_same: impl Fn(&M) -> bool,
    ) -> Result<Arc<M>, Error> {
        // Before the lock is taken: the conversion may be code of the program.
        let name = name.into();
        let new = Arc::new(new);
        let handle = MetricHandle::Shared(Arc::<M>::clone(&new));
        let same = |existing: &MetricHandle| existing.shared().filter(|existing: &Arc<M>| is_same(existing));
        self.contents()
            .table()
            .register(handle.registration(&name, Location::caller()), same, || (handle.clone(), new))
    }
}

impl Registered for MetricsCollector {
    fn describe(&self) -> String {
        "a collector".to_owned()
    }

    fn shape(&self) -> Shape {
        Shape::Collector
    }

    fn collect(&self, name: &str, into: &mut Collection<'_>) {
        into.snapshot().metrics.insert(name.to_owned(), self.snapshot());
    }
}

impl<const N: usize> Registered for AtomicHistogram<N> {
    fn describe(&self) -> String {
        format!("a histogram with the bounds {:?}", self.bounds())
    }

    fn shape(&self) -> Shape {
        Shape::Latency
    }

    fn collect(&self, name: &str, into: &mut Collection<'_>) {
        into.snapshot().histograms.insert(name.to_owned(), self.snapshot());
    }
}

impl Registered for AtomicMinMax {
    fn describe(&self) -> String {
        "a min/max".to_owned()
    }

    fn shape(&self) -> Shape {
        Shape::MinMax
    }

    fn collect(&self, name: &str, into: &mut Collection<'_>) {
        into.snapshot().minmax.extend(self.range().map(|range| (name.to_owned(), range)));
    }
}

impl Registered for AtomicCounter {
    fn describe(&self) -> String {
        "a counter".to_owned()
    }

    fn shape(&self) -> Shape {
        Shape::Plain(MetricKind::Counter)
    }

    fn collect(&self, name: &str, into: &mut Collection<'_>) {
        into.snapshot().counters.insert(name.to_owned(), self.get());
    }
}

impl Registered for AtomicGauge {
    fn describe(&self) -> String {
        "a gauge".to_owned()
    }

    fn shape(&self) -> Shape {
        Shape::Plain(MetricKind::Gauge)
    }

    fn collect(&self, name: &str, into: &mut Collection<'_>) {
        into.snapshot().gauges.insert(name.to_owned(), self.get());
    }
}
