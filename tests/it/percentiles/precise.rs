//! Times: of functions, with labels and without, from several threads, and of declared histograms.

use super::{NEAR, OF_TIMES, check, durations, recorded, shares};
use proptest::prelude::*;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;
use tachometer::families::SampleValue;
use tachometer::{
    Family, FullSnapshot, Histogram, HistogramSnapshot, LabelSet, MetricsRegistry, MockClock, buckets,
    instrumented, metrics,
};

static FUNCTIONS: LazyLock<MetricsRegistry> = LazyLock::new(|| MetricsRegistry::new(Duration::MAX));

#[instrumented(registry = &FUNCTIONS)]
fn plain(clock: MockClock, nanos: u64) {
    clock.advance(Duration::from_nanos(nanos));
}

#[instrumented(registry = &FUNCTIONS, buckets = [0.000_000_1, 0.000_000_105, 0.01, 1, 1.05])]
async fn with_bounds(clock: MockClock, nanos: u64) {
    clock.advance(Duration::from_nanos(nanos));
}

#[instrumented(registry = &FUNCTIONS, labels(case = case), max_label_sets = 100_000)]
fn labelled(case: u64, clock: MockClock, nanos: u64) {
    clock.advance(Duration::from_nanos(nanos));
}

mod twice {
    use super::*;

    /// The same series as the next one: what is shown is the sum of both.
    #[instrumented(registry = &FUNCTIONS, name = "merged", labels(case = case), max_label_sets = 100_000)]
    pub(super) fn merged(case: u64, clock: MockClock, nanos: u64) {
        clock.advance(Duration::from_nanos(nanos));
    }

    #[instrumented(registry = &FUNCTIONS, name = "merged", labels(case = case), max_label_sets = 100_000, buckets = [0.01])]
    pub(super) fn merged_with_other_bounds(case: u64, clock: MockClock, nanos: u64) {
        clock.advance(Duration::from_nanos(nanos));
    }
}

const BOUNDS: &[u64] = &const { buckets::seconds([0.000_000_09, 0.000_01, 0.000_010_1, 60.0]) };

#[derive(LabelSet)]
struct Case {
    case: u64,
}

metrics! {
    static TIMES: Histogram = Histogram::of_time("percentiles_seconds", "Any times", BOUNDS);
    static FAMILY: Family<Case, Histogram> =
        Family::histogram_of_time("percentiles_of_family_seconds", "Any times", BOUNDS).max_series(100_000);
}

/// What is recorded to, and how it is found again.
#[derive(Debug, Clone, Copy)]
struct Recorder {
    record: fn(case: u64, MockClock, nanos: u64),
    find: fn(&FullSnapshot, case: u64) -> Option<&HistogramSnapshot>,
    /// Whether each case has a series of its own.
    is_labelled: bool,
}

fn function<'a>(snapshot: &'a FullSnapshot, name: &str, case: Option<u64>) -> Option<&'a HistogramSnapshot> {
    let mut functions = snapshot.functions_named(name).into_iter();
    let case = case.map(|case| case.to_string());
    let is_it = |labels: &[(String, String)]| labels.first().map(|(_, value)| value) == case.as_ref();
    Some(functions.find(|function| is_it(&function.labels))?.latency())
}

fn declared<'a>(snapshot: &'a FullSnapshot, name: &str, case: Option<u64>) -> Option<&'a HistogramSnapshot> {
    let case = case.map(|case| case.to_string());
    let labels: Vec<(&str, &str)> = case.iter().map(|case| ("case", case.as_str())).collect();
    snapshot
        .declared
        .get(name)?
        .series_with(&labels)
        .map(|series| &series.value)
        .and_then(SampleValue::as_histogram)
}

const RECORDERS: [Recorder; 6] = [
    Recorder {
        record: |_, clock, nanos| plain(clock, nanos),
        find: |snapshot, _| function(snapshot, "plain", None),
        is_labelled: false,
    },
    Recorder {
        record: |_, clock, nanos| {
            let mut context = std::task::Context::from_waker(std::task::Waker::noop());
            assert!(std::pin::pin!(with_bounds(clock, nanos)).poll(&mut context).is_ready());
        },
        find: |snapshot, _| function(snapshot, "with_bounds", None),
        is_labelled: false,
    },
    Recorder {
        record: labelled,
        find: |snapshot, case| function(snapshot, "labelled", Some(case)),
        is_labelled: true,
    },
    Recorder {
        record: |case, clock, nanos| {
            let record = if nanos % 3 == 0 { twice::merged } else { twice::merged_with_other_bounds };
            record(case, clock, nanos);
        },
        find: |snapshot, case| function(snapshot, "merged", Some(case)),
        is_labelled: true,
    },
    Recorder {
        record: |_, _, nanos| TIMES.observe(nanos),
        find: |snapshot, _| declared(snapshot, "percentiles_seconds", None),
        is_labelled: false,
    },
    Recorder {
        record: |case, clock, nanos| {
            let case = Case { case };
            let series = FAMILY.with(&case);
            if nanos % 2 == 0 {
                return series.observe(nanos);
            }
            let _timer = series.start_timer();
            clock.advance(Duration::from_nanos(nanos));
        },
        find: |snapshot, case| declared(snapshot, "percentiles_of_family_seconds", Some(case)),
        is_labelled: true,
    },
];

