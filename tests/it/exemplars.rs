//! Exemplars of instrumented functions: which calls have one, and where they are shown.

use crate::formats::protobuf::messages::{self, decode};
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::LazyLock;
use std::time::{Duration, SystemTime};
use tachometer::families::{FamilySnapshot, SeriesSnapshot};
use tachometer::{
    Counter, Exemplar, Family, FullSnapshot, Histogram, LabelSet, MockClock, TraceContext, instrumented,
    metrics,
};

thread_local! {
    static TRACE: Cell<Option<u8>> = const { Cell::new(None) };
    static ASKED: Cell<u32> = const { Cell::new(0) };
    static SOURCE_CALLS: Cell<bool> = const { Cell::new(false) };
    static SOURCE_PANICS: Cell<bool> = const { Cell::new(false) };
}

fn trace(number: u8) -> TraceContext {
    TraceContext { trace_id: [number; 16], span_id: [number; 8] }
}

fn source() -> Option<TraceContext> {
    ASKED.set(ASKED.get() + 1);
    if SOURCE_CALLS.get() {
        let _ = called_by_source(MockClock::new());
    }
    assert!(!SOURCE_PANICS.get(), "the source panics");
    TRACE.get().map(trace)
}

#[instrumented]
fn called_by_source(_: MockClock) -> Result<(), ()> {
    Err(())
}

/// Runs `work` in a call with this trace.
fn in_trace<R>(number: u8, work: impl FnOnce() -> R) -> R {
    TRACE.set(Some(number));
    let result = work();
    TRACE.set(None);
    result
}

#[instrumented]
fn takes(clock: MockClock, time: Duration) {
    clock.advance(time);
}

const MILLI: Duration = Duration::from_millis(1);

#[test]
fn the_longest_call_carries_its_trace() {
    tachometer::set_trace_source(source);
    let clock = MockClock::new();
    let _entered = clock.enter();
    let before = SystemTime::now();
    ASKED.set(0);
    for (number, millis) in [(1, 5), (2, 3), (3, 8), (4, 7)] {
        in_trace(number, || takes(clock, millis * MILLI));
    }
    let snapshot = tachometer::snapshot();
    let function = snapshot.function("takes").unwrap();
    let slowest = function.exemplars().slowest().unwrap();
    assert_eq!((slowest.trace(), slowest.duration()), (trace(3), Some(8 * MILLI)));
    assert!((before..=SystemTime::now()).contains(&slowest.time()));
    // Each exemplar is the latest of its bucket. The second and the fourth call had no role.
    let buckets: Vec<_> = function.exemplars().buckets().map(|call| (call.trace(), call.value())).collect();
    assert_eq!(buckets, [(trace(1), Some(5_000_000)), (trace(3), Some(8_000_000))]);
    assert_eq!(ASKED.get(), 2);
}

#[instrumented]
fn fails(how: u8) -> Result<(), ()> {
    assert_ne!(how, 2, "a panic");
    if how == 1 { Err(()) } else { Ok(()) }
}

#[test]
fn the_last_error_and_the_last_panic_carry_their_trace() {
    tachometer::set_trace_source(source);
    for (number, how) in [(1, 1), (2, 2), (3, 1), (4, 2), (5, 0)] {
        let _ = catch_unwind(AssertUnwindSafe(|| in_trace(number, || fails(how))));
        TRACE.set(None);
    }
    // Without a trace, an error replaces none.
    let _ = fails(1);
    let snapshot = tachometer::snapshot();
    let exemplars = snapshot.function("fails").unwrap().exemplars();
    assert_eq!(exemplars.last_error().map(Exemplar::trace), Some(trace(3)));
    assert_eq!(exemplars.last_panic().map(Exemplar::trace), Some(trace(4)));

    // The page shows them too.
    let page = tachometer::http::expose_page([("accept", "application/json")]);
    let data: serde_json::Value = serde_json::from_slice(&page.body).expect("JSON");
    let row = data["functions"].as_array().unwrap().iter().find(|row| row["name"] == "fails").unwrap();
    let shown = row["exemplars"].as_array().unwrap().iter();
    let mut shown: Vec<_> =
        shown.map(|one| (one["role"].as_str().unwrap(), one["trace"].as_str().unwrap())).collect();
    shown.retain(|(role, _)| *role != "slowest");
    assert_eq!(shown, [("last error", &*"03".repeat(16)), ("last panic", &*"04".repeat(16))]);
}

#[instrumented]
fn asks_again() -> Result<(), ()> {
    Err(())
}

