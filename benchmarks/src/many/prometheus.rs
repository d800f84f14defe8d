//! `prometheus`, whose registry gathers families that its encoder then makes text of.

use super::{COUNTER, COUNTER_TOTAL, GAUGE, HISTOGRAM, LABEL, Library, Many, path, seconds};
use crate::peers::SECONDS;
use prometheus::core::Collector;
use prometheus::{HistogramOpts, HistogramVec, IntCounterVec, IntGaugeVec, Opts, Registry, TextEncoder};
use std::hint::black_box;
use std::sync::LazyLock;

/// A family, and the registry that reads it alone.
struct Registered<F> {
    family: F,
    registry: Registry,
}

impl<F: Collector + Clone + 'static> Registered<F> {
    fn new(family: prometheus::Result<F>) -> Self {
        let family = family.expect("the names are allowed");
        let registry = Registry::new();
        registry.register(Box::new(family.clone())).expect("the registry is empty");
        Registered { family, registry }
    }

    fn render(&self, text: &mut String) {
        TextEncoder::new().encode_utf8(&self.registry.gather(), text).expect("a string takes all");
    }

    fn read(&self) {
        black_box(self.registry.gather());
    }
}

static COUNTERS: LazyLock<Registered<IntCounterVec>> =
    LazyLock::new(|| Registered::new(IntCounterVec::new(Opts::new(COUNTER_TOTAL, COUNTER.1), &[LABEL])));
static GAUGES: LazyLock<Registered<IntGaugeVec>> =
    LazyLock::new(|| Registered::new(IntGaugeVec::new(Opts::new(GAUGE.0, GAUGE.1), &[LABEL])));
static HISTOGRAMS: LazyLock<Registered<HistogramVec>> = LazyLock::new(|| {
    let options = HistogramOpts::new(HISTOGRAM.0, HISTOGRAM.1).buckets(SECONDS.to_vec());
    Registered::new(HistogramVec::new(options, &[LABEL]))
});

pub(super) const LIBRARY: Library = Library {
    name: "`prometheus` 0.14",
    counters: Many {
        update: |number| COUNTERS.family.with_label_values(&[path(number)]).inc_by(u64::from(number) + 1),
        render: |text| COUNTERS.render(text),
        read: Some(|| COUNTERS.read()),
    },
    gauges: Many {
        update: |number| GAUGES.family.with_label_values(&[path(number)]).set(i64::from(number)),
        render: |text| GAUGES.render(text),
        read: Some(|| GAUGES.read()),
    },
    histograms: Many {
        update: |number| {
            let histogram = HISTOGRAMS.family.with_label_values(&[path(number)]);
            seconds(number).for_each(|time| histogram.observe(time));
        },
        render: |text| HISTOGRAMS.render(text),
        read: Some(|| HISTOGRAMS.read()),
    },
};
