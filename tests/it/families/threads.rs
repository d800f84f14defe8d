//! Many threads at once, and threads that end.

use super::{counts, overflowed, registry, series};
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use tachometer::{
    Counter, Family, Histogram, LabelSet, LabelValue, families::SampleValue, metrics, snapshot,
};

#[derive(LabelSet)]
struct Named<'a> {
    name: &'a str,
}

#[derive(LabelValue, Clone, Copy)]
enum Size {
    Small,
    Large,
}

#[derive(LabelSet)]
struct Known {
    size: Size,
    fresh: bool,
}

const THREADS: usize = 8;
const ROUNDS: usize = 2_000;

#[test]
fn totals_are_exact_beside_snapshots() {
    let registry = registry();
    let named: Family<Named<'_>, Counter> = registry.family(Family::new("crowd_total", "Crowd"));
    let known: Family<Known, Histogram> =
        registry.family(Family::histogram("crowd_bytes", "Crowd", &[10, 20]));
    let (begin, is_over) = (Barrier::new(THREADS + 1), AtomicBool::new(false));
    thread::scope(|scope| {
        let writers: Vec<_> = (0..THREADS)
            .map(|thread| {
                let (begin, named, known) = (&begin, &named, &known);
                scope.spawn(move || {
                    begin.wait();
                    for round in 0..ROUNDS {
                        named.with(&Named { name: ["a", "b", "c"][round % 3] }).increment();
                        let size = if round % 2 == 0 { Size::Small } else { Size::Large };
                        known.with(&Known { size, fresh: thread % 2 == 0 }).observe(15);
                    }
                })
            })
            .collect();
        let (registry, is_over) = (&registry, &is_over);
        let reader = scope.spawn(move || {
            let mut last = [0; 3];
            while !is_over.load(Ordering::Relaxed) {
                let snapshot = registry.snapshot_all();
                for (index, (_, count)) in counts(&snapshot, "crowd_total").into_iter().enumerate() {
                    assert!(count >= last[index], "a counter fell");
                    last[index] = count;
                }
                for (_, value) in series(&snapshot, "crowd_bytes") {
                    let SampleValue::Histogram(sizes) = value else { panic!("{value:?}") };
                    assert_eq!(sizes.sum(), sizes.total() * 15, "sum and count are of the same values");
                }
            }
        });
        begin.wait();
        for writer in writers {
            writer.join().unwrap();
        }
        is_over.store(true, Ordering::Relaxed);
        reader.join().unwrap();
    });
    let snapshot = registry.snapshot_all();
    let total: u64 = counts(&snapshot, "crowd_total").iter().map(|(_, count)| count).sum();
    assert_eq!(total, (THREADS * ROUNDS) as u64);
    for (labels, value) in series(&snapshot, "crowd_bytes") {
        let SampleValue::Histogram(sizes) = value else { panic!("{value:?}") };
        assert_eq!(sizes.total(), (THREADS * ROUNDS / 4) as u64, "{labels}");
    }
}

#[test]
fn whatever_comes_and_goes_no_update_counts_for_other_labels() {
    let registry = registry();
    let family: Family<Named<'_>, Counter> =
        registry.family(Family::new("restless_total", "Restless").max_series(THREADS));
    // Each thread has a series of its own, which it alone removes: between two removals it must be exact, whoever uses the
    // indices that are free again.
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let family = &family;
            scope.spawn(move || {
                let name = thread.to_string();
                let labels = Named { name: &name };
                for round in 0..ROUNDS as u64 {
                    let times = round % 5 + 1;
                    let held = family.hold(&labels);
                    (0..times).for_each(|_| held.increment());
                    (0..times).for_each(|_| family.with(&labels).increment());
                    let count = family.with(&labels).get();
                    assert!(count == 2 * times, "{thread} counted {count} instead of {times} twice");
                    drop(held);
                    family.remove(&labels);
                }
            });
        }
        let registry = &registry;
        scope.spawn(move || (0..50).for_each(|_| drop(registry.snapshot_all())));
    });
    assert!(counts(&registry.snapshot_all(), "restless_total").is_empty());
}

#[test]
fn beyond_the_bound_nothing_is_lost_either() {
    let registry = registry();
    let family: Family<Named<'_>, Counter> =
        registry.family(Family::new("crowded_total", "Crowded").max_series(10));
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let family = &family;
            scope.spawn(move || {
                for round in 0..ROUNDS {
                    family.with(&Named { name: &(round % 40 + thread).to_string() }).increment();
                }
            });
        }
    });
    let snapshot = registry.snapshot_all();
    let counts = counts(&snapshot, "crowded_total");
    assert_eq!(counts.iter().map(|(_, count)| count).sum::<u64>(), (THREADS * ROUNDS) as u64);
    assert_eq!((counts.len(), overflowed(&snapshot, "crowded_total")), (11, Some(counts[10].1)));
}

metrics! {
    static LATE: Family<Named<'static>, Counter> = Family::new("late_families_total", "At the end of threads");
}

/// Counts when its thread ends.
struct AtTheEnd;

impl Drop for AtTheEnd {
    fn drop(&mut self) {
        LATE.with(&Named { name: "end" }).increment();
        LATE.hold(&Named { name: "held" }).increment();
    }
}

#[test]
fn destructors_of_thread_locals_count_too() {
    thread_local! {
        static END: AtTheEnd = const { AtTheEnd };
    }
    for _ in 0..100 {
        thread::spawn(|| {
            END.with(|_| ());
            LATE.with(&Named { name: "begin" }).increment();
        })
        .join()
        .unwrap();
    }
    let expected = [("begin".to_owned(), 100), ("end".to_owned(), 100), ("held".to_owned(), 100)];
    assert_eq!(counts(&snapshot(), "late_families_total"), expected);
}