#[test]
fn a_source_may_call_instrumented_functions_and_panic() {
    tachometer::set_trace_source(source);
    SOURCE_CALLS.set(true);
    ASKED.set(0);
    in_trace(1, asks_again).unwrap_err();
    assert_eq!(ASKED.get(), 1, "the source is not asked for what it calls");
    SOURCE_PANICS.set(true);
    in_trace(2, asks_again).unwrap_err();
    let caught = catch_unwind(AssertUnwindSafe(|| in_trace(3, fails_while_unwinding)));
    assert!(caught.is_err());
    SOURCE_PANICS.set(false);
    SOURCE_CALLS.set(false);
    let snapshot = tachometer::snapshot();
    let function = snapshot.function("asks_again").unwrap();
    assert_eq!((function.errors, function.in_flight), (2, 0));
    assert_eq!(function.exemplars().last_error().map(Exemplar::trace), Some(trace(1)));
    let nested = snapshot.function("called_by_source").unwrap();
    assert_eq!((nested.errors, nested.exemplars().last_error()), (3, None));
    assert_eq!(snapshot.function("fails_while_unwinding").unwrap().panics, 1);
}

#[instrumented]
fn fails_while_unwinding() {
    panic!("the call panics, and then the source");
}

#[instrumented]
fn differs() -> Result<(), ()> {
    Err(())
}

#[test]
fn a_difference_has_the_new_exemplars() {
    tachometer::set_trace_source(source);
    in_trace(1, differs).unwrap_err();
    let first = tachometer::snapshot();
    let same = tachometer::snapshot().since(&first);
    assert_eq!(same.function("differs").unwrap().exemplars().last_error(), None);
    assert_eq!(same.function("differs").unwrap().exemplars().buckets().count(), 0);
    in_trace(2, differs).unwrap_err();
    let later = tachometer::snapshot().since(&first);
    let error = later.function("differs").unwrap().exemplars().last_error().map(Exemplar::trace);
    assert_eq!(error, Some(trace(2)));
}

#[instrumented]
fn printed(clock: MockClock, time: Duration) -> Result<(), ()> {
    clock.advance(time);
    if time > 10 * MILLI { Err(()) } else { Ok(()) }
}

/// Returns a snapshot after a call of 3 ms that returned, and one of 30 ms that failed.
fn printed_snapshot() -> FullSnapshot {
    static CALLED: LazyLock<FullSnapshot> = LazyLock::new(|| {
        tachometer::set_trace_source(source);
        let clock = MockClock::new();
        let _entered = clock.enter();
        in_trace(0xab, || printed(clock, 3 * MILLI)).unwrap();
        in_trace(0xcd, || printed(clock, 30 * MILLI)).unwrap_err();
        super::snapshot_of(module_path!())
    });
    CALLED.clone()
}

#[test]
fn openmetrics_shows_exemplars_and_prometheus_text_none() {
    let snapshot = printed_snapshot();
    let openmetrics = snapshot.to_openmetrics_format();
    let of_this = |line: &&str| line.contains("\"printed\"") && line.contains(" # ");
    let lines: Vec<&str> = openmetrics.lines().filter(of_this).collect();
    let labels =
        |byte: &str| format!("# {{trace_id=\"{}\",span_id=\"{}\"}}", byte.repeat(16), byte.repeat(8));
    let expected = [
        ("function_calls_total{", "outcome=\"error\"} 1 ", labels("cd") + " 1 "),
        ("function_duration_seconds_bucket{", "le=\"0.005\"} 1 ", labels("ab") + " 0.003 "),
        ("function_duration_seconds_bucket{", "le=\"0.05\"} 2 ", labels("cd") + " 0.03 "),
    ];
    assert_eq!(lines.len(), expected.len(), "{lines:?}");
    for (line, (name, sample, exemplar)) in lines.iter().zip(&expected) {
        let (text, time) = line.rsplit_once(' ').unwrap();
        assert!(
            text.starts_with(name) && format!("{text} ").ends_with(&format!("{sample}{exemplar}")),
            "{line}"
        );
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs_f64();
        let time: f64 = time.parse().unwrap();
        assert!((now - 60.0..=now + 1.0).contains(&time), "{line}");
    }
    assert!(!snapshot.to_prometheus_format().contains("trace_id"));
}

