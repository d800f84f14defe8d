//! Families of every kind of metric.

use super::{registry, series};
use std::time::Duration;
use tachometer::{
    Counter, Family, FloatCounter, FloatGauge, Gauge, Histogram, LabelSet, MockClock, buckets,
    families::SampleValue,
};

#[derive(LabelSet)]
struct Known {
    big: bool,
}

#[derive(LabelSet)]
struct Named<'a> {
    name: &'a str,
}

#[test]
fn each_kind_does_with_labels_what_it_does_without() {
    let registry = registry();
    let counter: Family<Named<'_>, Counter> = registry.family(Family::new("kinds_total", "Counter"));
    let floats: Family<Named<'_>, FloatCounter> = registry.family(Family::new("kinds_sum_total", "Floats"));
    let gauge: Family<Known, Gauge> = registry.family(Family::new("kinds_level", "Gauge"));
    let quantity: Family<Named<'_>, FloatGauge> = registry.family(Family::new("kinds_quantity", "Quantity"));
    let bytes: Family<Known, Histogram> =
        registry.family(Family::histogram("kinds_bytes", "Histogram", &[10, 20]));
    let name = Named { name: "a" };
    for _ in 0..2 {
        counter.with(&name).add(2);
        floats.with(&name).add(0.25);
        floats.with(&name).add(-1.0);
        gauge.with(&Known { big: true }).add(3);
        gauge.with(&Known { big: true }).sub(1);
        gauge.with(&Known { big: true }).decrement();
        gauge.with(&Known { big: false }).set(-7);
        quantity.with(&name).set(1.5);
        quantity.with(&name).sub(2.0);
        bytes.with(&Known { big: true }).observe(15);
        bytes.with(&Known { big: true }).observe(25);
    }
    let tracked = gauge.with(&Known { big: true }).track();
    assert_eq!(gauge.with(&Known { big: true }).get(), 3);
    drop(tracked);
    assert_eq!((counter.with(&name).get(), floats.with(&name).get().to_bits()), (4, 0.5_f64.to_bits()));
    assert_eq!(quantity.with(&name).get().to_bits(), (-0.5_f64).to_bits());
    let read = bytes.with(&Known { big: true }).snapshot();
    assert_eq!((read.buckets.as_slice(), read.sum(), read.total()), ([0, 2, 2].as_slice(), 80, 4));
    let snapshot = registry.snapshot_all();
    let alone = |value| vec![("a".to_owned(), value)];
    assert_eq!(series(&snapshot, "kinds_total"), alone(SampleValue::Count(4)));
    assert_eq!(series(&snapshot, "kinds_sum_total"), alone(SampleValue::Sum(0.5)));
    assert_eq!(series(&snapshot, "kinds_quantity"), alone(SampleValue::Quantity(-0.5)));
    let levels = [("false".to_owned(), SampleValue::Level(-7)), ("true".to_owned(), SampleValue::Level(2))];
    assert_eq!(series(&snapshot, "kinds_level"), levels);
    assert_eq!(series(&snapshot, "kinds_bytes")[1], ("true".to_owned(), SampleValue::Histogram(read)));
}

static BOUNDS: [u64; 2] = buckets::seconds([0.5, 1.0]);

#[test]
fn timers_record_in_their_series() {
    let clock = MockClock::new();
    let _entered = clock.enter();
    let registry = registry();
    let times: Family<Named<'_>, Histogram> =
        registry.family(Family::histogram_of_time("kinds_seconds", "Times", &BOUNDS));
    let name = Named { name: "a" };
    let stopped = times.with(&name).start_timer();
    clock.advance(Duration::from_millis(250));
    assert_eq!(stopped.stop(), Duration::from_millis(250));
    let dropped = times.with(&name).start_timer();
    clock.advance(Duration::from_millis(750));
    drop(dropped);
    times.with(&name).start_timer().discard();
    assert_eq!(times.with(&name).time(|| clock.advance(Duration::from_secs(2))), ());
    times.with(&name).observe_duration(Duration::from_millis(1));
    let read = times.with(&name).snapshot();
    assert_eq!((read.buckets.as_slice(), read.sum()), ([2, 1, 1].as_slice(), 3_001_000_000));
}

#[test]
fn whoever_only_reads_makes_no_series() {
    let registry = registry();
    let counter: Family<Named<'_>, Counter> = registry.family(Family::new("looked_at_total", "Looked at"));
    let times: Family<Named<'_>, Histogram> =
        registry.family(Family::histogram("looked_at_bytes", "Looked at", &[10]));
    assert_eq!(counter.with(&Named { name: "a" }).get(), 0);
    assert_eq!(times.with(&Named { name: "a" }).snapshot().buckets, [0, 0]);
    let snapshot = registry.snapshot_all();
    assert!(
        series(&snapshot, "looked_at_total").is_empty() && series(&snapshot, "looked_at_bytes").is_empty()
    );
}

#[test]
fn seconds_since_1970_are_whole_in_a_whole_gauge() {
    let registry = registry();
    let gauge: Family<Known, Gauge> = registry.family(Family::new("last_seen_seconds", "Last seen"));
    gauge.with(&Known { big: true }).set_to_current_time();
    assert!(gauge.with(&Known { big: true }).get() > 1_600_000_000);
}