fn snapshot() -> FullSnapshot {
    let (mut all, functions) = (tachometer::snapshot(), FUNCTIONS.snapshot_all());
    all.functions = functions.functions;
    all
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn of_times_are_those_of_a_sorted_list(
        recorded in recorded(durations(), 3, 2),
        which in 0..RECORDERS.len(),
        shares in shares(),
    ) {
        static ALONE: std::sync::Mutex<()> = std::sync::Mutex::new(());
        static CASES: AtomicU64 = AtomicU64::new(0);
        let _alone = ALONE.lock();
        let Recorder { record, find, is_labelled } = RECORDERS[which];
        let case = CASES.fetch_add(1, Ordering::Relaxed);
        let mut snapshots = vec![snapshot()];
        for part in &recorded {
            thread::scope(|scope| {
                for values in part {
                    scope.spawn(move || {
                        let clock = MockClock::new();
                        let _entered = clock.enter();
                        for nanos in values {
                            record(case, clock, *nanos);
                        }
                    });
                }
            });
            snapshots.push(snapshot());
        }
        for (end, later) in snapshots.iter().enumerate() {
            for (begin, earlier) in snapshots[..end].iter().enumerate() {
                let values: Vec<u64> = recorded[begin..end].iter().flatten().flatten().copied().collect();
                let since = later.since(earlier);
                match find(&since, case) {
                    Some(histogram) => check(histogram, &values, &shares, OF_TIMES)?,
                    None => prop_assert!(is_labelled && values.is_empty()),
                }
                if begin == 0 && is_labelled && let Some(histogram) = find(later, case) {
                    prop_assert!(histogram.extremes().is_some());
                    check(histogram, &values, &shares, OF_TIMES)?;
                }
            }
        }
    }
}

#[test]
fn of_a_fast_function_they_are_not_the_middle_of_a_microsecond() {
    #[instrumented]
    fn takes_95_ns(clock: MockClock) {
        clock.advance(Duration::from_nanos(95));
    }

    let clock = MockClock::new();
    let _entered = clock.enter();
    (0..10).for_each(|_| takes_95_ns(clock));
    let before = crate::snapshot_of(module_path!());
    let row = |snapshot: &FullSnapshot| {
        let table = snapshot.to_string();
        let row = table.lines().find(|line| line.contains("takes_95_ns")).expect("a row");
        row.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).skip(1).collect::<Vec<_>>().join(", ")
    };
    // p50, p95, p99, max
    assert!(row(&before).ends_with(", 95 ns, 95 ns, 95 ns, 95 ns"), "{}", row(&before));
    takes_95_ns(clock);
    // There are no extremes, so it is the middle of the native bucket from 92 to 100.
    let since = crate::snapshot_of(module_path!()).since(&before);
    assert!(row(&since).ends_with(", 96 ns, 96 ns, 96 ns, -"), "{}", row(&since));
}

#[test]
fn of_the_longest_time_and_of_none_they_are_exact() {
    let registry = MetricsRegistry::new(Duration::MAX);
    let times = registry.histogram_of_time("edges_seconds", "", BOUNDS);
    times.observe(0);
    times.observe(1);
    times.observe(u64::MAX);
    times.observe_duration(Duration::MAX);
    let edges = times.snapshot();
    assert_eq!([0.0, 0.5, 0.75, 1.0].map(|p| edges.percentile(p))[..2], [0, 1]);
    check(&edges, &[0, 1, u64::MAX, u64::MAX], &[0.0, 0.25, 0.5, 0.75, 1.0], OF_TIMES).unwrap();
    // The difference knows no extremes.
    let before = registry.snapshot_all();
    times.observe(u64::MAX);
    let since = registry.snapshot_all().since(&before);
    let since = declared(&since, "edges_seconds", None).unwrap();
    check(since, &[u64::MAX], &[0.5], OF_TIMES).unwrap();
}

#[test]
fn of_each_number_of_nanoseconds_they_are_within_the_promise() {
    const NAMES: [&str; 2] = ["each_seconds", "each_divided_seconds"];
    let registry = MetricsRegistry::new(Duration::MAX);
    // The second has bounds among the smallest values, which divide their cells.
    let bounds: [&[u64]; 2] = [&[u64::MAX / 2], &[19, 38, 41]];
    let times = [0, 1].map(|number| registry.histogram_of_time(NAMES[number], "", bounds[number]));
    // A difference has no extremes, which would tell the only value. Each is the only one, and then beside its neighbour.
    let mut before = registry.snapshot_all();
    for (least, most) in (1..20_000).flat_map(|nanos| [(nanos, nanos), (nanos, nanos + 1)]) {
        for times in times {
            times.observe(least);
            times.observe(most);
        }
        let later = registry.snapshot_all();
        let since = later.since(&before);
        before = later;
        for name in NAMES {
            let since = declared(&since, name, None).unwrap();
            assert_eq!(since.extremes(), None);
            for (p, nanos) in [(0.5, least), (1.0, most)] {
                let found = since.percentile(p);
                let away = found.abs_diff(nanos) as f64;
                assert!(away <= NEAR * nanos as f64, "{found} for {nanos} of {least} and {most}");
            }
        }
    }
}
