//! Export threads, which pass a snapshot to a callback at an interval.

use super::schedule;
use crate::error::Error;
use crate::registry::{Contents, MetricsRegistry};
use crate::snapshot::FullSnapshot;
use crate::sync::unmodelled::Arc;
use crate::util::catch_panic;
use crate::util::periodic::{PeriodicThread, Run};
use std::time::Duration;

impl MetricsRegistry {
    /// Starts a thread that passes a snapshot to `callback` at the interval of the registry.
    ///
    /// The first call comes after one interval. Ticks that a slow callback misses are skipped. A callback that panics is
    /// called again at the next tick; `tachometer_export_panics_total` counts the panics. Several exports may run at the same
    /// time.
    ///
    /// Dropping the handle leaves the export running. [`ExportHandle::stop`], [`MetricsRegistry::stop`] and dropping the
    /// registry end it, after one last export.
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
    /// If [`try_start_export_thread`](Self::try_start_export_thread) returns an error.
    pub fn start_export_thread(&self, callback: impl FnMut(FullSnapshot) + Send + 'static) -> ExportHandle {
        self.start_export_thread_every(self.interval(), callback)
    }

    /// Starts an export thread like [`start_export_thread`](Self::start_export_thread), with an interval of its own.
    ///
    /// # Panics
    /// If [`try_start_export_thread_every`](Self::try_start_export_thread_every) returns an error.
    pub fn start_export_thread_every(
        &self,
        interval: Duration,
        callback: impl FnMut(FullSnapshot) + Send + 'static,
    ) -> ExportHandle {
        self.try_start_export_thread_every(interval, callback).unwrap_or_else(|error| panic!("{error}"))
    }

    /// Starts an export thread, the fallible form of [`start_export_thread`](Self::start_export_thread).
    ///
    /// # Errors
    /// If the interval is zero or the thread cannot be spawned.
    pub fn try_start_export_thread(
        &self,
        callback: impl FnMut(FullSnapshot) + Send + 'static,
    ) -> Result<ExportHandle, Error> {
        self.try_start_export_thread_every(self.interval(), callback)
    }

    /// Starts an export thread, the fallible form of [`start_export_thread_every`](Self::start_export_thread_every).
    ///
    /// # Errors
    /// If the interval is zero or the thread cannot be spawned.
    pub fn try_start_export_thread_every(
        &self,
        interval: Duration,
        callback: impl FnMut(FullSnapshot) + Send + 'static,
    ) -> Result<ExportHandle, Error> {
        let export = export_to(Arc::clone(self.contents()), callback);
        let thread = schedule::start(self, interval, export)?;
        self.contents().self_metrics().count_export_thread();
        Ok(ExportHandle { thread })
    }
}

/// Returns an export that passes a snapshot to `callback` and catches its panics.
fn export_to(contents: Arc<Contents>, mut callback: impl FnMut(FullSnapshot)) -> impl FnMut(Run<'_>) {
    move |_| {
        let snapshot = contents.read();
        if catch_panic(|| callback(snapshot)).is_none() {
            contents.self_metrics().count_export_panic();
        }
    }
}

/// The handle of an export thread, which keeps running when the handle is dropped. Returned by
/// [`MetricsRegistry::start_export_thread`].
#[derive(Debug)]
pub struct ExportHandle {
    thread: PeriodicThread,
}

impl ExportHandle {
    /// Stops the export: wakes its thread at once, and returns after it has made one last export and ended. If called from
    /// inside the callback, returns at once, and the thread ends after this call.
    ///
    /// Idempotent.
    pub fn stop(&self) {
        self.thread.stop();
    }
}
