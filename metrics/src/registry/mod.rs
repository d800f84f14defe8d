//! What is measured, by name: registering it, and reading all of it.
//!
//! Registering and reading lock a list for a moment; recording never does, for it goes through the handle that was
//! registered. No foreign code runs under these locks.

mod callbacks;
mod declaring;
mod exports;
mod families;
mod functions;
mod global;
mod listing;
mod named;
mod names;
mod on_demand;
#[cfg(feature = "process")]
mod process;
mod scope;
#[cfg(feature = "http")]
mod scrapes;
mod windows;

pub(crate) use exports::SinkCounts;
pub(crate) use global::attach_to_global;
pub use global::{global, install, snapshot};
pub use listing::MetricDescription;
#[cfg(feature = "http")]
pub(crate) use scrapes::{ScrapeFormat, ScrapeResult, Scrapes};

use crate::atomic::{AtomicCounter, AtomicGauge, AtomicHistogram, AtomicMinMax, MetricsCollector};
use crate::clock;
use crate::error::Error;
use crate::function::Function;
use crate::link_section;
use crate::metric;
use crate::recorder::reading_own;
use crate::snapshot::{FullSnapshot, RunId};
use crate::sync::unmodelled::{Arc, AtomicU64, Mutex, MutexGuard, OnceLock, Ordering, lock};
use crate::util::periodic::PeriodicThread;
use callbacks::Callbacks;
use exports::ExportCounts;
use functions::Functions;
use named::{AnyHistogram, Metric, NamedMetrics};
use std::io::{self, Write};
use std::panic::Location;
use std::time::{Duration, SystemTime};

/// A set of metrics that is read, exported and printed together.
///
/// Most programs need only the [`global`] one. A registry of its own keeps a test, or a part of a program, apart:
///
/// ```
/// use std::time::Duration;
/// use tachometer::MetricsRegistry;
///
/// let registry = MetricsRegistry::new(Duration::from_secs(10));
/// let http = registry.register_collector("http");
/// let latency = registry.register_histogram("request", [100, 1_000, 10_000]);
/// http.record_request();
/// latency.record(250);
/// let snapshot = registry.snapshot_all();
/// assert_eq!(snapshot.metrics["http"].requests, 1);
/// assert_eq!(snapshot.histograms["request"].buckets, [0, 1, 0, 0]);
/// ```
///
/// Metrics may be registered at any time, also while exports run. Dropping a registry [stops](Self::stop) its exports.
#[derive(Debug)]
pub struct MetricsRegistry {
    interval: Duration,
    metrics: Arc<Metrics>,
    /// The threads that export this registry.
    tickers: Mutex<Vec<PeriodicThread>>,
}

/// The metrics of a registry, which its export threads share with it.
#[derive(Debug)]
pub(crate) struct Metrics {
    created: SystemTime,
    run: RunId,
    named: Mutex<NamedMetrics>,
    own_functions: Functions,
    /// In the place of its own: the functions of the global registry.
    functions: OnceLock<&'static Functions>,
    /// How many export threads with a callback were ever started.
    exports_started: AtomicU64,
    /// How many of their callbacks panicked.
    export_panics: AtomicU64,
    exports: ExportCounts,
    callbacks: Callbacks,
    /// Whether those of the process are registered.
    #[cfg(feature = "process")]
    of_process: Mutex<bool>,
    /// Made when somebody begins to serve this registry.
    #[cfg(feature = "http")]
    scrapes: OnceLock<Scrapes>,
}

impl MetricsRegistry {
    /// An empty registry that exports every `interval`, once an export is started.
    pub fn new(interval: Duration) -> Self {
        MetricsRegistry { interval, metrics: Arc::new(Metrics::new()), tickers: Mutex::default() }
    }

    /// Reads these functions. It has none of its own yet, for they need a registry that lives for ever.
    fn with_functions(self, functions: &'static Functions) -> Self {
        self.metrics.functions.get_or_init(|| functions);
        self
    }

    /// A [`MetricsCollector`] called `name`, printed as `NAME_requests`, `NAME_errors`, `NAME_bytes_sent` and
    /// `NAME_active_connections`. The same name gives the same collector again.
    ///
    /// # Panics
    /// Where [`try_register_collector`](Self::try_register_collector) returns an error.
    #[track_caller]
    pub fn register_collector(&self, name: impl Into<String>) -> Arc<MetricsCollector> {
        granted(self.try_register_collector(name))
    }

