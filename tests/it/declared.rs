//! Metrics that are declared in `static`s: what they show, from the first snapshot on, and exactly.

use std::time::Duration;
use std::{panic, thread};
use tachometer::{
    Counter, FloatCounter, FloatGauge, FullSnapshot, Gauge, Histogram, MockClock, buckets,
    families::SampleValue, metrics, snapshot,
};

fn value<'a>(snapshot: &'a FullSnapshot, name: &str) -> &'a SampleValue {
    snapshot.declared[name].value().expect("it has no labels")
}

metrics! {
    static UNTOUCHED_COUNTER: Counter = Counter::new("untouched_total", "Nobody counts this");
    static UNTOUCHED_GAUGE: Gauge = Gauge::new("untouched_level", "Nor this");
    static UNTOUCHED_TIMES: Histogram =
        Histogram::of_time("untouched_seconds", "Nor this", &const { buckets::seconds([0.5, 1.0]) });
}

#[test]
fn they_are_there_at_zero_before_anybody_touches_them() {
    let text = snapshot().to_openmetrics_format();
    for lines in [
        "# HELP untouched Nobody counts this\n# TYPE untouched counter\nuntouched_total 0\n",
        "# HELP untouched_level Nor this\n# TYPE untouched_level gauge\nuntouched_level 0\n",
        "# HELP untouched_seconds Nor this\n# TYPE untouched_seconds histogram\n# UNIT untouched_seconds seconds\n\
         untouched_seconds_bucket{le=\"0.5\"} 0\nuntouched_seconds_bucket{le=\"1.0\"} 0\n\
         untouched_seconds_bucket{le=\"+Inf\"} 0\nuntouched_seconds_sum 0.0\nuntouched_seconds_count 0\n",
    ] {
        assert!(text.contains(lines), "{lines}is not in\n{text}");
    }
}

#[test]
fn without_the_macro_they_are_there_from_their_first_use() {
    static ALONE: Counter = Counter::new("lone_total", "In a `static` of its own");
    static SET: Gauge = Gauge::new("set_alone", "As well");
    ALONE.increment();
    SET.set(-3);
    let snapshot = snapshot();
    assert_eq!(*value(&snapshot, "lone_total"), SampleValue::Count(1));
    assert_eq!(*value(&snapshot, "set_alone"), SampleValue::Level(-3));
}

metrics! {
    static ADDED: Counter = Counter::new("added_total", "Additions of many threads");
    static SPREAD: Histogram = Histogram::new("spread_bytes", "Values of many threads", &[10, 20]);
    static WORKED: FloatCounter = FloatCounter::new("worked_seconds_total", "Halves of many threads");
}

/// Counts when its thread ends.
struct AtTheEnd;

impl Drop for AtTheEnd {
    fn drop(&mut self) {
        ADDED.add(1_000_000);
    }
}

#[test]
fn nothing_is_lost_of_many_threads_also_of_those_that_have_ended() {
    thread_local!(static AT_THE_END: AtTheEnd = const { AtTheEnd });
    const THREADS: u64 = 20;
    const TIMES: u64 = 5_000;
    for _ in 0..2 {
        let threads = (0..THREADS).map(|_| {
            thread::spawn(|| {
                ADDED.increment();
                AT_THE_END.with(|_| {});
                for number in 0..TIMES {
                    ADDED.add(2);
                    SPREAD.observe(number % 30);
                    WORKED.add(0.5);
                }
            })
        });
        let threads: Vec<_> = threads.collect();
        let (mut count, mut total) = (0, 0);
        while !threads.iter().all(thread::JoinHandle::is_finished) {
            let now = ADDED.get();
            assert!(now >= count, "{now} after {count}");
            count = now;
            let spread = SPREAD.snapshot();
            assert!(spread.total() >= total);
            total = spread.total();
        }
        for thread in threads {
            thread.join().unwrap();
        }
    }
    assert_eq!(ADDED.get(), 2 * THREADS * (1 + 2 * TIMES + 1_000_000));
    let spread = SPREAD.snapshot();
    assert_eq!(spread.total(), 2 * THREADS * TIMES);
    let sum: u64 = (0..TIMES).map(|number| number % 30).sum();
    assert_eq!(spread.sum(), 2 * THREADS * sum);
    #[expect(clippy::float_cmp, reason = "halves are exact")]
    {
        assert_eq!(WORKED.get(), (THREADS * TIMES) as f64);
    }
}

