//! Exemplars to the letter and to the byte, at the limits of their numbers.

use super::protobuf::messages::decode;
use super::{FORMATS, encode};
use serde_json::{Value, json};
use tachometer::{Format, FullSnapshot};

fn exemplar(byte: &str, value: u64, nanos: u64) -> Value {
    json!({ "trace_id": byte.repeat(16), "span_id": byte.repeat(8), "value": value, "time_unix_nano": nanos })
}

/// Returns a snapshot of a counter, and of a histogram whose last finite bounds are one float, with and without exemplars.
fn snapshots() -> [FullSnapshot; 2] {
    let counter = exemplar("4b", 5, 1_796_076_205_624_283_312);
    let histogram = [
        exemplar("00", 0, 0),
        exemplar("a1", (1 << 60) + 1, u64::MAX),
        exemplar("b2", (1 << 60) + 2, 17),
        exemplar("ff", u64::MAX - 1, 1_000_000_000),
    ];
    let snapshot = |counter: Value, histogram: &[Value]| {
        let json = json!({
            "timestamp": "2026-12-01T00:00:00Z",
            "created": "1970-01-01T00:00:00Z",
            "declared": {
                "pages": { "kind": "histogram", "series": [{ "labels": {}, "value": { "histogram": {
                    "buckets": [1, 1, 1, 1],
                    "boundaries": [10, (1_u64 << 60) + 1, (1_u64 << 60) + 2, u64::MAX],
                    "sum": 9,
                    "exemplars": histogram,
                } } }] },
                "sent_total": { "kind": "counter", "series": [
                    { "labels": { "to": "a" }, "value": { "count": 20 }, "exemplar": counter },
                    { "labels": { "to": "b" }, "value": { "count": 7 } },
                ] },
            },
        });
        FullSnapshot::from_json(&json.to_string()).expect("a snapshot")
    };
    [snapshot(counter, &histogram), snapshot(Value::Null, &[])]
}

#[test]
fn openmetrics_with_exemplars_to_the_letter() {
    let [with, without] = snapshots();
    let expected = r#"# HELP pages Metric pages.
# TYPE pages histogram
pages_bucket{le="10.0"} 1 # {trace_id="00000000000000000000000000000000",span_id="0000000000000000"} 0 0.000000
pages_bucket{le="1.152921504606847e+18"} 3 # {trace_id="a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1",span_id="a1a1a1a1a1a1a1a1"} 1152921504606846977 18446744073.709551
pages_bucket{le="+Inf"} 4 # {trace_id="ffffffffffffffffffffffffffffffff",span_id="ffffffffffffffff"} 18446744073709551614 1.000000
pages_sum 9
pages_count 4
# HELP sent Metric sent_total.
# TYPE sent counter
sent_total{to="a"} 20 # {trace_id="4b4b4b4b4b4b4b4b4b4b4b4b4b4b4b4b",span_id="4b4b4b4b4b4b4b4b"} 5 1796076205.624283
sent_total{to="b"} 7
# EOF
"#;
    assert_eq!(encode(&with, Format::OpenMetrics), expected);
    // Without the exemplars, the rest is the same.
    let lines = expected.lines().map(|line| line.split(" # {").next().unwrap().to_owned() + "\n");
    assert_eq!(encode(&without, Format::OpenMetrics), lines.collect::<String>());
    for line in expected.lines().filter(|line| line.contains(" # {")) {
        let (_, labels) = line.split_once(" # {").unwrap();
        let (labels, _) = labels.split_once('}').unwrap();
        let points = labels.chars().filter(|c| !"=\",".contains(*c)).count();
        assert_eq!(points, 63, "at most 128 are allowed: {labels}");
    }
}

#[test]
fn the_older_text_never_has_exemplars() {
    let [with, without] = snapshots();
    assert_eq!(encode(&with, Format::Prometheus), encode(&without, Format::Prometheus));
    for format in FORMATS.into_iter().filter(|format| *format != Format::Prometheus) {
        assert_ne!(encode(&with, format), encode(&without, format), "{format:?}");
    }
}

#[test]
fn a_counter_with_an_exemplar_to_the_byte() {
    let [with, without] = snapshots();
    let of_counter = |snapshot: &FullSnapshot| -> Vec<u8> {
        let whole = snapshot.to_protobuf();
        let begin = whole.windows(10).position(|bytes| bytes == b"sent_total").expect("it is there");
        whole[begin..].to_vec()
    };
    let number = |value: f64| [b"\x09".as_slice(), &value.to_le_bytes()].concat();
    let (id, help) = ("4b".repeat(16), b"\x12\x12Metric sent_total.\x18\x00".as_slice());
    let other = [b"\x22\x14\x0a\x07\x0a\x02to\x12\x01b\x1a\x09".as_slice(), &number(7.0)].concat();
    let expected = [
        b"sent_total".as_slice(),
        help,
        // A series of 120 bytes: its label, a counter of 109 bytes, its value, an exemplar of 98 bytes.
        b"\x22\x78\x0a\x07\x0a\x02to\x12\x01a\x1a\x6d",
        &number(20.0),
        b"\x12\x62",
        b"\x0a\x2c\x0a\x08trace_id\x12\x20",
        id.as_bytes(),
        b"\x0a\x1b\x0a\x07span_id\x12\x10",
        &id.as_bytes()[..16],
        // The value, and the time: 1796076205 s, 624283312 ns.
        b"\x11",
        &5_f64.to_le_bytes(),
        b"\x1a\x0c\x08\xad\xe5\xb7\xd8\x06\x10\xb0\x9d\xd7\xa9\x02",
        &other,
    ]
    .concat();
    assert_eq!(of_counter(&with), expected);
    let first = [b"\x22\x14\x0a\x07\x0a\x02to\x12\x01a\x1a\x09".as_slice(), &number(20.0)].concat();
    assert_eq!(of_counter(&without), [b"sent_total".as_slice(), help, &first, &other].concat());
}

#[test]
fn buckets_that_are_one_float_show_the_latest_exemplar_in_protocol_buffers() {
    let [with, _] = snapshots();
    let families = decode(&with.to_protobuf());
    let histogram = families[0].metric[0].histogram.as_ref().expect("a histogram");
    let shown: Vec<_> = histogram
        .bucket
        .iter()
        .map(|bucket| {
            let exemplar = bucket.exemplar.as_ref().expect("an exemplar");
            let time = exemplar.timestamp.expect("a time");
            (
                bucket.cumulative_count(),
                exemplar.label[1].value()[..2].to_owned(),
                time.seconds(),
                time.nanos(),
            )
        })
        .collect();
    let expected = [(1, "00", 0, 0), (3, "a1", 18_446_744_073, 709_551_615), (4, "ff", 1, 0)];
    assert_eq!(shown, expected.map(|(count, id, seconds, nanos)| (count, id.to_owned(), seconds, nanos)));
    assert_eq!(histogram.exemplars.len(), 0, "it has no native buckets");
}
