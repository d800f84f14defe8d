//! Metrics that were registered by name.

use super::declaring::describe_declared;
use super::names::{Formats, Printed, Shape, is_printed_by_the_library};
use super::on_demand::{OnDemand, Source, StandingInfo};
use super::scope::Scope;
use super::windows;
use crate::atomic::{AtomicCounter, AtomicGauge, AtomicHistogram, AtomicMinMax, MetricsCollector};
use crate::error::{Cause, Error};
use crate::metric::Declared;
use crate::names::is_metric_name;
use crate::recorder::Reader;
use crate::snapshot::{FamilySnapshot, FullSnapshot, HistogramSnapshot, MetricKind};
use crate::sync::unmodelled::Arc;
use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::panic::Location;
use std::ptr;

/// A registered metric; the registry's share of the handle that its user has.
#[derive(Debug, Clone)]
pub(super) enum Metric {
    Collector(Arc<MetricsCollector>),
    Histogram(AnyHistogram),
    MinMax(Arc<AtomicMinMax>),
    Counter(Arc<AtomicCounter>),
    Gauge(Arc<AtomicGauge>),
    /// In a `static`, or made at run time and never freed.
    Declared(&'static dyn Declared),
    OnDemand(OnDemand),
    Info(Arc<StandingInfo>),
}

/// A histogram with however many bounds.
#[derive(Debug, Clone)]
pub(super) struct AnyHistogram(Arc<dyn ReadHistogram>);

trait ReadHistogram: Any + fmt::Debug + Send + Sync {
    fn read(&self) -> HistogramSnapshot;
    /// As they were written, with their padding.
    fn bounds(&self) -> &[u64];
    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync>;
}

impl<const N: usize> ReadHistogram for AtomicHistogram<N> {
    fn read(&self) -> HistogramSnapshot {
        self.snapshot()
    }

    fn bounds(&self) -> &[u64] {
        self.bounds()
    }

    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync> {
        self
    }
}

impl AnyHistogram {
    pub(super) fn new<const N: usize>(histogram: Arc<AtomicHistogram<N>>) -> Self {
        AnyHistogram(histogram)
    }

    /// The histogram, if it has room for `N` bounds and these are its bounds.
    pub(super) fn with_bounds<const N: usize>(
        &self,
        finite_bounds: &[u64],
    ) -> Option<Arc<AtomicHistogram<N>>> {
        let histogram: Arc<AtomicHistogram<N>> = Arc::clone(&self.0).into_any().downcast().ok()?;
        (histogram.finite_bounds() == finite_bounds).then_some(histogram)
    }
}

/// What tells a metric from others of its registry: its name with the namespace, and what it adds to it.
pub(super) type Key = (String, Printed);

/// The metric that prints a name.
#[derive(Debug, Clone)]
struct Printer {
    metric: Key,
    formats: Formats,
}

/// What stands under a name.
#[derive(Debug, Clone)]
pub(super) struct Registered {
    pub(super) metric: Metric,
    /// Where in the source it was registered, or declared.
    pub(super) place: &'static Location<'static>,
}

/// What somebody wants to stand under a name.
pub(super) struct Wanted<'a> {
    pub(super) name: &'a str,
    /// For an error: what it is.
    pub(super) what: String,
    pub(super) shape: Shape,
    /// What the labels of its series are called.
    pub(super) labels: Vec<String>,
    pub(super) place: &'static Location<'static>,
}

/// All metrics of a registry that have a name.
#[derive(Debug, Clone, Default)]
pub(super) struct NamedMetrics {
    pub(super) scope: Scope,
    pub(super) metrics: BTreeMap<Key, Registered>,
    /// By the name that was given.
    pub(super) help: BTreeMap<String, String>,
    /// Who prints a name, of a family or of a sample, in any format.
    printed_by: BTreeMap<String, Printer>,
    /// Why declared metrics are not here.
    refused: BTreeSet<String>,
}

