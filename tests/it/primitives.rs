//! The rules of the shared cells, one thread at a time; `stress.rs` has many.
#![expect(clippy::float_cmp, reason = "the expected floats are exact")]

use std::panic::{AssertUnwindSafe, catch_unwind};
use tachometer::{AtomicCounter, AtomicGauge, AtomicHistogram, AtomicMinMax, MetricsCollector};

/// The message of the panic that `body` ends in.
fn panic_of<T>(body: impl FnOnce() -> T) -> String {
    let Err(payload) = catch_unwind(AssertUnwindSafe(body)) else { panic!("it did not panic") };
    match payload.downcast::<String>() {
        Ok(message) => *message,
        Err(payload) => (*payload.downcast::<&str>().expect("a panic has a text")).to_owned(),
    }
}

#[test]
fn a_counter_adds_and_starts_again() {
    let counter = AtomicCounter::new();
    assert_eq!(counter.get(), 0);
    counter.increment();
    counter.add(41);
    counter.add(0);
    assert_eq!(counter.get(), 42);
    assert_eq!(counter.reset(), 42);
    assert_eq!((counter.get(), counter.reset()), (0, 0));
    counter.add(7);
    assert_eq!(counter.get(), 7);
    assert_eq!(AtomicCounter::default().get(), 0);
}

#[test]
fn a_counter_holds_more_than_32_bits() {
    let counter = AtomicCounter::new();
    counter.add(u64::from(u32::MAX));
    counter.increment();
    assert_eq!(counter.get(), 1 << 32);
}

#[test]
fn a_gauge_goes_below_zero() {
    let gauge = AtomicGauge::new();
    gauge.decrement();
    assert_eq!(gauge.get(), -1);
    gauge.sub(4);
    gauge.add(2);
    gauge.increment();
    assert_eq!(gauge.get(), -2);
    gauge.add(-8);
    assert_eq!(gauge.get(), -10);
    gauge.sub(-10);
    assert_eq!(gauge.get(), 0);
    gauge.set(-5);
    assert_eq!(gauge.get(), -5);
    gauge.set(i64::MAX);
    assert_eq!(gauge.get(), i64::MAX);
    assert_eq!(AtomicGauge::default().get(), 0);
}

#[test]
fn a_tracked_gauge_is_up_while_the_guard_lives() {
    let gauge = AtomicGauge::new();
    let first = gauge.track();
    {
        let _second = gauge.track();
        assert_eq!(gauge.get(), 2);
    }
    assert_eq!(gauge.get(), 1);
    drop(first);
    assert_eq!(gauge.get(), 0);
}

#[test]
fn guards_go_down_on_a_panic() {
    let gauge = AtomicGauge::new();
    let collector = MetricsCollector::new();
    let message = panic_of(|| {
        let _tracked = gauge.track();
        let _connection = collector.connection();
        panic!("at {} and {}", gauge.get(), collector.snapshot().active_connections);
    });
    assert_eq!(message, "at 1 and 1");
    assert_eq!(gauge.get(), 0);
    assert_eq!(collector.snapshot().active_connections, 0);
}

#[test]
fn empty_extremes_have_no_range() {
    for extremes in [AtomicMinMax::new(), AtomicMinMax::default()] {
        assert_eq!((extremes.get_min(), extremes.get_max()), (u64::MAX, 0));
        assert_eq!(extremes.range(), None);
        assert_eq!(extremes.reset(), None);
        assert_eq!((extremes.get_min(), extremes.get_max()), (u64::MAX, 0));
    }
}

#[test]
fn extremes_keep_the_smallest_and_the_largest() {
    let extremes = AtomicMinMax::new();
    for (value, range) in [(50, (50, 50)), (70, (50, 70)), (60, (50, 70)), (12, (12, 70)), (12, (12, 70))] {
        extremes.update(value);
        assert_eq!(extremes.range(), Some(range));
        assert_eq!((extremes.get_min(), extremes.get_max()), range);
    }
    assert_eq!(extremes.reset(), Some((12, 70)));
    assert_eq!(extremes.range(), None);
    extremes.update(30);
    assert_eq!(extremes.range(), Some((30, 30)));
}

