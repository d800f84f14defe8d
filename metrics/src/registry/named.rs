//! Metrics that were registered by name, and the names they are printed under.

use super::on_demand::{OnDemand, Source, StandingInfo};
use crate::cells::Reader;
use crate::error::{Cause, Error};
use crate::metric::Declared;
use crate::model::name::is_metric_name;
use crate::primitives::{AtomicCounter, AtomicGauge, AtomicHistogram, AtomicMinMax, MetricsCollector};
use crate::snapshot::families::without_total;
use crate::snapshot::{FamilySnapshot, FullSnapshot, HistogramSnapshot, MetricKind};
use crate::sync::unmodelled::Arc;
use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::ptr;

/// A registered metric; the registry's share of the handle that its user has.
#[derive(Debug, Clone)]
pub(super) enum Metric {
    Collector(Arc<MetricsCollector>),
    Histogram(AnyHistogram),
    MinMax(Arc<AtomicMinMax>),
    Counter(Arc<AtomicCounter>),
    Gauge(Arc<AtomicGauge>),
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

/// The metric that prints a name.
#[derive(Debug, Clone)]
struct Printer {
    metric: String,
    formats: Formats,
}

/// Which formats have a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Formats {
    All,
    OpenMetrics,
}

/// All metrics of a registry that have a name.
#[derive(Debug, Clone, Default)]
pub(super) struct NamedMetrics {
    metrics: BTreeMap<String, Metric>,
    help: BTreeMap<String, String>,
    /// Who prints a name, of a family or of a sample, in any format.
    printed_by: BTreeMap<String, Printer>,
    /// Why declared metrics are not here.
    refused: BTreeSet<String>,
}

impl NamedMetrics {
    /// Registers `metric` as `name`, and returns nothing; or returns what stands there already, if it is the `same`.
    pub(super) fn register<M>(
        &mut self,
        name: &str,
        metric: Metric,
        same: impl Fn(&Metric) -> Option<M>,
    ) -> Result<Option<M>, Error> {
        if !is_metric_name(name) {
            return Err(Cause::Name { name: name.to_owned() }.into());
        }
        let taken = |standing: String| {
            let wanted = format!("{} {name:?}", metric.describe());
            Error::from(Cause::Taken { wanted, standing })
        };
        if let Some(standing) = self.metrics.get(name) {
            let again = same(standing);
            return match again {
                Some(again) => Ok(Some(again)),
                None => Err(taken(format!("{name:?} is {} already", standing.describe()))),
            };
        }
        let printed_names = metric.printed_names(name);
        for (printed, formats) in &printed_names {
            let in_openmetrics = match formats {
                Formats::All => "",
                Formats::OpenMetrics => ", and in OpenMetrics this would too",
            };
            if let Some(Printer { metric, formats }) = self.printed_by.get(printed) {
                let already = match formats {
                    Formats::All => "already",
                    Formats::OpenMetrics => "in OpenMetrics already",
                };
                return Err(taken(format!("{metric:?} prints {printed:?} {already}{in_openmetrics}")));
            }
            if is_printed_by_the_library(printed) {
                return Err(taken(format!("tachometer itself prints {printed:?}{in_openmetrics}")));
            }
        }
        let printed_by = |(printed, formats)| (printed, Printer { metric: name.to_owned(), formats });
        self.printed_by.extend(printed_names.into_iter().map(printed_by));
        self.metrics.insert(name.to_owned(), metric);
        Ok(None)
    }

    /// Registers all of them or, where one cannot be had, none.
    pub(super) fn register_all(
        &mut self,
        metrics: impl IntoIterator<Item = (String, Metric)>,
    ) -> Result<(), Error> {
        let mut with_them = self.clone();
        for (name, metric) in metrics {
            with_them.register(&name, metric, |_| None::<()>)?;
        }
        *self = with_them;
        Ok(())
    }

    /// Whether a snapshot has to ask anybody.
    pub(super) fn has_sources(&self) -> bool {
        self.metrics.values().any(|metric| match metric {
            Metric::Declared(metric) => metric.callback().is_some(),
            metric => matches!(metric, Metric::OnDemand(_)),
        })
    }

    /// Whom a snapshot has to ask.
    pub(super) fn sources(&self) -> Vec<Arc<Source>> {
        let source = |metric: &Metric| match metric {
            Metric::Declared(metric) => Some(Arc::new(Source::declared(*metric, metric.callback()?))),
            Metric::OnDemand(family) => family.source().cloned(),
            _ => None,
        };
        self.metrics.values().filter_map(source).collect()
    }

    /// Takes in a metric that was declared. One that cannot be had is not shown, and why not is.
    pub(super) fn adopt(&mut self, metric: &'static dyn Declared) {
        let same = |standing: &Metric| match standing {
            Metric::Declared(standing) => ptr::addr_eq(*standing, metric).then_some(()),
            _ => None,
        };
        if let Err(error) = self.register(metric.declaration().name, Metric::Declared(metric), same) {
            self.refused.insert(error.to_string());
        }
    }

