//! Ten thousand series of each kind.

use super::{Subject, Weight, What};
use crate::many::LIBRARIES;
use crate::peers::SECONDS;
use crate::{Fallible, machine};
use measured::FixedCardinalityLabel;
use measured::metric::histogram::Thresholds;
use std::sync::LazyLock;
use std::time::Duration;
use tachometer::{
    Counter, Family, Gauge, Histogram, LabelSet, LabelValue, MetricsRegistry, buckets, instrumented,
};

const SERIES: u32 = 10_000;

/// The bounds of all histograms that are weighed.
static BOUNDS: [u64; SECONDS.len()] = buckets::seconds(SECONDS);

const TIME: Duration = Duration::from_millis(3);

pub(super) fn weigh(update: fn(u32), series: u32) -> Fallible<Weight> {
    let before = machine::allocated()?;
    (0..series).for_each(update);
    Ok(Weight { bytes: machine::allocated()? as f64 - before as f64, growth: 0.0 })
}

pub(super) fn subjects() -> Vec<Subject> {
    let subject =
        |name: String, update: fn(u32)| Subject { name, what: What::Series { update, series: SERIES } };
    let mut subjects: Vec<Subject> = OURS.map(|(name, update)| subject(name.to_owned(), update)).into();
    let kinds = [("counters", 0), ("gauges", 1), ("histograms", 2)];
    for (kind, index) in kinds {
        subjects.extend(LIBRARIES.iter().map(|library| {
            let many = [library.counters, library.gauges, library.histograms][index];
            subject(format!("{kind}, label of a string: {}", library.name), many.update)
        }));
    }
    subjects.extend(DENSE.map(|(name, update)| subject(name.to_owned(), update)));
    subjects
}

/// What is updated, and how the series of a number is.
type Update = (&'static str, fn(u32));

/// What ours has without labels, and functions.
const OURS: [Update; 7] = [
    ("sets of labels of an instrumented function", |number| function(number)),
    ("`Counter`s, each in a box", |_| boxed(Counter::new("boxed_total", "Counts")).increment()),
    ("`Gauge`s, each in a box", |level| boxed(Gauge::new("boxed", "Levels")).set(level.into())),
    ("`Histogram`s, each in a box", |_| {
        boxed(Histogram::of_time("boxed_seconds", "Times", &BOUNDS)).observe_duration(TIME);
    }),
    ("`Counter`s that a registry declares by name", |number| {
        REGISTRY.counter(format!("orders_{number}_total"), "Counts").increment();
    }),
    ("`Gauge`s that a registry declares by name", |number| {
        REGISTRY.gauge(format!("order_{number}_lines"), "Levels").set(number.into());
    }),
    ("`Histogram`s that a registry declares by name", |number| {
        let histogram = REGISTRY.histogram_of_time(format!("order_{number}_seconds"), "Times", &BOUNDS);
        histogram.observe_duration(TIME);
    }),
];

static REGISTRY: LazyLock<MetricsRegistry> = LazyLock::new(|| MetricsRegistry::new(Duration::MAX));

#[instrumented(name = "weighed", labels(number = number), max_label_sets = 20000)]
fn function(number: u32) {
    let _ = number;
}

/// Metrics without labels are for `static`s: this stands for one that the program's file does not hold.
fn boxed<M>(metric: M) -> &'static M {
    Box::leak(Box::new(metric))
}

/// Four of these are ten thousand sets.
#[derive(Clone, Copy, Debug, FixedCardinalityLabel, LabelValue)]
enum Digit {
    Zero,
    One,
    Two,
    Three,
    Four,
    Five,
    Six,
    Seven,
    Eight,
    Nine,
}

impl Digit {
    const ALL: [Digit; 10] = [
        Digit::Zero,
        Digit::One,
        Digit::Two,
        Digit::Three,
        Digit::Four,
        Digit::Five,
        Digit::Six,
        Digit::Seven,
        Digit::Eight,
        Digit::Nine,
    ];

    /// The four digits of a number.
    fn all_of(number: u32) -> [Digit; 4] {
        [1_000, 100, 10, 1].map(|power| Digit::ALL[(number / power % 10) as usize])
    }
}

#[derive(LabelSet)]
struct Number {
    thousands: Digit,
    hundreds: Digit,
    tens: Digit,
    ones: Digit,
}

impl Number {
    fn new(number: u32) -> Self {
        let [thousands, hundreds, tens, ones] = Digit::all_of(number);
        Number { thousands, hundreds, tens, ones }
    }
}

/// The same for the other library: the derives of both read the attribute `label`.
#[derive(Clone, Copy, measured::LabelGroup)]
#[label(set = NumberSet)]
struct TheirNumber {
    thousands: Digit,
    hundreds: Digit,
    tens: Digit,
    ones: Digit,
}

impl TheirNumber {
    fn new(number: u32) -> Self {
        let [thousands, hundreds, tens, ones] = Digit::all_of(number);
        TheirNumber { thousands, hundreds, tens, ones }
    }
}

// Without `metrics!`: these are then shown from their first use on, and no part of what other subcommands read.
static COUNTERS: Family<Number, Counter> = Family::new("dense_total", "Counts");
static GAUGES: Family<Number, Gauge> = Family::new("dense_levels", "Levels");
static HISTOGRAMS: Family<Number, Histogram> = Family::histogram_of_time("dense_seconds", "Times", &BOUNDS);

static MEASURED_COUNTERS: LazyLock<measured::CounterVec<NumberSet>> =
    LazyLock::new(measured::CounterVec::dense);
static MEASURED_GAUGES: LazyLock<measured::GaugeVec<NumberSet>> = LazyLock::new(measured::GaugeVec::dense);
static MEASURED_HISTOGRAMS: LazyLock<measured::HistogramVec<NumberSet, { SECONDS.len() }>> =
    LazyLock::new(|| measured::HistogramVec::dense_with_metadata(Thresholds::with_buckets(SECONDS)));

/// The two libraries that find a series by its place, where the labels are enums.
const DENSE: [Update; 6] = [
    ("counters, labels of enums: ours", |number| COUNTERS.with(&Number::new(number)).increment()),
    ("counters, labels of enums: `measured` 0.0.25, dense", |number| {
        MEASURED_COUNTERS.inc(TheirNumber::new(number));
    }),
    ("gauges, labels of enums: ours", |number| GAUGES.with(&Number::new(number)).set(number.into())),
    ("gauges, labels of enums: `measured` 0.0.25, dense", |number| {
        MEASURED_GAUGES.set(TheirNumber::new(number), number.into());
    }),
    ("histograms, labels of enums: ours", |number| {
        HISTOGRAMS.with(&Number::new(number)).observe_duration(TIME);
    }),
    ("histograms, labels of enums: `measured` 0.0.25, dense", |number| {
        MEASURED_HISTOGRAMS.observe(TheirNumber::new(number), TIME.as_secs_f64());
    }),
];

#[test]
fn each_number_is_a_series_of_its_own() {
    for (_, update) in OURS.iter().chain(&DENSE) {
        (0..3).for_each(update);
    }
    assert_eq!(COUNTERS.with(&Number::new(2)).get(), 1);
    assert_eq!(tachometer::snapshot().functions_named("weighed").len(), 3);
}
