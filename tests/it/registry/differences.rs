//! What `since` says happened between two snapshots.

use super::*;

#[test]
fn counts_subtract_gauges_stay_and_extremes_are_absent() {
    let registry = registry();
    let collector = registry.register_collector("collector");
    let histogram = registry.register_histogram("histogram", [10, 20]);
    let extremes = registry.register_minmax("minmax");
    let counter = registry.register_counter("counter");
    let gauge = registry.register_gauge("gauge");
    let record = |times: u64| {
        for _ in 0..times {
            collector.record_request();
            collector.record_error();
            collector.record_bytes(100);
            collector.connection_opened();
            histogram.record(15);
            gauge.increment();
        }
        counter.add(times);
        extremes.update(times);
    };
    record(2);
    let earlier = registry.snapshot_all();
    record(3);
    histogram.record(25);
    let later = registry.snapshot_all();
    let difference = later.since(&earlier);

    assert_eq!(difference.counters["counter"], 3);
    let metrics = &difference.metrics["collector"];
    assert_eq!((metrics.requests, metrics.errors, metrics.bytes_sent), (3, 3, 300));
    assert_eq!((metrics.active_connections, difference.gauges["gauge"]), (5, 5));
    let histogram = &difference.histograms["histogram"];
    assert_eq!(histogram.buckets, [0, 3, 1]);
    assert_eq!(histogram.boundaries, [10, 20, u64::MAX]);
    assert_eq!((histogram.total(), histogram.sum()), (4, 70));
    assert!(difference.minmax.is_empty());
    assert_eq!(later.minmax["minmax"], (2, 3));
    assert_eq!(difference.timestamp, later.timestamp);
    // Neither of the two has changed.
    assert_eq!(earlier.counters["counter"], 2);
    assert_eq!(later.counters["counter"], 5);
}

#[test]
fn only_a_difference_has_elapsed() {
    let registry = registry();
    let began = Instant::now();
    let earlier = registry.snapshot_all();
    let later = registry.snapshot_all();
    let at_most = began.elapsed();
    assert_eq!((earlier.elapsed(), later.elapsed()), (None, None));
    assert!(later.since(&earlier).elapsed().is_some_and(|elapsed| elapsed <= at_most));
    assert_eq!(later.since(&later).elapsed(), Some(Duration::ZERO));
}

#[test]
fn several_readers_lose_nothing_to_each_other() {
    let registry = registry();
    let counter = registry.register_counter("counter");
    let start = registry.snapshot_all();
    let (mut quick, mut slow) = (start.clone(), start);
    let (mut quick_sum, mut slow_sum) = (0, 0);
    for round in 1..=100_u64 {
        counter.add(round);
        let now = registry.snapshot_all();
        quick_sum += now.since(&quick).counters["counter"];
        quick = now;
        if round % 10 == 0 {
            let now = registry.snapshot_all();
            slow_sum += now.since(&slow).counters["counter"];
            slow = now;
        }
    }
    assert_eq!((quick_sum, slow_sum), (5_050, 5_050));
}

#[test]
fn a_reset_in_between_is_not_below_zero() {
    let registry = registry();
    let collector = registry.register_collector("collector");
    let histogram = registry.register_histogram("histogram", [10]);
    let counter = registry.register_counter("counter");
    for _ in 0..5 {
        collector.record_request();
        collector.record_error();
        collector.record_bytes(10);
        histogram.record(4);
    }
    counter.add(5);
    let earlier = registry.snapshot_all();
    collector.snapshot_and_reset();
    histogram.reset();
    counter.reset();
    histogram.record(3);
    counter.add(2);
    let difference = registry.snapshot_all().since(&earlier);
    assert_eq!(difference.counters["counter"], 0);
    let metrics = &difference.metrics["collector"];
    assert_eq!((metrics.requests, metrics.errors, metrics.bytes_sent), (0, 0, 0));
    let histogram = &difference.histograms["histogram"];
    assert_eq!((histogram.buckets.as_slice(), histogram.sum()), ([0, 0].as_slice(), 0));
}

#[test]
fn what_is_new_since_then_is_there_in_full() {
    let registry = registry();
    let earlier = registry.snapshot_all();
    registry.register_counter("counter").add(4);
    registry.register_histogram("histogram", [10]).record(3);
    registry.register_collector("collector").record_request();
    let difference = registry.snapshot_all().since(&earlier);
    assert_eq!(difference.counters["counter"], 4);
    assert_eq!(difference.histograms["histogram"].total(), 1);
    assert_eq!(difference.metrics["collector"].requests, 1);
}

#[test]
fn the_sum_of_a_difference_survives_its_wrap() {
    let registry = registry();
    let histogram = registry.register_histogram("histogram", [10]);
    histogram.record(u64::MAX);
    let earlier = registry.snapshot_all();
    histogram.record(30);
    let difference = registry.snapshot_all().since(&earlier);
    assert_eq!(difference.histograms["histogram"].sum(), 30);
    assert_eq!(difference.histograms["histogram"].total(), 1);
}
