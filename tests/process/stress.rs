//! Stress tests with exact totals: many threads update while others read and reset. In a process of its own, because threads meet
//! in one place only if no other test takes the processors.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Barrier, mpsc};
use std::thread;
use std::time::Duration;
use tachometer::{
    AtomicCounter, AtomicGauge, AtomicHistogram, AtomicMinMax, MetricsCollector, MetricsRegistry,
};

const WRITERS: u64 = 6;
const ROUNDS: u64 = 30_000;
const DUEL_ROUNDS: u64 = 600_000;

/// Runs `write(writer, round)` on every writer, all rounds, beside `read`, which runs again and again until they are
/// done, and once more then. Returns what each run of `read` did.
fn race<T: Send>(write: impl Fn(u64, u64) + Sync, read: impl Fn() -> T + Sync) -> Vec<T> {
    let start = Barrier::new(usize::try_from(WRITERS).expect("a few") + 1);
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let (start, done, write, read) = (&start, &done, &write, &read);
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                scope.spawn(move || {
                    start.wait();
                    (0..ROUNDS).for_each(|round| write(writer, round));
                })
            })
            .collect();
        let reader = scope.spawn(move || {
            start.wait();
            let mut results = Vec::new();
            loop {
                let last = done.load(Ordering::Acquire);
                results.push(read());
                if last {
                    return results;
                }
            }
        });
        // The reader must end also where a writer has panicked.
        let outcomes: Vec<_> = writers.into_iter().map(thread::ScopedJoinHandle::join).collect();
        done.store(true, Ordering::Release);
        let results = reader.join().expect("the reader has found nothing wrong");
        for outcome in outcomes {
            outcome.expect("no writer panics");
        }
        results
    })
}

/// As [`race`], with one writer and many more rounds: on a machine with two processors, only two threads meet in the
/// nanoseconds between two neighbouring operations.
fn duel<T: Send>(write: impl FnMut(u64) + Send, mut read: impl FnMut() -> T + Send) -> Vec<T> {
    let start = Barrier::new(2);
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        let (start, done) = (&start, &done);
        let reader = scope.spawn(move || {
            start.wait();
            let mut results = Vec::new();
            while !done.load(Ordering::Acquire) {
                results.push(read());
            }
            results.push(read());
            results
        });
        start.wait();
        (0..DUEL_ROUNDS).for_each(write);
        done.store(true, Ordering::Release);
        reader.join().expect("the reader has found nothing wrong")
    })
}

#[test]
fn a_counter_loses_nothing() {
    let counter = AtomicCounter::new();
    let seen = race(|writer, _| counter.add(writer + 1), || counter.get());
    let total = ROUNDS * (1..=WRITERS).sum::<u64>();
    assert!(seen.is_sorted(), "a count has gone back");
    assert_eq!(seen.last(), Some(&total));
    assert_eq!(counter.get(), total);
}

#[test]
fn a_counter_loses_nothing_to_resets() {
    let counter = AtomicCounter::new();
    // Ten a round: a reset that is no single swap has a gap of nanoseconds, which only many additions hit.
    let resets = race(
        |writer, _| (0..10).for_each(|_| if writer == 0 { counter.add(3) } else { counter.increment() }),
        || counter.reset(),
    );
    assert_eq!(resets.iter().sum::<u64>(), 10 * ROUNDS * (WRITERS + 2));
    assert_eq!(counter.get(), 0);
}

#[test]
fn a_counter_is_reset_by_several_and_counted_once() {
    let counter = AtomicCounter::new();
    let by_writers = AtomicCounter::new();
    let by_reader = race(
        |_, round| {
            counter.increment();
            if round % 7 == 0 {
                by_writers.add(counter.reset());
            }
        },
        || counter.reset(),
    );
    assert_eq!(by_reader.iter().sum::<u64>() + by_writers.get(), ROUNDS * WRITERS);
}

