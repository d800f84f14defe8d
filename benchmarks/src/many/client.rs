//! `prometheus-client`, which makes its text while it reads.

use super::{COUNTER, GAUGE, HISTOGRAM, Library, Many, path, seconds};
use crate::peers::SECONDS;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Metric, Registry};
use std::sync::LazyLock;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Order {
    path: String,
}

impl Order {
    fn new(number: u32) -> Self {
        Order { path: path(number) }
    }
}

/// A family, and the registry that reads it alone.
struct Registered<F> {
    family: F,
    registry: Registry,
}

impl<F: Metric + Clone> Registered<F> {
    fn new((name, help): (&str, &str), family: F) -> Self {
        let mut registry = Registry::default();
        registry.register(name, help.to_owned(), family.clone());
        Registered { family, registry }
    }

    fn render(&self, text: &mut String) {
        prometheus_client::encoding::text::encode(text, &self.registry).expect("a string takes all");
    }
}

type Histograms = Family<Order, Histogram, fn() -> Histogram>;

static COUNTERS: LazyLock<Registered<Family<Order, Counter>>> =
    LazyLock::new(|| Registered::new(COUNTER, Family::default()));
static GAUGES: LazyLock<Registered<Family<Order, Gauge>>> =
    LazyLock::new(|| Registered::new(GAUGE, Family::default()));
static HISTOGRAMS: LazyLock<Registered<Histograms>> =
    LazyLock::new(|| Registered::new(HISTOGRAM, Family::new_with_constructor(|| Histogram::new(SECONDS))));

pub(super) const LIBRARY: Library = Library {
    name: "`prometheus-client` 0.26",
    counters: Many {
        update: |number| {
            COUNTERS.family.get_or_create(&Order::new(number)).inc_by(u64::from(number) + 1);
        },
        render: |text| COUNTERS.render(text),
        read: None,
    },
    gauges: Many {
        update: |number| {
            GAUGES.family.get_or_create(&Order::new(number)).set(i64::from(number));
        },
        render: |text| GAUGES.render(text),
        read: None,
    },
    histograms: Many {
        update: |number| {
            let histogram = HISTOGRAMS.family.get_or_create(&Order::new(number));
            seconds(number).for_each(|time| histogram.observe(time));
        },
        render: |text| HISTOGRAMS.render(text),
        read: None,
    },
};
