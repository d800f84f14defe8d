//! Registration of metrics that are never freed, by name at run time.

use super::metric_handle::MetricHandle;
use super::metrics_registry::{MetricsRegistry, unwrap_registered};
use super::table::Registration;
use crate::buckets::table::BucketTable;
use crate::collect::Shape;
use crate::error::{Cause, Error};
use crate::metric::histogram::describe_histogram;
use crate::metric::kind::{Kind, Single};
use crate::metric::{Counter, Declaration, FloatCounter, FloatGauge, Gauge, Histogram};
use crate::sync::{leak, leak_slice};
use std::any::Any;
use std::panic::Location;

/// # Metrics by name
/// These are the metrics of [`metrics!`](crate::metrics!), registered at run time: counters and histograms are sharded, handles
/// are `&'static`, and snapshots have them in [`declared`](crate::FullSnapshot::declared). They belong to this registry only.
///
/// **They are never freed**, not even when the registry is dropped: a program that creates registries with such metrics in a loop
/// leaks memory. For metrics with a shorter life there are the `register_…` methods, which return an `Arc`.
///
/// A metric of your own registry in a `static`:
///
/// ```
/// use std::sync::LazyLock;
/// use std::time::Duration;
/// use tachometer::{Counter, MetricsRegistry};
///
/// static REGISTRY: LazyLock<MetricsRegistry> =
///     LazyLock::new(|| MetricsRegistry::new(Duration::from_secs(10)));
/// static SEEDS: LazyLock<&Counter> = LazyLock::new(|| REGISTRY.counter("seeds_total", "Seeds that were sown"));
///
/// SEEDS.add(5);
/// assert_eq!(REGISTRY.counter("seeds_total", "").get(), 5);
/// ```
impl MetricsRegistry {
    /// Registers a [`Counter`] called `name` with the help text `help`. The same name returns the same counter, with its first help
    /// text.
    ///
    /// Keep the handle: each call takes the lock of the registry.
    ///
    /// ```
    /// use std::time::Duration;
    /// use tachometer::{Counter, MetricsRegistry};
    ///
    /// let registry = MetricsRegistry::new(Duration::from_secs(10));
    /// let parsed: &'static Counter = registry.counter("parsed_lines_total", "Lines that were parsed");
    /// parsed.add(3);
    /// assert_eq!(registry.counter("parsed_lines_total", "").get(), 3);
    /// let text = registry.snapshot_all().to_prometheus_format();
    /// assert!(text.starts_with("# HELP parsed_lines_total Lines that were parsed\n"));
    /// ```
    ///
    /// # Panics
    /// If [`try_counter`](Self::try_counter) returns an error.
    #[track_caller]
    pub fn counter(&self, name: impl Into<String>, help: impl Into<String>) -> &'static Counter {
        unwrap_registered(self.try_counter(name, help))
    }

    /// Does the same as [`counter`](Self::counter), but returns an error instead of panicking.
    ///
    /// # Errors
    /// If `name` is not a valid Prometheus metric name, or if another metric has the name, or exports a name that this metric would
    /// export, in any format. The message has the source locations of both. A metric of a `register_…` method is another metric; a
    /// metric in a `static` is the same one, in the [`global`](crate::global) registry.
    ///
    /// ```
    /// use std::time::Duration;
    /// use tachometer::MetricsRegistry;
    ///
    /// let registry = MetricsRegistry::new(Duration::from_secs(10));
    /// registry.gauge("lines", "Lines that are held");
    /// let error = registry.try_counter("lines", "Lines that were read").unwrap_err().to_string();
    /// assert!(error.starts_with("cannot register a declared counter \"lines\" ("), "{error}");
    /// assert!(error.contains("\"lines\" is already a declared gauge ("), "{error}");
    /// ```
    #[track_caller]
    pub fn try_counter(
        &self,
        name: impl Into<String>,
        help: impl Into<String>,
    ) -> Result<&'static Counter, Error> {
        self.try_make((name, help), Counter::DESCRIPTION.to_owned(), Counter::of, |_| true)
    }

    /// Registers a [`FloatCounter`]; see [`counter`](Self::counter).
    ///
    /// ```
    /// use std::time::Duration;
    /// use tachometer::MetricsRegistry;
    ///
    /// let registry = MetricsRegistry::new(Duration::from_secs(10));
    /// registry.float_counter("burnt_joules_total", "Energy that was used").add(0.25);
    /// assert!(registry.snapshot_all().to_prometheus_format().contains("\nburnt_joules_total 0.25\n"));
    /// ```
    ///
    /// # Panics
    /// If [`try_float_counter`](Self::try_float_counter) returns an error.
    #[track_caller]
    pub fn float_counter(&self, name: impl Into<String>, help: impl Into<String>) -> &'static FloatCounter {
        unwrap_registered(self.try_float_counter(name, help))
    }

    /// Does the same as [`float_counter`](Self::float_counter), but returns an error instead of panicking.
    ///
    /// # Errors
    /// If [`try_counter`](Self::try_counter) would return an error.
    #[track_caller]
    pub fn try_float_counter(
        &self,
        name: impl Into<String>,
        help: impl Into<String>,
    ) -> Result<&'static FloatCounter, Error> {
        self.try_make((name, help), FloatCounter::DESCRIPTION.to_owned(), FloatCounter::of, |_| true)
    }

    /// Registers a [`Gauge`]; see [`counter`](Self::counter).
    ///
    /// ```
    /// use std::time::Duration;
    /// use tachometer::MetricsRegistry;
    ///
    /// let registry = MetricsRegistry::new(Duration::from_secs(10));
    /// let idle = registry.gauge("idle_workers", "Workers that have nothing to do");
    /// idle.set(4);
    /// idle.decrement();
    /// assert!(registry.snapshot_all().to_prometheus_format().contains("\nidle_workers 3\n"));
    /// ```
    ///
    /// # Panics
    /// If [`try_gauge`](Self::try_gauge) returns an error.
    #[track_caller]
    pub fn gauge(&self, name: impl Into<String>, help: impl Into<String>) -> &'static Gauge {
        unwrap_registered(self.try_gauge(name, help))
    }

    /// Does the same as [`gauge`](Self::gauge), but returns an error instead of panicking.
    ///
    /// # Errors
    /// If [`try_counter`](Self::try_counter) would return an error.
    #[track_caller]
    pub fn try_gauge(
        &self,
        name: impl Into<String>,
        help: impl Into<String>,
    ) -> Result<&'static Gauge, Error> {
        self.try_make((name, help), Gauge::DESCRIPTION.to_owned(), Gauge::of, |_| true)
    }

    /// Registers a [`FloatGauge`]; see [`counter`](Self::counter).
    ///
    /// ```
    /// use std::time::Duration;
    /// use tachometer::MetricsRegistry;
    ///
    /// let registry = MetricsRegistry::new(Duration::from_secs(10));
    /// registry.float_gauge("oven_celsius", "How hot it is").set(180.5);
    /// assert!(registry.snapshot_all().to_prometheus_format().contains("\noven_celsius 180.5\n"));
    /// ```
    ///
    /// # Panics
    /// If [`try_float_gauge`](Self::try_float_gauge) returns an error.
    #[track_caller]
    pub fn float_gauge(&self, name: impl Into<String>, help: impl Into<String>) -> &'static FloatGauge {
        unwrap_registered(self.try_float_gauge(name, help))
    }

    /// Does the same as [`float_gauge`](Self::float_gauge), but returns an error instead of panicking.
    ///
    /// # Errors
    /// If [`try_counter`](Self::try_counter) would return an error.
    #[track_caller]
    pub fn try_float_gauge(
        &self,
        name: impl Into<String>,
        help: impl Into<String>,
    ) -> Result<&'static FloatGauge, Error> {
        self.try_make((name, help), FloatGauge::DESCRIPTION.to_owned(), FloatGauge::of, |_| true)
    }

    /// Registers a [`Histogram`] of integers in any unit, called `name` with the help text `help`. The same name and bounds return the
    /// same histogram.
    ///
    /// `bounds` are inclusive upper bounds. Values above the last one have a bucket of their own. The last bound may be `u64::MAX`,
    /// which stands for that bucket. There are no native buckets, which the name and the bounds could not tell; a
    /// [`DynamicFamily`](crate::DynamicFamily::native) may have them, also without labels.
    ///
    /// ```
    /// use std::time::Duration;
    /// use tachometer::MetricsRegistry;
    ///
    /// let registry = MetricsRegistry::new(Duration::from_secs(10));
    /// let sizes = registry.histogram("upload_bytes", "Size of uploads", &[1_000, 1_000_000]);
    /// sizes.observe(12_345);
    /// assert_eq!(sizes.snapshot().buckets, [0, 1, 0]);
    /// ```
    ///
    /// # Panics
    /// If [`try_histogram`](Self::try_histogram) returns an error.
    #[track_caller]
    pub fn histogram(
        &self,
        name: impl Into<String>,
        help: impl Into<String>,
        bounds: &[u64],
    ) -> &'static Histogram {
        unwrap_registered(self.try_histogram(name, help, bounds))
    }

    /// Does the same as [`histogram`](Self::histogram), but returns an error instead of panicking.
    ///
    /// # Errors
    /// If [`try_counter`](Self::try_counter) would return an error, if a histogram of that name has other bounds, or if the bounds do
    /// not strictly increase.
    #[track_caller]
    pub fn try_histogram(
        &self,
        name: impl Into<String>,
        help: impl Into<String>,
        bounds: &[u64],
    ) -> Result<&'static Histogram, Error> {
        self.try_make_histogram(name, help, bounds, false)
    }

    /// Registers a [`Histogram`] of times, called `name` with the help text `help`, and exported in seconds. The bounds are in
    /// nanoseconds, as [`buckets::seconds`](crate::buckets::seconds) returns them. It also has [native
    /// buckets](crate::HistogramSnapshot::native). Everything else is as for [`histogram`](Self::histogram).
    ///
    /// ```
    /// use std::time::Duration;
    /// use tachometer::{MetricsRegistry, buckets};
    ///
    /// let registry = MetricsRegistry::new(Duration::from_secs(10));
    /// let bounds = buckets::seconds([0.1, 1.0]);
    /// let times = registry.histogram_of_time("upload_seconds", "Time of uploads", &bounds);
    /// times.observe_duration(Duration::from_millis(100));
    /// let text = registry.snapshot_all().to_prometheus_format();
    /// assert!(text.contains("\nupload_seconds_bucket{le=\"0.1\"} 1\n"));
    /// ```
    ///
    /// # Panics
    /// If [`try_histogram_of_time`](Self::try_histogram_of_time) returns an error.
    #[track_caller]
    pub fn histogram_of_time(
        &self,
        name: impl Into<String>,
        help: impl Into<String>,
        bounds: &[u64],
    ) -> &'static Histogram {
        unwrap_registered(self.try_histogram_of_time(name, help, bounds))
    }

    /// Does the same as [`histogram_of_time`](Self::histogram_of_time), but returns an error instead of panicking.
    ///
    /// # Errors
    /// If [`try_histogram`](Self::try_histogram) would return an error.
    #[track_caller]
    pub fn try_histogram_of_time(
        &self,
        name: impl Into<String>,
        help: impl Into<String>,
        bounds: &[u64],
    ) -> Result<&'static Histogram, Error> {
        self.try_make_histogram(name, help, bounds, true)
    }

    #[track_caller]
    fn try_make_histogram(
        &self,
        name: impl Into<String>,
        help: impl Into<String>,
        bounds: &[u64],
        is_of_time: bool,
    ) -> Result<&'static Histogram, Error> {
        let finite = BucketTable::check(bounds).map_err(Cause::Bounds)?;
        let bounds = &bounds[..finite];
        self.try_make(
            (name, help),
            describe_histogram(bounds, is_of_time),
            |declaration| {
                let bounds = leak_slice(finite, |index| bounds[index]);
                Histogram::with_checked_bounds(declaration, bounds, is_of_time)
            },
            |histogram| histogram.options() == (bounds, is_of_time),
        )
    }

    /// Registers a metric that `build` creates. If the metric exists or is refused, nothing is created, and so nothing is leaked.
    #[track_caller]
    fn try_make<M: Single>(
        &self,
        (name, help): (impl Into<String>, impl Into<String>),
        what: String,
        build: impl FnOnce(Declaration) -> M,
        is_same: impl Fn(&M) -> bool,
    ) -> Result<&'static M, Error> {
        // Before the lock is taken: the conversion may be code of the program.
        let (name, help) = (name.into(), help.into());
        let place = Location::caller();
        let shape = Shape::Plain(M::KIND);
        let registration = Registration { name: &name, what, shape, labels: Vec::new(), place };
        let same = |existing: &MetricHandle| {
            let any: &'static dyn Any = existing.never_freed()?;
            any.downcast_ref().filter(|existing| is_same(existing))
        };
        self.contents().table().register(registration, same, || {
            let made = leak(build(Declaration::of_registry(name.clone().leak(), help.leak(), place)));
            (MetricHandle::Static(made), made)
        })
    }
}