#[test]
fn a_gauge_comes_back_to_zero() {
    let gauge = AtomicGauge::new();
    let writers = i64::try_from(WRITERS).expect("a few");
    let seen = race(
        |writer, round| match (writer + round) % 3 {
            0 => drop(gauge.track()),
            1 => {
                gauge.increment();
                gauge.decrement();
            }
            _ => {
                gauge.add(1);
                gauge.sub(1);
            }
        },
        || gauge.get(),
    );
    assert!(seen.iter().all(|level| (0..=writers).contains(level)), "each writer holds one at most");
    assert_eq!(gauge.get(), 0);
}

#[test]
fn extremes_are_found_among_all_writers() {
    let extremes = AtomicMinMax::new();
    // Writers rise and fall in turn, so that new extremes come until the end, on both sides.
    let value = |writer: u64, round: u64| {
        let distance = 1 + round * WRITERS + writer;
        match writer % 2 {
            0 => 1_000_000 - distance,
            _ => 1_000_000 + distance,
        }
    };
    let ranges = race(|writer, round| extremes.update(value(writer, round)), || extremes.range());
    let mut widest: Option<(u64, u64)> = None;
    for (min, max) in ranges.into_iter().flatten() {
        assert!(min <= max, "{min} > {max}");
        if let Some((before_min, before_max)) = widest {
            assert!(min <= before_min && max >= before_max, "a range has narrowed");
        }
        widest = Some((min, max));
    }
    let last = ROUNDS - 1;
    let expected = (value(WRITERS - 2, last), value(WRITERS - 1, last));
    assert_eq!(extremes.range(), Some(expected));
    assert_eq!((extremes.get_min(), extremes.get_max()), expected);
}

#[test]
fn extremes_are_never_crossed_nor_lost_to_resets() {
    let extremes = AtomicMinMax::new();
    let (lowest, highest) = (100, 100 + ROUNDS * WRITERS);
    let update = |writer: u64, round: u64| {
        let distance = round * WRITERS + writer;
        extremes.update(match writer % 2 {
            0 => lowest + distance,
            _ => highest - distance,
        });
        if round == ROUNDS / 2 {
            extremes.update(lowest);
            extremes.update(highest);
        }
    };
    let read = || {
        let seen = extremes.range();
        let forgotten = extremes.reset();
        for (min, max) in [seen, forgotten, extremes.range()].into_iter().flatten() {
            assert!(min <= max, "{min} > {max}");
            assert!(lowest <= min && max <= highest, "{min}..{max} was never recorded");
        }
        forgotten
    };
    let forgotten: Vec<_> = race(update, read).into_iter().flatten().collect();
    assert_eq!(extremes.range(), None);
    assert_eq!(forgotten.iter().map(|range| range.0).min(), Some(lowest));
    assert_eq!(forgotten.iter().map(|range| range.1).max(), Some(highest));
}

#[test]
fn an_update_is_there_when_it_returns() {
    let extremes = AtomicMinMax::new();
    extremes.update(1 << 40);
    // Two threads go for the next extreme from the same place, one further than the other.
    let step = |width: u64| {
        let (lower, higher) = (extremes.get_min() - width, extremes.get_max() + width);
        extremes.update(higher);
        assert!(extremes.get_max() >= higher, "a new maximum was lost");
        extremes.update(lower);
        assert!(extremes.get_min() <= lower, "a new minimum was lost");
    };
    duel(|_| step(2), || step(1));
}

/// The smallest and the largest of the values below `DUEL_ROUNDS`, each recorded once, are in one range or another. (A value
/// between them that races with a reset may count for one range's minimum and another's maximum.)
fn assert_extremes_are_kept(ranges: impl IntoIterator<Item = Option<(u64, u64)>>) {
    let ranges: Vec<_> = ranges.into_iter().flatten().collect();
    assert!(ranges.iter().all(|(min, max)| min <= max));
    assert_eq!(ranges.iter().map(|range| range.0).min(), Some(0));
    assert_eq!(ranges.iter().map(|range| range.1).max(), Some(DUEL_ROUNDS - 1));
}

#[test]
fn the_extremes_of_rising_values_are_kept() {
    let extremes = AtomicMinMax::new();
    assert_extremes_are_kept(duel(|round| extremes.update(round), || extremes.reset()));
}

