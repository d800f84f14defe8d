//! What is written comes back equal; what could not have been written is refused.

use crate::snapshot::{
    CallbackFailures, FamilySnapshot, FullSnapshot, FunctionSnapshot, HistogramSnapshot, MetricKind,
    MetricsSnapshot, Moment, OwnMetrics, RunId, SampleValue, ScrapeMetrics, SeriesSnapshot, SinkExports,
};
use proptest::collection::{btree_map, btree_set, vec};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

fn sampled_u64() -> impl Strategy<Value = u64> {
    prop_oneof![0..100_u64, any::<u64>(), Just(u64::MAX)]
}

/// Some that are not outside of `extremes`.
fn recent_of(extremes: Option<(u64, u64)>) -> Option<(u64, u64)> {
    extremes.filter(|(min, _)| min % 3 > 0).map(|(min, max)| (min + (max - min) / 3, max))
}

fn extremes() -> impl Strategy<Value = (u64, u64)> {
    (sampled_u64(), sampled_u64()).prop_map(|(a, b)| (a.min(b), a.max(b)))
}

fn histogram() -> impl Strategy<Value = HistogramSnapshot> {
    let finite = btree_set(0..u64::MAX, 0..6).prop_map(Vec::from_iter);
    let with_buckets = finite.prop_flat_map(|finite| {
        let buckets = vec(sampled_u64(), finite.len() + 1);
        (Just(finite), buckets)
    });
    (with_buckets, sampled_u64(), proptest::option::of(extremes())).prop_map(
        |((finite, buckets), sum, extremes)| {
            HistogramSnapshot::new(&finite, buckets, sum).with_extremes(extremes, recent_of(extremes))
        },
    )
}

/// Any text: quotes, line feeds, control characters, other scripts.
fn text() -> impl Strategy<Value = String> {
    any::<String>()
}

/// Distinct names in no order.
fn pairs<V: Strategy>(
    name: impl Strategy<Value = String>,
    value: V,
) -> impl Strategy<Value = Vec<(String, V::Value)>>
where
    V::Value: Clone,
{
    btree_map(name, value, 0..4).prop_map(Vec::from_iter).prop_shuffle()
}

prop_compose! {
    fn function()(
        function in text(),
        module in text(),
        // A prefix keeps clear of reserved names.
        labels in pairs("my_[a-z0-9_]{0,3}", text()),
        counts in [0..u64::MAX / 4, 0..u64::MAX / 4, 0..u64::MAX / 4, 0..u64::MAX / 4],
        in_flight in 0..=i64::MAX,
        error_kinds in pairs(text(), sampled_u64()),
        sample_interval in 1..=u64::MAX,
        latency in histogram(),
    ) -> FunctionSnapshot {
        let [ok, errors, panics, cancelled] = counts;
        FunctionSnapshot {
            function, module, labels, ok, errors, panics, cancelled, in_flight, error_kinds, sample_interval, latency,
        }
    }
}

fn time() -> impl Strategy<Value = SystemTime> {
    // Some thirty thousand years before and after 1970.
    let seconds = -1_000_000_000_000..1_000_000_000_000_i64;
    (seconds, 0..1_000_000_000_u32).prop_map(|(seconds, nanos)| {
        let length = Duration::new(seconds.unsigned_abs(), nanos);
        if seconds < 0 { UNIX_EPOCH - length } else { UNIX_EPOCH + length }
    })
}

/// Metrics of one kind; the first letter of their names keeps them from those of other kinds.
fn named<V: Strategy>(name: &'static str, value: V) -> impl Strategy<Value = BTreeMap<String, V::Value>> {
    btree_map(name, value, 0..4)
}

fn collector() -> impl Strategy<Value = MetricsSnapshot> {
    (sampled_u64(), sampled_u64(), sampled_u64(), any::<i64>()).prop_map(
        |(requests, errors, bytes_sent, active_connections)| MetricsSnapshot {
            requests,
            errors,
            bytes_sent,
            active_connections,
        },
    )
}

prop_compose! {
    fn scrapes()(
        ended in [[sampled_u64(), sampled_u64(), sampled_u64()], [sampled_u64(), sampled_u64(), sampled_u64()]],
        render in histogram(),
        body_bytes in sampled_u64(),
        compressed in sampled_u64(),
        series in sampled_u64(),
    ) -> ScrapeMetrics {
        ScrapeMetrics { ended, render, body_bytes, compressed, series }
    }
}

