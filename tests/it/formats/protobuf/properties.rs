//! Any snapshot, written, decoded, and compared with what the texts say and with native buckets.

use super::super::random::{Random, expected, snapshots};
use super::super::reader::{self, Family, Label, Sample, canonical};
use super::messages::{Exemplar, Histogram, Kind, Metric, MetricFamily, decode, merged};
use super::start_of;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::json;
use tachometer::{Format, FullSnapshot, HistogramSnapshot};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_snapshot_is_decoded_equal(random in snapshots()) {
        let families = merged(decode(&random.snapshot.to_protobuf()));
        let shown: Vec<Family> = families.iter().map(shown).collect();
        prop_assert_eq!(shown, expected_here(&random));
    }

    #[test]
    fn native_buckets_of_functions_are_decoded_equal(random in snapshots()) {
        let families = decode(&random.snapshot.to_protobuf());
        let durations = families.iter().find(|family| family.name() == "function_duration_seconds");
        let series = durations.map_or(&[][..], |family| &family.metric);
        prop_assert_eq!(series.len(), random.snapshot.functions.len());
        for (series, function) in series.iter().zip(&random.snapshot.functions) {
            let histogram = series.histogram.as_ref().unwrap();
            check_native(histogram, function.latency());
            let listed: Vec<_> = histogram.exemplars.iter().map(exemplar_of).collect();
            let is_listed = |exemplar: &reader::Exemplar| listed.contains(exemplar);
            let of_buckets = histogram.bucket.iter().filter_map(|bucket| bucket.exemplar.as_ref().map(exemplar_of));
            if histogram.schema.is_some() {
                prop_assert_eq!(listed.len(), function.exemplars().buckets().count());
                prop_assert!(of_buckets.into_iter().all(|exemplar| is_listed(&exemplar)));
            } else {
                prop_assert_eq!(listed.len(), 0);
            }
        }
    }

    #[test]
    fn any_native_buckets_are_decoded_equal(
        is_of_time in any::<bool>(),
        zero in prop_oneof![Just(0), counts()],
        buckets in btree_map(-200..250_i32, counts(), 0..40),
    ) {
        let total = buckets.values().sum::<u64>() + zero;
        let per_unit = if is_of_time { 1_000_000_000 } else { 1 };
        // The lowest buckets of integers contain none.
        let lowest = if is_of_time { 0 } else { 260 };
        let buckets: Vec<_> = buckets.into_iter().map(|(index, count)| (index + lowest, count)).collect();
        let snapshot = with_histogram(is_of_time, &json!({
            "buckets": [total],
            "boundaries": [u64::MAX],
            "sum": 7,
            "native": {
                "schema": 3,
                "per_unit": per_unit,
                "zero": zero,
                "buckets": buckets,
            },
        }));
        let families = decode(&snapshot.to_protobuf());
        let histogram = families[0].metric[0].histogram.as_ref().unwrap();
        check_native(histogram, snapshot.declared["waits"].value().unwrap().as_histogram().unwrap());
    }

    #[test]
    fn what_stands_in_the_buffer_stays(random in snapshots(), before in vec(any::<u8>(), 0..5)) {
        let formats =
            [Format::Prometheus, Format::OpenMetrics, Format::OpenMetricsWithCreated, Format::Protobuf];
        for format in formats {
            let mut bytes = before.clone();
            random.snapshot.encode_bytes(format, &mut bytes);
            let expected = match format {
                Format::Protobuf => random.snapshot.to_protobuf(),
                _ => super::super::encode(&random.snapshot, format).into_bytes(),
            };
            prop_assert_eq!(bytes, [before.as_slice(), &expected].concat());
        }
    }

    #[test]
    fn counters_and_histograms_show_one_start_time_and_nothing_else_does(random in snapshots()) {
        let mut times = Vec::new();
        for family in decode(&random.snapshot.to_protobuf()) {
            for series in &family.metric {
                prop_assert_eq!(series.timestamp_ms, None);
                match family.kind() {
                    Kind::Gauge => prop_assert_eq!(start_of(series), None),
                    _ => times.push(start_of(series).expect("a start time")),
                }
            }
        }
        times.dedup();
        prop_assert!(times.len() <= 1, "one registry was made at one time: {:?}", times);
    }
}

fn counts() -> impl Strategy<Value = u64> {
    prop_oneof![8 => 1..100_u64, 2 => 1..1_u64 << 53, 1 => 1..1_u64 << 58]
}

/// Returns a snapshot with a declared histogram that has this JSON.
fn with_histogram(is_of_time: bool, histogram: &serde_json::Value) -> FullSnapshot {
    let kind = if is_of_time { "times" } else { "histogram" };
    let empty = tachometer::MetricsRegistry::new(std::time::Duration::MAX).snapshot_all();
    let mut snapshot = serde_json::to_value(empty).expect("a snapshot has a JSON form");
    snapshot["declared"] = json!({ "waits": {
        "kind": "histogram",
        "series": [{ "labels": {}, "value": { kind: histogram } }],
    } });
    FullSnapshot::from_json(&snapshot.to_string()).expect("a snapshot")
}