#[test]
fn the_values_that_empty_extremes_hold_are_values_too() {
    for value in [0, u64::MAX] {
        let extremes = AtomicMinMax::new();
        extremes.update(value);
        assert_eq!(extremes.range(), Some((value, value)));
        assert_eq!(extremes.reset(), Some((value, value)));
        assert_eq!(extremes.range(), None);
    }
    let extremes = AtomicMinMax::new();
    extremes.update(u64::MAX);
    extremes.update(0);
    assert_eq!(extremes.range(), Some((0, u64::MAX)));
}

#[test]
fn a_bound_is_inclusive() {
    let histogram = AtomicHistogram::new([10, 50, 100]);
    let cases = [(0, 0), (9, 0), (10, 0), (11, 1), (50, 1), (51, 2), (100, 2), (101, 3), (u64::MAX, 3)];
    for (value, bucket) in cases {
        assert_eq!(histogram.find_bucket(value), bucket, "{value}");
        histogram.record(value);
    }
    let snapshot = histogram.snapshot();
    assert_eq!(snapshot.buckets, [3, 2, 2, 2]);
    assert_eq!(snapshot.boundaries, [10, 50, 100, u64::MAX]);
    assert_eq!(snapshot.total(), 9);
}

#[test]
fn every_bucket_is_found_among_many() {
    let bounds: [u64; 64] = std::array::from_fn(|index| 10 * (index as u64 + 1));
    let histogram = AtomicHistogram::new(bounds);
    for (index, bound) in bounds.into_iter().enumerate() {
        assert_eq!(histogram.find_bucket(bound - 1), index);
        assert_eq!(histogram.find_bucket(bound), index);
        assert_eq!(histogram.find_bucket(bound + 1), index + 1);
    }
}

#[test]
fn a_list_ends_at_the_first_maximum() {
    let padded = AtomicHistogram::new([10, 50, 100, 500, u64::MAX, 0, 0, 0]);
    for value in [0, 10, 11, 500, 501, u64::MAX] {
        padded.record(value);
    }
    let snapshot = padded.snapshot();
    assert_eq!(snapshot.boundaries, [10, 50, 100, 500, u64::MAX]);
    assert_eq!(snapshot.buckets, [2, 1, 0, 1, 2]);

    let disordered_padding = AtomicHistogram::new([10, u64::MAX, 5, u64::MAX, 7]);
    disordered_padding.record(6);
    disordered_padding.record(11);
    let snapshot = disordered_padding.reset();
    assert_eq!((snapshot.boundaries, snapshot.buckets), (vec![10, u64::MAX], vec![1, 1]));

    let one_bucket = AtomicHistogram::new([u64::MAX]);
    one_bucket.record(3);
    let snapshot = one_bucket.snapshot();
    assert_eq!((snapshot.boundaries, snapshot.buckets), (vec![u64::MAX], vec![1]));
}

#[test]
fn a_value_above_the_last_bound_is_not_filed_under_it() {
    let histogram = AtomicHistogram::new([10]);
    histogram.record(11);
    let snapshot = histogram.snapshot();
    assert_eq!((snapshot.buckets, snapshot.boundaries), (vec![0, 1], vec![10, u64::MAX]));
}

#[test]
fn zero_is_a_bound() {
    let histogram = AtomicHistogram::new([0, 1]);
    for value in [0, 1, 2] {
        histogram.record(value);
    }
    assert_eq!(histogram.snapshot().buckets, [1, 1, 1]);
}

#[test]
fn disorder_is_refused_by_the_name_of_the_pair() {
    fn refuse<const N: usize>(bounds: [u64; N], pair: [&str; 2]) {
        let error = AtomicHistogram::try_new(bounds).expect_err("they are in disorder").to_string();
        for number in pair {
            assert!(error.contains(number), "{number} of {bounds:?} in: {error}");
        }
        assert_eq!(panic_of(|| AtomicHistogram::new(bounds)), error);
    }

    refuse([111, 555, 222, 777], ["555", "222"]);
    refuse([111, 333, 333], ["333", "333"]);
    refuse([50, 40], ["50", "40"]);
    refuse([111, 222, 0, 0], ["222", "0"]);
    refuse([0, 0], ["0", "0"]);
    refuse([111, 222, 150, u64::MAX], ["222", "150"]);
    refuse([u64::MAX - 1, u64::MAX - 2], ["18446744073709551614", "18446744073709551613"]);
}

#[test]
fn an_empty_list_is_refused() {
    let error = AtomicHistogram::try_new([]).expect_err("it is empty").to_string();
    assert!(error.contains("empty"), "{error}");
    assert_eq!(panic_of(|| AtomicHistogram::new([])), error);
}

