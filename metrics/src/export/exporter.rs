//! Running exporters.

use super::reporter::{OnError, Reporter};
use super::schedule;
use super::sink::Sink;
use crate::dropped_at_once::{DroppedAtOnce, GuardLifetime};
use crate::error::Error;
use crate::registry::{Contents, MetricsRegistry};
use crate::sync::unmodelled::Arc;
use crate::util::catch_panic;
use crate::util::periodic::{PeriodicThread, Run};
use std::time::Duration;

/// A running exporter. Dropping it makes a last export to each sink and ends the exports. Returned by
/// [`ExporterBuilder::start`](crate::export::ExporterBuilder::start).
///
/// `let _ = ….start()?` is not a binding: the exporter ends at once. If it is bound to a name (`let _exporter = …`) in `main`, it
/// ends on return, on `?` and on a panic, but not on `process::exit`. Dropping it waits for the last exports, so a sink that
/// never returns blocks the drop. A callback that prints is such a sink if the dropping thread holds the lock of `io::stdout()`.
#[derive(Debug)]
#[must_use = "the exports end as soon as the exporter is dropped: bind it to a name, as in `let _exporter = …`"]
pub struct Exporter {
    threads: Vec<PeriodicThread>,
    lifetime: Arc<GuardLifetime>,
}

static DROPPED_AT_ONCE: DroppedAtOnce =
    DroppedAtOnce::new("Exporter", "ended its exports before anything was counted");

impl Exporter {
    /// Starts a thread for each sink.
    pub(super) fn start(
        registry: &MetricsRegistry,
        interval: Duration,
        sinks: Vec<Sink>,
        on_error: Option<&Arc<OnError>>,
    ) -> Result<Self, Error> {
        let mut exporter =
            Exporter { threads: Vec::with_capacity(sinks.len()), lifetime: Arc::new(GuardLifetime::begin()) };
        for sink in sinks {
            let contents = Arc::clone(registry.contents());
            let reporter = Reporter::new(on_error.cloned());
            let export = export_to(contents, sink, reporter, Arc::clone(&exporter.lifetime));
            // An error is no guard that was dropped too soon.
            let thread =
                schedule::start(registry, interval, export).inspect_err(|_| exporter.lifetime.set_used())?;
            exporter.threads.push(thread);
        }
        Ok(exporter)
    }

    /// Registers the exports to make their last export before a signal ends the process.
    #[cfg(all(feature = "signals", unix))]
    pub(super) fn watch_signals(&self) -> Result<(), Error> {
        super::signals::watch(&self.threads)
    }

    /// Exports to all sinks now, and waits until they have, but no longer than `timeout`. Returns whether each has finished an export that
    /// began after this call, or has ended; a failed export is finished too, and reported as any other. If called from inside a sink, it
    /// has the others export, and returns `false` without waiting.
    ///
    /// It is for programs that are frozen or ended without notice, as functions as a service are between two requests: call it at the end
    /// of each request.
    ///
    /// ```
    /// use std::time::Duration;
    /// use tachometer::MetricsRegistry;
    ///
    /// # let directory = std::env::temp_dir().join(format!("tachometer-flush-{}", std::process::id()));
    /// # std::fs::create_dir(&directory)?;
    /// # let path = directory.join("metrics.prom");
    /// let registry = MetricsRegistry::new(Duration::from_secs(3_600));
    /// let requests = registry.register_counter("requests");
    /// let exporter = registry.exporter().to_file(&path).start()?;
    /// requests.increment();
    /// assert!(exporter.flush(Duration::from_secs(60)));
    /// assert!(std::fs::read_to_string(&path)?.contains("\nrequests 1\n"));
    /// # drop(exporter);
    /// # std::fs::remove_dir_all(&directory)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn flush(&self, timeout: Duration) -> bool {
        self.lifetime.set_used();
        PeriodicThread::flush_all(&self.threads, timeout)
    }

    /// Ends the exports: wakes their threads at once, and returns after each has made one last export and ended. If called from
    /// inside a sink, returns without waiting, and that sink ends after this call.
    ///
    /// Idempotent. [`MetricsRegistry::stop`] also ends the exports.
    pub fn stop(&self) {
        self.lifetime.set_used();
        PeriodicThread::stop_all(&self.threads);
    }
}

impl Drop for Exporter {
    fn drop(&mut self) {
        let is_dropped_at_once = self.lifetime.ends_at_once();
        PeriodicThread::stop_all(&self.threads);
        if is_dropped_at_once && !self.lifetime.is_used() {
            DROPPED_AT_ONCE.report();
        }
    }
}

/// Returns an export that passes a snapshot to `sink` and counts the result.
fn export_to(
    contents: Arc<Contents>,
    mut sink: Sink,
    mut reporter: Reporter,
    lifetime: Arc<GuardLifetime>,
) -> impl FnMut(Run<'_>) {
    let counts = contents.self_metrics().sink(&sink.name);
    move |run| {
        let snapshot = contents.read();
        lifetime.set_used_by(&snapshot);
        match catch_panic(|| (sink.write)(&snapshot, run)) {
            Some(Ok(())) => {
                counts.ok.increment();
                // A logger is user code.
                catch_panic(|| reporter.succeeded(&sink.name));
            }
            Some(Err(error)) => {
                counts.errors.increment();
                // The callback and the destructor of the error are user code.
                catch_panic(|| {
                    reporter.failed(&sink.name, &error);
                    drop(error);
                });
            }
            None => counts.panics.increment(),
        }
    }
}