metrics! {
    static MEASURED: Histogram =
        Histogram::of_time("measured_seconds", "Times", &const { buckets::seconds([0.001, 0.01]) });
}

#[test]
fn timers_record_the_time_until_they_are_dropped_also_by_a_panic() {
    let clock = MockClock::new();
    let _entered = clock.enter();
    MEASURED.time(|| clock.advance(Duration::from_millis(1)));
    let timer = MEASURED.start_timer();
    clock.advance(Duration::from_millis(5));
    assert_eq!(timer.stop(), Duration::from_millis(5));
    let timer = MEASURED.start_timer();
    clock.advance(Duration::from_secs(9));
    timer.discard();
    let panicked = panic::catch_unwind(panic::AssertUnwindSafe(|| {
        let _timer = MEASURED.start_timer();
        clock.advance(Duration::from_millis(20));
        panic!("in the middle");
    }));
    assert!(panicked.is_err());
    MEASURED.observe_duration(Duration::MAX);
    let read = MEASURED.snapshot();
    assert_eq!(read.buckets, [1, 1, 2]);
    assert_eq!(read.sum(), u64::MAX, "saturated");
}

metrics! {
    static SUM: FloatCounter = FloatCounter::new("quantity_total", "A quantity");
    static RATIO: FloatGauge = FloatGauge::new("fill_ratio", "A ratio");
    static LATER: Counter = Counter::new("later_total", "A count");
}

#[test]
#[expect(clippy::float_cmp, reason = "all are exact")]
fn a_float_counter_never_falls() {
    for amount in [2.5, -1.0, f64::NAN, f64::NEG_INFINITY, 0.25] {
        SUM.add(amount);
    }
    assert_eq!(SUM.get(), 2.75);
}

#[test]
fn differences_subtract_what_grows_and_keep_what_moves() {
    RATIO.set(0.5);
    LATER.add(3);
    let earlier = snapshot();
    RATIO.sub(0.25);
    LATER.add(4);
    let difference = snapshot().since(&earlier);
    assert_eq!(*value(&difference, "later_total"), SampleValue::Count(4));
    assert_eq!(*value(&difference, "fill_ratio"), SampleValue::Quantity(0.25));
}

#[test]
fn whatever_they_show_comes_back_from_json() {
    static ODD: FloatGauge = FloatGauge::new("odd", "No number that JSON has");
    for odd in [f64::INFINITY, f64::NEG_INFINITY, -0.5] {
        ODD.set(odd);
        let taken = snapshot();
        let back = FullSnapshot::from_json(&taken.to_json()).expect("it is a snapshot");
        assert_eq!(back.declared["odd"], taken.declared["odd"]);
    }
    ODD.set(f64::NAN);
    let back = FullSnapshot::from_json(&snapshot().to_json()).expect("it is a snapshot");
    assert!(matches!(value(&back, "odd"), SampleValue::Quantity(odd) if odd.is_nan()));
    assert!(snapshot().to_prometheus_format().contains("\nodd NaN\n"));
    ODD.set(0.0);
}

metrics! {
    static ONE: Counter = Counter::new("twice_total", "The first of two");
    static OTHER: Gauge = Gauge::new("twice_total", "The second");
}

#[test]
fn of_two_with_one_name_one_is_shown_and_the_text_says_why() {
    ONE.increment();
    OTHER.increment();
    let text = snapshot().to_prometheus_format();
    assert_eq!(text.matches("\ntwice_total 1\n").count(), 1, "{text}");
    let mut refused = text.lines().filter(|line| line.starts_with("tachometer_refused_metric_info{"));
    let refused = refused.find(|line| line.contains("twice_total")).expect("it says so");
    assert!(refused.contains("declared"), "{refused}");
    assert_eq!(refused.matches("tests/it/declared.rs:").count(), 2, "{refused}");
    let error = tachometer::global().try_register_counter("added_total").expect_err("it is taken");
    assert!(error.to_string().contains("\"added_total\" is already a declared counter"), "{error}");
}

