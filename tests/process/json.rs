//! A snapshot of a program that has done something of every kind, through JSON and back. In a process of its own, for it
//! compares all that the global registry shows, where another test may have left a NaN.

use std::time::Duration;
use tachometer::{FullSnapshot, global, instrumented};

#[instrumented(labels(tenant = tenant), max_label_sets = 1, sample = 2)]
fn parse(tenant: &str, text: &str) -> Result<u8, std::num::ParseIntError> {
    text.parse()
}

#[instrumented]
fn nobody_calls_this() {}

#[test]
fn everything_comes_back_and_can_be_subtracted() {
    let registry = global();
    registry.describe("jobs", "Jobs \"done\"\n");
    let jobs = registry.register_counter("jobs");
    jobs.add(u64::MAX - 5);
    registry.register_gauge("level").set(i64::MIN);
    registry.register_minmax("queue").update(7);
    registry.register_minmax("empty");
    registry.register_histogram("request", [10, 20]).record(15);
    registry.register_collector("http").connection_closed();
    for (tenant, text) in [("é\"", "1"), ("é\"", "x"), ("another", "2"), ("é\"", "3")] {
        let _ = parse(tenant, text);
    }
    let export = registry.start_export_thread_every(Duration::from_secs(4_000), drop);

    let earlier = registry.snapshot_all();
    let back = FullSnapshot::from_json(&earlier.to_json()).expect("it is a snapshot");
    assert_eq!(back, earlier);
    assert_eq!(back.to_prometheus_format(), earlier.to_prometheus_format());
    assert_eq!(back.function("nobody_calls_this").map(tachometer::FunctionSnapshot::calls), Some(0));

    jobs.add(2);
    let _ = parse("another", "y");
    let later = registry.snapshot_all();
    let difference = later.since(&back);
    assert_eq!(difference.counters["jobs"], 2);
    assert_eq!(difference.functions, later.since(&earlier).functions);
    let again = FullSnapshot::from_json(&difference.to_json()).expect("a difference is a snapshot");
    assert_eq!(again, difference);
    assert_eq!(again.elapsed(), difference.elapsed());
    export.stop();
    let _: fn() = nobody_calls_this;
}

#[instrumented(labels(tier = tier, bank = bank))]
fn in_an_order_of_its_own(tier: &str, bank: &str) {}

#[test]
fn labels_that_were_sorted_on_the_way_are_the_same_series() {
    in_an_order_of_its_own("gold", "swift");
    let sorted = serde_json::to_value(tachometer::snapshot()).unwrap();
    let earlier: FullSnapshot = serde_json::from_value(sorted).unwrap();
    in_an_order_of_its_own("gold", "swift");
    let difference = tachometer::snapshot().since(&earlier);
    assert_eq!(difference.function("in_an_order_of_its_own").unwrap().ok, 1);
}
