//! Loom models of the metrics in shared cells: `bash .ci/loom`.

use crate::atomic::{AtomicHistogram, AtomicMinMax, MetricsCollector};
use crate::sync::model;
use loom::sync::Arc;
use loom::thread;

#[test]
fn a_collector_shows_no_error_and_no_byte_without_its_request() {
    model(3, || {
        let collector = Arc::new(MetricsCollector::new());
        let writer = |collector: &Arc<MetricsCollector>| {
            let collector = Arc::clone(collector);
            thread::spawn(move || {
                collector.record_request();
                collector.record_error();
                collector.record_bytes(10);
            })
        };
        let writers = [writer(&collector), writer(&collector)];
        let seen = collector.snapshot();
        assert!(seen.errors <= seen.requests && seen.bytes_sent <= 10 * seen.requests, "{seen:?}");
        for writer in writers {
            writer.join().unwrap();
        }
        let last = collector.snapshot();
        assert_eq!((last.requests, last.errors, last.bytes_sent), (2, 2, 20));
    });
}

#[test]
fn the_deltas_of_a_collector_lose_nothing_and_show_requests_first() {
    model(3, || {
        let collector = Arc::new(MetricsCollector::new());
        let writer = {
            let collector = Arc::clone(&collector);
            thread::spawn(move || {
                for _ in 0..2 {
                    collector.record_request();
                    collector.record_bytes(10);
                    collector.record_error();
                }
            })
        };
        let first = collector.snapshot_and_reset();
        assert!(first.errors <= first.requests && first.bytes_sent <= 10 * first.requests, "{first:?}");
        writer.join().unwrap();
        let second = collector.snapshot_and_reset();
        assert_eq!(first.requests + second.requests, 2);
        assert_eq!((first.errors + second.errors, first.bytes_sent + second.bytes_sent), (2, 20));
    });
}

#[test]
fn what_a_histogram_records_is_in_one_reset_or_the_next() {
    model(3, || {
        let histogram = Arc::new(AtomicHistogram::new([10]));
        let writer = |value: u64| {
            let histogram = Arc::clone(&histogram);
            thread::spawn(move || histogram.record(value))
        };
        let writers = [writer(3), writer(20)];
        let seen = histogram.snapshot();
        assert!(seen.total() <= 2 && seen.sum() <= 23);
        let first = histogram.reset();
        for writer in writers {
            writer.join().unwrap();
        }
        let second = histogram.reset();
        let buckets: Vec<u64> = first.buckets.iter().zip(&second.buckets).map(|(a, b)| a + b).collect();
        assert_eq!((buckets, first.sum() + second.sum()), (vec![1, 1], 23));
    });
}

#[test]
fn no_extreme_is_lost_and_no_range_is_crossed() {
    model(3, || {
        let extremes = Arc::new(AtomicMinMax::new());
        let writer = |values: [u64; 2]| {
            let extremes = Arc::clone(&extremes);
            thread::spawn(move || {
                for value in values {
                    extremes.update(value);
                }
            })
        };
        let writers = [writer([5, 9]), writer([2, 7])];
        if let Some((min, max)) = extremes.range() {
            assert!(min <= max, "{min}..{max}");
        }
        for writer in writers {
            writer.join().unwrap();
        }
        assert_eq!(extremes.range(), Some((2, 9)));
    });
}

#[test]
fn the_extremes_of_all_values_survive_a_reset() {
    model(3, || {
        let extremes = Arc::new(AtomicMinMax::new());
        let writer = {
            let extremes = Arc::clone(&extremes);
            thread::spawn(move || {
                for value in [5, 9, 2] {
                    extremes.update(value);
                }
            })
        };
        let first = extremes.reset();
        if let Some((min, max)) = extremes.range() {
            assert!(min <= max, "{min}..{max}");
        }
        writer.join().unwrap();
        let ranges: Vec<_> = [first, extremes.reset()].into_iter().flatten().collect();
        assert!(ranges.iter().all(|(min, max)| min <= max), "{ranges:?}");
        assert_eq!(ranges.iter().map(|range| range.0).min(), Some(2));
        assert_eq!(ranges.iter().map(|range| range.1).max(), Some(9));
    });
}