prop_compose! {
    fn own_metrics()(
        clock_source in proptest::option::of(text()),
        export_panics in proptest::option::of(sampled_u64()),
        overflowed_calls in proptest::option::of(sampled_u64()),
        scrapes in proptest::option::of(scrapes()),
        exports in btree_map(text(), (sampled_u64(), sampled_u64(), sampled_u64()), 0..3),
        overflowed_updates in btree_map(text(), sampled_u64(), 0..3),
        refused in vec(text(), 0..3),
        callbacks in btree_map(text(), (sampled_u64(), sampled_u64(), sampled_u64()), 0..3),
    ) -> OwnMetrics {
        let sink = |(name, (ok, errors, panics))| (name, SinkExports { ok, errors, panics });
        let exports = exports.into_iter().map(sink).collect();
        let failures =
            |(name, (panics, timeouts, no_thread))| (name, CallbackFailures { panics, timeouts, no_thread });
        let callback_failures = callbacks.into_iter().map(failures).collect();
        OwnMetrics {
            clock_source: clock_source.map(Into::into), export_panics, overflowed_calls, overflowed_updates, scrapes,
            exports, refused, callback_failures,
        }
    }
}

/// The family of a metric without labels.
fn alone(kind: MetricKind, value: SampleValue) -> FamilySnapshot {
    FamilySnapshot::new(kind, SeriesSnapshot::alone(value))
}

/// A metric that was declared.
fn declared() -> impl Strategy<Value = FamilySnapshot> {
    prop_oneof![
        sampled_u64().prop_map(|count| alone(MetricKind::Counter, SampleValue::Count(count))),
        (0.0..1e300).prop_map(|sum| alone(MetricKind::Counter, SampleValue::Sum(sum))),
        any::<i64>().prop_map(|level| alone(MetricKind::Gauge, SampleValue::Level(level))),
        prop_oneof![any::<f64>(), Just(f64::INFINITY), Just(f64::NEG_INFINITY)]
            .prop_filter("a NaN is not equal to itself", |quantity| !quantity.is_nan())
            .prop_map(|quantity| alone(MetricKind::Gauge, SampleValue::Quantity(quantity))),
        histogram().prop_map(|it| alone(MetricKind::Histogram, SampleValue::Histogram(it))),
        histogram().prop_map(|it| alone(MetricKind::Histogram, SampleValue::Times(it))),
    ]
}

prop_compose! {
    fn snapshot()(
        times in (time(), time(), proptest::option::of((any::<u64>(), 0..1_000_000_000_u32))),
        metrics in named("m[a-zA-Z0-9:]{0,8}", collector()),
        histograms in named("h[a-zA-Z0-9:]{0,8}", histogram()),
        minmax in named("x[a-zA-Z0-9:]{0,8}", extremes()),
        counters in named("c[a-zA-Z0-9:]{0,8}", sampled_u64()),
        gauges in named("g[a-zA-Z0-9:]{0,8}", any::<i64>()),
        declared in named("d[a-zA-Z0-9:]{0,8}", declared()),
        mut functions in vec(function(), 0..4),
        // Another prefix than that of functions' own.
        labels in pairs("our_[a-z0-9_]{0,3}", text()),
        help in btree_map(text(), text(), 0..4),
        own in own_metrics(),
        has_run in any::<bool>(),
    ) -> FullSnapshot {
        functions.sort_by(|a, b| a.identity().cmp(&b.identity()));
        functions.dedup_by(|a, b| a.identity() == b.identity());
        let (timestamp, created, elapsed) = times;
        FullSnapshot {
            timestamp, metrics, histograms, minmax, counters, gauges, declared, functions, labels, help, own,
            created,
            run: has_run.then(RunId::random),
            taken: Moment::default(),
            elapsed: elapsed.map(|(seconds, nanos)| Duration::new(seconds, nanos)),
        }
    }
}

