//! Differences between snapshots of different runs.

use std::time::Duration;
use tachometer::{FullSnapshot, MetricsRegistry};

/// A registry whose counter stands at `count`, as a process would have it after a start.
fn run(count: u64) -> MetricsRegistry {
    let registry = MetricsRegistry::new(Duration::from_secs(10));
    registry.register_counter("jobs").add(count);
    registry.register_histogram("wait", [10]).record(count);
    registry
}

#[test]
fn what_a_later_run_has_counted_is_all_of_its_own() {
    let (first, second) = (run(100), run(7));
    let difference = second.snapshot_all().since(&first.snapshot_all());
    assert_eq!(difference.counters["jobs"], 7);
    assert_eq!(difference.histograms["wait"].buckets, [1, 0]);
    let elapsed = difference.elapsed().expect("a difference spans a time");
    assert!(elapsed < Duration::from_mins(1), "the time since the second run began, not {elapsed:?}");
}

#[test]
fn try_since_refuses_another_run_also_from_json() {
    let (first, second) = (run(100), run(7));
    let earlier = first.snapshot_all();
    let from_json = FullSnapshot::from_json(&earlier.to_json()).expect("its own JSON");
    for earlier in [&earlier, &from_json] {
        assert!(first.snapshot_all().try_since(earlier).is_ok());
        let error = second.snapshot_all().try_since(earlier).unwrap_err().to_string();
        assert!(error.starts_with("the two snapshots are from different runs"), "{error}");
    }
}

#[test]
fn a_snapshot_that_tells_no_run_is_taken_to_be_of_the_same() {
    let registry = run(100);
    let json = registry.snapshot_all().to_json();
    let mut fields: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(&json).expect("valid JSON");
    assert!(fields.remove("run").is_some());
    let earlier =
        FullSnapshot::from_json(&serde_json::to_string(&fields).expect("plain data")).expect("optional");
    registry.register_counter("jobs").add(1);
    let difference = registry.snapshot_all().try_since(&earlier).expect("nothing says otherwise");
    assert_eq!(difference.counters["jobs"], 1);
}

#[test]
fn a_run_that_is_no_hexadecimal_number_is_refused() {
    let json = run(1).snapshot_all().to_json();
    let at = json.find("\"run\":\"").expect("it tells its run") + "\"run\":\"".len();
    let broken = format!("{}+{}", &json[..at], &json[at + 1..]);
    let error = FullSnapshot::from_json(&broken).unwrap_err().to_string();
    assert!(error.contains("must be 16 hexadecimal digits"), "{error}");
}
