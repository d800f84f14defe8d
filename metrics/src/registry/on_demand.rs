//! Registering callbacks, collectors and info metrics.

use super::held::Held;
use super::metrics_registry::{MetricsRegistry, unwrap_registered};
use crate::collect::{Collect, FamilyDescription, Registered, Source, SourceFamily, label_mistake};
use crate::error::Error;
use crate::metric::info::DynamicInfo;
use crate::sync::unmodelled::Arc;
use std::panic::Location;
use std::time::Duration;

impl MetricsRegistry {
    /// A gauge called `name` that shows what `callback` returns, which is called for each snapshot.
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
    /// It is called on a thread of the library's, outside of all locks, before the rest of the snapshot is read. Where it panics
    /// or takes longer than the [callback timeout](Self::set_callback_timeout), the snapshot is without it;
    /// [`docs::on_demand`](crate::docs::on_demand) has the details. In a `static`:
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
    /// If Prometheus does not allow the name, or something else has it, also another callback, or prints it, in whichever
    /// format.
    #[track_caller]
    pub fn try_callback_gauge(
        &self,
        name: impl Into<String>,
        help: impl Into<String>,
        callback: impl Fn() -> f64 + Send + Sync + 'static,
    ) -> Result<(), Error> {
        self.register_source(Source::callback(FamilyDescription::gauge(name, help), callback))
    }

    /// A counter called `name` that shows what `callback` returns, which is called for each snapshot and should never return
    /// less than before: what another library counts, or the system. By convention the name ends in `_total`.
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
    /// What is negative or not a number is no counter: it is not shown, and `tachometer_refused_metric_info` says so.
    /// Otherwise as [`callback_gauge`](Self::callback_gauge); in a `static`: [`CallbackCounter`](crate::CallbackCounter).
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
    /// As [`try_callback_gauge`](Self::try_callback_gauge).
    #[track_caller]
    pub fn try_callback_counter(
        &self,
        name: impl Into<String>,
        help: impl Into<String>,
        callback: impl Fn() -> f64 + Send + Sync + 'static,
    ) -> Result<(), Error> {
        self.register_source(Source::callback(FamilyDescription::counter(name, help), callback))
    }

    /// The families of `collector`, which is asked for them for each snapshot; see [`Collect`] for an example.
    ///
    /// One that says that it has no families is never asked.
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
    /// As [`try_callback_gauge`](Self::try_callback_gauge), for one of the families; then none of them is registered.
    #[track_caller]
    pub fn try_collect_from(&self, collector: impl Collect) -> Result<(), Error> {
        self.register_source(Source::collector(collector))
    }

    /// An info metric called `name`: a gauge at 1 with these labels, which say something that does not change. The same name
    /// and labels may be registered again.
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
    /// By convention the name ends in `_info`. In a `static`: [`Info`](crate::Info).
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
    /// If Prometheus does not allow the name or one of the labels' names, two of these are the same, or something else
    /// has the name, also an info metric with other labels, or prints it, in whichever format.
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
        let is_same = |standing: &Held| {
            standing.shared::<DynamicInfo>().filter(|info| info.labels == labels).map(|_| ())
        };
        let info = Held::Shared(Arc::new(DynamicInfo { help: help.into(), labels: labels.clone() }));
        let registration = info.registration(&name, Location::caller());
        self.contents().table().register(registration, is_same, || (info.clone(), ()))
    }

    /// How long a snapshot waits for the callbacks and collectors of this registry, all of them together; a second, if this is
    /// never said.
    ///
    /// A snapshot that finds another one waiting for callbacks waits for that one first, so at most twice as long. Those that
    /// have not answered by then are not in it, and are not called again while they still run. With a timeout of zero none are
    /// called at all.
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
        // Dropped after the lock is released: what it owns is the program's, whose destructors may do anything.
        let source = Arc::new(source);
        let families = SourceFamily::all(&source).map(|(name, family)| (name, family as Arc<dyn Registered>));
        self.contents().table().register_all(families, Location::caller())
    }
}
