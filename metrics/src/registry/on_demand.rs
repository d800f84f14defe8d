//! Metrics that a function says whenever somebody reads: registering them, and what is asked.

use super::named::Metric;
use super::scope::Scope;
use super::{MetricsRegistry, granted};
use crate::error::Error;
use crate::metric::collect::label_mistake;
use crate::metric::{Collect, Collected, Declared, FamilyDescription};
use crate::snapshot::{FamilySnapshot, FullSnapshot, MetricKind, SampleValue, SeriesSnapshot};
use crate::sync::unmodelled::Arc;
use std::fmt;
use std::panic::Location;
use std::time::Duration;

/// Something that is asked for its families, each time somebody reads.
pub(super) struct Source {
    /// Never empty.
    families: Vec<FamilyDescription>,
    ask: Box<dyn Fn(&mut Collected<'_>) + Send + Sync>,
    /// For errors: whose families they are.
    pub(super) origin: &'static str,
}

/// What a program registered by itself.
const ON_DEMAND: &str = "on demand";

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("families", &self.families).finish_non_exhaustive()
    }
}

impl Source {
    fn alone(family: FamilyDescription, callback: impl Fn() -> f64 + Send + Sync + 'static) -> Self {
        let FamilyDescription { name, kind, .. } = family.clone();
        let ask = move |into: &mut Collected<'_>| {
            let value = callback();
            let value = if kind == MetricKind::Counter {
                SampleValue::Sum(value)
            } else {
                SampleValue::Quantity(value)
            };
            into.add(&name, &[], value);
        };
        Source { families: vec![family], ask: Box::new(ask), origin: ON_DEMAND }
    }

    /// Of a metric in a `static`, whose function this is.
    pub(super) fn declared(metric: &'static dyn Declared, callback: fn() -> f64) -> Self {
        let (name, help) = (metric.declaration().name.to_owned(), metric.declaration().help.to_owned());
        Source::alone(FamilyDescription { name, help, kind: metric.kind() }, callback)
    }

    /// What it goes by: its first family, which no other source of its registry has.
    pub(super) fn name(&self) -> &str {
        &self.families[0].name
    }

    /// Runs code of the program's.
    pub(super) fn ask(&self) -> Answer {
        let mut collected = Collected::new(&self.families);
        (self.ask)(&mut collected);
        let (families, refusals) = collected.finish();
        Answer { families, refusals }
    }
}

/// What a source said.
#[derive(Debug, Default, Clone)]
pub(super) struct Answer {
    pub(super) families: Vec<(String, FamilySnapshot)>,
    /// Why further families cannot be shown.
    pub(super) refusals: Vec<String>,
}

impl Answer {
    /// Adds this to a snapshot of the registry whose `scope` is this.
    pub(super) fn write_into(&self, snapshot: &mut FullSnapshot, scope: &Scope) {
        let refused = &mut snapshot.own.refused;
        for (name, family) in &self.families {
            let labels = family.series.iter().flat_map(|series| &series.labels);
            match labels.map(|(label, _)| label).find(|label| scope.label(label).is_some()) {
                Some(label) => refused.push(format!(
                    "{name:?} is not shown: its label {label:?} is one that all series of the registry have already"
                )),
                None => {
                    snapshot.declared.insert(scope.full_name(name).into_owned(), family.clone());
                }
            }
        }
        refused.extend(self.refusals.iter().cloned());
    }
}

/// A family of a source, as a metric of its registry.
#[derive(Debug, Clone)]
pub(super) struct OnDemand {
    source: Arc<Source>,
    index: usize,
}

impl OnDemand {
    pub(super) fn description(&self) -> &FamilyDescription {
        &self.source.families[self.index]
    }

    /// For an error: what it is.
    pub(super) fn describe(&self) -> String {
        format!("a {} {}", self.description().kind, self.source.origin)
    }

    /// The source, of its first family.
    pub(super) fn source(&self) -> Option<&Arc<Source>> {
        (self.index == 0).then_some(&self.source)
    }
}

/// An info metric that was made while the program runs.
#[derive(Debug)]
pub(super) struct StandingInfo {
    pub(super) help: String,
    pub(super) labels: Vec<(String, String)>,
}

