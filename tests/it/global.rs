//! The global registry, in a process where nobody installs one before it is used.

use std::num::ParseIntError;
use std::panic::catch_unwind;
use std::sync::Barrier;
use std::thread;
use std::time::Duration;
use tachometer::{FullSnapshot, MetricsRegistry, global, install, instrumented, snapshot};

#[test]
fn all_threads_reach_one_and_the_same() {
    let start = Barrier::new(8);
    let addresses: Vec<usize> = thread::scope(|scope| {
        let reach = || {
            start.wait();
            global().register_counter("reached").increment();
            std::ptr::from_ref(global()).addr()
        };
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(reach)).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    assert!(addresses.iter().all(|address| *address == addresses[0]), "{addresses:?}");
    assert_eq!(snapshot().counters["reached"], 8);
}

#[test]
fn a_snapshot_reads_the_global_registry() {
    global().register_gauge("level").set(-4);
    assert_eq!(snapshot().gauges["level"], -4);
    assert_eq!(global().snapshot_all().gauges["level"], -4);
    assert!(snapshot().to_prometheus_format().contains("\nlevel -4\n"));
}

#[test]
fn it_is_too_late_to_install_once_it_is_used() {
    global().register_counter("kept").add(3);
    let late = MetricsRegistry::new(Duration::from_secs(1));
    late.register_counter("from_the_late_one");
    let error = install(late).expect_err("the global registry is in use").to_string();
    assert!(error.contains("global registry") && error.contains("already"), "{error}");
    assert_eq!(snapshot().counters["kept"], 3);
    assert!(!snapshot().counters.contains_key("from_the_late_one"));
}

#[test]
fn other_registries_stay_apart() {
    let own = MetricsRegistry::new(Duration::from_secs(1));
    own.register_counter("only_its_own").add(2);
    assert!(!snapshot().counters.contains_key("only_its_own"));
    assert!(!std::ptr::eq(global(), &raw const own));
}

#[instrumented]
fn parse(text: &str) -> Result<u64, ParseIntError> {
    let parsed: u64 = text.parse()?;
    assert_ne!(parsed, 13, "a panic that is meant to be");
    Ok(parsed)
}

#[instrumented]
fn seen_from_inside() -> FullSnapshot {
    snapshot()
}

#[instrumented]
fn counted_twice(_round: u64) {}

#[test]
fn instrumented_functions_count_into_it() {
    assert_eq!((parse("1"), parse("2"), parse("3")), (Ok(1), Ok(2), Ok(3)));
    assert!(parse("four").is_err());
    assert!(catch_unwind(|| parse("13")).is_err());

    let snapshot = snapshot();
    let function = snapshot.function("parse").expect("it has been called");
    assert_eq!((function.function.as_str(), function.module.as_str()), ("parse", module_path!()));
    assert!(function.labels.is_empty());
    assert_eq!((function.ok, function.errors, function.panics, function.cancelled), (3, 1, 1, 0));
    assert_eq!((function.calls(), function.timed(), function.in_flight), (5, 5, 0));
    assert!((function.error_rate() - 0.2).abs() < 1e-12);
    assert_eq!(function.latency().total(), 5);
    assert_eq!(function.total_time(), Duration::from_nanos(function.latency().sum()));
    let [min, mean, max] =
        [function.min(), function.mean(), function.max()].map(|time| time.expect("a call"));
    assert!(min <= mean && mean <= max && max <= function.total_time());
    for p in [0.0, 0.5, 0.99, 1.0, f64::NAN] {
        assert!((min..=max).contains(&function.percentile(p).expect("a call")), "{p}");
    }

    let full = concat!(module_path!(), "::parse");
    assert_eq!(snapshot.function(full), Some(function));
    assert_eq!(snapshot.functions_named("parse"), [function]);
    assert_eq!(snapshot.function("no_such_function"), None);

    let text = snapshot.to_prometheus_format();
    for (outcome, count) in [("ok", 3), ("error", 1), ("panic", 1), ("cancelled", 0)] {
        let line = format!(
            "\nfunction_calls_total{{function=\"parse\",module=\"it::global\",outcome=\"{outcome}\"}} {count}\n"
        );
        assert!(text.contains(&line), "no {line:?} in: {text}");
    }
    assert!(
        text.contains("\nfunction_duration_seconds_count{function=\"parse\",module=\"it::global\"} 5\n"),
        "{text}"
    );
    assert!(snapshot.to_string().contains("parse"));
}

#[test]
fn a_call_is_in_flight_until_it_ends() {
    let inside = seen_from_inside();
    let inside = inside.function("seen_from_inside").expect("it has been called");
    assert_eq!((inside.in_flight, inside.calls(), inside.timed()), (1, 0, 0));
    assert_eq!((inside.min(), inside.max(), inside.mean(), inside.percentile(0.5)), (None, None, None, None));
    assert_eq!((inside.total_time(), inside.error_rate().to_bits()), (Duration::ZERO, 0.0_f64.to_bits()));
    let after = snapshot();
    let after = after.function("seen_from_inside").expect("it has been called");
    assert_eq!((after.in_flight, after.ok), (0, 1));
}

#[test]
fn a_difference_has_the_calls_in_between() {
    let function = |snapshot: &FullSnapshot| snapshot.function("counted_twice").cloned();
    (0..4).for_each(counted_twice);
    let earlier = snapshot();
    (0..3).for_each(counted_twice);
    let later = snapshot();
    let between = function(&later.since(&earlier)).expect("it has been called");
    assert_eq!((between.calls(), between.timed(), between.latency().total()), (3, 3, 3));
    assert_eq!((between.min(), between.max()), (None, None));
    assert!(between.mean().is_some());
    let [earlier, later] = [earlier, later].map(|snapshot| function(&snapshot).expect("it has been called"));
    assert_eq!(earlier.total_time() + between.total_time(), later.total_time());
}
