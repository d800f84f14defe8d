//! Histograms: explicit bounds, exponential buckets.

use super::{
    DELTA, Data, attributes, data, empty, encode, encoder, exponential, exponential_histogram, histogram,
    metric, metrics, number_of_points, registry, with_members,
};
use serde_json::{Value, json};
use std::time::Duration;
use tachometer::otlp::Temporality;
use tachometer::{FullSnapshot, HistogramSnapshot};

#[test]
fn explicit_bounds_are_inclusive_and_the_last_bucket_has_none() {
    let registry = registry();
    let api = registry.register_histogram("api", [10, 1_000, u64::MAX]);
    for value in [0, 10, 11, 1_000, 1_001, 5_000] {
        api.record(value);
    }
    let request = encode(&encoder(), &registry.snapshot_all(), None);
    let (points, _) = histogram(metric(&request, "api_latency_us"));
    assert_eq!(points[0].explicit_bounds, [10.0, 1_000.0]);
    assert_eq!(points[0].bucket_counts, [2, 2, 2], "not cumulative");
    assert_eq!((points[0].count, points[0].sum), (6, Some(7_022.0)));
    assert_eq!((points[0].min, points[0].max), (None, None), "it keeps no extremes");
}

#[test]
fn bounds_that_are_equal_as_floats_are_one() {
    let registry = registry();
    let (first, second) = (1 << 60, (1 << 60) + 1);
    let api = registry.register_histogram("api", [7, first, second]);
    for value in [7, first, second, second + 1] {
        api.record(value);
    }
    let other = registry.register_histogram("other", [7]);
    other.record(8);
    let request = encode(&encoder(), &registry.snapshot_all(), None);
    let (points, _) = histogram(metric(&request, "api_latency_us"));
    assert_eq!(points[0].explicit_bounds, [7.0, 2_f64.powi(60)]);
    assert_eq!(points[0].bucket_counts, [1, 2, 1]);
    let (points, _) = histogram(metric(&request, "other_latency_us"));
    assert_eq!((&points[0].explicit_bounds[..], &points[0].bucket_counts[..]), (&[7.0][..], &[0, 1][..]));
}

#[test]
fn times_and_integers_with_the_same_bounds_have_their_own_units() {
    let registry = registry();
    registry.histogram("a_values", "Values", &[1_000_000_000]).observe(7);
    let times = registry.histogram_of_time("b_seconds", "Times", &[1_000_000_000]);
    times.observe_duration(Duration::from_millis(500));
    let request = encode(&encoder(), &registry.snapshot_all(), None);
    let bounds = |name| histogram(metric(&request, name)).0[0].explicit_bounds.clone();
    assert_eq!((bounds("a_values"), bounds("b_seconds")), (vec![1e9], vec![1.0]));
    let (points, _) = histogram(metric(&request, "b_seconds"));
    assert_eq!((points[0].sum, points[0].min, points[0].max), (Some(0.5), Some(0.5), Some(0.5)));
}

#[test]
fn an_exponential_bucket_has_the_index_of_its_lower_end() {
    let registry = registry();
    let times = registry.histogram_of_time("wait_seconds", "Waiting", &[1_000_000_000]);
    for millis in [0, 0, 1, 1_000, 1_001, 1_024, 30_000, 32_000, 32_001] {
        times.observe_duration(Duration::from_millis(millis));
    }
    let snapshot = registry.snapshot_all();
    let request = encode(&exponential(), &snapshot, None);
    let (points, _) = exponential_histogram(metric(&request, "wait_seconds"));
    let point = &points[0];
    assert_eq!((point.scale, point.zero_count, point.zero_threshold), (3, 2, 0.0));
    assert_eq!((point.count, point.min, point.max), (9, Some(0.0), Some(32.001)));
    assert_eq!(point.negative, None);
    let positive = point.positive.as_ref().expect("buckets");
    let buckets: Vec<(i32, u64)> = (positive.offset..)
        .zip(positive.bucket_counts.iter().copied())
        .filter(|(_, count)| *count > 0)
        .collect();
    // 1 s is the upper end of bucket -1, and what is above is in bucket 0.
    assert_eq!(buckets[1..], [(-1, 1), (0, 2), (39, 2), (40, 1)]);
    for (index, value) in [(buckets[0].0, 0.001), (-1, 1.0), (0, 1.024), (39, 30.0), (39, 32.0), (40, 32.001)]
    {
        let bound = |index: i32| (f64::from(index) / 8.0).exp2();
        assert!(bound(index) < value && value <= bound(index + 1), "{value} is not in bucket {index}");
    }
    // Prometheus' index of the same bucket is higher by 1.
    let native = snapshot.declared["wait_seconds"]
        .value()
        .and_then(|value| value.as_histogram())
        .and_then(HistogramSnapshot::native);
    let native: Vec<_> =
        native.expect("native buckets").buckets().map(|(index, count)| (index - 1, count)).collect();
    assert_eq!(buckets, native);
}

#[test]
fn an_empty_exponential_histogram_has_no_bucket() {
    let registry = registry();
    registry.histogram_of_time("wait_seconds", "Waiting", &[1_000_000_000]);
    let request = encode(&exponential(), &registry.snapshot_all(), None);
    let (points, _) = exponential_histogram(metric(&request, "wait_seconds"));
    assert_eq!((points[0].count, points[0].sum, points[0].zero_count), (0, Some(0.0), 0));
    assert!(points[0].positive.as_ref().is_none_or(|positive| positive.bucket_counts.is_empty()));
    assert_eq!((points[0].min, points[0].max), (None, None));
}

