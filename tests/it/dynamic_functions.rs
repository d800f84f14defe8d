//! Functions that are described at run time.

use std::thread;
use std::time::Duration;
use tachometer::call::Outcome;
use tachometer::{CallStart, FunctionSnapshot, MetricsRegistry, MockClock, error, instrumented};

fn registry() -> MetricsRegistry {
    MetricsRegistry::new(Duration::from_secs(10))
}

fn read(registry: &MetricsRegistry, name: &str) -> FunctionSnapshot {
    registry.snapshot_all().function(name).expect(name).clone()
}

#[test]
fn calls_end_with_each_outcome_on_any_thread() {
    let registry = registry();
    let parse = registry.function("parse").module("protocol").label("version", "2").register().unwrap();
    let seen = read(&registry, "parse");
    assert_eq!((seen.calls(), seen.module.as_str()), (0, "protocol"), "exported from its registration on");
    assert_eq!(seen.place(), None);
    registry.function("elsewhere").place("protocol.asn", 7).register().unwrap();
    assert_eq!(read(&registry, "elsewhere").place(), Some(("protocol.asn", 7)));

    parse.begin().ok();
    parse.begin().error();
    parse.begin().panicked();
    parse.begin().cancelled();
    drop(parse.begin());
    let mut noted = parse.begin();
    noted.note_error(Some("late"));
    noted.note_error(Some("later"));
    drop(noted);
    let open = parse.begin();
    assert_eq!(read(&registry, "parse").in_flight, 1);
    thread::spawn(move || open.ok()).join().unwrap();

    let seen = read(&registry, "parse");
    assert_eq!((seen.ok, seen.errors, seen.panics, seen.cancelled, seen.in_flight), (2, 2, 1, 2, 0));
    assert_eq!(seen.labels, [("version".to_owned(), "2".to_owned())]);
    let text = registry.snapshot_all().to_prometheus_format();
    assert!(
        text.contains(
            r#"function_errors_total{function="parse",module="protocol",version="2",error_kind="late"} 1"#
        ),
        "{text}"
    );
    assert!(!text.contains("later"), "{text}");
}

#[test]
fn busy_time_is_that_between_resume_and_pause() {
    let clock = MockClock::new();
    let _entered = clock.enter();
    let registry = registry();
    let wall = registry.function("wall").register().unwrap();
    let busy = registry.function("busy").busy_time().buckets([1_000, 5_000]).register().unwrap();
    let mut calls = [wall.begin(), busy.begin()];
    clock.advance(Duration::from_micros(2));
    for _ in 0..2 {
        calls.iter_mut().for_each(tachometer::Call::resume);
        clock.advance(Duration::from_micros(1));
        calls.iter_mut().for_each(tachometer::Call::pause);
        clock.advance(Duration::from_micros(10));
    }
    calls.into_iter().for_each(tachometer::Call::ok);
    let seen = ["wall", "busy"].map(|name| read(&registry, name));
    assert_eq!(seen.each_ref().map(|function| function.total_time().as_nanos()), [24_000, 2_000]);
    assert_eq!(seen[1].latency().buckets, [0, 1, 0]);
}

#[test]
fn labels_of_each_call_are_bounded() {
    let registry = registry();
    let handle = registry.function("handle").max_label_sets(2).register_with_labels(["topic"]).unwrap();
    assert_eq!(handle.labels(), ["topic"]);
    for topic in ["a", "b", "c", "d", "a"] {
        handle.with([topic]).begin().ok();
    }
    let snapshot = registry.snapshot_all();
    let mut counts: Vec<_> = snapshot.functions.iter().map(|f| (f.labels[0].1.as_str(), f.ok)).collect();
    counts.sort_unstable();
    assert_eq!(counts, [("__overflow__", 2), ("a", 2), ("b", 1)]);
}

#[test]
fn equal_descriptions_are_one_series() {
    let registry = registry();
    for _ in 0..2 {
        registry.function("twice").register().unwrap().begin().ok();
    }
    assert_eq!(read(&registry, "twice").ok, 2);
    assert_eq!(registry.snapshot_all().functions.len(), 1);
}

#[test]
fn a_start_is_kept_as_bits_and_ended_on_another_thread() {
    let clock = MockClock::new();
    let registry = registry();
    let span = registry.function("span").register().unwrap();
    let start = {
        let _entered = clock.enter();
        span.start().to_bits()
    };
    clock.advance(Duration::from_millis(3));
    thread::spawn(move || {
        let _entered = clock.enter();
        span.end(CallStart::from_bits(start), Outcome::Error);
        span.count_error_kind("late");
        let _ = span.start();
        span.end_busy(Duration::from_millis(1), Outcome::Cancelled);
    })
    .join()
    .unwrap();
    let seen = read(&registry, "span");
    assert_eq!((seen.errors, seen.cancelled, seen.in_flight), (1, 1, 0));
    assert_eq!((seen.max(), seen.min()), (Some(Duration::from_millis(3)), Some(Duration::from_millis(1))));
}

#[test]
fn a_substitute_is_left_out_beside_an_annotated_function() {
    #[instrumented(name = "doubly")]
    fn annotated() {}

    let function = || tachometer::global().function("doubly").unless_annotated();
    let substitute = function().module(module_path!()).register().unwrap();
    let elsewhere = function().module("elsewhere").register().unwrap();
    annotated();
    substitute.begin().ok();
    elsewhere.begin().ok();
    let snapshot = tachometer::snapshot();
    let counts: Vec<_> = snapshot.functions.iter().filter(|f| f.function == "doubly").map(|f| f.ok).collect();
    assert_eq!(counts, [1, 1]);
}

#[test]
fn mistakes_are_named() {
    let registry = registry();
    let message =
        |result: Result<_, tachometer::Error>| result.map(|_: tachometer::DynamicFunction| ()).unwrap_err();
    let empty = message(registry.function("").register());
    assert_eq!(
        (empty.to_string().as_str(), empty.kind()),
        ("the name of a function must not be empty", error::Kind::InvalidName)
    );
    for label in ["outcome", "le", "__x", "a-b", ""] {
        let error = message(registry.function("f").label(label, "").register());
        assert!(
            error
                .to_string()
                .starts_with(&format!("the function \"f\" has an invalid label name {label:?}: ")),
            "{error}"
        );
        assert_eq!(error.kind(), error::Kind::InvalidLabel);
    }
    let twice = registry.function("f").label("a", "1").register_with_labels(["a"]).unwrap_err();
    assert_eq!(
        twice.to_string(),
        "the function \"f\" has two labels named \"a\": label names must be unique"
    );
    let bounds = message(registry.function("f").buckets([2, 1]).register());
    assert_eq!(bounds.kind(), error::Kind::InvalidBounds);
    assert!(registry.snapshot_all().functions.is_empty());
}
