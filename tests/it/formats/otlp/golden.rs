//! JSON to the letter: one of each kind, cumulative and as a difference, with both forms of histograms.

use super::{Encoder, delta, encode, encoder, exponential, version, with_members};
use serde_json::json;
use std::sync::LazyLock;
use std::time::Duration;
use tachometer::otlp::Temporality;
use tachometer::{FullSnapshot, MetricsRegistry, MockClock, instrumented};

static FUNCTIONS: LazyLock<MetricsRegistry> =
    LazyLock::new(|| MetricsRegistry::new(Duration::MAX).with_labels([("zone", "eu")]));

#[instrumented(name = "waits", registry = &FUNCTIONS, buckets = [0.5, 1], error_kind = |(): &()| "late")]
fn waits(clock: MockClock, time: Duration) -> Result<(), ()> {
    clock.advance(time);
    if time > Duration::from_secs(1) { Err(()) } else { Ok(()) }
}

/// The same registry at two times.
static SNAPSHOTS: LazyLock<[FullSnapshot; 2]> = LazyLock::new(|| {
    let clock = MockClock::new();
    let _entered = clock.enter();
    let registry = &*FUNCTIONS;
    registry.describe("queue", "Waiting \"now\"\n");
    let queue = registry.register_gauge("queue");
    let jobs = registry.register_counter("jobs_total");
    let weight = registry.float_counter("flour_grams_total", "Flour");
    let ratio = registry.float_gauge("hit_ratio", "Hits");
    let http = registry.register_collector("http");
    let api = registry.register_histogram("api", [10, 1_000]);
    registry.register_minmax("size").update(7);
    registry.info("build_info", "The build", &[("version", "7")]);
    let snapshot = |second: &str| {
        let timestamp = format!("2026-11-24T17:32:{second}Z");
        // Self-metrics depend on what other tests have done.
        let members =
            json!({ "timestamp": timestamp, "created": "2026-11-24T17:32:00Z", "self_metrics": [] });
        with_members(&registry.snapshot_all(), members)
    };
    for millis in [0, 500, 2_000] {
        let _ = waits(clock, Duration::from_millis(millis));
    }
    jobs.add(12);
    weight.add(0.5);
    queue.set(3);
    ratio.set(0.25);
    http.record_request();
    api.record(11);
    let earlier = snapshot("01");
    let _ = waits(clock, Duration::from_millis(501));
    jobs.add(5);
    weight.add(0.25);
    queue.set(-4);
    http.record_request();
    http.connection_opened();
    api.record(5_000);
    [earlier, snapshot("02.5")]
});

/// Compares a request with a text in which each metric begins a line.
fn check(encoder: &Encoder, earlier: Option<&FullSnapshot>, golden: &str) {
    let [_, later] = &*SNAPSHOTS;
    let mut json = String::new();
    encoder.encode_json(later, earlier, &mut json);
    let version = format!("\"version\":\"{}\"}},\"metrics\"", version());
    let lines =
        json.replace("{\"name\":", "\n{\"name\":").replace(&version, "\"version\":\"VERSION\"},\"metrics\"");
    assert_eq!(lines + "\n", golden);
    // The bytes say the same.
    encode(encoder, later, earlier);
}

#[test]
fn one_of_each_kind_to_the_letter() {
    check(&encoder(), None, include_str!("../golden/cumulative.otlp.json"));
}

#[test]
fn a_difference_to_the_letter() {
    check(&delta(), Some(&SNAPSHOTS[0]), include_str!("../golden/delta.otlp.json"));
}

#[test]
fn exponential_histograms_to_the_letter() {
    check(&exponential(), None, include_str!("../golden/exponential.otlp.json"));
}

#[test]
fn a_difference_of_exponential_histograms_to_the_letter() {
    let delta = exponential().temporality(Temporality::Delta);
    check(&delta, Some(&SNAPSHOTS[0]), include_str!("../golden/exponential_delta.otlp.json"));
}

#[test]
fn a_gauge_to_the_byte() {
    let registry = MetricsRegistry::new(Duration::MAX);
    registry.register_gauge("queue").set(-4);
    registry.describe("queue", "Waiting");
    let members = json!({ "timestamp": "1970-01-01T00:00:01Z", "created": "1970-01-01T00:00:00Z" });
    let snapshot = with_members(&registry.snapshot_all(), members);
    let mut bytes = Vec::new();
    Encoder::new([("zone", "eu")]).encode(&snapshot, None, &mut bytes);
    let version = version();
    let scope_length = 14 + u8::try_from(version.len()).expect("it is short");
    let expected = [
        // All of the resource's metrics; the resource, with an attribute that has a key and a value with a text.
        &[0x0a, scope_length + 62],
        b"\x0a\x0e\x0a\x0c\x0a\x04zone\x12\x04\x0a\x02eu".as_slice(),
        // All of the scope's metrics; the scope, with its name and version.
        &[0x12, scope_length + 44, 0x0a, scope_length],
        b"\x0a\x0atachometer\x12",
        &[scope_length - 14],
        version.as_bytes(),
        // The metric: its name, description and unit.
        b"\x12\x28\x0a\x05queue\x12\x07Waiting\x1a\x00",
        // The gauge with a point: the value as an integer, and the time.
        b"\x2a\x14\x0a\x12\x31",
        &(-4_i64).to_le_bytes(),
        b"\x19",
        &1_000_000_000_u64.to_le_bytes(),
    ]
    .concat();
    assert_eq!(bytes, expected);
}