    /// As [`register_collector`](Self::register_collector).
    ///
    /// # Errors
    /// Where Prometheus does not allow the name, or something else prints a name that this would print, in whichever format:
    /// in OpenMetrics the family of a counter `jobs_total` is called `jobs`, and `jobs_created` is its too. Metrics of one name
    /// that print different ones stand side by side: a collector, a histogram, a min/max and a counter `http`.
    #[track_caller]
    pub fn try_register_collector(&self, name: impl Into<String>) -> Result<Arc<MetricsCollector>, Error> {
        self.try_register(name, MetricsCollector::new(), Metric::Collector, |metric| match metric {
            Metric::Collector(collector) => Some(Arc::clone(collector)),
            _ => None,
        })
    }

    /// An [`AtomicHistogram`] called `name`, printed as `NAME_latency_us`. The same name and bounds give the same
    /// histogram again.
    ///
    /// # Panics
    /// Where [`try_register_histogram`](Self::try_register_histogram) returns an error.
    #[track_caller]
    pub fn register_histogram<const N: usize>(
        &self,
        name: impl Into<String>,
        bounds: [u64; N],
    ) -> Arc<AtomicHistogram<N>> {
        granted(self.try_register_histogram(name, bounds))
    }

    /// As [`register_histogram`](Self::register_histogram).
    ///
    /// # Errors
    /// Where the bounds are empty or in disorder, where Prometheus does not allow the name, where a histogram of that name has
    /// other bounds, or as many bounds and more padding, or where something else prints a name that this would print, in
    /// whichever format.
    #[track_caller]
    pub fn try_register_histogram<const N: usize>(
        &self,
        name: impl Into<String>,
        bounds: [u64; N],
    ) -> Result<Arc<AtomicHistogram<N>>, Error> {
        let histogram = AtomicHistogram::try_new(bounds)?;
        let finite = histogram.finite_bounds().to_vec();
        let wrap = |histogram| Metric::Histogram(AnyHistogram::new(histogram));
        self.try_register(name, histogram, wrap, |metric| match metric {
            Metric::Histogram(histogram) => histogram.with_bounds(&finite),
            _ => None,
        })
    }

    /// An [`AtomicMinMax`] called `name`, printed as `NAME_min` and `NAME_max`. The same name gives the same one again.
    ///
    /// # Panics
    /// Where [`try_register_minmax`](Self::try_register_minmax) returns an error.
    #[track_caller]
    pub fn register_minmax(&self, name: impl Into<String>) -> Arc<AtomicMinMax> {
        granted(self.try_register_minmax(name))
    }

    /// As [`register_minmax`](Self::register_minmax).
    ///
    /// # Errors
    /// As [`try_register_collector`](Self::try_register_collector).
    #[track_caller]
    pub fn try_register_minmax(&self, name: impl Into<String>) -> Result<Arc<AtomicMinMax>, Error> {
        self.try_register(name, AtomicMinMax::new(), Metric::MinMax, |metric| match metric {
            Metric::MinMax(extremes) => Some(Arc::clone(extremes)),
            _ => None,
        })
    }

    /// An [`AtomicCounter`] called `name`, printed under that name. The same name gives the same counter again.
    ///
    /// # Panics
    /// Where [`try_register_counter`](Self::try_register_counter) returns an error.
    #[track_caller]
    pub fn register_counter(&self, name: impl Into<String>) -> Arc<AtomicCounter> {
        granted(self.try_register_counter(name))
    }

    /// As [`register_counter`](Self::register_counter).
    ///
    /// # Errors
    /// As [`try_register_collector`](Self::try_register_collector).
    #[track_caller]
    pub fn try_register_counter(&self, name: impl Into<String>) -> Result<Arc<AtomicCounter>, Error> {
        self.try_register(name, AtomicCounter::new(), Metric::Counter, |metric| match metric {
            Metric::Counter(counter) => Some(Arc::clone(counter)),
            _ => None,
        })
    }

    /// An [`AtomicGauge`] called `name`, printed under that name. The same name gives the same gauge again.
    ///
    /// # Panics
    /// Where [`try_register_gauge`](Self::try_register_gauge) returns an error.
    #[track_caller]
    pub fn register_gauge(&self, name: impl Into<String>) -> Arc<AtomicGauge> {
        granted(self.try_register_gauge(name))
    }

