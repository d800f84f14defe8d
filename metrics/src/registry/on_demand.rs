//! Registration of callbacks, collectors and info metrics.

use super::metric_handle::MetricHandle;
use super::metrics_registry::{MetricsRegistry, unwrap_registered};
use crate::collect::{Collect, FamilyDescription, Registered, Source, SourceFamily, label_mistake};
use crate::error::Error;
use crate::metric::info::DynamicInfo;
use crate::sync::unmodelled::Arc;
use std::panic::Location;
use std::time::Duration;

impl MetricsRegistry {
    /// Registers a gauge called `name` with the help text `help`, whose value `callback` returns for each snapshot.
    ///
    /// ```
    /// use std::sync::{Arc, Mutex};
    /// use std::time::Duration;
    /// use tachometer::MetricsRegistry;
    ///
    /// let registry = MetricsRegistry::new(Duration::from_secs(10));
    /// let jobs = Arc::new(Mutex::new(vec!["sweep", "dust"]));
    /// let seen = Arc::clone(&jobs);
    /// registry.callback_gauge("chores_waiting", "Chores that wait", move || seen.lock().unwrap().len() as f64);
    /// assert!(registry.snapshot_all().to_prometheus_format().contains("\nchores_waiting 2.0\n"));
    /// jobs.lock().unwrap().pop();
    /// assert!(registry.snapshot_all().to_prometheus_format().contains("\nchores_waiting 1.0\n"));
    /// ```
    ///
    /// The callback runs on a thread of the library, without holding any lock, before the rest of the snapshot is read. If it panics or
    /// takes longer than the [callback timeout](Self::set_callback_timeout), its value is missing from the snapshot;
    /// [`docs::on_demand`](crate::docs::on_demand) has the details. The equivalent in a `static` is
    /// [`CallbackGauge`](crate::CallbackGauge).
    ///
    /// # Panics
    /// If [`try_callback_gauge`](Self::try_callback_gauge) returns an error.
    #[track_caller]
    pub fn callback_gauge(
        &self,
        name: impl Into<String>,
        help: impl Into<String>,
        callback: impl Fn() -> f64 + Send + Sync + 'static,
    ) {
        unwrap_registered(self.try_callback_gauge(name, help, callback));
    }

    /// Does the same as [`callback_gauge`](Self::callback_gauge), but returns an error instead of panicking.
    ///
    /// # Errors
    /// If `name` is not a valid Prometheus metric name, or if another metric has the name, or exports it, in any format. Another
    /// callback with the same name is another metric.
    #[track_caller]
    pub fn try_callback_gauge(
        &self,
        name: impl Into<String>,
        help: impl Into<String>,
        callback: impl Fn() -> f64 + Send + Sync + 'static,
    ) -> Result<(), Error> {
        self.register_source(Source::callback(FamilyDescription::gauge(name, help), callback))
    }

    /// Registers a counter called `name` with the help text `help`, whose value `callback` returns for each snapshot. Use it for a total
    /// that another library or the operating system keeps; it should never decrease. By convention the name ends in `_total`.
    ///
    /// ```
    /// use std::time::Duration;
    /// use tachometer::MetricsRegistry;
    ///
    /// let registry = MetricsRegistry::new(Duration::from_secs(10));
    /// registry.callback_counter("chores_done_total", "Chores done", || 12.0);
    /// assert!(registry.snapshot_all().to_prometheus_format().contains("# TYPE chores_done_total counter\n"));
    /// ```
    ///
    /// A negative value or NaN is not a valid counter: it is not exported, and `tachometer_refused_metric_info` gives the reason.
    /// Everything else is as for [`callback_gauge`](Self::callback_gauge). The equivalent in a `static` is
    /// [`CallbackCounter`](crate::CallbackCounter).
    ///
    /// # Panics
    /// If [`try_callback_counter`](Self::try_callback_counter) returns an error.
    #[track_caller]
    pub fn callback_counter(
        &self,
        name: impl Into<String>,
        help: impl Into<String>,
        callback: impl Fn() -> f64 + Send + Sync + 'static,
    ) {
        unwrap_registered(self.try_callback_counter(name, help, callback));
    }

    /// Does the same as [`callback_counter`](Self::callback_counter), but returns an error instead of panicking.
    ///
    /// # Errors
    /// If [`try_callback_gauge`](Self::try_callback_gauge) would return an error.
    #[track_caller]
    pub fn try_callback_counter(
        &self,
        name: impl Into<String>,
        help: impl Into<String>,
        callback: impl Fn() -> f64 + Send + Sync + 'static,
    ) -> Result<(), Error> {
        self.register_source(Source::callback(FamilyDescription::counter(name, help), callback))
    }

