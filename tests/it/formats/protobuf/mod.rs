//! Protocol buffers, read by a decoder of others.

pub mod messages;
mod properties;

use super::{encode, full_registry, registry};
use messages::{
    BucketSpan, Histogram as HistogramMessage, Kind, Metric, MetricFamily, Timestamp, decode, merged,
};
use std::sync::LazyLock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tachometer::{
    Counter, DynamicFamily, Format, FullSnapshot, Histogram, MetricsRegistry, MockClock, buckets,
    instrumented,
};

/// The time from which a counter or a histogram has counted.
fn start_of(series: &Metric) -> Option<Timestamp> {
    let counter = series.counter.as_ref().and_then(|counter| counter.created_timestamp);
    counter.or(series.histogram.as_ref().and_then(|histogram| histogram.created_timestamp))
}

fn family<'a>(families: &'a [MetricFamily], name: &str) -> &'a MetricFamily {
    families.iter().find(|family| family.name() == name).unwrap_or_else(|| panic!("no {name}"))
}

fn histogram<'a>(families: &'a [MetricFamily], name: &str) -> &'a HistogramMessage {
    family(families, name).metric[0].histogram.as_ref().expect("a histogram")
}

#[test]
fn one_of_each_kind_to_the_byte() {
    let registry = registry();
    registry.register_gauge("queue").set(-4);
    registry.describe("queue", "Waiting \"now\"\n");
    let body = registry.snapshot_all().to_protobuf();
    let expected = [
        // The family has 38 bytes; its name, help text and kind.
        b"\x26\x0a\x05queue\x12\x0eWaiting \"now\"\n\x18\x01".as_slice(),
        // A series of 11 bytes, a gauge of 9, its value.
        b"\x22\x0b\x12\x09\x09",
        &(-4_f64).to_le_bytes(),
    ]
    .concat();
    assert_eq!(body, expected);

    let text = decode(&full_registry().snapshot_all().to_protobuf());
    let named: Vec<_> = text.iter().map(|family| (family.name(), family.kind(), family.unit())).collect();
    assert_eq!(
        named,
        [
            ("api_latency_us", Kind::Histogram, ""),
            ("http_active_connections", Kind::Gauge, ""),
            ("http_bytes_sent", Kind::Counter, ""),
            ("http_errors", Kind::Counter, ""),
            ("http_requests", Kind::Counter, ""),
            ("jobs_total", Kind::Counter, ""),
            ("queue", Kind::Gauge, ""),
            ("size_max", Kind::Gauge, ""),
            ("size_min", Kind::Gauge, ""),
        ]
    );
    let api = histogram(&text, "api_latency_us");
    let buckets: Vec<_> =
        api.bucket.iter().map(|bucket| (bucket.upper_bound(), bucket.cumulative_count())).collect();
    assert_eq!(buckets, [(10.0, 1), (1_000.0, 3), (1_000_000.0, 4), (f64::INFINITY, 5)]);
    assert_eq!((api.sample_count(), api.sample_sum()), (5, 3_000_033.0));
    assert_eq!((api.schema, api.positive_span.len()), (None, 0), "it has no native buckets");
}

#[test]
fn nothing_is_no_byte() {
    let registry = registry();
    registry.register_minmax("unseen");
    assert!(registry.snapshot_all().to_protobuf().is_empty());
}

#[test]
fn texts_and_labels_are_not_escaped() {
    const VALUE: &str = "a\\b\"c\nd é\r\0";
    let registry = MetricsRegistry::new(Duration::MAX).with_labels([("zone", VALUE)]);
    let family: DynamicFamily<Counter> =
        registry.family(DynamicFamily::new("jobs_total", VALUE, ["kind"]).expect("valid"));
    family.with(&[VALUE]).add(3);
    registry.register_gauge("queue");
    let families = decode(&registry.snapshot_all().to_protobuf());
    assert_eq!(families[0].help(), VALUE);
    let labels = |family: &MetricFamily| -> Vec<(String, String)> {
        let pairs = family.metric[0].label.iter();
        pairs.map(|pair| (pair.name().to_owned(), pair.value().to_owned())).collect()
    };
    let pair = |name: &str| (name.to_owned(), VALUE.to_owned());
    assert_eq!(labels(&families[0]), [pair("kind"), pair("zone")]);
    assert_eq!(labels(&families[1]), [pair("zone")]);
}

#[test]
fn gauges_may_be_any_float() {
    let registry = registry();
    let gauge = registry.float_gauge("level_ratio", "A level");
    for value in [f64::INFINITY, f64::NEG_INFINITY, f64::NAN, -0.0, 5e-324, 0.1] {
        gauge.set(value);
        let families = decode(&registry.snapshot_all().to_protobuf());
        let shown = families[0].metric[0].gauge.as_ref().expect("a gauge").value();
        assert_eq!(shown.to_bits(), value.to_bits(), "{value}");
        assert_eq!(families[0].unit(), "ratio");
    }
}