    /// As [`register_gauge`](Self::register_gauge).
    ///
    /// # Errors
    /// As [`try_register_collector`](Self::try_register_collector).
    #[track_caller]
    pub fn try_register_gauge(&self, name: impl Into<String>) -> Result<Arc<AtomicGauge>, Error> {
        self.try_register(name, AtomicGauge::new(), Metric::Gauge, |metric| match metric {
            Metric::Gauge(gauge) => Some(Arc::clone(gauge)),
            _ => None,
        })
    }

    #[track_caller]
    fn try_register<M>(
        &self,
        name: impl Into<String>,
        new: M,
        wrap: fn(Arc<M>) -> Metric,
        same: impl Fn(&Metric) -> Option<Arc<M>>,
    ) -> Result<Arc<M>, Error> {
        // Before the lock is taken: it may be code of the program's.
        let name = name.into();
        let new = Arc::new(new);
        let metric = wrap(Arc::clone(&new));
        let wanted = metric.wanted(&name, Location::caller());
        self.metrics.named().register(wanted, same, || (metric, new))
    }

    /// Gives `name` a `# HELP` text, instead of a plain default.
    ///
    /// `name` is a registered name, or one that is printed (`http_requests` of a collector `http`), which goes before; without the
    /// [namespace](Self::with_namespace), if there is one.
    /// It may be registered before or after; describing it again replaces the text.
    pub fn describe(&self, name: impl Into<String>, help: impl Into<String>) {
        lock(&self.metrics.named).describe(name.into(), help.into());
    }

    /// Reads everything. Never blocks who records. Waits for callbacks and collectors, where there are any, for a
    /// [bounded time](Self::set_callback_timeout); called by one of them, it leaves them out.
    pub fn snapshot_all(&self) -> FullSnapshot {
        self.metrics.read()
    }

    /// As [`snapshot_all`](Self::snapshot_all), of what is counted in cells for each thread only this thread's; what it did is the
    /// difference of two of these.
    pub(crate) fn snapshot_of_thread(&self) -> FullSnapshot {
        reading_own(|| self.snapshot_all())
    }

    /// Whether each thread counts what is registered as `name` in cells of its own.
    pub(crate) fn counts_by_thread(&self, name: &str) -> bool {
        lock(&self.metrics.named).counts_by_thread(name)
    }

    /// Module and name of the functions that the last snapshot read, also of those that showed nothing.
    pub(crate) fn function_names(&self) -> Vec<(&'static str, String)> {
        self.metrics.functions().names()
    }

    /// Whether all functions and metrics of the program are found without being used.
    pub(crate) fn finds_all(&self) -> bool {
        link_section::FINDS_ALL && self.metrics.functions().are_all_linked()
    }

    /// Whether it is the global registry, where declared metrics are.
    pub(crate) fn is_global(&self) -> bool {
        self.metrics.is_global()
    }

    /// Has `function` read with this registry from now on.
    pub(crate) fn attach(&'static self, function: &'static Function) {
        self.metrics.functions().attach(function);
    }

    pub(crate) fn interval(&self) -> Duration {
        self.interval
    }

    pub(crate) fn metrics(&self) -> &Arc<Metrics> {
        &self.metrics
    }

    /// Stops `ticker` with this registry.
    pub(crate) fn adopt(&self, ticker: PeriodicThread) {
        let mut tickers = lock(&self.tickers);
        tickers.retain(|ticker| !ticker.has_ended());
        tickers.push(ticker);
    }

    /// Stops all exports of this registry: wakes their threads at once, has each make one last export, and waits for
    /// their end. Called from inside an export's callback, it waits for nothing and lets that export end after this call.
    ///
    /// May be called again, also with nothing to stop; new exports may be started afterwards.
    pub fn stop(&self) {
        // Copied, so that another caller meanwhile waits for the same exports, and a callback may start a new one.
        let tickers = lock(&self.tickers).clone();
        PeriodicThread::stop_all(&tickers);
    }
}