#[test]
fn good_bounds_are_accepted() {
    let histogram = AtomicHistogram::try_new([1, 2, 3]).expect("they increase");
    histogram.record(2);
    assert_eq!(histogram.snapshot().buckets, [0, 1, 0, 0]);
}

#[test]
fn a_reset_histogram_starts_again() {
    let histogram = AtomicHistogram::new([10, 20]);
    histogram.record(5);
    histogram.record(15);
    let before = histogram.snapshot();
    let cleared = histogram.reset();
    assert_eq!(cleared, before);
    assert_eq!((cleared.total(), cleared.sum()), (2, 20));
    let empty = histogram.snapshot();
    assert_eq!((empty.buckets.as_slice(), empty.sum(), empty.total()), ([0, 0, 0].as_slice(), 0, 0));
    histogram.record(25);
    assert_eq!((histogram.snapshot().buckets, histogram.snapshot().sum()), (vec![0, 0, 1], 25));
}

#[test]
fn the_mean_comes_from_the_true_sum() {
    let histogram = AtomicHistogram::new([10, 100]);
    assert_eq!(histogram.snapshot().mean(), 0.0);
    histogram.record(3);
    histogram.record(4);
    assert_eq!(histogram.snapshot().mean(), 3.5);

    let last_bucket = AtomicHistogram::new([10, 100]);
    last_bucket.record(1_000);
    last_bucket.record(3_000);
    assert_eq!(last_bucket.snapshot().mean(), 2_000.0);
    last_bucket.record(1 << 40);
    assert_eq!(last_bucket.snapshot().mean(), (4_000 + (1_u64 << 40)) as f64 / 3.0);
}

#[test]
fn the_sum_wraps() {
    let histogram = AtomicHistogram::new([10]);
    histogram.record(u64::MAX);
    assert_eq!(histogram.snapshot().sum(), u64::MAX);
    histogram.record(6);
    assert_eq!(histogram.snapshot().sum(), 5);
    assert_eq!(histogram.snapshot().total(), 2);
}

/// Each of 1..=n in a bucket of its own, so that a percentile is its rank.
fn one_in_each<const N: usize>() -> AtomicHistogram<N> {
    let histogram = AtomicHistogram::new(std::array::from_fn(|index| index as u64 + 1));
    (1..=N as u64).for_each(|value| histogram.record(value));
    histogram
}

#[test]
fn a_percentile_is_the_nearest_rank() {
    let snapshot = one_in_each::<100>().snapshot();
    for percent in 1..=100_u64 {
        let p: f64 = format!("{}.{:02}", percent / 100, percent % 100).parse().expect("a number");
        assert_eq!(snapshot.percentile(p), percent, "p = {p}");
    }
    assert_eq!(snapshot.percentile(0.07), 7);
    assert_eq!(snapshot.percentile(0.070_000_1), 8);
    assert_eq!(snapshot.percentile(0.001), 1);
    assert_eq!(snapshot.percentile(0.991), 100);

    let ten = one_in_each::<10>().snapshot();
    assert_eq!([0.05, 0.1, 0.11, 0.5, 0.55, 0.99].map(|p| ten.percentile(p)), [1, 1, 2, 5, 6, 10]);
    let three = one_in_each::<3>().snapshot();
    assert_eq!([1.0 / 3.0, 0.34, 2.0 / 3.0, 0.67].map(|p| three.percentile(p)), [1, 2, 2, 3]);
}

#[test]
fn a_percentile_out_of_range_is_the_first_or_the_last() {
    let snapshot = one_in_each::<9>().snapshot();
    let first = [0.0, -0.0, -1.0, f64::NEG_INFINITY, f64::MIN_POSITIVE, f64::NAN, -f64::NAN];
    assert_eq!(first.map(|p| snapshot.percentile(p)), [1; 7]);
    assert_eq!([1.0, 1.5, 99.0, f64::INFINITY].map(|p| snapshot.percentile(p)), [9; 4]);
}

#[test]
fn a_percentile_of_nothing_is_zero() {
    let snapshot = AtomicHistogram::new([10, 20]).snapshot();
    assert_eq!([0.0, 0.5, 1.0, f64::NAN].map(|p| snapshot.percentile(p)), [0; 4]);
}

