//! The registry: a set of metrics that is read and exported together.

use super::contents::Contents;
use super::functions::Functions;
use crate::error::Error;
use crate::function::Function;
use crate::link_section;
use crate::recorder::reading_local_only;
use crate::snapshot::FullSnapshot;
use crate::sync::unmodelled::{Arc, Mutex, lock};
use crate::util::periodic::PeriodicThread;
use std::time::Duration;

const DEFAULT_INTERVAL: Duration = Duration::from_secs(10);

/// A set of metrics that is read and exported together.
///
/// Most programs need only the [`global`](crate::global) registry. A registry of its own isolates a test, or a part of a program:
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
///
/// # Registering
/// | what | method | returns |
/// | --- | --- | --- |
/// | shared cells, freed with the registry and their last handle | [`register_counter`](Self::register_counter), [`register_gauge`](Self::register_gauge), [`register_histogram`](Self::register_histogram), [`register_minmax`](Self::register_minmax), [`register_collector`](Self::register_collector) | an `Arc` of the cells |
/// | a metric with a help text, never freed | [`counter`](Self::counter), [`float_counter`](Self::float_counter), [`gauge`](Self::gauge), [`float_gauge`](Self::float_gauge), [`histogram`](Self::histogram), [`histogram_of_time`](Self::histogram_of_time) | a `&'static` metric |
/// | a metric with labels | [`family`](Self::family) | the family |
/// | a function that is described at run time, never freed | [`function`](Self::function) | a builder |
/// | a value that a closure returns for each snapshot | [`callback_gauge`](Self::callback_gauge), [`callback_counter`](Self::callback_counter) | nothing |
/// | constant facts, as labels | [`info`](Self::info) | nothing |
/// | families that a [`Collect`](crate::collect::Collect) adds to each snapshot | [`collect_from`](Self::collect_from) | nothing |
/// | metrics of the process, with the feature `process` | `register_process_metrics` | nothing |
///
/// Each of these methods panics if the registration is refused. Each has a `try_` form, such as
/// [`try_counter`](Self::try_counter), that returns the [`Error`](crate::Error) instead. Registration is idempotent for metrics
/// that return a handle, and for `info`: the same name, kind and options return the existing metric. A second callback or
/// collector with the same name is refused.
///
/// The traits of metrics and families are sealed: [`Metric`](crate::family::Metric), [`Find`](crate::family::Find) and `AnyFamily`,
/// which [`family`](Self::family) accepts. For other kinds of metrics, implement [`Collect`](crate::collect::Collect).
#[derive(Debug)]
pub struct MetricsRegistry {
    interval: Duration,
    contents: Arc<Contents>,
    /// The threads that export this registry.
    export_threads: Mutex<Vec<PeriodicThread>>,
}

impl MetricsRegistry {
    /// Creates an empty registry. `interval` is the default interval of its exports; nothing is exported until one is started.
    pub fn new(interval: Duration) -> Self {
        MetricsRegistry { interval, contents: Arc::new(Contents::new()), export_threads: Mutex::default() }
    }

    /// Sets the functions that the registry reads. It has none of its own yet: they need a registry that is never dropped.
    pub(super) fn with_functions(self, functions: &'static Functions) -> Self {
        self.contents.set_global(functions);
        self
    }

    /// Sets the help text of `name`, instead of a plain default.
    ///
    /// `name` is a registered name, or an exported name with a suffix (`http_requests` of a collector `http`), which takes precedence.
    /// It is given without the [namespace](Self::with_namespace). It may be registered before or after this call. Another call
    /// replaces the text.
    pub fn describe(&self, name: impl Into<String>, help: impl Into<String>) {
        // Before the lock is taken: the conversion may be code of the program.
        let (name, help) = (name.into(), help.into());
        self.contents.table_without_adopting().set_help(name, help);
    }

    /// Reads a snapshot. It never blocks recording. It waits for callbacks and collectors, if there are any, for a
    /// [bounded time](Self::set_callback_timeout). If one of them calls this method, the snapshot is read without them.
    pub fn snapshot_all(&self) -> FullSnapshot {
        self.contents.read()
    }

    /// Reads a snapshot in which sharded metrics have only the current thread's part. The difference of two of these is what the
    /// thread recorded.
    pub(crate) fn snapshot_of_thread(&self) -> FullSnapshot {
        reading_local_only(|| self.snapshot_all())
    }

    /// Returns whether the metric that is registered as `name` is sharded.
    pub(crate) fn counts_by_thread(&self, name: &str) -> bool {
        self.contents.table_without_adopting().listing().is_sharded(name)
    }

    /// Returns the module and name of the functions that the last snapshot read, including those without a series.
    pub(crate) fn function_names(&self) -> Vec<(&'static str, String)> {
        self.contents.functions().names()
    }

    /// Returns whether all functions and metrics of the program are found without being used.
    pub(crate) fn finds_all(&self) -> bool {
        link_section::FINDS_ALL && self.contents.functions().are_all_linked()
    }

    /// Returns whether this is the global registry, which has the metrics in `static`s.
    pub(crate) fn is_global(&self) -> bool {
        self.contents.is_global()
    }

    /// Attaches `function`, which this registry reads from now on.
    pub(crate) fn attach(&self, function: &'static Function) {
        self.contents.functions().attach(function);
    }

    pub(crate) fn interval(&self) -> Duration {
        self.interval
    }

    pub(crate) fn contents(&self) -> &Arc<Contents> {
        &self.contents
    }

    /// Takes ownership of an export thread, which is stopped with this registry.
    pub(crate) fn adopt(&self, thread: PeriodicThread) {
        let mut export_threads = lock(&self.export_threads);
        export_threads.retain(|thread| !thread.has_ended());
        export_threads.push(thread);
    }

    /// Stops all exports of this registry: wakes their threads, lets each make one last export, and waits for them to end. Called in
    /// the callback of an export, it does not wait: that export ends after the callback returns.
    ///
    /// Idempotent. New exports may be started afterwards.
    pub fn stop(&self) {
        // Cloned, so that a concurrent call waits for the same exports, and a callback can start a new one.
        let export_threads = lock(&self.export_threads).clone();
        PeriodicThread::stop_all(&export_threads);
    }
}

/// Creates an empty registry that exports every 10 seconds, as the [`global`](crate::global) one does.
impl Default for MetricsRegistry {
    fn default() -> Self {
        MetricsRegistry::new(DEFAULT_INTERVAL)
    }
}

impl Drop for MetricsRegistry {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Returns the handle of a registration.
///
/// # Panics
/// If the registration was refused, with the error.
#[track_caller]
pub(super) fn unwrap_registered<T>(result: Result<T, Error>) -> T {
    match result {
        Ok(handle) => handle,
        // Not in a closure, which would not track the caller.
        Err(error) => panic!("{error}"),
    }
}
