//! `opentelemetry_sdk` with its Prometheus exporter, which hands families to the registry of `prometheus`.

use super::{COUNTER, GAUGE, HISTOGRAM, LABEL, Library, MOST, Many, path, seconds};
use crate::peers::{OpenTelemetry, SECONDS};
use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Gauge, Histogram, Meter};
use prometheus::TextEncoder;
use std::hint::black_box;
use std::sync::LazyLock;

/// An instrument, and what reads it alone.
struct Read<I> {
    instrument: I,
    library: OpenTelemetry,
}

impl<I> Read<I> {
    fn new(instrument: fn(Meter) -> I) -> Self {
        let library = OpenTelemetry::new(MOST);
        Read { instrument: instrument(library.meter()), library }
    }

    fn render(&self, text: &mut String) {
        let families = self.library.registry().gather();
        TextEncoder::new().encode_utf8(&families, text).expect("a string takes all");
    }

    fn read(&self) {
        black_box(self.library.registry().gather());
    }
}

static COUNTERS: LazyLock<Read<Counter<u64>>> =
    LazyLock::new(|| Read::new(|meter| meter.u64_counter(COUNTER.0).with_description(COUNTER.1).build()));
static GAUGES: LazyLock<Read<Gauge<i64>>> =
    LazyLock::new(|| Read::new(|meter| meter.i64_gauge(GAUGE.0).with_description(GAUGE.1).build()));
static HISTOGRAMS: LazyLock<Read<Histogram<f64>>> = LazyLock::new(|| {
    Read::new(|meter| {
        let histogram = meter.f64_histogram(HISTOGRAM.0).with_description(HISTOGRAM.1);
        histogram.with_boundaries(SECONDS.to_vec()).build()
    })
});

fn attributes(number: u32) -> [KeyValue; 1] {
    [KeyValue::new(LABEL, path(number))]
}

pub(super) const LIBRARY: Library = Library {
    name: "`opentelemetry_sdk` 0.33 with its exporter",
    counters: Many {
        update: |number| COUNTERS.instrument.add(u64::from(number) + 1, &attributes(number)),
        render: |text| COUNTERS.render(text),
        read: Some(|| COUNTERS.read()),
    },
    gauges: Many {
        update: |number| GAUGES.instrument.record(i64::from(number), &attributes(number)),
        render: |text| GAUGES.render(text),
        read: Some(|| GAUGES.read()),
    },
    histograms: Many {
        update: |number| {
            let attributes = attributes(number);
            seconds(number).for_each(|time| HISTOGRAMS.instrument.record(time, &attributes));
        },
        render: |text| HISTOGRAMS.render(text),
        read: Some(|| HISTOGRAMS.read()),
    },
};
