//! JSON: round trips, and the refusal of invalid snapshots.

use super::random::{alone, collector, function, snapshot};
use crate::labels::SeriesLabels;
use crate::recorder::TracedCall;
use crate::snapshot::{
    CancelledByStage, Exemplar, FamilySnapshot, FullSnapshot, FunctionSnapshot, HistogramSnapshot,
    MetricKind, MetricsSnapshot, Place, SampleValue, SelectedCalls, SelfMetricFamily, SeriesSnapshot,
};
use crate::trace_context::TraceContext;
use proptest::prelude::*;
use std::time::{Duration, UNIX_EPOCH};

proptest! {
    #[test]
    fn snapshots_come_back_equal(snapshot in snapshot()) {
        let json = snapshot.to_json();
        prop_assert!(!json.contains('\n'));
        prop_assert_eq!(&FullSnapshot::from_json(&json).expect("it is a snapshot"), &snapshot);
        // Also through a tree of values, whose objects are sorted. Only the order of labels and error kinds may change.
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
    snapshot.timestamp = UNIX_EPOCH + Duration::new(1_795_541_576, 500);
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
        cancelled_by_stage: Some(CancelledByStage::default()),
        place: Some(Place { file: "src/cart.rs".into(), line: 7 }),
        sample_interval: 1,
        latency: histogram.with_extremes(Some((8, 30)), Some((9, 30))),
        selected: None,
    });
    snapshot.labels.push(("zone".into(), "eu".into()));
    snapshot.help.insert("jobs".into(), "Jobs done".into());
    let labels = SeriesLabels::new([("source", "tsc")]);
    let clock = vec![SeriesSnapshot::new(labels, SampleValue::Quantity(1.0))];
    snapshot.self_metrics.push(SelfMetricFamily {
        name: "tachometer_clock_info".into(),
        help: "The clock.".into(),
        family: FamilySnapshot::new(MetricKind::Gauge, clock),
    });
    snapshot
}

/// Programs of users parse this.
#[test]
fn the_schema_follows_the_public_fields() {
    let expected = concat!(
        r#"{"timestamp":"2026-11-24T17:32:56.000000500Z","#,
        r#""metrics":{"http":{"requests":4,"errors":3,"bytes_sent":2,"active_connections":-1}},"#,
        r#""histograms":{"request":{"buckets":[1,2],"boundaries":[10,18446744073709551615],"sum":60,"extremes":null}},"#,
        r#""minmax":{"queue":[3,7]},"#,
        r#""counters":{"jobs":18446744073709551615},"#,
        r#""gauges":{"level":-9223372036854775808},"#,
        r#""declared":{"fill_ratio":{"kind":"gauge","series":[{"labels":{},"value":{"quantity":0.25}}]}},"#,
        r#""functions":[{"function":"Cart::add","module":"shop","labels":{"tier":"gold \"1\"\n","tenant":"é"},"#,
        r#""ok":2,"errors":1,"panics":0,"cancelled":0,"in_flight":1,"error_kinds":{"full":1},"cancelled_by_stage":{"before_first_item":0,"after_first_item":0},"place":{"file":"src/cart.rs","line":7},"sample_interval":1,"#,
        r#""latency":{"buckets":[1,2],"boundaries":[10,18446744073709551615],"sum":60,"extremes":[8,30],"recent":[9,30]}}],"#,
        r#""labels":{"zone":"eu"},"#,
        r#""help":{"jobs":"Jobs done"},"#,
        r#""self_metrics":[{"name":"tachometer_clock_info","help":"The clock.","#,
        r#""kind":"gauge","series":[{"labels":{"source":"tsc"},"value":{"quantity":1.0}}]}],"#,
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
        "own": {"new": 1},
        "self_metrics": []
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
        cancelled_by_stage: None,
        place: None,
        sample_interval: 1,
        latency,
        selected: None,
    });
    assert_eq!(FullSnapshot::from_json(json).expect("it is a snapshot"), expected);

    let mut nothing = FullSnapshot::empty(UNIX_EPOCH);
    nothing.timestamp = UNIX_EPOCH;
    let json = r#"{"timestamp": "1970-01-01T00:00:00Z"}"#;
    assert_eq!(FullSnapshot::from_json(json).expect("it is a snapshot"), nothing);
}

