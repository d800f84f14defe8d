//! The registry: a set of metrics that is read, exported and printed together.

use super::contents::Contents;
use super::functions::Functions;
use crate::error::Error;
use crate::function::Function;
use crate::link_section;
use crate::recorder::reading_own;
use crate::snapshot::FullSnapshot;
use crate::sync::unmodelled::{Arc, Mutex, lock};
use crate::util::periodic::PeriodicThread;
use std::time::Duration;

const DEFAULT_INTERVAL: Duration = Duration::from_secs(10);

/// A set of metrics that is read, exported and printed together.
///
/// Most programs need only the [`global`](crate::global) one. A registry of its own keeps a test, or a part of a program, apart:
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
    contents: Arc<Contents>,
    /// The threads that export this registry.
    tickers: Mutex<Vec<PeriodicThread>>,
}

impl MetricsRegistry {
    /// An empty registry that exports every `interval`, once an export is started.
    pub fn new(interval: Duration) -> Self {
        MetricsRegistry { interval, contents: Arc::new(Contents::new()), tickers: Mutex::default() }
    }

    /// Reads these functions. It has none of its own yet, for they need a registry that lives for ever.
    pub(super) fn with_functions(self, functions: &'static Functions) -> Self {
        self.contents.set_global(functions);
        self
    }

    /// Gives `name` a `# HELP` text, instead of a plain default.
    ///
    /// `name` is a registered name, or one that is printed (`http_requests` of a collector `http`), which goes before; without the
    /// [namespace](Self::with_namespace), if there is one.
    /// It may be registered before or after; describing it again replaces the text.
    pub fn describe(&self, name: impl Into<String>, help: impl Into<String>) {
        // Before the lock is taken: it may be code of the program's.
        let (name, help) = (name.into(), help.into());
        self.contents.table_as_it_is().describe(name, help);
    }

    /// Reads everything. Never blocks who records. Waits for callbacks and collectors, where there are any, for a
    /// [bounded time](Self::set_callback_timeout); called by one of them, it leaves them out.
    pub fn snapshot_all(&self) -> FullSnapshot {
        self.contents.read()
    }

    /// As [`snapshot_all`](Self::snapshot_all), of what is counted in cells for each thread only this thread's; what it did is the
    /// difference of two of these.
    pub(crate) fn snapshot_of_thread(&self) -> FullSnapshot {
        reading_own(|| self.snapshot_all())
    }

    /// Whether each thread counts what is registered as `name` in cells of its own.
    pub(crate) fn counts_by_thread(&self, name: &str) -> bool {
        self.contents.table_as_it_is().listing().counts_by_thread(name)
    }

    /// Module and name of the functions that the last snapshot read, also of those that showed nothing.
    pub(crate) fn function_names(&self) -> Vec<(&'static str, String)> {
        self.contents.functions().names()
    }

    /// Whether all functions and metrics of the program are found without being used.
    pub(crate) fn finds_all(&self) -> bool {
        link_section::FINDS_ALL && self.contents.functions().are_all_linked()
    }

    /// Whether it is the global registry, where declared metrics are.
    pub(crate) fn is_global(&self) -> bool {
        self.contents.is_global()
    }

    /// Has `function` read with this registry from now on.
    pub(crate) fn attach(&'static self, function: &'static Function) {
        self.contents.functions().attach(function);
    }

    pub(crate) fn interval(&self) -> Duration {
        self.interval
    }

    pub(crate) fn contents(&self) -> &Arc<Contents> {
        &self.contents
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

/// An empty registry that exports every 10 seconds, as the [`global`](crate::global) one does.
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

/// Returns what was registered.
///
/// # Panics
/// With the error, if it was refused.
#[track_caller]
pub(super) fn unwrap_registered<T>(result: Result<T, Error>) -> T {
    result.unwrap_or_else(|error| panic!("{error}"))
}