metrics! {
    static A_TOTAL: Counter = Counter::new("meeting_a_total", "Its family is called as the gauge");
    static A: Gauge = Gauge::new("meeting_a", "A gauge");
    static B: FloatCounter = FloatCounter::new("meeting_b_total", "It has a sample called as the gauge");
    static B_CREATED: FloatGauge = FloatGauge::new("meeting_b_created", "A gauge");
    static C: Histogram = Histogram::new("meeting_c", "It has samples called as the counter", &[1]);
    static C_SUM: Counter = Counter::new("meeting_c_sum", "A counter");
    static D: Histogram = Histogram::new("meeting_d", "Of whole numbers", &[1]);
    static D_OF_TIME: Histogram = Histogram::of_time("meeting_d", "Of time", &[1]);
}

#[test]
fn of_two_that_meet_by_their_suffixes_one_is_shown_and_the_text_names_both_places() {
    let snapshot = snapshot();
    let families = snapshot.families();
    let refused = families.iter().find(|family| family.name == "tachometer_refused_metric_info");
    let reasons = refused.expect("it says so").series.iter().flat_map(|series| series.labels.iter());
    let reasons: Vec<&str> = reasons.map(|(_, reason)| reason).collect();
    for (one, other) in [
        ("a declared counter \"meeting_a_total\"", "a declared gauge \"meeting_a\""),
        ("a declared float counter \"meeting_b_total\"", "a declared float gauge \"meeting_b_created\""),
        ("a declared histogram with the bounds [1] \"meeting_c\"", "a declared counter \"meeting_c_sum\""),
    ] {
        let names_both = |reason: &&&str| reason.contains(one) && reason.contains(other);
        let reason =
            reasons.iter().find(names_both).unwrap_or_else(|| panic!("{one} and {other}: {reasons:?}"));
        assert_eq!(reason.matches("tests/it/declared.rs:").count(), 2, "{reason}");
    }
    let of_time = "a declared histogram of time with the bounds [1]";
    let same_name = reasons.iter().find(|reason| reason.contains("\"meeting_d\"")).expect("it is refused");
    assert!(
        same_name.contains(of_time) && same_name.contains("\"meeting_d\" is already a declared histogram"),
        "{same_name}"
    );
    assert_eq!(same_name.matches("tests/it/declared.rs:").count(), 2, "{same_name}");
    assert_eq!(snapshot.declared.keys().filter(|name| name.starts_with("meeting_")).count(), 4);
}

#[test]
fn a_sum_never_falls_and_a_gauge_saturates() {
    let registry = tachometer::MetricsRegistry::new(Duration::from_secs(1));
    let waits = registry.histogram_of_time("waits_seconds", "Waits", &[1_000_000_000]);
    let mut before = 0;
    for duration in [Duration::from_secs(5), Duration::MAX, Duration::MAX, Duration::from_nanos(1)] {
        waits.observe_duration(duration);
        let sum = waits.snapshot().sum();
        assert!(sum >= before, "{sum} after {before}");
        before = sum;
        // Of several threads, too.
        std::thread::scope(|scope| {
            scope.spawn(|| waits.observe_duration(duration));
        });
        assert!(waits.snapshot().sum() >= before);
    }
    assert_eq!((waits.snapshot().total(), waits.snapshot().sum()), (8, u64::MAX));

    let gauge = registry.gauge("level", "A level");
    gauge.set(i64::MAX);
    gauge.increment();
    assert_eq!(gauge.get(), i64::MAX);
    gauge.set(i64::MIN + 1);
    gauge.sub(3);
    assert_eq!(gauge.get(), i64::MIN);
    gauge.sub(i64::MIN);
    assert_eq!(gauge.get(), 0);
    gauge.sub(i64::MIN);
    assert_eq!(gauge.get(), i64::MAX);
    gauge.add(i64::MIN);
    assert_eq!(gauge.get(), -1);

    let levels =
        tachometer::DynamicFamily::<tachometer::Gauge>::new("levels", "Levels", ["of"]).expect("names");
    let levels = registry.family(levels);
    let level = levels.with(&["one"]);
    level.set(i64::MAX);
    level.add(7);
    assert_eq!(level.get(), i64::MAX);
    level.set(-5);
    level.sub(i64::MIN);
    assert_eq!(level.get(), i64::MAX - 4);
    level.set(i64::MIN);
    level.decrement();
    assert_eq!(level.get(), i64::MIN);
}