impl StandingInfo {
    pub(super) fn family(&self) -> FamilySnapshot {
        let series = SeriesSnapshot::new(self.labels.clone(), SampleValue::Level(1));
        FamilySnapshot::new(MetricKind::Gauge, vec![series])
    }
}

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
    /// registry.gauge_from("chores_waiting", "Chores that wait", move || seen.lock().unwrap().len() as f64);
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
    /// Where [`try_gauge_from`](Self::try_gauge_from) returns an error.
    #[track_caller]
    pub fn gauge_from(
        &self,
        name: impl Into<String>,
        help: impl Into<String>,
        callback: impl Fn() -> f64 + Send + Sync + 'static,
    ) {
        granted(self.try_gauge_from(name, help, callback));
    }

    /// As [`gauge_from`](Self::gauge_from).
    ///
    /// # Errors
    /// Where Prometheus does not allow the name, or something else has it, also another callback, or prints it, in whichever
    /// format.
    #[track_caller]
    pub fn try_gauge_from(
        &self,
        name: impl Into<String>,
        help: impl Into<String>,
        callback: impl Fn() -> f64 + Send + Sync + 'static,
    ) -> Result<(), Error> {
        self.register_source(Source::alone(FamilyDescription::gauge(name, help), callback))
    }

    /// A counter called `name` that shows what `callback` returns, which is called for each snapshot and should never return
    /// less than before: what another library counts, or the system. By convention the name ends in `_total`.
    ///
    /// ```
    /// use std::time::Duration;
    /// use tachometer::MetricsRegistry;
    ///
    /// let registry = MetricsRegistry::new(Duration::from_secs(10));
    /// registry.counter_from("chores_done_total", "Chores done", || 12.0);
    /// assert!(registry.snapshot_all().to_prometheus_format().contains("# TYPE chores_done_total counter\n"));
    /// ```
    ///
    /// What is negative or not a number is no counter: it is not shown, and `tachometer_refused_metric_info` says so.
    /// Otherwise as [`gauge_from`](Self::gauge_from); in a `static`: [`CallbackCounter`](crate::CallbackCounter).
    ///
    /// # Panics
    /// Where [`try_counter_from`](Self::try_counter_from) returns an error.
    #[track_caller]
    pub fn counter_from(
        &self,
        name: impl Into<String>,
        help: impl Into<String>,
        callback: impl Fn() -> f64 + Send + Sync + 'static,
    ) {
        granted(self.try_counter_from(name, help, callback));
    }

    /// As [`counter_from`](Self::counter_from).
    ///
    /// # Errors
    /// As [`try_gauge_from`](Self::try_gauge_from).
    #[track_caller]
    pub fn try_counter_from(
        &self,
        name: impl Into<String>,
        help: impl Into<String>,
        callback: impl Fn() -> f64 + Send + Sync + 'static,
    ) -> Result<(), Error> {
        self.register_source(Source::alone(FamilyDescription::counter(name, help), callback))
    }

    /// The families of `collector`, which is asked for them for each snapshot; see [`Collect`] for an example.
    ///
    /// One that says that it has no families is never asked.
    ///
    /// # Panics
    /// Where [`try_families_from`](Self::try_families_from) returns an error.
    #[track_caller]
    pub fn families_from(&self, collector: impl Collect) {
        granted(self.try_families_from(collector));
    }

    /// As [`families_from`](Self::families_from).
    ///
    /// # Errors
    /// As [`try_gauge_from`](Self::try_gauge_from), for one of the families; then none of them is registered.
    #[track_caller]
    pub fn try_families_from(&self, collector: impl Collect) -> Result<(), Error> {
        self.collect_from(collector, ON_DEMAND)
    }

    #[track_caller]
    pub(super) fn collect_from(&self, collector: impl Collect, origin: &'static str) -> Result<(), Error> {
        let families = collector.families();
        let ask = move |into: &mut Collected<'_>| collector.collect(into);
        self.register_source(Source { families, ask: Box::new(ask), origin })
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
    /// registry.register_info("warehouse_info", "Where this runs", &[("zone", &zone)]);
    /// assert!(registry.snapshot_all().to_prometheus_format().contains("\nwarehouse_info{zone=\"north\"} 1\n"));
    /// ```
    ///
    /// By convention the name ends in `_info`. In a `static`: [`Info`](crate::Info).
    ///
    /// # Panics
    /// Where [`try_register_info`](Self::try_register_info) returns an error.
    #[track_caller]
    pub fn register_info(&self, name: impl Into<String>, help: impl Into<String>, labels: &[(&str, &str)]) {
        granted(self.try_register_info(name, help, labels));
    }

    /// As [`register_info`](Self::register_info).
    ///
    /// # Errors
    /// Where Prometheus does not allow the name or one of the labels' names, two of these are the same, or something else
    /// has the name, also an info metric with other labels, or prints it, in whichever format.
    #[track_caller]
    pub fn try_register_info(
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
        let info = Arc::new(StandingInfo { help: help.into(), labels: labels.clone() });
        let same = |standing: &Metric| match standing {
            Metric::Info(info) => (info.labels == labels).then_some(()),
            _ => None,
        };
        let metric = Metric::Info(info);
        let wanted = metric.wanted(&name, Location::caller());
        self.metrics().named().register(wanted, same, || (metric, ()))
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
        self.metrics().callbacks.set_timeout(timeout);
    }

    #[track_caller]
    fn register_source(&self, source: Source) -> Result<(), Error> {
        let source = Arc::new(source);
        let families = source.families.iter().enumerate().map(|(index, family)| {
            (family.name.clone(), Metric::OnDemand(OnDemand { source: Arc::clone(&source), index }))
        });
        // `source` is dropped behind the lock, for what it owns is the program's and may do anything then.
        self.metrics().named().register_all(families, Location::caller())
    }
}
