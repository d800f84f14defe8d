//! Any snapshot, encoded, decoded, and compared with what the texts say and with native buckets.

use super::super::random::{Random, expected, snapshots};
use super::super::reader::{Family, Label, Sample, canonical};
use super::histograms::with_native;
use super::{
    CUMULATIVE, DELTA, Data, Request, attributes, data, delta, encode, encoder, exponential,
    exponential_histogram, histogram, metrics, number_of_points, numbers,
};
use opentelemetry_proto::tonic::metrics::v1::{
    ExponentialHistogramDataPoint, HistogramDataPoint, Metric, number_data_point,
};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use std::collections::BTreeMap;
use tachometer::otlp::Temporality;
use tachometer::{Format, FullSnapshot, HistogramSnapshot};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_snapshot_is_decoded_equal(random in snapshots()) {
        let request = encode(&encoder(), &random.snapshot, None);
        let shown: Vec<Family> = metrics(&request).iter().map(shown).collect();
        prop_assert_eq!(shown, expected_here(&random));
    }

    #[test]
    fn exponential_histograms_of_functions_are_decoded_equal(random in snapshots()) {
        let request = encode(&exponential(), &random.snapshot, None);
        let mut shown: BTreeMap<Vec<Label>, Point> = BTreeMap::new();
        for metric in metrics(&request).iter().filter(|metric| metric.name == "function_duration_seconds") {
            match data(metric) {
                Data::Histogram(_) => histogram(metric).0.iter().for_each(|point| {
                    shown.insert(attributes(&point.attributes), Point::Explicit(point.clone()));
                }),
                _ => exponential_histogram(metric).0.iter().for_each(|point| {
                    shown.insert(attributes(&point.attributes), Point::Exponential(point.clone()));
                }),
            }
        }
        prop_assert_eq!(shown.len(), random.snapshot.functions.len());
        for function in &random.snapshot.functions {
            let mut labels = vec![
                ("function".to_owned(), function.function.clone()),
                ("module".to_owned(), function.module.clone()),
            ];
            labels.extend(function.labels.iter().cloned());
            check_point(&shown[&labels], function.latency());
        }
    }

    #[test]
    fn any_native_buckets_are_decoded_equal(
        buckets in btree_map(-200..250_i32, counts(), 0..40),
        width in prop_oneof![Just(1), Just(8), Just(161)],
    ) {
        // Narrow and wide ones.
        let buckets: BTreeMap<i32, u64> =
            buckets.into_iter().map(|(index, count)| (index / width, count)).collect();
        let pairs: Vec<_> = buckets.into_iter().collect();
        let snapshot = with_native(&[Some(&pairs)]);
        let request = encode(&exponential(), &snapshot, None);
        let recorded = snapshot.declared["wait_seconds"].series[0].value.as_histogram().unwrap();
        let point = exponential_histogram(&metrics(&request)[0]).0[0].clone();
        check_point(&Point::Exponential(point), recorded);
    }

    #[test]
    fn deltas_are_differences(earlier in snapshots(), later in snapshots()) {
        for later in [&later.snapshot, &of_one_run(&earlier.snapshot, &later.snapshot)] {
            let difference = later.since(&earlier.snapshot);
            let request = encode(&delta(), later, Some(&earlier.snapshot));
            let of_difference = encode(&encoder(), &difference, None);
            prop_assert_eq!(without_extremes(&request), without_extremes(&of_difference));
            let gauges = |request| -> Vec<Metric> {
                metrics(request).iter().filter(|metric| matches!(data(metric), Data::Gauge(_))).cloned().collect()
            };
            prop_assert_eq!(gauges(&request), gauges(&encode(&encoder(), later, None)));
            let low_memory = encoder().temporality(Temporality::LowMemory);
            prop_assert_eq!(&request, &encode(&low_memory, later, Some(&earlier.snapshot)));
            for metric in metrics(&request) {
                let temporality = match data(metric) {
                    Data::Sum(sum) => sum.aggregation_temporality,
                    Data::Histogram(histogram) => histogram.aggregation_temporality,
                    _ => DELTA,
                };
                prop_assert_eq!(temporality, DELTA);
                if let Data::Histogram(_) = data(metric) {
                    for point in histogram(metric).0 {
                        prop_assert!(point.sum >= Some(0.0));
                        prop_assert_eq!((point.min, point.max), (None, None));
                    }
                }
            }
        }
    }

    #[test]
    fn points_are_as_many_as_series(random in snapshots(), more in vec(snapshots(), 0..2)) {
        for random in more.iter().chain([&random]) {
            let request = encode(&exponential(), &random.snapshot, None);
            let points: usize = metrics(&request).iter().map(number_of_points).sum();
            let series: usize = random.snapshot.families().iter().map(|family| family.series.len()).sum();
            prop_assert_eq!(points, series);
        }
    }
}