#[test]
fn a_percentile_is_placed_inside_its_bucket() {
    let histogram = AtomicHistogram::new([100, 200, 400]);
    for _ in 0..4 {
        histogram.record(150);
    }
    let snapshot = histogram.snapshot();
    assert_eq!([0.25, 0.5, 0.75, 1.0].map(|p| snapshot.percentile(p)), [125, 150, 175, 200]);
    for _ in 0..4 {
        histogram.record(300);
    }
    let snapshot = histogram.snapshot();
    assert_eq!([0.5, 0.625, 0.75, 1.0].map(|p| snapshot.percentile(p)), [200, 250, 300, 400]);

    let first_bucket = AtomicHistogram::new([100]);
    first_bucket.record(60);
    first_bucket.record(70);
    assert_eq!([0.5, 1.0].map(|p| first_bucket.snapshot().percentile(p)), [50, 100]);
}

#[test]
fn a_percentile_in_the_open_bucket_is_its_lower_bound() {
    let histogram = AtomicHistogram::new([10, 500]);
    histogram.record(5);
    histogram.record(501);
    histogram.record(9_000);
    let snapshot = histogram.snapshot();
    assert_eq!([0.5, 0.9, 1.0].map(|p| snapshot.percentile(p)), [500, 500, 500]);

    let explicit = AtomicHistogram::new([10, u64::MAX]);
    explicit.record(u64::MAX);
    assert_eq!(explicit.snapshot().percentile(0.5), 10);
    let only = AtomicHistogram::new([u64::MAX]);
    only.record(77);
    assert_eq!(only.snapshot().percentile(0.5), 0);
}

#[test]
fn a_percentile_between_far_bounds_does_not_overflow() {
    let histogram = AtomicHistogram::new([1, u64::MAX - 1]);
    for _ in 0..8 {
        histogram.record(u64::MAX - 1);
    }
    assert_eq!(histogram.snapshot().percentile(1.0), u64::MAX - 1);
    assert_eq!(histogram.snapshot().percentile(0.5), 1 + (u64::MAX - 2) / 2);
}

#[test]
fn a_collector_counts_its_four_numbers() {
    for collector in [MetricsCollector::new(), MetricsCollector::default()] {
        for _ in 0..4 {
            collector.record_request();
        }
        collector.record_error();
        collector.record_bytes(5_000_000_000);
        collector.record_bytes(1);
        collector.connection_opened();
        collector.connection_opened();
        collector.connection_closed();
        let snapshot = collector.snapshot();
        assert_eq!((snapshot.requests, snapshot.errors), (4, 1));
        assert_eq!((snapshot.bytes_sent, snapshot.active_connections), (5_000_000_001, 1));
        assert_eq!(snapshot.error_rate(), 0.25);
        assert_eq!(collector.snapshot(), snapshot);
    }
}

#[test]
fn connections_closed_first_show_below_zero() {
    let collector = MetricsCollector::new();
    collector.connection_closed();
    assert_eq!(collector.snapshot().active_connections, -1);
    collector.connection_opened();
    assert_eq!(collector.snapshot().active_connections, 0);
}

#[test]
fn an_error_rate_is_within_zero_and_one() {
    let collector = MetricsCollector::new();
    assert_eq!(collector.snapshot().error_rate(), 0.0);
    collector.record_error();
    assert_eq!(collector.snapshot().error_rate(), 0.0);
    collector.record_request();
    assert_eq!(collector.snapshot().error_rate(), 1.0);
    collector.record_error();
    assert_eq!(collector.snapshot().error_rate(), 1.0);
    for _ in 0..3 {
        collector.record_request();
    }
    assert_eq!(collector.snapshot().error_rate(), 0.5);
}

#[test]
fn a_reset_collector_keeps_its_gauge() {
    let collector = MetricsCollector::new();
    let connection = collector.connection();
    collector.record_request();
    collector.record_error();
    collector.record_bytes(9);
    let before = collector.snapshot();
    assert_eq!(collector.snapshot_and_reset(), before);
    let after = collector.snapshot();
    assert_eq!((after.requests, after.errors, after.bytes_sent, after.active_connections), (0, 0, 0, 1));
    collector.record_request();
    let delta = collector.snapshot_and_reset();
    assert_eq!((delta.requests, delta.errors, delta.bytes_sent, delta.active_connections), (1, 0, 0, 1));
    drop(connection);
    assert_eq!(collector.snapshot().active_connections, 0);
}