/// A newer version may have more of them.
#[test]
fn unknown_self_metrics_come_back() {
    let json = small().to_json().replace("tachometer_clock_info", "tachometer_new_info");
    let back = FullSnapshot::from_json(&json).expect("it is a snapshot");
    assert!(back.to_prometheus_format().contains("tachometer_new_info{source=\"tsc\",zone=\"eu\"} 1.0\n"));
    assert_eq!(back.to_json(), json);
}

#[test]
fn functions_come_back_sorted() {
    let mut snapshot = small();
    for name in ["a", "z", "b"] {
        let function = FunctionSnapshot { function: name.into(), ..snapshot.functions[0].clone() };
        snapshot.functions.push(function);
    }
    let back = FullSnapshot::from_json(&snapshot.to_json()).expect("it is a snapshot");
    snapshot.functions.sort_by(|a, b| a.identity().cmp(&b.identity()));
    assert_eq!(back, snapshot);
    // `since` relies on the order.
    assert!(back.since(&back).functions.iter().all(|function| function.calls() == 0));
}

#[test]
fn a_difference_to_a_parsed_snapshot_spans_the_time_between_the_timestamps() {
    let earlier = small();
    let mut later = earlier.clone();
    later.timestamp += Duration::new(5, 700);
    let back = |snapshot: &FullSnapshot| FullSnapshot::from_json(&snapshot.to_json()).expect("a snapshot");
    for (later, earlier) in [(&later, &back(&earlier)), (&back(&later), &earlier)] {
        assert_eq!(later.since(earlier).elapsed(), Some(Duration::new(5, 700)));
        assert_eq!(earlier.since(later).elapsed(), Some(Duration::ZERO), "a clock that was set back");
        assert_eq!(back(&later.since(earlier)), later.since(earlier));
    }
    assert!(
        later.since(&earlier).elapsed() < Some(Duration::new(5, 700)),
        "taken at once, whatever the timestamps say"
    );
}

/// Replaces `from`, which occurs once, in the JSON of the small snapshot, and returns the error.
#[track_caller]
fn refusal(from: &str, to: &str) -> String {
    let json = small().to_json();
    assert_eq!(json.matches(from).count(), 1, "{from} in {json}");
    let error = FullSnapshot::from_json(&json.replace(from, to)).expect_err(to);
    assert!(std::error::Error::source(&error).is_none(), "the message contains that of serde_json");
    error.to_string()
}

