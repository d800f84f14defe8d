//! The thread that hands a snapshot to a callback at an interval.

use super::schedule;
use crate::error::Error;
use crate::registry::{Contents, MetricsRegistry};
use crate::snapshot::FullSnapshot;
use crate::sync::unmodelled::Arc;
use crate::util::catch_panic;
use crate::util::periodic::PeriodicThread;
use std::time::Duration;

impl MetricsRegistry {
    /// Hands a snapshot to `callback` every interval of the registry, on a thread of its own.
    ///
    /// The first time comes after one interval. Ticks that a slow callback misses are skipped. A callback that panics
    /// is called again at the next tick; `tachometer_export_panics_total` counts that. Several exports may run beside
    /// each other.
    ///
    /// Dropping the handle leaves the export running. [`ExportHandle::stop`], [`MetricsRegistry::stop`] and the drop of
    /// the registry end it, with one last export.
    ///
    /// ```
    /// use std::sync::mpsc;
    /// use std::time::Duration;
    /// use tachometer::MetricsRegistry;
    ///
    /// let registry = MetricsRegistry::new(Duration::from_secs(10));
    /// let jobs = registry.register_counter("jobs");
    /// let (sender, receiver) = mpsc::channel();
    /// let export = registry.start_export_thread(move |snapshot| sender.send(snapshot).unwrap());
    /// jobs.add(7);
    /// export.stop();
    /// assert_eq!(receiver.recv().unwrap().counters["jobs"], 7);
    /// ```
    ///
    /// # Panics
    /// Where [`try_start_export_thread`](Self::try_start_export_thread) returns an error.
    pub fn start_export_thread(&self, callback: impl FnMut(FullSnapshot) + Send + 'static) -> ExportHandle {
        self.start_export_thread_every(self.interval(), callback)
    }

    /// As [`start_export_thread`](Self::start_export_thread), with another interval than the registry's.
    ///
    /// # Panics
    /// Where [`try_start_export_thread_every`](Self::try_start_export_thread_every) returns an error.
    pub fn start_export_thread_every(
        &self,
        interval: Duration,
        callback: impl FnMut(FullSnapshot) + Send + 'static,
    ) -> ExportHandle {
        self.try_start_export_thread_every(interval, callback).unwrap_or_else(|error| panic!("{error}"))
    }

    /// As [`start_export_thread`](Self::start_export_thread).
    ///
    /// # Errors
    /// Where the interval is zero, or the system gives no thread.
    pub fn try_start_export_thread(
        &self,
        callback: impl FnMut(FullSnapshot) + Send + 'static,
    ) -> Result<ExportHandle, Error> {
        self.try_start_export_thread_every(self.interval(), callback)
    }

    /// As [`start_export_thread_every`](Self::start_export_thread_every).
    ///
    /// # Errors
    /// Where the interval is zero, or the system gives no thread.
    pub fn try_start_export_thread_every(
        &self,
        interval: Duration,
        callback: impl FnMut(FullSnapshot) + Send + 'static,
    ) -> Result<ExportHandle, Error> {
        let export = export_to(Arc::clone(self.contents()), callback);
        let ticker = schedule::start(self, interval, export)?;
        self.contents().self_metrics().count_export_thread();
        Ok(ExportHandle { ticker })
    }
}

/// Reads `metrics` and hands it to `callback`, whose panics end there.
fn export_to(contents: Arc<Contents>, mut callback: impl FnMut(FullSnapshot)) -> impl FnMut() {
    move || {
        let snapshot = contents.read();
        if catch_panic(|| callback(snapshot)).is_none() {
            contents.self_metrics().count_export_panic();
        }
    }
}

/// An export that runs until it is stopped, also when the handle is dropped. Made by
/// [`MetricsRegistry::start_export_thread`].
#[derive(Debug)]
pub struct ExportHandle {
    ticker: PeriodicThread,
}

impl ExportHandle {
    /// Stops the export: wakes its thread at once, has it make one last export, and waits for its end. Called from
    /// inside the callback, it lets the thread end after this call.
    ///
    /// May be called again.
    pub fn stop(&self) {
        self.ticker.stop();
    }
}