static FUNCTIONS: LazyLock<MetricsRegistry> = LazyLock::new(|| MetricsRegistry::new(Duration::MAX));

#[instrumented(name = "waits", registry = &FUNCTIONS, buckets = [0.5, 1])]
fn waits(clock: MockClock, time: Duration) {
    clock.advance(time);
}

#[instrumented(name = "waits_classically", registry = &FUNCTIONS, buckets = [0.5, 1], native = false)]
fn waits_classically(clock: MockClock, time: Duration) {
    clock.advance(time);
}

#[instrumented(name = "never_called", registry = &FUNCTIONS)]
fn never_called() {}

/// The functions have waited 0 to 4 s. (All tests see what all of them have called.)
static CALLED: LazyLock<FullSnapshot> = LazyLock::new(|| {
    let clock = MockClock::new();
    let _entered = clock.enter();
    for millis in [0, 1_000, 1_000, 1_001, 4_000] {
        waits(clock, Duration::from_millis(millis));
        waits_classically(clock, Duration::from_millis(millis));
    }
    if false {
        never_called();
    }
    FUNCTIONS.snapshot_all()
});

fn duration_of(function: &str) -> HistogramMessage {
    let families = merged(decode(&CALLED.to_protobuf()));
    let durations = family(&families, "function_duration_seconds");
    assert_eq!((durations.kind(), durations.unit()), (Kind::Histogram, "seconds"));
    let series = durations.metric.iter().find(|series| series.label[0].value() == function);
    series.and_then(|series| series.histogram.clone()).expect("it is shown")
}

#[test]
fn a_function_has_classic_and_native_buckets_in_seconds() {
    let waits = duration_of("waits");
    let buckets: Vec<_> =
        waits.bucket.iter().map(|bucket| (bucket.upper_bound(), bucket.cumulative_count())).collect();
    assert_eq!(buckets, [(0.5, 1), (1.0, 3), (f64::INFINITY, 5)]);
    assert_eq!((waits.sample_count(), waits.sample_sum()), (5, 7.001));
    assert_eq!(
        (waits.schema, waits.zero_count, waits.zero_threshold),
        (Some(3), Some(1), Some(2_f64.powi(-128)))
    );
    // The bucket 0 ends at 1 s, the bucket 1 begins there; the bucket 16 ends at 4 s.
    assert_eq!(waits.native_buckets(), [(0, 2), (1, 1), (16, 1)]);
    let span = |offset, length| BucketSpan { offset: Some(offset), length: Some(length) };
    assert_eq!(waits.positive_span, [span(0, 2), span(14, 1)]);
    assert_eq!(waits.positive_delta, [2, -1, 0]);
}

#[test]
fn without_native_buckets_there_is_a_classic_histogram() {
    let waits = duration_of("waits_classically");
    assert_eq!((waits.sample_count(), waits.bucket.len()), (5, 3));
    assert_eq!((waits.schema, waits.zero_count, waits.zero_threshold), (None, None, None));
    assert!(waits.positive_span.is_empty() && waits.positive_delta.is_empty());
}

#[test]
fn histograms_with_and_without_native_buckets_are_two_messages_side_by_side() {
    let families = decode(&CALLED.to_protobuf());
    let names: Vec<&str> = families.iter().map(MetricFamily::name).collect();
    let first = names.iter().position(|name| *name == "function_duration_seconds").expect("it is there");
    assert_eq!(names.iter().filter(|name| **name == names[first]).count(), 2);
    let functions = |family: &MetricFamily| -> Vec<String> {
        family.metric.iter().map(|series| series.label[0].value().to_owned()).collect()
    };
    // Of the kind of the first series.
    assert_eq!(functions(&families[first]), ["never_called", "waits"]);
    assert_eq!(functions(&families[first + 1]), ["waits_classically"]);
    assert_eq!(families[first].help(), families[first + 1].help());
    // A family of one kind is one message.
    let calls = names.iter().filter(|name| **name == "function_calls_total").count();
    assert_eq!(calls, 1);
}

#[test]
fn an_empty_histogram_is_known_as_a_native_one() {
    let never = duration_of("never_called");
    let bounds = CALLED.function("never_called").expect("it is linked").latency().boundaries.len();
    assert_eq!((never.sample_count(), never.bucket.len()), (0, bounds));
    assert_eq!((never.schema, never.zero_count), (Some(3), Some(0)));
    assert_eq!(never.positive_span, [BucketSpan { offset: Some(0), length: Some(0) }]);
    assert_eq!(never.positive_delta, [0; 0]);
    // Prometheus before 2.47 takes it for a native one by the width of its zero bucket alone.
    assert!(never.zero_threshold() > 0.0);
}