/// Returns a snapshot with a family of histograms of times, each with these native buckets, or none.
pub(super) fn with_native(series: &[Option<&[(i32, u64)]>]) -> FullSnapshot {
    let series: Vec<Value> = (0..)
        .zip(series)
        .map(|(number, buckets): (u32, _)| {
            let total: u64 = buckets.map_or(3, |buckets| buckets.iter().map(|(_, count)| count).sum());
            let mut histogram = json!({ "buckets": [total], "boundaries": [u64::MAX], "sum": 7 });
            if let Some(buckets) = buckets {
                let native = json!({ "schema": 3, "per_unit": 1_000_000_000, "zero": 0, "buckets": buckets });
                histogram["native"] = native;
            }
            json!({ "labels": { "n": number.to_string() }, "value": { "times": histogram } })
        })
        .collect();
    let family = json!({ "kind": "histogram", "series": series });
    with_members(&empty(), json!({ "declared": { "wait_seconds": family } }))
}

#[test]
fn more_than_160_buckets_are_merged_in_pairs() {
    let positive = |first: i32, last: i32| {
        let snapshot = with_native(&[Some(&[(first, 5), (first + 1, 6), (last, 7)])]);
        let request = encode(&exponential(), &snapshot, None);
        let (points, _) = exponential_histogram(metric(&request, "wait_seconds"));
        let positive = points[0].positive.clone().expect("buckets");
        let counts = positive.bucket_counts.iter().copied();
        let buckets: Vec<_> = (positive.offset..).zip(counts).filter(|(_, count)| *count > 0).collect();
        (points[0].scale, positive.bucket_counts.len(), buckets)
    };
    // Index 1 of Prometheus is 0 here.
    assert_eq!(positive(1, 160), (3, 160, vec![(0, 5), (1, 6), (159, 7)]));
    assert_eq!(positive(1, 161), (2, 81, vec![(0, 11), (80, 7)]));
    assert_eq!(positive(0, 160), (2, 81, vec![(-1, 5), (0, 6), (79, 7)]));
    assert_eq!(positive(-199, 120), (2, 160, vec![(-100, 11), (59, 7)]));
    assert_eq!(positive(-198, 122), (1, 81, vec![(-50, 11), (30, 7)]));
    assert_eq!(positive(-199, 122), (1, 81, vec![(-50, 11), (30, 7)]));
}

#[test]
fn a_family_with_both_forms_is_two_metrics() {
    let snapshot = with_native(&[None, Some(&[(1, 2)]), None]);
    let request = encode(&exponential(), &snapshot, None);
    let [explicit, exponential_part] = metrics(&request) else { panic!("two metrics: {request:?}") };
    for metric in [explicit, exponential_part] {
        assert_eq!((metric.name.as_str(), metric.unit.as_str()), ("wait_seconds", "s"));
    }
    let label = |attributes_of: &[_]| attributes(attributes_of)[0].1.clone();
    let labels: Vec<_> = histogram(explicit).0.iter().map(|point| label(&point.attributes)).collect();
    assert_eq!(labels, ["0", "2"]);
    let labels: Vec<_> =
        exponential_histogram(exponential_part).0.iter().map(|point| label(&point.attributes)).collect();
    assert_eq!(labels, ["1"]);
    // With explicit bounds there is one.
    let request = encode(&encoder(), &snapshot, None);
    assert_eq!((metrics(&request).len(), number_of_points(&metrics(&request)[0])), (1, 3));
    // The first series need not be explicit.
    let request = encode(&exponential(), &with_native(&[Some(&[(1, 2)]), None]), None);
    assert!(matches!(data(&metrics(&request)[0]), Data::ExponentialHistogram(_)));
    assert!(matches!(data(&metrics(&request)[1]), Data::Histogram(_)));
}

#[test]
fn a_histogram_that_a_program_has_changed_shows_its_bounds() {
    let registry = registry();
    let times = registry.histogram_of_time("wait_seconds", "Waiting", &[1_000_000_000]);
    times.observe_duration(Duration::from_millis(7));
    let mut snapshot = registry.snapshot_all();
    let family = snapshot.declared.get_mut("wait_seconds").expect("it is there");
    let tachometer::families::SampleValue::Times(changed) = &mut family.series[0].value else {
        panic!("times")
    };
    changed.buckets[1] += 5;
    let request = encode(&exponential(), &snapshot, None);
    let (points, _) = histogram(metric(&request, "wait_seconds"));
    assert_eq!((points[0].count, &points[0].bucket_counts[..]), (6, &[1, 5][..]));
}

#[test]
fn deltas_of_exponential_histograms_are_differences() {
    let registry = registry();
    let times = registry.histogram_of_time("wait_seconds", "Waiting", &[1_000_000_000]);
    times.observe_duration(Duration::from_secs(1));
    times.observe_duration(Duration::ZERO);
    let earlier = registry.snapshot_all();
    times.observe_duration(Duration::from_secs(2));
    let encoder = exponential().temporality(Temporality::Delta);
    let request = encode(&encoder, &registry.snapshot_all(), Some(&earlier));
    let (points, temporality) = exponential_histogram(metric(&request, "wait_seconds"));
    let positive = points[0].positive.as_ref().expect("buckets");
    assert_eq!((positive.offset, &positive.bucket_counts[..]), (7, &[1][..]));
    assert_eq!((temporality, points[0].zero_count, points[0].count), (DELTA, 0, 1));
    assert_eq!((points[0].sum, points[0].min, points[0].max), (Some(2.0), None, None));
}
