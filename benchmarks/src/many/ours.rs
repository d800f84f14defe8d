//! The library itself, with a registry for each family.

use super::{COUNTER, COUNTER_TOTAL, GAUGE, HISTOGRAM, Library, MOST, Many, path, times};
use crate::peers::SECONDS;
use std::hint::black_box;
use std::sync::LazyLock;
use std::time::Duration;
use tachometer::{
    Counter, Family, Format, FullSnapshot, Gauge, Histogram, LabelSet, MetricsRegistry, buckets,
};

#[derive(LabelSet)]
struct Order<'a> {
    path: &'a str,
}

/// A family, and the registry that reads it alone.
struct Registered<M: tachometer::family::Metric> {
    family: Family<Order<'static>, M>,
    registry: MetricsRegistry,
}

impl<M: tachometer::family::Metric> Registered<M> {
    fn new(family: Family<Order<'static>, M>) -> Self {
        let registry = MetricsRegistry::new(Duration::MAX);
        Registered { family: registry.family(family.max_series(MOST)), registry }
    }

    fn render(&self, text: &mut String) {
        self.registry.snapshot_all().encode(Format::Prometheus, text);
    }

    fn read(&self) {
        black_box(self.registry.snapshot_all());
    }
}

static COUNTERS: LazyLock<Registered<Counter>> =
    LazyLock::new(|| Registered::new(Family::new(COUNTER_TOTAL, COUNTER.1)));
static GAUGES: LazyLock<Registered<Gauge>> = LazyLock::new(|| Registered::new(Family::new(GAUGE.0, GAUGE.1)));
static HISTOGRAMS: LazyLock<Registered<Histogram>> = LazyLock::new(|| {
    let bounds = &const { buckets::seconds(SECONDS) };
    Registered::new(Family::histogram_of_time(HISTOGRAM.0, HISTOGRAM.1, bounds))
});

pub(super) const LIBRARY: Library = Library {
    name: "ours",
    counters: Many {
        update: |number| COUNTERS.family.with(&Order { path: &path(number) }).add(u64::from(number) + 1),
        render: |text| COUNTERS.render(text),
        read: Some(|| COUNTERS.read()),
    },
    gauges: Many {
        update: |number| GAUGES.family.with(&Order { path: &path(number) }).set(i64::from(number)),
        render: |text| GAUGES.render(text),
        read: Some(|| GAUGES.read()),
    },
    histograms: Many {
        update: |number| {
            let path = path(number);
            let order = Order { path: &path };
            times(number).for_each(|time| HISTOGRAMS.family.with(&order).observe_duration(time));
        },
        render: |text| HISTOGRAMS.render(text),
        read: Some(|| HISTOGRAMS.read()),
    },
};

/// What the counters show now.
pub(crate) fn counters() -> FullSnapshot {
    COUNTERS.registry.snapshot_all()
}

/// What the histograms show now.
pub(crate) fn histograms() -> FullSnapshot {
    HISTOGRAMS.registry.snapshot_all()
}