#[test]
fn protocol_buffers_show_exemplars_of_counters_and_buckets_and_as_a_list() {
    let families = decode(&printed_snapshot().to_protobuf());
    let series = |name: &str, label: (&str, &str)| {
        let family = families.iter().find(|family| family.name() == name).unwrap();
        let has = |series: &&messages::Metric, (name, value): (&str, &str)| {
            series.label.iter().any(|label| label.name() == name && label.value() == value)
        };
        let mut series = family.metric.iter().filter(|series| has(series, ("function", "printed")));
        series.find(|series| has(series, label)).unwrap()
    };
    let shown = |exemplar: &messages::Exemplar| {
        let labels: Vec<_> =
            exemplar.label.iter().map(|label| format!("{}={}", label.name(), label.value())).collect();
        let time = exemplar.timestamp.unwrap().seconds().unsigned_abs();
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
        assert!((now - 60..=now).contains(&time), "{exemplar:?}");
        (labels.join(","), exemplar.value())
    };
    let trace = |byte: &str| format!("trace_id={},span_id={}", byte.repeat(16), byte.repeat(8));
    let counter = |outcome| {
        let counter = series("function_calls_total", ("outcome", outcome)).counter.as_ref().unwrap();
        assert_eq!(counter.value, Some(if outcome == "panic" { 0.0 } else { 1.0 }));
        counter.exemplar.as_ref().map(shown)
    };
    assert_eq!([counter("ok"), counter("panic")], [None, None]);
    assert_eq!(counter("error"), Some((trace("cd"), 1.0)));
    let duration = series("function_duration_seconds", ("function", "printed")).histogram.as_ref().unwrap();
    let of_buckets: Vec<_> = duration
        .bucket
        .iter()
        .filter_map(|bucket| {
            Some((bucket.upper_bound(), bucket.cumulative_count(), shown(bucket.exemplar.as_ref()?)))
        })
        .collect();
    let (short, long) = ((trace("ab"), 0.003), (trace("cd"), 0.03));
    assert_eq!(of_buckets, [(0.005, 1, short.clone()), (0.05, 2, long.clone())]);
    assert_eq!(duration.exemplars.iter().map(shown).collect::<Vec<_>>(), [short, long]);
}

metrics! {
    static PAGES: Histogram = Histogram::new("exemplar_pages", "Pages", &[10, 100]);
    static BYTES: Counter = Counter::new("exemplar_bytes_total", "Bytes");
    static NO_TOTAL: Counter = Counter::new("exemplar_no_suffix", "Not a name of OpenMetrics");
    static SHARED: Counter = Counter::new("exemplar_shared_total", "Counted by several threads");
    static ORDERS: Family<By, Counter> = Family::new("exemplar_orders_total", "Orders");
}

#[test]
fn values_of_declared_histograms_have_exemplars_if_they_are_given() {
    tachometer::set_trace_source(source);
    ASKED.set(0);
    PAGES.observe(3);
    PAGES.observe_with(7, trace(1));
    PAGES.observe_with(9, trace(2));
    PAGES.observe_with(u64::MAX, trace(3));
    assert_eq!(ASKED.get(), 0, "the program is not asked for the trace of values");
    let first = PAGES.snapshot();
    let shown: Vec<_> = first.exemplars().iter().map(|one| (one.value().unwrap(), one.trace())).collect();
    assert_eq!((&*first.buckets, shown), (&[3, 0, 1][..], vec![(9, trace(2)), (u64::MAX - 1, trace(3))]));
    let openmetrics = tachometer::snapshot().to_openmetrics_format();
    let line = openmetrics
        .lines()
        .find(|line| line.starts_with("exemplar_pages_bucket{le=\"10.0\"} 3 # {"))
        .unwrap();
    assert!(line.contains("\"} 9 "), "{line}");
}

#[derive(LabelSet)]
struct By {
    customer: &'static str,
}

/// Returns the amount and the number of the trace of a series' exemplar.
fn shown_of(series: &SeriesSnapshot) -> Option<(u64, u8)> {
    let exemplar = series.exemplar()?;
    assert_eq!(exemplar.trace(), trace(exemplar.trace().span_id[0]));
    Some((exemplar.value().unwrap(), exemplar.trace().span_id[0]))
}