    pub(super) fn describe(&mut self, name: String, help: String) {
        self.help.insert(name, help);
    }

    pub(super) fn read_into(self, snapshot: &mut FullSnapshot) {
        let mut reader = None;
        let mut help = BTreeMap::new();
        for (name, metric) in self.metrics {
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
                Metric::Declared(metric) => {
                    help.insert(name.clone(), metric.declaration().help.to_owned());
                    // What is asked for on demand comes from who has asked.
                    if metric.callback().is_none() {
                        let series = metric.read(reader.get_or_insert_with(Reader::begin));
                        let overflowed = metric.overflowed().map(|updates| (name.clone(), updates));
                        snapshot.own.overflowed_updates.extend(overflowed);
                        snapshot.declared.insert(name, FamilySnapshot::new(metric.kind(), series));
                    }
                }
                Metric::OnDemand(family) => {
                    help.insert(name, family.description().help.clone());
                }
                Metric::Info(info) => {
                    help.insert(name.clone(), info.help.clone());
                    snapshot.declared.insert(name, info.family());
                }
            }
        }
        // What was described later goes before what was declared.
        help.extend(self.help);
        snapshot.help = help;
        snapshot.own.refused = self.refused.into_iter().collect();
    }
}

impl Metric {
    /// For an error: what it is, with what tells it from others of its kind.
    fn describe(&self) -> String {
        match self {
            Metric::Collector(_) => "a collector".to_owned(),
            Metric::Histogram(AnyHistogram(histogram)) => {
                format!("a histogram with the bounds {:?}", histogram.bounds())
            }
            Metric::MinMax(_) => "a min/max".to_owned(),
            Metric::Counter(_) => "a counter".to_owned(),
            Metric::Gauge(_) => "a gauge".to_owned(),
            Metric::Declared(metric) => match metric.kind() {
                MetricKind::Counter => "a declared counter".to_owned(),
                MetricKind::Gauge => "a declared gauge".to_owned(),
                MetricKind::Histogram => "a declared histogram".to_owned(),
            },
            Metric::OnDemand(family) => match family.description().kind {
                MetricKind::Counter => "a counter on demand".to_owned(),
                MetricKind::Gauge => "a gauge on demand".to_owned(),
                MetricKind::Histogram => "a histogram on demand".to_owned(),
            },
            Metric::Info(info) => format!("an info metric with the labels {:?}", info.labels),
        }
    }

    /// Of those that are declared with their kind and are printed under their own name.
    fn kind(&self) -> Option<MetricKind> {
        match self {
            Metric::Declared(metric) => Some(metric.kind()),
            Metric::OnDemand(family) => Some(family.description().kind),
            Metric::Info(_) => Some(MetricKind::Gauge),
            _ => None,
        }
    }

    fn is_counter(&self) -> bool {
        matches!(self, Metric::Counter(_)) || self.kind() == Some(MetricKind::Counter)
    }

    /// Every name that a family or a sample of it has, and where.
    fn printed_names(&self, name: &str) -> Vec<(String, Formats)> {
        let suffixes: &[&str] = match self {
            Metric::Collector(_) => &["_requests", "_errors", "_bytes_sent", "_active_connections"],
            Metric::Histogram(_) => {
                &["_latency_us", "_latency_us_bucket", "_latency_us_sum", "_latency_us_count"]
            }
            Metric::MinMax(_) => &["_min", "_max"],
            _ if self.kind() == Some(MetricKind::Histogram) => &["", "_bucket", "_sum", "_count"],
            _ => &[""],
        };
        let everywhere = suffixes.iter().map(|suffix| (format!("{name}{suffix}"), Formats::All));
        let (base, openmetrics): (&str, &[&str]) = match self {
            Metric::Histogram(_) => (name, &["_latency_us_created"]),
            _ if self.kind() == Some(MetricKind::Histogram) => (name, &["_created"]),
            // Its family there is called without the ending.
            _ if self.is_counter() => {
                without_total(name).map_or((name, &[]), |base| (base, &["", "_created"]))
            }
            _ => (name, &[]),
        };
        let further = openmetrics.iter().map(|suffix| (format!("{base}{suffix}"), Formats::OpenMetrics));
        everywhere.chain(further).collect()
    }
}

/// Whether a name belongs, in any format, to the families of instrumented functions or to the library's own.
fn is_printed_by_the_library(name: &str) -> bool {
    const FUNCTION_FAMILIES: [&str; 15] = [
        "function_calls",
        "function_calls_total",
        "function_calls_created",
        "function_errors",
        "function_errors_total",
        "function_errors_created",
        "function_calls_in_flight",
        "function_duration_seconds",
        "function_duration_seconds_bucket",
        "function_duration_seconds_sum",
        "function_duration_seconds_count",
        "function_duration_seconds_created",
        "function_duration_min_seconds",
        "function_duration_max_seconds",
        "function_sample_interval",
    ];
    name.starts_with("tachometer_") || FUNCTION_FAMILIES.contains(&name)
}