impl Drop for MetricsRegistry {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Metrics {
    fn new() -> Self {
        Metrics {
            created: SystemTime::now(),
            run: RunId::random(),
            named: Mutex::default(),
            own_functions: Functions::new(),
            functions: OnceLock::new(),
            exports_started: AtomicU64::new(0),
            export_panics: AtomicU64::new(0),
            exports: ExportCounts::default(),
            callbacks: Callbacks::new(),
            #[cfg(feature = "process")]
            of_process: Mutex::default(),
            #[cfg(feature = "http")]
            scrapes: OnceLock::new(),
        }
    }

    /// The global registry is often made later than what it shows has counted.
    fn counting_since(&self) -> SystemTime {
        let metrics = self.is_global().then(metric::since).flatten();
        [self.functions().since(), metrics].into_iter().flatten().fold(self.created, SystemTime::min)
    }

    fn is_global(&self) -> bool {
        self.functions.get().is_some()
    }

    /// The metrics that have a name; of the global registry, with those that were declared since the last time.
    fn named(&self) -> MutexGuard<'_, NamedMetrics> {
        // Found before the lock is taken: it runs code of the program's.
        let declared: Vec<_> = if self.is_global() {
            link_section::metrics().for_each(|metric| metric.declaration().attach(metric));
            metric::attached().collect()
        } else {
            Vec::new()
        };
        let mut named = lock(&self.named);
        let refused: Vec<_> = declared.into_iter().filter_map(|metric| named.adopt(metric)).collect();
        if refused.is_empty() {
            return named;
        }
        // Not while holding the lock: stderr may be a pipe that is full.
        drop(named);
        for error in refused {
            // There is no call to return the error from. A program without a stderr has the info series.
            let _ = writeln!(io::stderr(), "tachometer: {error}; it is not shown");
        }
        lock(&self.named)
    }

    fn functions(&self) -> &Functions {
        self.functions.get().copied().unwrap_or(&self.own_functions)
    }

    pub(crate) fn read(&self) -> FullSnapshot {
        // The lists are copied and then read, so that a first call or a registration never waits for a reader.
        let mut named = self.named().clone();
        let mut on_demand = Arc::default();
        if named.has_sources() {
            // First: they may take a while, and what they count and register is for this snapshot too.
            on_demand = self.callbacks.ask(|| self.named().sources());
            named = self.named().clone();
        }
        let mut snapshot = FullSnapshot::empty(self.counting_since());
        snapshot.run = Some(self.run);
        let scope = named.scope.clone();
        // First: the help texts of those that have answered are read, and of no others.
        on_demand.write_into(&mut snapshot, &scope);
        named.read_into(&mut snapshot);
        let failures = self.callbacks.failures().into_iter();
        snapshot.own.callback_failures =
            failures.map(|(name, failures)| (scope.full_name(&name).into_owned(), failures)).collect();
        link_section::all().for_each(Function::attach);
        clock::recheck();
        let functions = self.functions().read(&snapshot.labels);
        snapshot.functions = functions.series;
        snapshot.own.overflowed_calls = functions.overflowed_calls;
        if !snapshot.functions.is_empty() {
            snapshot.own.clock_source = clock::source_name().map(Into::into);
        }
        // Relaxed, both: counts of their own, read for people.
        if self.exports_started.load(Ordering::Relaxed) > 0 {
            snapshot.own.export_panics = Some(self.export_panics.load(Ordering::Relaxed));
        }
        snapshot.own.exports = self.exports.read();
        #[cfg(feature = "http")]
        {
            snapshot.own.scrapes = self.scrapes.get().map(Scrapes::read);
        }
        snapshot
    }

    /// Where scrapes are counted; they are shown from now on, at zero until there is one.
    #[cfg(feature = "http")]
    pub(crate) fn scrapes(&self) -> &Scrapes {
        self.scrapes.get_or_init(Scrapes::new)
    }

    /// The counts of an exporter's sinks of that name.
    pub(crate) fn sink_counts(&self, name: &str) -> Arc<SinkCounts> {
        self.exports.of(name)
    }

    /// From now on the panics of callbacks are shown.
    pub(crate) fn count_export_start(&self) {
        // Relaxed: only says that there has been one.
        self.exports_started.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn count_export_panic(&self) {
        // Relaxed: a count of its own.
        self.export_panics.fetch_add(1, Ordering::Relaxed);
    }
}

/// What was registered.
///
/// # Panics
/// With the error, where it was not.
#[track_caller]
fn granted<T>(result: Result<T, Error>) -> T {
    result.unwrap_or_else(|error| panic!("{error}"))
}