#[test]
fn short_gaps_between_native_buckets_are_part_of_a_span() {
    let registry = registry();
    let waits = registry.histogram_of_time("waits_seconds", "Waits", &buckets::seconds([1.0]));
    // A nanosecond less than 2^(index/8) seconds, where the bucket with this index ends.
    for index in [0, 3, 7, 8] {
        waits.observe_duration(Duration::from_secs_f64(2_f64.powf(f64::from(index) / 8.0) - 1e-9));
    }
    let families = decode(&registry.snapshot_all().to_protobuf());
    let waits = histogram(&families, "waits_seconds");
    let span = |offset, length| BucketSpan { offset: Some(offset), length: Some(length) };
    assert_eq!(waits.positive_span, [span(0, 4), span(3, 2)]);
    assert_eq!(waits.positive_delta, [1, -1, 0, 1, 0, 0]);
    assert_eq!(waits.native_buckets(), [(0, 1), (3, 1), (7, 1), (8, 1)]);
}

static SIZES: Histogram = Histogram::new("protobuf_sizes", "Sizes", &[10]).native(1);

#[test]
fn integers_have_native_buckets_of_their_own_schema() {
    for size in [1, 2, 3, 100] {
        SIZES.observe(size);
    }
    let families = decode(&tachometer::snapshot().to_protobuf());
    let sizes = histogram(&families, "protobuf_sizes");
    assert_eq!((sizes.schema, sizes.sample_sum()), (Some(1), 106.0));
    // Bucket k ends at 2^(k/2).
    assert_eq!(sizes.native_buckets(), [(0, 1), (2, 1), (4, 1), (14, 1)]);
}

#[test]
fn start_times_are_those_of_openmetrics() {
    let registry = registry();
    registry.register_counter("jobs_total").add(3);
    registry.register_counter("unlike_openmetrics");
    registry.register_histogram("wait", [1]);
    let began = SystemTime::now();
    let snapshot = registry.snapshot_all();
    let families = decode(&snapshot.to_protobuf());
    let text = encode(&snapshot, Format::OpenMetricsWithCreated);
    let created: f64 =
        text.lines().find_map(|line| line.strip_prefix("jobs_created ")).unwrap().parse().unwrap();
    for family in &families {
        let Timestamp { seconds, nanos } = start_of(&family.metric[0]).expect("a start time");
        let start =
            Duration::new(u64::try_from(seconds.unwrap()).unwrap(), u32::try_from(nanos.unwrap()).unwrap());
        assert_eq!(start.as_secs_f64().to_bits(), created.to_bits(), "{}", family.name());
        assert!(UNIX_EPOCH + start <= began);
    }
    assert_eq!(families.len(), 3);
}

#[test]
fn a_start_time_before_1970_is_0_and_an_unknown_one_is_absent() {
    let registry = registry();
    registry.register_counter("jobs_total");
    let mut json = serde_json::to_value(registry.snapshot_all()).expect("a snapshot has a JSON form");
    for (created, start, line) in [
        (
            "1960-01-01T00:00:00Z",
            Some(Timestamp { seconds: Some(0), nanos: Some(0) }),
            Some("jobs_created 0.0"),
        ),
        (
            "2001-09-09T01:46:40.5Z",
            Some(Timestamp { seconds: Some(1_000_000_000), nanos: Some(500_000_000) }),
            Some("jobs_created 1.0000000005e+09"),
        ),
        ("1970-01-01T00:00:00Z", None, None),
    ] {
        json["created"] = created.into();
        let snapshot = FullSnapshot::from_json(&json.to_string()).expect("a snapshot");
        assert_eq!(start_of(&decode(&snapshot.to_protobuf())[0].metric[0]), start, "{created}");
        let text = encode(&snapshot, Format::OpenMetricsWithCreated);
        assert_eq!(text.lines().find(|line| line.starts_with("jobs_created ")), line, "{created}");
    }
}

#[test]
fn it_is_at_most_six_tenths_of_the_text() {
    // Less than a third in fact, with native buckets, which the text does not have.
    let (body, text) = (CALLED.to_protobuf(), CALLED.to_prometheus_format());
    assert!(body.len() * 10 <= text.len() * 6, "{} bytes, {} of text", body.len(), text.len());
    let classic = full_registry().snapshot_all();
    let (body, text) = (classic.to_protobuf(), classic.to_prometheus_format());
    assert!(body.len() <= text.len(), "{} bytes, {} of text", body.len(), text.len());
}

#[test]
#[should_panic(expected = "`Format::Protobuf` is not text: use `to_protobuf` or `encode_bytes`")]
fn it_is_not_written_as_text() {
    registry().snapshot_all().encode(Format::Protobuf, &mut String::new());
}
