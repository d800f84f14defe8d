//! The recorder.

use crate::cache;
use crate::families::Families;
use crate::handles::{CounterHandle, GaugeHandle, HistogramHandle};
use crate::shape::Shapes;
use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tachometer::MetricsRegistry;

/// A [recorder](Recorder) that counts in a registry of `tachometer`. Created by [`RecorderBuilder::build`](crate::RecorderBuilder::build).
///
/// ```
/// use std::time::Duration;
/// use tachometer::MetricsRegistry;
///
/// let registry: &'static MetricsRegistry = Box::leak(Box::new(MetricsRegistry::new(Duration::from_secs(10))));
/// let recorder = tachometer_metrics::recorder().registry(registry).build()?;
/// metrics::with_local_recorder(&recorder, || metrics::counter!("letters_total", "town" => "Oslo").increment(2));
/// assert!(registry.snapshot_all().to_prometheus_format().contains("letters_total{town=\"Oslo\"} 2\n"));
/// # Ok::<(), tachometer_metrics::InstallError>(())
/// ```
#[derive(Debug)]
pub struct TachometerRecorder {
    /// Tells it from others in the caches of threads.
    id: u64,
    families: Arc<Families>,
}

impl TachometerRecorder {
    pub(crate) fn new(
        registry: &'static MetricsRegistry,
        max_series: usize,
        max_names: usize,
        shapes: Shapes,
    ) -> Self {
        static NEXT_ID: AtomicU64 = AtomicU64::new(0);
        // Relaxed: the number alone has to be unique.
        let id = NEXT_ID.fetch_add(1, Ordering::Relaxed);
        TachometerRecorder { id, families: Arc::new(Families::new(registry, max_series, max_names, shapes)) }
    }

    #[cold]
    fn counter(&self, key: &Key) -> Counter {
        match self.families.counter(key) {
            Ok((series, named)) => Counter::from_arc(Arc::new(CounterHandle { series, named })),
            Err(reason) => Counter::from_arc(Arc::new(self.families.refuse(key.name(), reason))),
        }
    }

    #[cold]
    fn gauge(&self, key: &Key) -> Gauge {
        match self.families.gauge(key) {
            Ok(series) => Gauge::from_arc(Arc::new(GaugeHandle { series })),
            Err(reason) => Gauge::from_arc(Arc::new(self.families.refuse(key.name(), reason))),
        }
    }

    #[cold]
    fn histogram(&self, key: &Key) -> Histogram {
        match self.families.histogram(key) {
            Ok(((series, named), precision)) => {
                let families = Arc::clone(&self.families);
                Histogram::from_arc(Arc::new(HistogramHandle { series, precision, named, families }))
            }
            Err(reason) => Histogram::from_arc(Arc::new(self.families.refuse(key.name(), reason))),
        }
    }
}

impl Recorder for TachometerRecorder {
    fn describe_counter(&self, key: KeyName, unit: Option<Unit>, description: SharedString) {
        self.families.describe(key.as_str(), unit, &description);
    }

    fn describe_gauge(&self, key: KeyName, unit: Option<Unit>, description: SharedString) {
        self.families.describe(key.as_str(), unit, &description);
    }

    fn describe_histogram(&self, key: KeyName, unit: Option<Unit>, description: SharedString) {
        self.families.describe(key.as_str(), unit, &description);
    }

    #[inline]
    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        cache::find(self.id, key, |caches| &mut caches.counters, || self.counter(key), Counter::noop())
    }

    #[inline]
    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        cache::find(self.id, key, |caches| &mut caches.gauges, || self.gauge(key), Gauge::noop())
    }

    #[inline]
    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        cache::find(self.id, key, |caches| &mut caches.histograms, || self.histogram(key), Histogram::noop())
    }
}
