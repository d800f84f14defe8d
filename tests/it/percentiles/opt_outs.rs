//! Histograms without native buckets: their percentiles are as precise as their bounds.

use std::pin::pin;
use std::sync::LazyLock;
use std::task::{Context, Waker};
use std::time::Duration;
use tachometer::{
    AtomicHistogram, DynamicFamily, Family, FullSnapshot, Histogram, HistogramSnapshot, LabelSet,
    MetricsRegistry, MockClock, buckets, instrumented, metrics,
};

static FUNCTIONS: LazyLock<MetricsRegistry> = LazyLock::new(|| MetricsRegistry::new(Duration::MAX));

#[instrumented(registry = &FUNCTIONS, native = false)]
fn by_default_bounds(clock: MockClock, nanos: u64) {
    clock.advance(Duration::from_nanos(nanos));
}

#[instrumented(registry = &FUNCTIONS, native = false, buckets = [0.000_001, 0.001])]
async fn by_own_bounds(clock: MockClock, nanos: u64) {
    clock.advance(Duration::from_nanos(nanos));
}

const CONSTANT: [f64; 2] = [0.000_001, 0.001];

#[instrumented(registry = &FUNCTIONS, native = false, buckets = CONSTANT, labels(nanos = nanos))]
fn by_constant_bounds(clock: MockClock, nanos: u64) {
    clock.advance(Duration::from_nanos(nanos));
}

#[instrumented(registry = &FUNCTIONS, native = true)]
fn as_by_default(clock: MockClock, nanos: u64) {
    clock.advance(Duration::from_nanos(nanos));
}

struct Block;

#[instrumented(registry = &FUNCTIONS, native = false)]
impl Block {
    fn of_the_block(clock: MockClock, nanos: u64) {
        clock.advance(Duration::from_nanos(nanos));
    }

    #[instrumented(native = true)]
    fn of_its_own(clock: MockClock, nanos: u64) {
        clock.advance(Duration::from_nanos(nanos));
    }
}

/// Values whose percentiles tell a histogram with native buckets from one without.
const NANOS: [u64; 4] = [90, 95, 95, 600_000];

fn call_all() -> FullSnapshot {
    let clock = MockClock::new();
    let _entered = clock.enter();
    let before = FUNCTIONS.snapshot_all();
    for nanos in NANOS {
        by_default_bounds(clock, nanos);
        let ready = pin!(by_own_bounds(clock, nanos)).poll(&mut Context::from_waker(Waker::noop()));
        assert!(ready.is_ready());
        by_constant_bounds(clock, nanos);
        as_by_default(clock, nanos);
        Block::of_the_block(clock, nanos);
        Block::of_its_own(clock, nanos);
    }
    FUNCTIONS.snapshot_all().since(&before)
}

/// Compares the percentiles with those of cells that never have native buckets.
fn assert_is_as_coarse_as_its_bounds(histogram: &HistogramSnapshot, values: &[u64]) {
    let bounds: [u64; 32] =
        std::array::from_fn(|index| histogram.boundaries.get(index).map_or(u64::MAX, |bound| *bound));
    let coarse = AtomicHistogram::new(bounds);
    for value in values {
        coarse.record(*value);
    }
    let coarse = coarse.snapshot();
    assert_eq!((&coarse.buckets, &coarse.boundaries), (&histogram.buckets, &histogram.boundaries));
    assert!(coarse.native().is_none() && histogram.native().is_none(), "{histogram:?}");
    for p in [0.0, 0.25, 0.5, 0.75, 0.99, 1.0] {
        let (min, max) = histogram.extremes().unwrap_or((0, u64::MAX));
        assert_eq!(histogram.percentile(p), coarse.percentile(p).clamp(min, max), "{p}");
    }
}

#[test]
fn a_function_without_native_buckets_interpolates() {
    let since = call_all();
    let latency = |name: &str| since.function(name).unwrap().latency();
    for name in ["by_default_bounds", "by_own_bounds", "Block::of_the_block"] {
        assert_is_as_coarse_as_its_bounds(latency(name), &NANOS);
    }
    assert_eq!(latency("by_own_bounds").percentile(0.5), 666, "two of three in the first microsecond");
    for function in since.functions_named("by_constant_bounds") {
        assert!(function.timed() > 0 && function.latency().native().is_none(), "{function:?}");
    }
    for name in ["as_by_default", "Block::of_its_own"] {
        assert_eq!(latency(name).native().unwrap().schema(), 3);
        assert_eq!(latency(name).percentile(0.5), 96);
    }
}

