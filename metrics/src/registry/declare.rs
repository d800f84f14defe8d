//! Metrics with a help text that are declared at run time.

use super::held::Held;
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
/// As those in `static`s ([`metrics!`](crate::metrics)): each thread counts in cells of its own, handles are `&'static`, and
/// snapshots have them in [`declared`](crate::FullSnapshot::declared). They belong to this registry and to no other.
///
/// **They live as long as the program**, also when the registry is dropped: who makes a registry, and metrics in it, again and
/// again makes memory grow. For metrics that come and go there are the `register_…` methods, whose handles are counted.
///
/// A `static` of a registry of one's own:
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
    /// Registers a [`Counter`] called `name` with the help text `help`. The same name returns the same counter, whose text stays as it is.
    ///
    /// Ask for it once and keep it: each time takes the registry's lock.
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
    /// If Prometheus does not allow the name; or if another metric has it, or prints a name that this one would print, in any
    /// format; the message says where in the source both stand. What a `register_…` method gave is something else; a metric in
    /// a `static`, of the [`global`](crate::global) registry, is the same.
    ///
    /// ```
    /// use std::time::Duration;
    /// use tachometer::MetricsRegistry;
    ///
    /// let registry = MetricsRegistry::new(Duration::from_secs(10));
    /// registry.gauge("lines", "Lines that are held");
    /// let error = registry.try_counter("lines", "Lines that were read").unwrap_err().to_string();
    /// assert!(error.starts_with("cannot register a declared counter \"lines\" ("), "{error}");
    /// assert!(error.contains("\"lines\" is a declared gauge already ("), "{error}");
    /// ```
    #[track_caller]
    pub fn try_counter(
        &self,
        name: impl Into<String>,
        help: impl Into<String>,
    ) -> Result<&'static Counter, Error> {
        self.try_make((name, help), Counter::WHAT.to_owned(), Counter::of, |_| true)
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
    /// As [`try_counter`](Self::try_counter).
    #[track_caller]
    pub fn try_float_counter(
        &self,
        name: impl Into<String>,
        help: impl Into<String>,
    ) -> Result<&'static FloatCounter, Error> {
        self.try_make((name, help), FloatCounter::WHAT.to_owned(), FloatCounter::of, |_| true)
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
    /// As [`try_counter`](Self::try_counter).
    #[track_caller]
    pub fn try_gauge(
        &self,
        name: impl Into<String>,
        help: impl Into<String>,
    ) -> Result<&'static Gauge, Error> {
        self.try_make((name, help), Gauge::WHAT.to_owned(), Gauge::of, |_| true)
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
    /// As [`try_counter`](Self::try_counter).
    #[track_caller]
    pub fn try_float_gauge(
        &self,
        name: impl Into<String>,
        help: impl Into<String>,
    ) -> Result<&'static FloatGauge, Error> {
        self.try_make((name, help), FloatGauge::WHAT.to_owned(), FloatGauge::of, |_| true)
    }

    /// A [`Histogram`] of whole numbers of any unit, called `name` with that `# HELP`. As [`counter`](Self::counter); the same
    /// name and bounds give the same histogram again.
    ///
    /// `bounds` are inclusive upper bounds; what is above the last has a bucket of its own. A last bound of `u64::MAX` may say so.
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
    /// As [`try_counter`](Self::try_counter), where a histogram with other bounds is something else; and where the bounds do not
    /// strictly increase.
    #[track_caller]
    pub fn try_histogram(
        &self,
        name: impl Into<String>,
        help: impl Into<String>,
        bounds: &[u64],
    ) -> Result<&'static Histogram, Error> {
        self.try_make_histogram(name, help, bounds, false)
    }

    /// A [`Histogram`] of time, called `name` with that `# HELP`. As [`histogram`](Self::histogram), with bounds in nanoseconds,
    /// as [`buckets::seconds`](crate::buckets::seconds) makes them; it is printed in seconds.
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
    /// As [`try_histogram`](Self::try_histogram).
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
                Histogram::made(declaration, bounds, is_of_time)
            },
            |histogram| histogram.options() == (bounds, is_of_time),
        )
    }

    /// Nothing is made, and so nothing leaked, of what is there already or refused.
    #[track_caller]
    fn try_make<M: Single>(
        &self,
        (name, help): (impl Into<String>, impl Into<String>),
        what: String,
        build: impl FnOnce(Declaration) -> M,
        is_same: impl Fn(&M) -> bool,
    ) -> Result<&'static M, Error> {
        // Before the lock is taken: it may be code of the program's.
        let (name, help) = (name.into(), help.into());
        let place = Location::caller();
        let shape = Shape::Plain(M::KIND);
        let registration = Registration { name: &name, what, shape, labels: Vec::new(), place };
        let same = |standing: &Held| {
            let any: &'static dyn Any = standing.fixed()?;
            any.downcast_ref().filter(|standing| is_same(standing))
        };
        self.contents().table().register(registration, same, || {
            let made = leak(build(Declaration::of_registry(name.clone().leak(), help.leak(), place)));
            (Held::Static(made), made)
        })
    }
}