impl NamedMetrics {
    /// What stands under the name already, if it is the `same`; else what `make` makes stands there from now on.
    pub(super) fn register<M>(
        &mut self,
        wanted: Wanted<'_>,
        same: impl Fn(&Metric) -> Option<M>,
        make: impl FnOnce() -> (Metric, M),
    ) -> Result<M, Error> {
        let Wanted { name, what, shape, labels, place } = wanted;
        if !is_metric_name(name) {
            return Err(Cause::Name { name: name.to_owned() }.into());
        }
        let taken = |standing: String| {
            let wanted = format!("{what} {name:?} ({place})");
            Error::from(Cause::Taken { wanted, standing })
        };
        let full_name = self.scope.full_name(name);
        let key = (full_name.clone().into_owned(), shape.printed());
        if let Some(Registered { metric, place }) = self.metrics.get(&key) {
            let refused = || taken(format!("{full_name:?} is {} already ({place})", metric.describe()));
            return same(metric).ok_or_else(refused);
        }
        if let Some(label) = labels.iter().find(|label| self.scope.label(label).is_some()) {
            return Err(taken(format!(
                "its label {label:?} is one that all series of the registry have already"
            )));
        }
        let printed_names = shape.printed_names(&full_name);
        for (printed, formats) in &printed_names {
            let in_openmetrics = match formats {
                Formats::All => "",
                Formats::OpenMetrics => ", and in OpenMetrics this would too",
            };
            if let Some(printer) = self.printed_by.get(printed) {
                let standing = self.describe_printer(printer);
                return Err(taken(match printer.formats {
                    Formats::All => format!("{standing} prints {printed:?} already{in_openmetrics}"),
                    Formats::OpenMetrics => {
                        format!("{standing} prints {printed:?} in OpenMetrics already{in_openmetrics}")
                    }
                }));
            }
            if is_printed_by_the_library(printed) {
                return Err(taken(format!("tachometer itself prints {printed:?}{in_openmetrics}")));
            }
        }
        let (metric, handle) = make();
        let printed_by = |(printed, formats)| (printed, Printer { metric: key.clone(), formats });
        self.printed_by.extend(printed_names.into_iter().map(printed_by));
        self.metrics.insert(key, Registered { metric, place });
        Ok(handle)
    }

    /// `a counter "jobs_total" (src/jobs.rs:7:9)`
    fn describe_printer(&self, printer: &Printer) -> String {
        let (name, _) = &printer.metric;
        match self.metrics.get(&printer.metric) {
            Some(Registered { metric, place }) => format!("{} {name:?} ({place})", metric.describe()),
            None => format!("{name:?}"),
        }
    }

    /// Registers all of them or, where one cannot be had, none.
    pub(super) fn register_all(
        &mut self,
        metrics: impl IntoIterator<Item = (String, Metric)>,
        place: &'static Location<'static>,
    ) -> Result<(), Error> {
        let mut with_them = self.clone();
        for (name, metric) in metrics {
            with_them.register(metric.wanted(&name, place), |_| None, || (metric, ()))?;
        }
        *self = with_them;
        Ok(())
    }

    /// Whether a snapshot has to ask anybody.
    pub(super) fn has_sources(&self) -> bool {
        self.metrics.values().any(|registered| match &registered.metric {
            Metric::Declared(metric) => metric.callback().is_some(),
            metric => matches!(metric, Metric::OnDemand(_)),
        })
    }

    /// Whom a snapshot has to ask.
    pub(super) fn sources(&self) -> Vec<Arc<Source>> {
        let source = |registered: &Registered| match &registered.metric {
            Metric::Declared(metric) => Some(Arc::new(Source::declared(*metric, metric.callback()?))),
            Metric::OnDemand(family) => family.source().cloned(),
            _ => None,
        };
        self.metrics.values().filter_map(source).collect()
    }

    /// What is printed under `name` as it is.
    pub(super) fn standing(&self, name: &str) -> Option<&Metric> {
        let key = (self.scope.full_name(name).into_owned(), Printed::Plain);
        self.metrics.get(&key).map(|registered| &registered.metric)
    }

    /// Whether each thread has cells of its own for what is printed as `name`, with the namespace or without it.
    pub(super) fn counts_by_thread(&self, name: &str) -> bool {
        let found = self.metrics.get(&(name.to_owned(), Printed::Plain)).map(|registered| &registered.metric);
        match found.or_else(|| self.standing(name)) {
            Some(Metric::Declared(metric)) => {
                metric.kind() != MetricKind::Gauge && metric.callback().is_none()
            }
            _ => false,
        }
    }

    /// Takes in a metric that was declared. One that cannot be had is not shown, and why not is. Returns that, the first time.
    pub(super) fn adopt(&mut self, declared: &'static dyn Declared) -> Option<String> {
        let metric = Metric::Declared(declared);
        let same = |standing: &Metric| match standing {
            Metric::Declared(standing) => ptr::addr_eq(*standing, declared).then_some(()),
            _ => None,
        };
        let declaration = declared.declaration();
        // With every snapshot, of nearly all: for these nothing is put into words.
        if self.standing(declaration.name).is_some_and(|standing| same(standing).is_some()) {
            return None;
        }
        let wanted = metric.wanted(declaration.name, declaration.place);
        let error = self.register(wanted, same, || (metric, ())).err()?.to_string();
        self.refused.insert(error.clone()).then_some(error)
    }

    pub(super) fn describe(&mut self, name: String, help: String) {
        self.help.insert(name, help);
    }