fn counts() -> impl Strategy<Value = u64> {
    prop_oneof![8 => 1..100_u64, 2 => 1..1_u64 << 53, 1 => 1..1_u64 << 57]
}

/// Returns the metrics without those of extremes, which a difference does not have.
fn without_extremes(request: &Request) -> Vec<&Metric> {
    let is_extreme = |name: &str| {
        name.ends_with("_min")
            || name.ends_with("_max")
            || name.ends_with("min_seconds")
            || name.ends_with("max_seconds")
    };
    metrics(request)
        .iter()
        .filter(|metric| !(is_extreme(&metric.name) && matches!(data(metric), Data::Gauge(_))))
        .collect()
}

/// Returns `earlier` with what `later` shows, as a later snapshot of the same registry.
fn of_one_run(earlier: &FullSnapshot, later: &FullSnapshot) -> FullSnapshot {
    let mut snapshot = earlier.clone();
    let FullSnapshot { metrics, histograms, counters, gauges, functions, .. } = later.clone();
    snapshot.metrics.extend(metrics);
    snapshot.histograms.extend(histograms);
    snapshot.counters.extend(counters);
    snapshot.gauges.extend(gauges);
    for (earlier, later) in snapshot.functions.iter_mut().zip(functions) {
        (earlier.ok, earlier.errors, earlier.error_kinds) = (later.ok, later.errors, later.error_kinds);
    }
    snapshot
}

enum Point {
    Explicit(HistogramDataPoint),
    Exponential(ExponentialHistogramDataPoint),
}

/// Checks that native buckets are there, if Prometheus can read their sum, with every count, at the largest scale at which there are at
/// most 160.
fn check_point(point: &Point, recorded: &HistogramSnapshot) {
    let native = recorded.native().filter(|_| i64::try_from(recorded.total()).is_ok());
    let point = match (point, native) {
        (Point::Explicit(point), None) => {
            assert_eq!(point.count, recorded.total());
            return;
        }
        (Point::Exponential(point), Some(_)) => point,
        _ => panic!("the form of {recorded:?}"),
    };
    let native = native.expect("it has them");
    let buckets: Vec<_> = native.buckets().filter(|(_, count)| *count > 0).collect();
    // The bucket of a native one at a smaller scale, as Prometheus counts both: that of the next greater bound.
    let merged = |scale: i8| {
        let step = 1 << (native.schema() - scale);
        let mut merged: BTreeMap<i32, u64> = BTreeMap::new();
        for (index, count) in &buckets {
            *merged.entry(index.div_euclid(step) + i32::from(index.rem_euclid(step) > 0)).or_default() +=
                count;
        }
        merged
    };
    let spread = |merged: &BTreeMap<i32, u64>| match (merged.keys().next(), merged.keys().last()) {
        (Some(first), Some(last)) => last - first + 1,
        _ => 0,
    };
    let scale = (-10..=native.schema()).rev().find(|scale| spread(&merged(*scale)) <= 160).expect("it fits");
    assert_eq!((point.scale, point.zero_count), (scale.into(), native.zero_count()));
    let positive = point.positive.clone().unwrap_or_default();
    let shown: BTreeMap<i32, u64> = (positive.offset + 1..)
        .zip(positive.bucket_counts.iter().copied())
        .filter(|(_, count)| *count > 0)
        .collect();
    assert_eq!(shown, merged(scale));
    assert_eq!(i32::try_from(positive.bucket_counts.len()), Ok(spread(&shown)), "no bucket too many");
    assert_eq!(point.count, recorded.total());
    assert_eq!(point.sum, Some(recorded.sum() as f64 / 1e9));
    let seconds = |nanos: u64| nanos as f64 / 1e9;
    let extremes = recorded.extremes().map(|(min, max)| (seconds(min), seconds(max)));
    assert_eq!(point.min.zip(point.max), extremes);
}

