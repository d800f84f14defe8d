//! Metrics with a name and a help text that are declared at run time, each in one registry.

use super::named::{Metric, Wanted};
use super::names::Shape;
use super::{MetricsRegistry, granted};
use crate::buckets::table::BucketTable;
use crate::error::{Cause, Error};
use crate::metric::{Counter, Declaration, Declared, FloatCounter, FloatGauge, Gauge, Histogram};
use crate::snapshot::MetricKind;
use crate::sync::{leak, leak_slice};
use std::panic::Location;

/// For errors: what they are.
const COUNTER: &str = "a declared counter";
const FLOAT_COUNTER: &str = "a declared float counter";
const GAUGE: &str = "a declared gauge";
const FLOAT_GAUGE: &str = "a declared float gauge";

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
    /// A [`Counter`] called `name` with that `# HELP`. The same name gives the same counter again, whose text stays as it is.
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
    /// Where [`try_counter`](Self::try_counter) returns an error.
    #[track_caller]
    pub fn counter(&self, name: impl Into<String>, help: impl Into<String>) -> &'static Counter {
        granted(self.try_counter(name, help))
    }

    /// As [`counter`](Self::counter).
    ///
    /// # Errors
    /// Where Prometheus does not allow the name, or something else has it, or prints a name that this would print, in whichever
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
        self.try_make((name, help), (COUNTER.to_owned(), MetricKind::Counter), Counter::of, |_: &Counter| {
            true
        })
    }

    /// A [`FloatCounter`] called `name` with that `# HELP`. As [`counter`](Self::counter).
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
    /// Where [`try_float_counter`](Self::try_float_counter) returns an error.
    #[track_caller]
    pub fn float_counter(&self, name: impl Into<String>, help: impl Into<String>) -> &'static FloatCounter {
        granted(self.try_float_counter(name, help))
    }

    /// As [`float_counter`](Self::float_counter).
    ///
    /// # Errors
    /// As [`try_counter`](Self::try_counter).
    #[track_caller]
    pub fn try_float_counter(
        &self,
        name: impl Into<String>,
        help: impl Into<String>,
    ) -> Result<&'static FloatCounter, Error> {
        self.try_make(
            (name, help),
            (FLOAT_COUNTER.to_owned(), MetricKind::Counter),
            FloatCounter::of,
            |_: &FloatCounter| true,
        )
    }

    /// A [`Gauge`] called `name` with that `# HELP`. As [`counter`](Self::counter).
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
    /// Where [`try_gauge`](Self::try_gauge) returns an error.
    #[track_caller]
    pub fn gauge(&self, name: impl Into<String>, help: impl Into<String>) -> &'static Gauge {
        granted(self.try_gauge(name, help))
    }

    /// As [`gauge`](Self::gauge).
    ///
    /// # Errors
    /// As [`try_counter`](Self::try_counter).
    #[track_caller]
    pub fn try_gauge(
        &self,
        name: impl Into<String>,
        help: impl Into<String>,
    ) -> Result<&'static Gauge, Error> {
        self.try_make((name, help), (GAUGE.to_owned(), MetricKind::Gauge), Gauge::of, |_: &Gauge| true)
    }

    /// A [`FloatGauge`] called `name` with that `# HELP`. As [`counter`](Self::counter).
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
    /// Where [`try_float_gauge`](Self::try_float_gauge) returns an error.
    #[track_caller]
    pub fn float_gauge(&self, name: impl Into<String>, help: impl Into<String>) -> &'static FloatGauge {
        granted(self.try_float_gauge(name, help))
    }

    /// As [`float_gauge`](Self::float_gauge).
    ///
    /// # Errors
    /// As [`try_counter`](Self::try_counter).
    #[track_caller]
    pub fn try_float_gauge(
        &self,
        name: impl Into<String>,
        help: impl Into<String>,
    ) -> Result<&'static FloatGauge, Error> {
        self.try_make(
            (name, help),
            (FLOAT_GAUGE.to_owned(), MetricKind::Gauge),
            FloatGauge::of,
            |_: &FloatGauge| true,
        )
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
    /// assert_eq!(sizes.read().buckets, [0, 1, 0]);
    /// ```
    ///
    /// # Panics
    /// Where [`try_histogram`](Self::try_histogram) returns an error.
    #[track_caller]
    pub fn histogram(
        &self,
        name: impl Into<String>,
        help: impl Into<String>,
        bounds: &[u64],
    ) -> &'static Histogram {
        granted(self.try_histogram(name, help, bounds))
    }

    /// As [`histogram`](Self::histogram).
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
    /// Where [`try_histogram_of_time`](Self::try_histogram_of_time) returns an error.
    #[track_caller]
    pub fn histogram_of_time(
        &self,
        name: impl Into<String>,
        help: impl Into<String>,
        bounds: &[u64],
    ) -> &'static Histogram {
        granted(self.try_histogram_of_time(name, help, bounds))
    }

    /// As [`histogram_of_time`](Self::histogram_of_time).
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
            (describe_histogram(bounds, is_of_time), MetricKind::Histogram),
            |declaration| {
                let bounds = leak_slice(finite, |index| bounds[index]);
                Histogram::made(declaration, bounds, is_of_time)
            },
            |histogram| histogram.options() == (bounds, is_of_time),
        )
    }

    /// Nothing is made, and so nothing leaked, of what is there already or refused.
    #[track_caller]
    fn try_make<M: Declared + Send + Sync + 'static>(
        &self,
        (name, help): (impl Into<String>, impl Into<String>),
        (what, kind): (String, MetricKind),
        build: impl FnOnce(Declaration) -> M,
        is_same: impl Fn(&M) -> bool,
    ) -> Result<&'static M, Error> {
        // Before the lock is taken: it may be code of the program's.
        let (name, help) = (name.into(), help.into());
        let place = Location::caller();
        let wanted = Wanted { name: &name, what, shape: Shape::Plain(kind), labels: Vec::new(), place };
        let same = |standing: &Metric| match standing {
            Metric::Declared(standing) => {
                standing.as_any().downcast_ref().filter(|standing| is_same(standing))
            }
            _ => None,
        };
        self.metrics.named().register(wanted, same, || {
            let made = leak(build(Declaration::of_registry(name.clone().leak(), help.leak(), place)));
            (Metric::Declared(made), made)
        })
    }
}

/// For an error: what it is, with what tells it from others of its kind.
pub(super) fn describe_declared(metric: &'static dyn Declared) -> String {
    let any = metric.as_any();
    if let Some(histogram) = any.downcast_ref::<Histogram>() {
        let (bounds, is_of_time) = histogram.options();
        return describe_histogram(bounds, is_of_time);
    }
    let what = match metric.kind() {
        MetricKind::Counter if any.is::<FloatCounter>() => FLOAT_COUNTER,
        MetricKind::Counter => COUNTER,
        MetricKind::Gauge if any.is::<FloatGauge>() => FLOAT_GAUGE,
        MetricKind::Gauge => GAUGE,
        MetricKind::Histogram => "a declared histogram",
    };
    match metric.label_names() {
        [] => what.to_owned(),
        labels => format!("{what} with the labels {labels:?}"),
    }
}

fn describe_histogram(bounds: &[u64], is_of_time: bool) -> String {
    let of_time = if is_of_time { " of time" } else { "" };
    format!("a declared histogram{of_time} with the bounds {bounds:?}")
}
