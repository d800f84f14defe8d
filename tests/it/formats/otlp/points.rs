//! Numbers, times, attributes.

use super::{
    CUMULATIVE, DELTA, Data, Request, attributes, data, delta, empty, encode, encoder, histogram, metric,
    metrics, number, numbers, registry, version, with_members,
};
use opentelemetry_proto::tonic::metrics::v1::number_data_point::Value;
use serde_json::json;
use std::time::{Duration, UNIX_EPOCH};
use tachometer::otlp::{Encoder, Temporality};
use tachometer::{Counter, DynamicFamily, FullSnapshot, MetricsRegistry};

#[test]
fn a_request_has_the_resource_and_the_scope() {
    let encoder =
        Encoder::new([("service.name", "first"), ("zone", "a\"b\\c\n\0é"), ("service.name", "last")]);
    let request = encode(&encoder, &empty(), None);
    assert!(metrics(&request).is_empty());
    let resource = request.resource_metrics[0].resource.as_ref().expect("a resource");
    let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    // Of two attributes of one key, the last one.
    assert_eq!(
        attributes(&resource.attributes),
        [pair("service.name", "last"), pair("zone", "a\"b\\c\n\0é")]
    );
    let scope = request.resource_metrics[0].scope_metrics[0].scope.as_ref().expect("a scope");
    assert_eq!((scope.name.as_str(), scope.version.as_str()), ("tachometer", version().as_str()));
}

#[test]
fn counters_are_monotonic_sums_and_gauges_are_gauges() {
    let registry = registry();
    registry.register_counter("jobs_total").add(3);
    registry.register_gauge("queue").set(-4);
    registry.info("build_info", "The build", &[("version", "7")]);
    let request = encode(&encoder(), &registry.snapshot_all(), None);
    let Data::Sum(sum) = data(metric(&request, "jobs_total")) else { panic!("no sum") };
    assert_eq!((sum.is_monotonic, sum.aggregation_temporality), (true, CUMULATIVE));
    assert!(matches!(data(metric(&request, "queue")), Data::Gauge(_)));
    assert_eq!(
        (number(&request, "jobs_total"), number(&request, "queue")),
        (Value::AsInt(3), Value::AsInt(-4))
    );
    assert!(matches!(data(metric(&request, "build_info")), Data::Gauge(_)));
    assert_eq!(number(&request, "build_info"), Value::AsInt(1));
}

#[test]
fn integers_are_integers_if_they_fit() {
    let registry = registry();
    let counter = registry.register_counter("jobs_total");
    let shown = || number(&encode(&encoder(), &registry.snapshot_all(), None), "jobs_total");
    counter.add(i64::MAX.unsigned_abs());
    assert_eq!(shown(), Value::AsInt(i64::MAX));
    counter.increment();
    assert_eq!(shown(), Value::AsDouble(2_f64.powi(63)));
    registry.register_gauge("low").set(i64::MIN);
    // A counter of floats does not change its type when its sum is integral.
    registry.float_counter("quantity_total", "A quantity").add(2.0);
    let request = encode(&encoder(), &registry.snapshot_all(), None);
    assert_eq!(number(&request, "low"), Value::AsInt(i64::MIN));
    assert_eq!(number(&request, "quantity_total"), Value::AsDouble(2.0));
}