proptest! {
    #[test]
    fn what_is_written_comes_back_equal(snapshot in snapshot()) {
        let json = snapshot.to_json();
        prop_assert!(!json.contains('\n'));
        prop_assert_eq!(&FullSnapshot::from_json(&json).expect("it is a snapshot"), &snapshot);
        // Through a tree of values too, whose objects are sorted by other rules than ours: labels may change their order
        // there, and nothing else.
        let tree = serde_json::to_value(&snapshot).expect("it has a tree");
        let back: FullSnapshot = serde_json::from_value(tree).expect("it is a snapshot");
        let sorted = |mut snapshot: FullSnapshot| {
            snapshot.labels.sort();
            for function in &mut snapshot.functions {
                function.labels.sort();
                function.error_kinds.sort();
            }
            snapshot.functions.sort_by(|a, b| a.identity().cmp(&b.identity()));
            snapshot
        };
        prop_assert_eq!(sorted(back), sorted(snapshot));
    }

    #[test]
    fn parts_come_back_equal(function in function(), collector in collector()) {
        let json = serde_json::to_string(&(&function, &function.latency, collector)).expect("it has JSON");
        let back: (FunctionSnapshot, HistogramSnapshot, MetricsSnapshot) =
            serde_json::from_str(&json).expect("they are snapshots");
        prop_assert_eq!(&back.1, &function.latency);
        prop_assert_eq!((back.0, back.2), (function, collector));
    }
}

fn small() -> FullSnapshot {
    let histogram = HistogramSnapshot::new(&[10], vec![1, 2], 60);
    let mut snapshot = FullSnapshot::empty(UNIX_EPOCH);
    snapshot.timestamp = UNIX_EPOCH + Duration::new(1_795_541_576, 5);
    snapshot.metrics.insert(
        "http".into(),
        MetricsSnapshot { requests: 4, errors: 3, bytes_sent: 2, active_connections: -1 },
    );
    snapshot.histograms.insert("request".into(), histogram.clone());
    snapshot.minmax.insert("queue".into(), (3, 7));
    snapshot.counters.insert("jobs".into(), u64::MAX);
    snapshot.gauges.insert("level".into(), i64::MIN);
    let ratio = alone(MetricKind::Gauge, SampleValue::Quantity(0.25));
    snapshot.declared.insert("fill_ratio".into(), ratio);
    snapshot.functions.push(FunctionSnapshot {
        function: "Cart::add".into(),
        module: "shop".into(),
        labels: vec![("tier".into(), "gold \"1\"\n".into()), ("tenant".into(), "é".into())],
        ok: 2,
        errors: 1,
        panics: 0,
        cancelled: 0,
        in_flight: 1,
        error_kinds: vec![("full".into(), 1)],
        sample_interval: 1,
        latency: histogram.with_extremes(Some((8, 30)), Some((9, 30))),
    });
    snapshot.labels.push(("zone".into(), "eu".into()));
    snapshot.help.insert("jobs".into(), "Jobs done".into());
    snapshot.own.clock_source = Some("tsc".into());
    snapshot
}

/// Users' programs read this.
#[test]
fn the_shape_is_that_of_the_public_fields() {
    let expected = concat!(
        r#"{"timestamp":"2026-11-24T17:32:56.000000005Z","#,
        r#""metrics":{"http":{"requests":4,"errors":3,"bytes_sent":2,"active_connections":-1}},"#,
        r#""histograms":{"request":{"buckets":[1,2],"boundaries":[10,18446744073709551615],"sum":60,"extremes":null}},"#,
        r#""minmax":{"queue":[3,7]},"#,
        r#""counters":{"jobs":18446744073709551615},"#,
        r#""gauges":{"level":-9223372036854775808},"#,
        r#""declared":{"fill_ratio":{"kind":"gauge","series":[{"labels":{},"value":{"quantity":0.25}}]}},"#,
        r#""functions":[{"function":"Cart::add","module":"shop","labels":{"tier":"gold \"1\"\n","tenant":"é"},"#,
        r#""ok":2,"errors":1,"panics":0,"cancelled":0,"in_flight":1,"error_kinds":{"full":1},"sample_interval":1,"#,
        r#""latency":{"buckets":[1,2],"boundaries":[10,18446744073709551615],"sum":60,"extremes":[8,30],"recent":[9,30]}}],"#,
        r#""labels":{"zone":"eu"},"#,
        r#""help":{"jobs":"Jobs done"},"#,
        r#""own":{"clock_source":"tsc","export_panics":null,"overflowed_calls":null,"overflowed_updates":{},"refused":[],"scrapes":null,"exports":{},"callback_failures":{}},"#,
        r#""created":"1970-01-01T00:00:00.000000000Z","#,
        r#""elapsed":null}"#,
    );
    let snapshot = small();
    assert_eq!(snapshot.to_json(), expected);
    let mut text = "before ".to_owned();
    snapshot.encode_json(&mut text);
    assert_eq!(text, format!("before {expected}"));
    assert_eq!(FullSnapshot::from_json(expected).expect("it is a snapshot"), snapshot);
}