    /// Adds all of them to a snapshot that has the answers of the sources already.
    pub(super) fn read_into(self, snapshot: &mut FullSnapshot) {
        let mut reader = None;
        let mut help = BTreeMap::new();
        let described: BTreeMap<String, String> = self
            .help
            .into_iter()
            .map(|(name, help)| (self.scope.full_name(&name).into_owned(), help))
            .collect();
        let with_text = |((name, _), registered): (&Key, &Registered)| {
            registered.metric.help().is_some().then(|| name.clone())
        };
        let declared: BTreeSet<String> = self.metrics.iter().filter_map(with_text).collect();
        for ((name, _), Registered { metric, .. }) in self.metrics {
            if let Some(text) = described.get(&name).filter(|_| declared.contains(&name)) {
                // Under each name that is printed: the text that another metric of this name was declared with is its own.
                for (suffix, _) in metric.shape().families() {
                    help.insert(format!("{name}{suffix}"), text.clone());
                }
            }
            match metric {
                Metric::Collector(collector) => {
                    snapshot.metrics.insert(name, collector.snapshot());
                }
                Metric::Histogram(AnyHistogram(histogram)) => {
                    snapshot.histograms.insert(name, histogram.read());
                }
                Metric::MinMax(extremes) => {
                    snapshot.minmax.extend(extremes.range().map(|range| (name, range)));
                }
                Metric::Counter(counter) => {
                    snapshot.counters.insert(name, counter.get());
                }
                Metric::Gauge(gauge) => {
                    snapshot.gauges.insert(name, gauge.get());
                }
                // The text of a source that has not answered would be that of other families: `http` is also the name under
                // which a min/max `http_min` is registered.
                Metric::Declared(metric) if metric.callback().is_some() => {
                    if snapshot.declared.contains_key(&name) {
                        help.insert(name, metric.declaration().help.to_owned());
                    }
                }
                Metric::OnDemand(family) => {
                    if snapshot.declared.contains_key(&name) {
                        help.insert(name, family.description().help.clone());
                    }
                }
                Metric::Declared(metric) => {
                    help.insert(name.clone(), metric.declaration().help.to_owned());
                    let series = metric.read(reader.get_or_insert_with(|| Reader::begin(windows::rotates)));
                    let overflowed = metric.overflowed().map(|updates| (name.clone(), updates));
                    snapshot.own.overflowed_updates.extend(overflowed);
                    snapshot.declared.insert(name, FamilySnapshot::new(metric.kind(), series));
                }
                Metric::Info(info) => {
                    help.insert(name.clone(), info.help.clone());
                    snapshot.declared.insert(name, info.family());
                }
            }
        }
        // What was described later goes before what was declared.
        help.extend(described);
        snapshot.help = help;
        snapshot.labels = self.scope.labels;
        let refused = &mut snapshot.own.refused;
        refused.extend(self.refused);
        // Each is a series.
        refused.sort();
        refused.dedup();
    }
}

impl Metric {
    /// For an error: what it is, with what tells it from others of its kind.
    pub(super) fn describe(&self) -> String {
        match self {
            Metric::Collector(_) => "a collector".to_owned(),
            Metric::Histogram(AnyHistogram(histogram)) => {
                format!("a histogram with the bounds {:?}", histogram.bounds())
            }
            Metric::MinMax(_) => "a min/max".to_owned(),
            Metric::Counter(_) => "a counter".to_owned(),
            Metric::Gauge(_) => "a gauge".to_owned(),
            Metric::Declared(metric) => describe_declared(*metric),
            Metric::OnDemand(family) => family.describe(),
            Metric::Info(info) => format!("an info metric with the labels {:?}", info.labels),
        }
    }

    pub(super) fn shape(&self) -> Shape {
        match self {
            Metric::Collector(_) => Shape::Collector,
            Metric::Histogram(_) => Shape::Latency,
            Metric::MinMax(_) => Shape::MinMax,
            Metric::Counter(_) => Shape::Plain(MetricKind::Counter),
            Metric::Gauge(_) | Metric::Info(_) => Shape::Plain(MetricKind::Gauge),
            Metric::Declared(metric) => Shape::Plain(metric.kind()),
            Metric::OnDemand(family) => Shape::Plain(family.description().kind),
        }
    }

    /// Of what was declared with a help text: that.
    pub(super) fn help(&self) -> Option<&str> {
        match self {
            Metric::Declared(metric) => Some(metric.declaration().help),
            Metric::OnDemand(family) => Some(&family.description().help),
            Metric::Info(info) => Some(&info.help),
            _ => None,
        }
    }

    /// What the labels of its series are called; of what a collector adds, that is not known before.
    pub(super) fn label_names(&self) -> Vec<&str> {
        match self {
            Metric::Declared(metric) => metric.label_names().to_vec(),
            Metric::Info(info) => info.labels.iter().map(|(name, _)| name.as_str()).collect(),
            _ => Vec::new(),
        }
    }

    /// What it takes to have it under this name.
    pub(super) fn wanted<'a>(&self, name: &'a str, place: &'static Location<'static>) -> Wanted<'a> {
        let labels = self.label_names().into_iter().map(str::to_owned).collect();
        Wanted { name, what: self.describe(), shape: self.shape(), labels, place }
    }
}
