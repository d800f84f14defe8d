//! Families whose series have label names of their own.

use super::{counts, overflowed, registry};
use tachometer::{
    Counter, FloatGauge, Histogram, MetricsRegistry, families::SampleValue, family::MixedFamily,
};

fn family(registry: &MetricsRegistry, name: &str) -> MixedFamily<Counter> {
    registry.family(MixedFamily::new(name, "Parcels").unwrap())
}

#[test]
fn label_names_may_differ_and_their_order_and_empty_values_do_not_matter() {
    let registry = registry();
    let family = family(&registry, "mixed_parcels_total");
    let series = |labels: &[(&str, &str)]| family.series(labels).unwrap();
    series(&[("a", "1"), ("b", "2")]).add(1);
    series(&[("b", "2"), ("c", ""), ("a", "1")]).add(2);
    series(&[("c", "1")]).add(4);
    series(&[("c", "")]).add(8);
    let held = series(&[]).hold();
    held.add(16);
    assert_eq!(held.get(), 24);
    let snapshot = registry.snapshot_all();
    let text = snapshot.to_prometheus_format();
    let lines =
        "mixed_parcels_total 24\nmixed_parcels_total{a=\"1\",b=\"2\"} 3\nmixed_parcels_total{c=\"1\"} 4\n";
    assert!(text.contains(lines), "{text}");
    assert_eq!(
        registry.list().iter().find(|it| it.name == "mixed_parcels_total").unwrap().labels,
        ["a", "b", "c"]
    );
}

#[test]
fn series_beyond_the_limit_overflow_and_are_counted() {
    let registry = registry();
    let family =
        registry.family(MixedFamily::<Counter>::new("mixed_users_total", "Users").unwrap().max_series(2));
    for user in ["a", "b", "c", "d", "a", "__overflow__"] {
        family.series(&[("user", user)]).unwrap().increment();
    }
    let beyond = family.series(&[("other", "c")]).unwrap();
    beyond.clone().increment();
    assert_eq!(beyond.get(), 4);
    family.series(&[]).unwrap().increment();
    let snapshot = registry.snapshot_all();
    let expected =
        [("", 1), ("a", 2), ("b", 1), ("__overflow__", 4)].map(|(user, count)| (user.to_owned(), count));
    assert_eq!(counts(&snapshot, "mixed_users_total"), expected);
    assert_eq!(overflowed(&snapshot, "mixed_users_total"), Some(4));
}

#[test]
fn the_same_family_is_registered_once_and_no_other() {
    let registry = registry();
    family(&registry, "mixed_twice_total").series(&[("a", "1")]).unwrap().increment();
    family(&registry, "mixed_twice_total").series(&[("a", "1")]).unwrap().increment();
    assert_eq!(counts(&registry.snapshot_all(), "mixed_twice_total"), [("1".to_owned(), 2)]);
    let other = MixedFamily::<FloatGauge>::new("mixed_twice_total", "Others").unwrap();
    let refused = registry.try_family(other).unwrap_err().to_string();
    assert!(refused.contains("a declared counter, and with any labels"), "{refused}");
    let declared = tachometer::DynamicFamily::<Counter>::new("mixed_twice_total", "Others", [""; 0]).unwrap();
    assert!(registry.try_family(declared).is_err());
}

#[test]
fn histograms_have_native_buckets() {
    let registry = registry();
    let times = MixedFamily::<Histogram>::histogram_of_time("mixed_seconds", "Times", [1_000]).unwrap();
    let sizes = MixedFamily::<Histogram>::histogram("mixed_bytes", "Sizes", [1_000]).unwrap().native(3);
    for family in [registry.family(times), registry.family(sizes)] {
        family.series(&[("a", "1")]).unwrap().observe(512);
    }
    let snapshot = registry.snapshot_all();
    for name in ["mixed_seconds", "mixed_bytes"] {
        let histogram = match &snapshot.declared[name].series[0].value {
            SampleValue::Histogram(histogram) | SampleValue::Times(histogram) => histogram,
            other => panic!("{other:?}"),
        };
        assert_eq!((histogram.sum(), &*histogram.buckets), (512, &[1, 0][..]));
        assert_eq!(histogram.native().unwrap().schema(), 3);
    }
    assert!(MixedFamily::<Histogram>::histogram("mixed_wrong", "Wrong", [2, 1]).is_err());
}

#[test]
fn wrong_names_are_errors() {
    assert!(MixedFamily::<Counter>::new("a b", "Wrong").is_err());
    let registry = registry();
    let family = family(&registry, "mixed_wrong_total");
    for labels in [&[("a b", "")][..], &[("le", "1")], &[("a", "1"), ("a", "2")], &[("__a", "1")]] {
        assert!(family.series(labels).is_err(), "{labels:?}");
    }
    assert!(!registry.snapshot_all().to_prometheus_format().contains("mixed_wrong_total{"));
}