#[test]
fn floats_that_are_no_numbers_of_json_are_texts_in_it() {
    let registry = registry();
    let gauge = registry.float_gauge("level", "A level");
    for (value, literal) in [
        (f64::INFINITY, "\"Infinity\""),
        (f64::NEG_INFINITY, "\"-Infinity\""),
        (f64::NAN, "\"NaN\""),
        (-0.0, "-0.0"),
        (5e-324, "5e-324"),
        (2.5e21, "2.5e+21"),
    ] {
        gauge.set(value);
        let snapshot = registry.snapshot_all();
        let (mut bytes, mut json) = (Vec::new(), String::new());
        encoder().encode(&snapshot, None, &mut bytes);
        let request: Request = prost::Message::decode(bytes.as_slice()).expect("a request");
        let Value::AsDouble(shown) = number(&request, "level") else { panic!("a float is one") };
        assert_eq!(shown.to_bits(), value.to_bits());
        encoder().encode_json(&snapshot, None, &mut json);
        assert!(json.contains(&format!(r#""asDouble":{literal}}}"#)), "{json}");
    }
}

#[test]
fn attributes_are_the_labels_each_once() {
    const VALUE: &str = "a\\b\"c\nd é\r\0";
    let registry = MetricsRegistry::new(Duration::MAX).with_labels([("zone", VALUE)]);
    let family: DynamicFamily<Counter> =
        registry.family(DynamicFamily::new("jobs_total", VALUE, ["kind"]).expect("valid"));
    family.with(&[""]).add(3);
    family.with(&[VALUE]).add(4);
    let mut snapshot = registry.snapshot_all();
    // A label of all series gives way to a series' own one.
    snapshot.labels.push(("kind".to_owned(), "all".to_owned()));
    let request = encode(&encoder(), &snapshot, None);
    let jobs = metric(&request, "jobs_total");
    assert_eq!(jobs.description, VALUE);
    let pairs: Vec<_> = numbers(jobs).iter().map(|point| attributes(&point.attributes)).collect();
    let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    assert_eq!(pairs, [[pair("kind", ""), pair("zone", VALUE)], [pair("kind", VALUE), pair("zone", VALUE)],]);
}

/// A registry with one of each kind, at two times.
fn two_snapshots() -> [FullSnapshot; 2] {
    let registry = registry();
    let (jobs, queue) = (registry.register_counter("jobs_total"), registry.register_gauge("queue"));
    let waits = registry.histogram_of_time("wait_seconds", "Waiting", &[500_000_000]);
    jobs.add(3);
    queue.set(5);
    waits.observe_duration(Duration::from_millis(100));
    let earlier = registry.snapshot_all();
    jobs.add(4);
    queue.set(-5);
    waits.observe_duration(Duration::from_secs(1));
    [at(&earlier, "02.0000001"), at(&registry.snapshot_all(), "03")]
}

/// Returns a snapshot that was taken in that second, of a registry that was created at the begin of its minute.
fn at(snapshot: &FullSnapshot, second: &str) -> FullSnapshot {
    let time = |second: &str| format!("2026-11-24T17:32:{second}Z");
    with_members(snapshot, json!({ "timestamp": time(second), "created": time("00") }))
}

const MINUTE: u64 = 1_795_541_520_000_000_000;
const SECOND: u64 = 1_000_000_000;
/// The resolution of times on Windows.
const STEP: u64 = 100;

#[test]
fn cumulative_points_span_the_time_since_the_start() {
    let [_, later] = two_snapshots();
    // An earlier snapshot does not matter.
    let [earlier, _] = two_snapshots();
    let request = encode(&encoder(), &later, Some(&earlier));
    assert_eq!(request, encode(&encoder(), &later, None));
    let [jobs] = numbers(metric(&request, "jobs_total")) else { panic!("one point") };
    let times = (MINUTE, MINUTE + 3 * SECOND);
    assert_eq!((jobs.start_time_unix_nano, jobs.time_unix_nano), times);
    assert_eq!(jobs.value, Some(Value::AsInt(7)));
    // A gauge has no start.
    let [queue] = numbers(metric(&request, "queue")) else { panic!("one point") };
    assert_eq!((queue.start_time_unix_nano, queue.time_unix_nano), (0, times.1));
    let (waits, temporality) = histogram(metric(&request, "wait_seconds"));
    assert_eq!((waits[0].start_time_unix_nano, waits[0].time_unix_nano), times);
    assert_eq!((temporality, waits[0].count, waits[0].sum), (CUMULATIVE, 2, Some(1.1)));
    assert_eq!((waits[0].min, waits[0].max), (Some(0.1), Some(1.0)), "the extremes since the start");
}

#[test]
fn delta_points_span_the_time_since_the_earlier_snapshot() {
    let [earlier, later] = two_snapshots();
    let request = encode(&delta(), &later, Some(&earlier));
    let Data::Sum(sum) = data(metric(&request, "jobs_total")) else { panic!("no sum") };
    assert_eq!((sum.is_monotonic, sum.aggregation_temporality), (true, DELTA));
    let jobs = &sum.data_points[0];
    let times = (MINUTE + 2 * SECOND + STEP, MINUTE + 3 * SECOND);
    assert_eq!((jobs.start_time_unix_nano, jobs.time_unix_nano), times);
    assert_eq!(jobs.value, Some(Value::AsInt(4)));
    assert_eq!(number(&request, "queue"), Value::AsInt(-5), "a gauge is as it is");
    let (waits, temporality) = histogram(metric(&request, "wait_seconds"));
    assert_eq!((waits[0].start_time_unix_nano, waits[0].time_unix_nano), times);
    assert_eq!((temporality, waits[0].count, waits[0].sum), (DELTA, 1, Some(1.0)));
    assert_eq!((waits[0].min, waits[0].max), (None, None), "extremes cannot be subtracted");
    assert_eq!(waits[0].bucket_counts, [0, 1]);
}

#[test]
fn the_first_delta_spans_the_time_since_the_start() {
    let [earlier, _] = two_snapshots();
    let request = encode(&delta(), &earlier, None);
    let [jobs] = numbers(metric(&request, "jobs_total")) else { panic!("one point") };
    assert_eq!((jobs.start_time_unix_nano, jobs.time_unix_nano), (MINUTE, MINUTE + 2 * SECOND + STEP));
    assert_eq!(jobs.value, Some(Value::AsInt(3)));
    let (waits, temporality) = histogram(metric(&request, "wait_seconds"));
    assert_eq!((temporality, waits[0].min, waits[0].max), (DELTA, None, None));
}

#[test]
fn a_difference_is_delta_whatever_is_asked_for() {
    let [earlier, later] = two_snapshots();
    let difference = later.since(&earlier);
    let as_delta = encode(&delta(), &later, Some(&earlier));
    for encoder in [encoder(), delta()] {
        assert_eq!(encode(&encoder, &difference, None), as_delta);
        assert_eq!(encode(&encoder, &difference, Some(&earlier)), as_delta, "it is not subtracted twice");
    }
}

#[test]
fn gauges_of_extremes_are_in_deltas_too() {
    let registry = registry();
    registry.register_minmax("size").update(7);
    let earlier = registry.snapshot_all();
    let request = encode(&delta(), &registry.snapshot_all(), Some(&earlier));
    assert_eq!(
        (number(&request, "size_min"), number(&request, "size_max")),
        (Value::AsInt(7), Value::AsInt(7))
    );
}

#[test]
fn low_memory_is_delta_for_all_that_a_snapshot_can_tell() {
    let [earlier, later] = two_snapshots();
    let low_memory = encoder().temporality(Temporality::LowMemory);
    assert_eq!(encode(&low_memory, &later, Some(&earlier)), encode(&delta(), &later, Some(&earlier)));
    assert_ne!(encode(&low_memory, &later, Some(&earlier)), encode(&encoder(), &later, Some(&earlier)));
}

#[test]
fn a_delta_over_a_restart_is_what_the_new_run_has_counted() {
    let [earlier, later] = two_snapshots();
    let restarted = with_members(&later, json!({ "run": "0123456789abcdef" }));
    let request = encode(&delta(), &restarted, Some(&earlier));
    let [jobs] = numbers(metric(&request, "jobs_total")) else { panic!("one point") };
    assert_eq!((jobs.start_time_unix_nano, jobs.value), (MINUTE, Some(Value::AsInt(7))));
}

#[test]
fn a_delta_is_never_negative() {
    let [earlier, later] = two_snapshots();
    // As if all had been reset.
    let request = encode(
        &delta(),
        &with_members(&earlier, json!({ "timestamp": "2026-11-24T17:32:04Z" })),
        Some(&later),
    );
    assert_eq!(number(&request, "jobs_total"), Value::AsInt(0));
    let (waits, _) = histogram(metric(&request, "wait_seconds"));
    assert_eq!((waits[0].count, waits[0].sum), (0, Some(0.0)));
}

#[test]
fn unknown_times_are_0_and_a_start_is_never_after_its_point() {
    let [_, later] = two_snapshots();
    let times = |timestamp: &str, created: &str| {
        let snapshot = with_members(&later, json!({ "timestamp": timestamp, "created": created }));
        let request = encode(&encoder(), &snapshot, None);
        let point = &numbers(metric(&request, "jobs_total"))[0];
        (point.start_time_unix_nano, point.time_unix_nano)
    };
    let noon = "2026-11-24T17:32:00Z";
    // There was no clock at that time.
    assert_eq!(times(noon, "1970-01-01T00:00:00Z"), (0, MINUTE));
    assert_eq!(times(noon, "1969-12-31T23:59:59Z"), (0, MINUTE));
    // The clock was set back.
    assert_eq!(times(noon, "2026-11-24T17:32:01Z"), (MINUTE, MINUTE));
    assert_eq!(times("2600-01-01T00:00:00Z", noon), (MINUTE, u64::MAX));
    let snapshot = with_members(&later, json!({ "timestamp": noon }));
    assert_eq!(snapshot.timestamp, UNIX_EPOCH + Duration::from_nanos(MINUTE));
}

#[test]
fn what_is_in_the_buffer_stays() {
    let [_, later] = two_snapshots();
    let (mut bytes, mut json) = (Vec::new(), String::new());
    encoder().encode(&later, None, &mut bytes);
    encoder().encode_json(&later, None, &mut json);
    let (mut more_bytes, mut more_json) = (b"before".to_vec(), "[".to_owned());
    encoder().encode(&later, None, &mut more_bytes);
    encoder().encode_json(&later, None, &mut more_json);
    assert_eq!(more_bytes, [b"before", bytes.as_slice()].concat());
    assert_eq!(more_json, format!("[{json}"));
}