#[test]
fn amounts_of_declared_counters_are_exemplars_if_their_trace_is_given() {
    BYTES.add(20);
    let first = tachometer::snapshot();
    assert_eq!(shown_of(&first.declared["exemplar_bytes_total"].series[0]), None);
    BYTES.add_with(5, trace(0xab));
    BYTES.add_with(u64::MAX, trace(0xcd));
    BYTES.add_with(7, trace(0xef));
    BYTES.add(1);
    let snapshot = tachometer::snapshot();
    let series = &snapshot.declared["exemplar_bytes_total"].series[0];
    assert_eq!((BYTES.get(), series.value.as_count(), shown_of(series)), (32, Some(32), Some((7, 0xef))));
    let age = SystemTime::now().duration_since(series.exemplar().unwrap().time()).unwrap();
    assert!(age < Duration::from_mins(1), "{age:?}");

    let openmetrics = snapshot.to_openmetrics_format();
    let expected = format!(
        "exemplar_bytes_total 32 # {{trace_id=\"{}\",span_id=\"{}\"}} 7 ",
        "ef".repeat(16),
        "ef".repeat(8)
    );
    assert_eq!(openmetrics.lines().filter(|line| line.starts_with(&expected)).count(), 1);
    assert!(!snapshot.to_prometheus_format().contains("trace_id"));
    let families = decode(&snapshot.to_protobuf());
    let family = families.iter().find(|family| family.name() == "exemplar_bytes_total").unwrap();
    let counter = family.metric[0].counter.as_ref().unwrap();
    let exemplar = counter.exemplar.as_ref().unwrap();
    let labels: Vec<_> = exemplar.label.iter().map(|label| (label.name(), label.value())).collect();
    assert_eq!(labels, [("trace_id", "ef".repeat(16).as_str()), ("span_id", "ef".repeat(8).as_str())]);
    assert_eq!((counter.value(), exemplar.value()), (32.0, 7.0));
    assert!(exemplar.timestamp.is_some() && counter.created_timestamp.is_some());

    let of = |snapshot: &FullSnapshot| shown_of(&snapshot.declared["exemplar_bytes_total"].series[0]);
    assert_eq!(of(&snapshot.since(&first)), Some((7, 0xef)), "it is new");
    assert_eq!(of(&tachometer::snapshot().since(&snapshot)), None, "it is not new");
}

/// OpenMetrics has a counter only if its name ends in `_total`. Of another, it shows an `unknown`, which has no exemplars.
#[test]
fn a_counter_of_unknown_type_shows_no_exemplar_in_openmetrics() {
    NO_TOTAL.add_with(5, trace(1));
    let snapshot = tachometer::snapshot();
    assert_eq!(shown_of(&snapshot.declared["exemplar_no_suffix"].series[0]), Some((5, 1)));
    let openmetrics = snapshot.to_openmetrics_format();
    assert!(
        openmetrics.contains("# TYPE exemplar_no_suffix unknown\nexemplar_no_suffix 5\n"),
        "{openmetrics}"
    );
    let families = decode(&snapshot.to_protobuf());
    let family = families.iter().find(|family| family.name() == "exemplar_no_suffix").unwrap();
    assert!(family.metric[0].counter.as_ref().unwrap().exemplar.is_some());
}

#[test]
fn the_latest_exemplar_of_all_threads_is_shown() {
    let shown = || shown_of(&tachometer::snapshot().declared["exemplar_shared_total"].series[0]);
    SHARED.add_with(40, trace(9));
    for (number, amount) in [(1, 30), (2, 10), (3, 20)] {
        std::thread::scope(|scope| {
            let thread = scope.spawn(|| {
                SHARED.add_with(amount, trace(number));
            });
            thread.join().unwrap();
        });
        assert_eq!(shown(), Some((amount, number)));
    }
    SHARED.add_with(5, trace(4));
    assert_eq!((shown(), SHARED.get()), (Some((5, 4)), 105));
}

#[test]
fn a_series_that_is_used_anew_has_no_exemplar_of_the_former() {
    let family = || tachometer::snapshot().declared["exemplar_orders_total"].clone();
    let shown = |family: &FamilySnapshot, customer| {
        family
            .series_with(&[("customer", customer)])
            .map(|series| (series.value.as_count(), shown_of(series)))
    };
    ORDERS.with(&By { customer: "ada" }).add_with(3, trace(1));
    ORDERS.with(&By { customer: "bob" }).add(2);
    let before = family();
    assert_eq!(shown(&before, "ada"), Some((Some(3), Some((3, 1)))));
    assert_eq!(shown(&before, "bob"), Some((Some(2), None)));
    assert!(ORDERS.remove(&By { customer: "ada" }));
    assert_eq!(shown(&family(), "ada"), None);
    // Indices that have become free are used again, once no thread has them in its cache.
    let customers: Vec<&str> = (0..100).map(|number| &*format!("customer {number}").leak()).collect();
    for customer in customers {
        ORDERS.with(&By { customer }).add(1);
        assert_eq!(shown(&family(), customer), Some((Some(1), None)), "{customer}");
        ORDERS.with(&By { customer }).add_with(1, trace(3));
        assert!(ORDERS.remove(&By { customer }));
    }
    ORDERS.with(&By { customer: "ada" }).add(1);
    let held = ORDERS.with(&By { customer: "ada" }).hold();
    held.add_with(4, trace(2));
    assert_eq!(shown(&family(), "ada"), Some((Some(5), Some((4, 2)))));
    assert_eq!((held.get(), ORDERS.with(&By { customer: "bob" }).get()), (5, 2));
}