#[test]
fn unknown_members_are_ignored_and_absent_ones_are_empty() {
    let json = r#"{
        "new": [1, {"deep": null}],
        "timestamp": "1970-01-01T00:00:09Z",
        "histograms": {"h": {"buckets": [3], "boundaries": [18446744073709551615], "sum": 5, "new": true}},
        "functions": [{
            "function": "f", "module": "m", "ok": 1, "errors": 0, "panics": 0, "cancelled": 0, "in_flight": 0, "new": 1,
            "latency": {"buckets": [1], "boundaries": [18446744073709551615], "sum": 5}
        }],
        "own": {"new": 1}
    }"#;
    let latency = HistogramSnapshot::new(&[], vec![1], 5);
    let mut expected = FullSnapshot::empty(UNIX_EPOCH + Duration::from_secs(9));
    expected.timestamp = expected.created;
    expected.histograms.insert("h".into(), HistogramSnapshot::new(&[], vec![3], 5));
    expected.functions.push(FunctionSnapshot {
        function: "f".into(),
        module: "m".into(),
        labels: Vec::new(),
        ok: 1,
        errors: 0,
        panics: 0,
        cancelled: 0,
        in_flight: 0,
        error_kinds: Vec::new(),
        sample_interval: 1,
        latency,
    });
    assert_eq!(FullSnapshot::from_json(json).expect("it is a snapshot"), expected);

    let mut nothing = FullSnapshot::empty(UNIX_EPOCH);
    nothing.timestamp = UNIX_EPOCH;
    let json = r#"{"timestamp": "1970-01-01T00:00:00Z"}"#;
    assert_eq!(FullSnapshot::from_json(json).expect("it is a snapshot"), nothing);
}