/// Returns a metric as the texts have it: each bucket, sum and count as a sample of its own.
fn shown(metric: &Metric) -> Family {
    let name = &metric.name;
    let sample = |suffix: &str, labels: Vec<Label>, value: String| Sample {
        name: format!("{name}{suffix}"),
        labels,
        value,
        exemplar: None,
    };
    let (kind, samples) = match data(metric) {
        Data::Histogram(of_metric) => {
            assert_eq!(of_metric.aggregation_temporality, CUMULATIVE);
            ("histogram", histogram(metric).0.iter().flat_map(|point| buckets_of(name, point)).collect())
        }
        data => {
            let kind = match data {
                Data::Sum(sum) => {
                    assert_eq!((sum.aggregation_temporality, sum.is_monotonic), (CUMULATIVE, true));
                    "counter"
                }
                _ => "gauge",
            };
            let samples = numbers(metric).iter().map(|point| {
                let value = match point.value.expect("a value") {
                    number_data_point::Value::AsInt(integer) => integer.to_string(),
                    number_data_point::Value::AsDouble(float) => canonical(float),
                };
                sample("", attributes(&point.attributes), value)
            });
            (kind, samples.collect())
        }
    };
    // Texts cannot show a carriage return.
    let help = metric.description.replace('\r', " ");
    let unit = match metric.unit.as_str() {
        "" => None,
        "s" => Some("seconds".to_owned()),
        unit => panic!("{name} has the unit {unit}"),
    };
    Family { name: name.clone(), help, kind: kind.to_owned(), unit, samples }
}

fn buckets_of(name: &str, point: &HistogramDataPoint) -> Vec<Sample> {
    let own = attributes(&point.attributes);
    assert_eq!(point.bucket_counts.len(), point.explicit_bounds.len() + 1);
    let sample = |suffix: &str, more: Option<Label>, value: String| Sample {
        name: format!("{name}{suffix}"),
        labels: own.iter().cloned().chain(more).collect(),
        value,
        exemplar: None,
    };
    let bounds = point.explicit_bounds.iter().copied().chain([f64::INFINITY]);
    let mut count = 0_u64;
    let buckets = bounds.zip(&point.bucket_counts).map(|(bound, values)| {
        count = count.saturating_add(*values);
        sample("_bucket", Some(("le".to_owned(), canonical(bound))), count.to_string())
    });
    let mut samples: Vec<Sample> = buckets.collect();
    samples.push(sample("_sum", None, canonical(point.sum.expect("a sum"))));
    samples.push(sample("_count", None, point.count.to_string()));
    samples
}

/// Returns what the texts show, with sums as floats, and with counters that are no `i64`.
fn expected_here(random: &Random) -> Vec<Family> {
    let mut families = expected(random, Format::Prometheus);
    let units = expected(random, Format::OpenMetrics).into_iter().map(|family| family.unit);
    for (family, unit) in families.iter_mut().zip(units) {
        family.unit = unit;
        let sum = format!("{}_sum", family.name);
        for sample in &mut family.samples {
            let is_number = family.kind != "histogram";
            let is_too_large = sample.value.parse::<u64>().is_ok_and(|count| i64::try_from(count).is_err());
            if (is_number && is_too_large) || (!is_number && sample.name == sum) {
                sample.value = canonical(sample.float());
            }
        }
    }
    families
}