    /// Registers a collector, which adds its families to each snapshot; see [`Collect`] for an example.
    ///
    /// A collector that describes no families is never called.
    ///
    /// # Panics
    /// If [`try_collect_from`](Self::try_collect_from) returns an error.
    #[track_caller]
    pub fn collect_from(&self, collector: impl Collect) {
        unwrap_registered(self.try_collect_from(collector));
    }

    /// Does the same as [`collect_from`](Self::collect_from), but returns an error instead of panicking.
    ///
    /// # Errors
    /// If [`try_callback_gauge`](Self::try_callback_gauge) would return an error for one of the families. Then none of them is
    /// registered.
    #[track_caller]
    pub fn try_collect_from(&self, collector: impl Collect) -> Result<(), Error> {
        self.register_source(Source::collector(collector))
    }

    /// Registers an info metric called `name` with the help text `help`: a gauge at 1 with these labels, which are constant facts. The
    /// same name and labels may be registered again.
    ///
    /// ```
    /// use std::time::Duration;
    /// use tachometer::MetricsRegistry;
    ///
    /// let registry = MetricsRegistry::new(Duration::from_secs(10));
    /// let zone = String::from("north");
    /// registry.info("warehouse_info", "Where this runs", &[("zone", &zone)]);
    /// assert!(registry.snapshot_all().to_prometheus_format().contains("\nwarehouse_info{zone=\"north\"} 1\n"));
    /// ```
    ///
    /// By convention the name ends in `_info`. The equivalent in a `static` is [`Info`](crate::Info).
    ///
    /// # Panics
    /// If [`try_info`](Self::try_info) returns an error.
    #[track_caller]
    pub fn info(&self, name: impl Into<String>, help: impl Into<String>, labels: &[(&str, &str)]) {
        unwrap_registered(self.try_info(name, help, labels));
    }

    /// Does the same as [`info`](Self::info), but returns an error instead of panicking.
    ///
    /// # Errors
    /// If `name` is not a valid Prometheus metric name, if a label name is not valid or reserved, if two labels have the same name, or
    /// if another metric has the name, or exports it, in any format. An info metric with other labels is another metric.
    #[track_caller]
    pub fn try_info(
        &self,
        name: impl Into<String>,
        help: impl Into<String>,
        labels: &[(&str, &str)],
    ) -> Result<(), Error> {
        let name = name.into();
        if let Some(error) = label_mistake(&name, labels.iter().map(|(label, _)| *label)) {
            return Err(error);
        }
        let owned = |(label, value): &(&str, &str)| ((*label).to_owned(), (*value).to_owned());
        let labels: Vec<_> = labels.iter().map(owned).collect();
        let is_same = |existing: &MetricHandle| {
            existing.shared::<DynamicInfo>().filter(|info| info.labels == labels).map(|_| ())
        };
        let info = MetricHandle::Shared(Arc::new(DynamicInfo { help: help.into(), labels: labels.clone() }));
        let registration = info.registration(&name, Location::caller());
        self.contents().table().register(registration, is_same, || (info.clone(), ()))
    }

    /// Sets how long a snapshot waits for all callbacks and collectors of this registry together. The default is one second.
    ///
    /// A snapshot that finds another one waiting for callbacks waits for that one first, so at most twice as long. Callbacks that have
    /// not answered by then are missing from the snapshot, and are not called again before they return. With a timeout of zero no
    /// callback is called.
    ///
    /// ```
    /// use std::time::Duration;
    /// use tachometer::MetricsRegistry;
    ///
    /// let registry = MetricsRegistry::new(Duration::from_secs(10));
    /// registry.set_callback_timeout(Duration::from_millis(200));
    /// ```
    pub fn set_callback_timeout(&self, timeout: Duration) {
        self.contents().rounds().set_timeout(timeout);
    }

    #[track_caller]
    pub(super) fn register_source(&self, source: Source) -> Result<(), Error> {
        // Dropped after the lock is released: its destructor is code of the program.
        let source = Arc::new(source);
        let families = SourceFamily::all(&source).map(|(name, family)| (name, family as Arc<dyn Registered>));
        self.contents().table().register_all(families, Location::caller())
    }
}