/// Formats and results may be added.
#[test]
fn scrapes_are_counted_by_name() {
    let mut snapshot = small();
    snapshot.own.scrapes = Some(ScrapeMetrics {
        ended: [[1, 2, 3], [4, 5, 6]],
        render: HistogramSnapshot::new(&[], vec![1], 5),
        body_bytes: 1,
        compressed: 1,
        series: 1,
    });
    let json = snapshot.to_json();
    let ended = r#""ended":{"text":{"ok":1,"error":2,"cut":3},"openmetrics":{"ok":4,"error":5,"cut":6}}"#;
    assert!(json.contains(ended), "{json}");
    let newer = json.replace(ended, r#""ended":{"text":{"ok":1,"new":7},"protobuf":{"ok":8}}"#);
    let back = FullSnapshot::from_json(&newer).expect("it is a snapshot");
    assert_eq!(back.own.scrapes.expect("they are there").ended, [[1, 0, 0], [0, 0, 0]]);
}

#[test]
fn functions_come_back_in_order_whatever_order_they_come_in() {
    let mut snapshot = small();
    for name in ["a", "z", "b"] {
        let function = FunctionSnapshot { function: name.into(), ..snapshot.functions[0].clone() };
        snapshot.functions.push(function);
    }
    let back = FullSnapshot::from_json(&snapshot.to_json()).expect("it is a snapshot");
    snapshot.functions.sort_by(|a, b| a.identity().cmp(&b.identity()));
    assert_eq!(back, snapshot);
    // Which `since` relies on.
    assert!(back.since(&back).functions.iter().all(|function| function.calls() == 0));
}

#[test]
fn a_difference_to_what_came_back_spans_the_time_between_the_timestamps() {
    let earlier = small();
    let mut later = earlier.clone();
    later.timestamp += Duration::new(5, 7);
    let back = |snapshot: &FullSnapshot| FullSnapshot::from_json(&snapshot.to_json()).expect("a snapshot");
    for (later, earlier) in [(&later, &back(&earlier)), (&back(&later), &earlier)] {
        assert_eq!(later.since(earlier).elapsed(), Some(Duration::new(5, 7)));
        assert_eq!(earlier.since(later).elapsed(), Some(Duration::ZERO), "a clock that was set back");
        assert_eq!(back(&later.since(earlier)), later.since(earlier));
    }
    assert!(
        later.since(&earlier).elapsed() < Some(Duration::new(5, 7)),
        "taken at once, whatever the timestamps say"
    );
}

/// Replaces `from`, which stands there once, in the JSON of the small snapshot, and says why that is refused.
#[track_caller]
fn refusal(from: &str, to: &str) -> String {
    let json = small().to_json();
    assert_eq!(json.matches(from).count(), 1, "{from} in {json}");
    let error = FullSnapshot::from_json(&json.replace(from, to)).expect_err(to);
    assert!(std::error::Error::source(&error).is_some(), "the error of serde_json is its source");
    error.to_string()
}

#[test]
fn histograms_and_functions_that_break_a_rule_are_refused_by_name() {
    let histogram = r#""buckets":[1,2],"boundaries":[10,18446744073709551615],"sum":60,"extremes":null"#;
    let latency = r#""buckets":[1,2],"boundaries":[10,18446744073709551615],"sum":60,"extremes":[8,30],"recent":[9,30]"#;
    let of_request = r#"no snapshot: histogram "request": "#;
    let of_add = r#"no snapshot: function "Cart::add" of module "shop": "#;
    let plain = "no snapshot: ";
    for (from, to, what, why) in [
        (
            histogram,
            r#""buckets":[1],"boundaries":[10,18446744073709551615],"sum":6"#,
            of_request,
            "1 buckets for 2 boundaries",
        ),
        (histogram, r#""buckets":[],"boundaries":[],"sum":6"#, of_request, "must not be empty"),
        (
            histogram,
            r#""buckets":[1,2],"boundaries":[10,20],"sum":6"#,
            of_request,
            "[10, 20] must be 18446744073709551615",
        ),
        (
            histogram,
            r#""buckets":[1,2],"boundaries":[18446744073709551615,0],"sum":6"#,
            of_request,
            "the last of",
        ),
        (
            histogram,
            r#""buckets":[1,2,3],"boundaries":[10,10,18446744073709551615],"sum":6"#,
            of_request,
            "must strictly increase: bound 0 is 10, bound 1 is 10",
        ),
        (
            histogram,
            r#""buckets":[1,2],"boundaries":[10,18446744073709551615],"sum":6,"extremes":[9,8]"#,
            of_request,
            "its smallest value 9 is above its largest, 8",
        ),
        (
            latency,
            r#""buckets":[1,2],"boundaries":[10,18446744073709551615],"sum":6,"extremes":[2,9],"recent":[9,8]"#,
            of_add,
            "latency: recent: its smallest value 9 is above its largest, 8",
        ),
        (
            latency,
            r#""buckets":[1,2],"boundaries":[10,18446744073709551615],"sum":6,"extremes":[2,9],"recent":[1,8]"#,
            of_add,
            "latency: the recent extremes (1, 8) are outside those of all, (2, 9)",
        ),
        (
            latency,
            r#""buckets":[1,2],"boundaries":[10,18446744073709551615],"sum":6,"recent":[1,8]"#,
            of_add,
            "latency: the recent extremes (1, 8), and none of all",
        ),
        (
            latency,
            r#""buckets":[1],"boundaries":[10,18446744073709551615],"sum":6"#,
            of_add,
            "latency: 1 buckets",
        ),
        (r#""in_flight":1"#, r#""in_flight":-1"#, of_add, "-1 calls in flight"),
        (r#""sample_interval":1"#, r#""sample_interval":0"#, of_add, "a sample interval of 0"),
        (r#""ok":2"#, r#""ok":18446744073709551615"#, of_add, "more than 18446744073709551615 calls"),
        (r#""tier""#, r#""le""#, of_add, "\"le\" is no label"),
        (r#""tier""#, r#""__name__""#, of_add, "\"__name__\" is no label"),
        (r#""tier""#, r#""a\nb""#, of_add, r#""a\nb" is no label"#),
        (r#""tier""#, r#""a:b""#, of_add, "\"a:b\" is no label"),
        (r#""tier""#, r#""tenant""#, plain, "\"tenant\" stands there twice"),
        (
            r#""error_kinds":{"full":1}"#,
            r#""error_kinds":{"full":1,"full":2}"#,
            plain,
            "\"full\" stands there twice",
        ),
    ] {
        let error = refusal(from, to);
        assert!(error.starts_with(what) && error.contains(why), "{to}\n{error}");
    }
}

#[test]
fn snapshots_that_break_a_rule_are_refused_by_name() {
    for (from, to, why) in [
        ("[3,7]", "[7,3]", "min/max \"queue\": its smallest value 7 is above its largest, 3"),
        (r#""jobs":18446744073709551615"#, r#""a b":1"#, "\"a b\" is no metric name"),
        (r#""level":"#, r#""9":"#, "\"9\" is no metric name"),
        (r#""queue":"#, r#""":"#, "\"\" is no metric name"),
        (r#""http":"#, r#""a-b":"#, "\"a-b\" is no metric name"),
        (r#""request":"#, r#""é":"#, "\"é\" is no metric name"),
        (r#""level":"#, r#""jobs":"#, "two metrics would print \"jobs\""),
        (r#""level":"#, r#""http_requests":"#, "two metrics would print \"http_requests\""),
        (r#""level":"#, r#""request_latency_us_sum":"#, "two metrics would print \"request_latency_us_sum\""),
        (r#""level":"#, r#""function_calls_total":"#, "two metrics would print \"function_calls_total\""),
        (r#""level":"#, r#""request_latency_us_created":"#, "print \"request_latency_us_created\""),
        (r#""level":"#, r#""function_calls":"#, "two metrics would print \"function_calls\""),
        (r#""level":"#, r#""function_calls_created":"#, "print \"function_calls_created\""),
        (r#""ok":2,"#, "", "missing field `ok`"),
        (r#""timestamp":"2026-11-24T17:32:56.000000005Z","#, "", "missing field `timestamp`"),
        (
            "2026-11-24T17:32:56.000000005Z",
            "2026-11-31T17:32:56Z",
            "\"2026-11-31T17:32:56Z\" is no time such as",
        ),
        (
            "1970-01-01T00:00:00.000000000Z",
            "+999999999999-01-01T00:00:00Z",
            "\"+999999999999-01-01T00:00:00Z\" is no",
        ),
        (r#""jobs":18446744073709551615"#, r#""jobs":18446744073709551616"#, "expected u64"),
        (r#""jobs":18446744073709551615"#, r#""jobs":-1"#, "expected u64"),
        (r#""elapsed":null"#, r#""elapsed":null,"#, "trailing comma"),
    ] {
        let error = refusal(from, to);
        assert!(error.starts_with("no snapshot: ") && error.contains(why), "{to}\n{error}");
    }
}

#[test]
fn a_function_that_stands_there_twice_is_refused() {
    let mut snapshot = small();
    snapshot.functions.push(snapshot.functions[0].clone());
    let error = FullSnapshot::from_json(&snapshot.to_json()).expect_err("twice").to_string();
    assert!(error.contains(r#"function "Cart::add" of module "shop" with labels [("tier","#), "{error}");
    assert!(error.ends_with("stands there twice"), "{error}");
}

/// Who reads the text takes labels in another order for the same series.
#[test]
fn a_function_that_differs_in_the_order_of_its_labels_alone_is_refused() {
    let mut snapshot = small();
    let labels = [("tier", "gold"), ("area", "eu")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    snapshot.functions[0].labels = labels.to_vec();
    let mut other = snapshot.functions[0].clone();
    other.labels.reverse();
    snapshot.functions.push(other);
    let error = FullSnapshot::from_json(&snapshot.to_json()).expect_err("twice").to_string();
    assert!(error.ends_with("stands there twice"), "{error}");
}

/// Which a registry grants: without its ending, neither name is one that a counter's family may have.
#[test]
fn counters_that_are_no_counters_in_openmetrics_come_back_beside_what_is_called_alike() {
    let mut snapshot = FullSnapshot::empty(UNIX_EPOCH);
    snapshot.counters.extend([("_total".to_owned(), 1), ("twice_total_total".to_owned(), 2)]);
    snapshot.gauges.extend([("_created".to_owned(), 3), ("twice_total".to_owned(), 4)]);
    assert_eq!(FullSnapshot::from_json(&snapshot.to_json()).expect("it is a snapshot"), snapshot);
}