mod partly {
    use super::*;

    #[instrumented(registry = &FUNCTIONS, name = "partly_native")]
    pub(super) fn with(clock: MockClock, nanos: u64) {
        clock.advance(Duration::from_nanos(nanos));
    }

    #[instrumented(registry = &FUNCTIONS, name = "partly_native", native = false)]
    pub(super) fn without(clock: MockClock, nanos: u64) {
        clock.advance(Duration::from_nanos(nanos));
    }
}

#[test]
fn a_sum_of_both_has_native_buckets_while_one_has_no_values() {
    let clock = MockClock::new();
    let _entered = clock.enter();
    for nanos in NANOS {
        partly::with(clock, nanos);
    }
    let latency = || FUNCTIONS.snapshot_all().function("partly_native").unwrap().latency().clone();
    assert_eq!(latency().native().map(|native| native.buckets().count()), Some(3));
    partly::without(clock, 7);
    let values: Vec<u64> = NANOS.into_iter().chain([7]).collect();
    assert_is_as_coarse_as_its_bounds(&latency(), &values);
}

#[derive(LabelSet)]
struct Which {
    which: &'static str,
}

const BOUNDS: &[u64] = &const { buckets::seconds([0.000_001, 0.001]) };

metrics! {
    static CLASSIC: Histogram = Histogram::of_time("classic_seconds", "Times", BOUNDS).classic();
    static SIZES: Histogram = Histogram::new("classic_bytes", "Sizes", BOUNDS);
    static NEITHER: Histogram = Histogram::new("neither_bytes", "Sizes", BOUNDS).native(2).classic();
    static CLASSICS: Family<Which, Histogram> =
        Family::histogram_of_time("classic_family_seconds", "Times", BOUNDS).classic().max_series(7);
    static FINE: Family<Which, Histogram> = Family::histogram("fine_family_bytes", "Sizes", BOUNDS).native(1);
}

#[test]
fn a_declared_histogram_without_native_buckets_interpolates() {
    let registry = MetricsRegistry::new(Duration::MAX);
    let dynamic =
        DynamicFamily::<Histogram>::histogram_of_time("dynamic_seconds", "Times", ["which"], BOUNDS);
    let dynamic = registry.family(dynamic.unwrap().classic());
    let named = registry.histogram("named_bytes", "Sizes", BOUNDS);
    for value in NANOS {
        for histogram in [&CLASSIC, &SIZES, &NEITHER, named] {
            histogram.observe(value);
        }
        CLASSICS.with(&Which { which: "it" }).observe(value);
        FINE.with(&Which { which: "it" }).observe(value);
        dynamic.with(&["it"]).observe(value);
    }
    let series = |snapshot: FullSnapshot, name: &str| {
        let series = snapshot.declared[name].series_with(&[("which", "it")]).unwrap();
        series.value.as_histogram().unwrap().clone()
    };
    let of_families = [
        series(tachometer::snapshot(), "classic_family_seconds"),
        series(registry.snapshot_all(), "dynamic_seconds"),
    ];
    let alone = [&CLASSIC, &SIZES, &NEITHER, named].map(Histogram::snapshot);
    for histogram in of_families.iter().chain(&alone) {
        assert_is_as_coarse_as_its_bounds(histogram, &NANOS);
    }
    let fine = series(tachometer::snapshot(), "fine_family_bytes");
    // 90 is above 2^(12/2) = 64, and at most 2^(13/2) = 90.5.
    assert_eq!(fine.native().unwrap().buckets().collect::<Vec<_>>(), [(13, 1), (14, 2), (39, 1)]);
}

#[test]
fn a_family_with_other_native_buckets_is_another_family() {
    let registry = MetricsRegistry::new(Duration::MAX);
    let sizes = || Family::<Which, Histogram>::histogram("same_family_bytes", "", BOUNDS);
    let first = registry.try_family(sizes().native(3));
    assert!(first.is_ok() && registry.try_family(sizes().native(3)).is_ok());
    let other = registry.try_family(sizes().native(2)).unwrap_err().to_string();
    assert!(other.contains("schema 3") && other.contains("schema 2"), "{other}");
    let none = registry.try_family(sizes()).unwrap_err().to_string();
    assert!(none.contains("schema 3") && none.contains("without native buckets"), "{none}");
}