#[test]
fn the_extremes_of_falling_values_are_kept() {
    let extremes = AtomicMinMax::new();
    assert_extremes_are_kept(duel(|round| extremes.update(DUEL_ROUNDS - 1 - round), || extremes.reset()));
}

#[test]
fn a_range_is_never_crossed_by_updates_and_resets() {
    let extremes = AtomicMinMax::new();
    // Both a fall and a rise after each reset, and resets after each of the two.
    let write = |round: u64| {
        extremes.update(1_000 + round % 7);
        if matches!(round % 6, 0 | 3) {
            extremes.reset();
        }
        extremes.update(2_000 - round % 5);
        if matches!(round % 6, 0 | 2 | 4) {
            extremes.reset();
        }
    };
    for (min, max) in duel(write, || extremes.range()).into_iter().flatten() {
        assert!(min <= max, "{min} > {max}");
        assert!((1_000..=2_000).contains(&min) && (1_000..=2_000).contains(&max), "{min}..{max}");
    }
}

/// What a writer records in a round: spread over all four buckets.
fn sample(writer: u64, round: u64) -> u64 {
    [3, 10, 60, 7_000][usize::try_from((writer + round) % 4).expect("below four")]
}

fn expected_samples() -> ([u64; 4], u64) {
    let mut buckets = [0; 4];
    let mut sum = 0;
    for writer in 0..WRITERS {
        for round in 0..ROUNDS {
            let value = sample(writer, round);
            buckets[[5, 50, 100].partition_point(|bound| *bound < value)] += 1;
            sum += value;
        }
    }
    (buckets, sum)
}

#[test]
fn a_histogram_loses_nothing() {
    let histogram = AtomicHistogram::new([5, 50, 100]);
    let totals = race(
        |writer, round| histogram.record(sample(writer, round)),
        || {
            let snapshot = histogram.snapshot();
            assert_eq!(snapshot.total(), snapshot.buckets.iter().sum::<u64>());
            snapshot.total()
        },
    );
    let (buckets, sum) = expected_samples();
    assert!(totals.is_sorted(), "a count has gone back");
    let last = histogram.snapshot();
    assert_eq!((last.buckets.as_slice(), last.sum()), (buckets.as_slice(), sum));
    assert_eq!(last.total(), ROUNDS * WRITERS);
}

#[test]
fn a_histogram_loses_nothing_to_resets() {
    let histogram = AtomicHistogram::new([5, 50, 100]);
    let resets = race(|writer, round| histogram.record(sample(writer, round)), || histogram.reset());
    let mut buckets = [0; 4];
    let mut sum = 0;
    for reset in &resets {
        for (all, some) in buckets.iter_mut().zip(&reset.buckets) {
            *all += some;
        }
        sum += reset.sum();
    }
    assert_eq!((buckets, sum), expected_samples());
    assert_eq!((histogram.snapshot().total(), histogram.snapshot().sum()), (0, 0));
}

#[test]
fn a_histogram_loses_nothing_between_two_resets() {
    let histogram = AtomicHistogram::new([5, 50, 100]);
    let (mut total, mut sum) = (0, 0);
    let take = || {
        let reset = histogram.reset();
        total += reset.total();
        sum += reset.sum();
    };
    duel(|_| histogram.record(60), take);
    assert_eq!((total, sum), (DUEL_ROUNDS, 60 * DUEL_ROUNDS));
}

#[test]
fn a_collector_shows_no_error_and_no_byte_without_its_request() {
    let collector = MetricsCollector::new();
    let snapshots = race(
        |_, _| {
            let _connection = collector.connection();
            collector.record_request();
            collector.record_error();
            collector.record_bytes(100);
        },
        || {
            let snapshot = collector.snapshot();
            assert!(snapshot.errors <= snapshot.requests, "{snapshot:?}");
            assert!(snapshot.bytes_sent <= snapshot.requests * 100, "{snapshot:?}");
            assert!((0.0..=1.0).contains(&snapshot.error_rate()));
            let connections = snapshot.active_connections;
            assert!((0..=i64::try_from(WRITERS).expect("a few")).contains(&connections), "{snapshot:?}");
            snapshot
        },
    );
    let last = snapshots.last().expect("one at least");
    let total = ROUNDS * WRITERS;
    assert_eq!((last.requests, last.errors, last.bytes_sent), (total, total, total * 100));
    assert_eq!(last.active_connections, 0);
}