#[test]
fn histograms_and_functions_that_break_a_rule_are_refused_by_name() {
    let histogram = r#""buckets":[1,2],"boundaries":[10,18446744073709551615],"sum":60,"extremes":null"#;
    let latency = r#""buckets":[1,2],"boundaries":[10,18446744073709551615],"sum":60,"extremes":[8,30],"recent":[9,30]"#;
    let of_request = r#"invalid snapshot JSON: histogram "request": "#;
    let of_add = r#"invalid snapshot JSON: function "Cart::add" of module "shop": "#;
    let plain = "invalid snapshot JSON: ";
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
            "its smallest value 9 is above its largest value 8",
        ),
        (
            latency,
            r#""buckets":[1,2],"boundaries":[10,18446744073709551615],"sum":6,"extremes":[2,9],"recent":[9,8]"#,
            of_add,
            "latency: recent: its smallest value 9 is above its largest value 8",
        ),
        (
            latency,
            r#""buckets":[1,2],"boundaries":[10,18446744073709551615],"sum":6,"extremes":[2,9],"recent":[1,8]"#,
            of_add,
            "latency: the recent extremes (1, 8) are outside the overall extremes (2, 9)",
        ),
        (
            latency,
            r#""buckets":[1,2],"boundaries":[10,18446744073709551615],"sum":6,"recent":[1,8]"#,
            of_add,
            "latency: the recent extremes (1, 8) without overall extremes",
        ),
        (
            latency,
            r#""buckets":[1],"boundaries":[10,18446744073709551615],"sum":6"#,
            of_add,
            "latency: 1 buckets",
        ),
        (
            r#""in_flight":1"#,
            r#""in_flight":-1"#,
            of_add,
            "the number of calls in flight must not be negative, not -1",
        ),
        (
            r#""sample_interval":1"#,
            r#""sample_interval":0"#,
            of_add,
            "the sample interval must be at least 1, not 0",
        ),
        (
            r#""after_first_item":0"#,
            r#""after_first_item":1"#,
            of_add,
            "more cancelled calls by stage than in total, 0",
        ),
        (r#""ok":2"#, r#""ok":18446744073709551615"#, of_add, "more than 18446744073709551615 calls"),
        (r#""tier""#, r#""le""#, of_add, "invalid label \"le\""),
        (r#""tier""#, r#""__name__""#, of_add, "invalid label \"__name__\""),
        (r#""tier""#, r#""a\nb""#, of_add, r#"invalid label "a\nb""#),
        (r#""tier""#, r#""a:b""#, of_add, "invalid label \"a:b\""),
        (r#""tier""#, r#""tenant""#, plain, "\"tenant\" occurs twice"),
        (
            r#""error_kinds":{"full":1}"#,
            r#""error_kinds":{"full":1,"full":2}"#,
            plain,
            "\"full\" occurs twice",
        ),
    ] {
        let error = refusal(from, to);
        assert!(error.starts_with(what) && error.contains(why), "{to}\n{error}");
    }
}

#[test]
fn snapshots_that_break_a_rule_are_refused_by_name() {
    for (from, to, why) in [
        ("[3,7]", "[7,3]", "min/max \"queue\": its smallest value 7 is above its largest value 3"),
        (r#""jobs":18446744073709551615"#, r#""a b":1"#, "invalid metric name \"a b\""),
        (r#""level":"#, r#""9":"#, "invalid metric name \"9\""),
        (r#""queue":"#, r#""":"#, "invalid metric name \"\""),
        (r#""http":"#, r#""a-b":"#, "invalid metric name \"a-b\""),
        (r#""request":"#, r#""é":"#, "invalid metric name \"é\""),
        (r#""level":"#, r#""jobs":"#, "two metrics would print \"jobs\""),
        (r#""level":"#, r#""http_requests":"#, "two metrics would print \"http_requests\""),
        (r#""level":"#, r#""request_latency_us_sum":"#, "two metrics would print \"request_latency_us_sum\""),
        (r#""level":"#, r#""function_calls_total":"#, "two metrics would print \"function_calls_total\""),
        (r#""level":"#, r#""request_latency_us_created":"#, "print \"request_latency_us_created\""),
        (r#""level":"#, r#""function_calls":"#, "two metrics would print \"function_calls\""),
        (r#""level":"#, r#""function_calls_created":"#, "print \"function_calls_created\""),
        ("tachometer_clock_info", "clock_info", "invalid name \"clock_info\" of a self-metric"),
        (r#""source""#, r#""le""#, "invalid label \"le\" of a series"),
        (r#""ok":2,"#, "", "missing field `ok`"),
        (r#""timestamp":"2026-11-24T17:32:56.000000500Z","#, "", "missing field `timestamp`"),
        (
            "2026-11-24T17:32:56.000000500Z",
            "2026-11-31T17:32:56Z",
            "invalid time \"2026-11-31T17:32:56Z\": it must look like",
        ),
        (
            "1970-01-01T00:00:00.000000000Z",
            "+999999999999-01-01T00:00:00Z",
            "invalid time \"+999999999999-01-01T00:00:00Z\"",
        ),
        (r#""jobs":18446744073709551615"#, r#""jobs":18446744073709551616"#, "expected u64"),
        (r#""jobs":18446744073709551615"#, r#""jobs":-1"#, "expected u64"),
        (r#""elapsed":null"#, r#""elapsed":null,"#, "trailing comma"),
    ] {
        let error = refusal(from, to);
        assert!(error.starts_with("invalid snapshot JSON: ") && error.contains(why), "{to}\n{error}");
    }
}

#[test]
fn a_function_that_occurs_twice_is_refused() {
    let mut snapshot = small();
    snapshot.functions.push(snapshot.functions[0].clone());
    let error = FullSnapshot::from_json(&snapshot.to_json()).expect_err("twice").to_string();
    assert!(error.contains(r#"function "Cart::add" of module "shop" with labels [("tier","#), "{error}");
    assert!(error.ends_with("occurs twice"), "{error}");
}

/// To a scraper, the order of labels is not part of the identity of a series.
#[test]
fn a_function_that_differs_in_the_order_of_its_labels_alone_is_refused() {
    let mut snapshot = small();
    let labels = [("tier", "gold"), ("area", "eu")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    snapshot.functions[0].labels = labels.to_vec();
    let mut other = snapshot.functions[0].clone();
    other.labels.reverse();
    snapshot.functions.push(other);
    let error = FullSnapshot::from_json(&snapshot.to_json()).expect_err("twice").to_string();
    assert!(error.ends_with("occurs twice"), "{error}");
}

/// A registry accepts these: without `_total`, neither name is valid for the family of a counter in OpenMetrics.
#[test]
fn counters_of_unknown_type_in_openmetrics_come_back_beside_gauges_of_similar_names() {
    let mut snapshot = FullSnapshot::empty(UNIX_EPOCH);
    snapshot.counters.extend([("_total".to_owned(), 1), ("twice_total_total".to_owned(), 2)]);
    snapshot.gauges.extend([("_created".to_owned(), 3), ("twice_total".to_owned(), 4)]);
    assert_eq!(FullSnapshot::from_json(&snapshot.to_json()).expect("it is a snapshot"), snapshot);
}

#[test]
fn exemplars_are_readable() {
    let mut snapshot = small();
    let call = |value| {
        let trace = TraceContext { trace_id: [0x4b; 16], span_id: [0xf0; 8] };
        Exemplar::new(&TracedCall { trace, nanos: value, time: 1_796_076_205_624_283_312 })
    };
    let function = &mut snapshot.functions[0];
    function.selected = SelectedCalls { last_error: Some(call(None)), ..Default::default() }.boxed();
    function.latency = function.latency.clone().with_exemplars(vec![call(Some(8))]);
    let json = snapshot.to_json();
    let trace = r#"{"trace_id":"4b4b4b4b4b4b4b4b4b4b4b4b4b4b4b4b","span_id":"f0f0f0f0f0f0f0f0","#;
    let time = r#""time_unix_nano":1796076205624283312}"#;
    for shown in [
        format!(r#""exemplars":[{trace}"value":8,{time}]"#),
        format!(r#""exemplars":{{"last_error":{trace}{time}}}"#),
    ] {
        assert!(json.contains(&shown), "{shown} is not in {json}");
    }
    assert_eq!(FullSnapshot::from_json(&json).expect("it is a snapshot"), snapshot);
    for (part, wrong, reason) in [
        ("f0f0f0f0f0f0f0f0", "f0f0", "invalid span identifier \"f0f0\": it must have 16 hexadecimal digits"),
        ("4b4b4b4b4b4b4b4b4b4b4b4b4b4b4b4b", "+b4b4b4b4b4b4b4b4b4b4b4b4b4b4b4b", "invalid trace identifier"),
        (r#""value":8,"#, "", "the exemplar of a bucket must have a value"),
    ] {
        let error = FullSnapshot::from_json(&json.replace(part, wrong)).expect_err(wrong).to_string();
        assert!(error.contains(reason), "{error}");
    }
    let exemplar = format!(r#"{trace}"value":8,{time}"#);
    let twice = json.replace(&exemplar, &format!("{exemplar},{exemplar}"));
    let error = FullSnapshot::from_json(&twice).expect_err("two of a bucket").to_string();
    assert!(error.contains("the exemplars must be of different buckets"), "{error}");
}

#[test]
fn the_exemplar_of_a_counter_is_readable() {
    let trace = TraceContext { trace_id: [0x4b; 16], span_id: [0xf0; 8] };
    let exemplar = Exemplar::new(&TracedCall { trace, nanos: Some(8), time: 17 });
    let of_kind = |kind, value| {
        let series =
            SeriesSnapshot::new(SeriesLabels::default(), value).with_exemplar(Some(Box::new(exemplar)));
        let mut snapshot = FullSnapshot::empty(UNIX_EPOCH);
        snapshot.declared.insert("sent".to_owned(), FamilySnapshot::new(kind, vec![series]));
        snapshot
    };
    let snapshot = of_kind(MetricKind::Counter, SampleValue::Count(20));
    let json = snapshot.to_json();
    let shown = r#""value":{"count":20},"exemplar":{"trace_id":"4b4b4b4b4b4b4b4b4b4b4b4b4b4b4b4b","span_id":"f0f0f0f0f0f0f0f0","value":8,"time_unix_nano":17}"#;
    assert!(json.contains(shown), "{shown} is not in {json}");
    assert_eq!(FullSnapshot::from_json(&json).expect("it is a snapshot"), snapshot);
    for wrong in [
        json.replace(r#""value":8,"#, ""),
        of_kind(MetricKind::Counter, SampleValue::Sum(20.0)).to_json(),
        of_kind(MetricKind::Gauge, SampleValue::Level(20)).to_json(),
    ] {
        let error = FullSnapshot::from_json(&wrong).expect_err(&wrong).to_string();
        assert!(
            error.contains("only an integer counter may have an exemplar, which must have a value"),
            "{error}"
        );
    }
}