/// Checks that native buckets are there, if Prometheus can read their sum, with every count.
fn check_native(shown: &Histogram, recorded: &HistogramSnapshot) {
    let native = recorded.native().filter(|native| {
        let counts = native.buckets().map(|(_, count)| u128::from(count));
        let sum = counts.sum::<u128>() + u128::from(native.zero_count());
        assert_eq!(sum, u128::from(recorded.total()));
        sum <= i64::MAX as u128
    });
    let Some(native) = native else {
        assert_eq!((shown.schema, shown.zero_count, shown.zero_threshold), (None, None, None));
        assert!(shown.positive_span.is_empty() && shown.positive_delta.is_empty());
        return;
    };
    assert_eq!((shown.schema, shown.zero_count), (Some(native.schema().into()), Some(native.zero_count())));
    let recorded: Vec<_> = native.buckets().filter(|(_, count)| *count > 0).collect();
    assert_eq!(shown.native_buckets(), recorded);
    assert!(!shown.positive_span.is_empty(), "a histogram without spans is a classic one");
    let is_empty = shown.positive_delta.is_empty();
    for (index, span) in shown.positive_span.iter().enumerate() {
        assert_eq!(span.length() == 0, is_empty, "{span:?}");
        assert!(index == 0 || span.offset() > 0, "spans overlap: {span:?}");
    }
}

/// Returns a family as the texts have it: each bucket, sum and count as a sample of its own.
fn shown(family: &MetricFamily) -> Family {
    let kind = family.kind();
    Family {
        name: family.name().to_owned(),
        // Texts cannot show a carriage return.
        help: family.help().replace('\r', " "),
        kind: format!("{kind:?}").to_lowercase(),
        unit: family.unit.clone(),
        samples: family.metric.iter().flat_map(|series| samples(family.name(), kind, series)).collect(),
    }
}

fn samples(name: &str, kind: Kind, series: &Metric) -> Vec<Sample> {
    let labels: Vec<Label> =
        series.label.iter().map(|pair| (pair.name().to_owned(), pair.value().to_owned())).collect();
    let sample = |suffix: &str, more: Option<Label>, value: f64, exemplar: Option<&Exemplar>| Sample {
        name: format!("{name}{suffix}"),
        labels: labels.iter().cloned().chain(more).collect(),
        value: canonical_value(value),
        exemplar: exemplar.map(exemplar_of),
    };
    match (kind, series) {
        (Kind::Counter, Metric { counter: Some(counter), gauge: None, histogram: None, .. }) => {
            vec![sample("", None, counter.value.expect("a value"), counter.exemplar.as_ref())]
        }
        (Kind::Gauge, Metric { gauge: Some(gauge), counter: None, histogram: None, .. }) => {
            vec![sample("", None, gauge.value.expect("a value"), None)]
        }
        (Kind::Histogram, Metric { histogram: Some(histogram), counter: None, gauge: None, .. }) => {
            assert_eq!((histogram.sample_count_float, histogram.negative_span.len()), (None, 0));
            let buckets = histogram.bucket.iter().map(|bucket| {
                let le = ("le".to_owned(), canonical(bucket.upper_bound.expect("a bound")));
                let count = bucket.cumulative_count.expect("a count") as f64;
                sample("_bucket", Some(le), count, bucket.exemplar.as_ref())
            });
            let sum = sample("_sum", None, histogram.sample_sum.expect("a sum"), None);
            let count = sample("_count", None, histogram.sample_count.expect("a count") as f64, None);
            assert_eq!(
                histogram.bucket.last().and_then(|last| last.cumulative_count),
                histogram.sample_count
            );
            buckets.chain([sum, count]).collect()
        }
        _ => panic!("the value of a {kind:?} is {series:?}"),
    }
}

/// Returns an exemplar as the texts have it.
fn exemplar_of(exemplar: &Exemplar) -> reader::Exemplar {
    let time = exemplar.timestamp.expect("a time");
    reader::Exemplar {
        labels: exemplar.label.iter().map(|pair| (pair.name().to_owned(), pair.value().to_owned())).collect(),
        value: canonical_value(exemplar.value.expect("a value")),
        time: format!("{}.{:06}", time.seconds(), time.nanos() / 1_000),
    }
}

/// Returns what the texts show, with each number as the nearest float: this format has no others.
fn expected_here(random: &Random) -> Vec<Family> {
    let mut families = expected(random, Format::Prometheus);
    for (family, openmetrics) in families.iter_mut().zip(expected(random, Format::OpenMetrics)) {
        family.unit = openmetrics.unit;
        for (sample, openmetrics) in family.samples.iter_mut().zip(openmetrics.samples) {
            sample.value = canonical_value(sample.float());
            sample.exemplar = openmetrics.exemplar;
            if let Some(exemplar) = &mut sample.exemplar {
                exemplar.value = canonical_value(exemplar.value.parse().expect("a number"));
            }
        }
    }
    families
}

fn canonical_value(value: f64) -> String {
    if value == f64::NEG_INFINITY { "-Inf".to_owned() } else { canonical(value) }
}