#[test]
fn a_collector_shows_the_request_of_what_follows_it() {
    let collector = MetricsCollector::new();
    let write = |_| {
        collector.record_request();
        collector.record_bytes(100);
        collector.record_error();
    };
    for snapshot in duel(write, || collector.snapshot()) {
        assert!(snapshot.errors <= snapshot.requests, "{snapshot:?}");
        assert!(snapshot.bytes_sent <= snapshot.requests * 100, "{snapshot:?}");
    }
}

#[test]
fn the_deltas_of_a_collector_show_the_request_of_what_follows_it() {
    let collector = MetricsCollector::new();
    let write = |_| {
        collector.record_request();
        collector.record_bytes(100);
        collector.record_error();
    };
    let (mut requests, mut errors, mut bytes) = (0, 0, 0);
    for delta in duel(write, || collector.snapshot_and_reset()) {
        requests += delta.requests;
        errors += delta.errors;
        bytes += delta.bytes_sent;
        assert!(
            errors <= requests && bytes <= requests * 100,
            "{errors} errors, {bytes} bytes of {requests}"
        );
    }
    assert_eq!((requests, errors, bytes), (DUEL_ROUNDS, DUEL_ROUNDS, DUEL_ROUNDS * 100));
}

#[test]
fn a_collector_loses_nothing_to_resets() {
    let collector = MetricsCollector::new();
    let deltas = race(
        |_, round| {
            let _connection = collector.connection();
            collector.record_request();
            if round % 3 == 0 {
                collector.record_error();
            }
            collector.record_bytes(7);
        },
        || {
            let delta = collector.snapshot_and_reset();
            assert!((0.0..=1.0).contains(&delta.error_rate()));
            let connections = delta.active_connections;
            assert!((0..=i64::try_from(WRITERS).expect("a few")).contains(&connections), "{delta:?}");
            delta
        },
    );
    let total = ROUNDS * WRITERS;
    // What the deltas show up to any moment obeys the same rule as a snapshot at that moment.
    let (mut requests, mut errors, mut bytes) = (0, 0, 0);
    for delta in deltas {
        requests += delta.requests;
        errors += delta.errors;
        bytes += delta.bytes_sent;
        assert!(errors <= requests && bytes <= requests * 7, "{errors} errors, {bytes} bytes of {requests}");
    }
    assert_eq!((requests, errors, bytes), (total, ROUNDS.div_ceil(3) * WRITERS, total * 7));
    assert_eq!(collector.snapshot().active_connections, 0);
}

#[test]
fn a_registry_exports_exact_totals() {
    let registry = MetricsRegistry::new(Duration::from_millis(1));
    let (sender, receiver) = mpsc::channel();
    let handle = registry.start_export_thread(move |snapshot| {
        let _ = sender.send(snapshot);
    });
    race(
        |writer, round| {
            if round % 100 == 0 {
                // Found anew each time, from all threads.
                registry.register_counter(format!("late_{}", round / 1_000)).increment();
            }
            registry.register_counter("shared").add(writer);
        },
        || registry.snapshot_all().counters.len(),
    );
    handle.stop();
    let mut deltas = 0;
    let mut earlier = MetricsRegistry::new(Duration::from_secs(1)).snapshot_all();
    for export in receiver {
        deltas += export.since(&earlier).counters.get("shared").copied().unwrap_or_default();
        earlier = export;
    }
    let total = ROUNDS * (0..WRITERS).sum::<u64>();
    assert_eq!((deltas, earlier.counters["shared"]), (total, total));
    let late: Vec<_> = earlier.counters.iter().filter(|(name, _)| name.starts_with("late_")).collect();
    assert_eq!(late.len() as u64, ROUNDS / 1_000);
    assert!(late.iter().all(|(_, count)| **count == 10 * WRITERS), "{late:?}");
}
