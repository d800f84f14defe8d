//! Callbacks and info metrics in `static`s.

use super::{LONG, refusals, value};
use std::sync::atomic::{AtomicU32, Ordering};
use tachometer::{CallbackCounter, CallbackGauge, Counter, Info, families::SampleValue, metrics, snapshot};

static LEVEL: AtomicU32 = AtomicU32::new(4);

metrics! {
    static OPEN: CallbackGauge =
        CallbackGauge::new("open_files", "Open files", || f64::from(LEVEL.load(Ordering::Relaxed)));
    static DONE: CallbackCounter = CallbackCounter::new("done_total", "Done", || 2.0);
    static BUILD: Info = Info::new("build_info", "The build", &[("version", "1.2"), ("module", "x\"y")]);
    static SAME: Counter = Counter::new("same", "The first of two");
    static SAME_TOO: CallbackGauge = CallbackGauge::new("same", "The second", || 1.0);
}

#[test]
fn the_global_registry_shows_them() {
    tachometer::global().set_callback_timeout(LONG);
    let taken = snapshot();
    assert_eq!(value(&taken, "open_files"), Some(&SampleValue::Quantity(4.0)));
    assert_eq!(value(&taken, "done_total"), Some(&SampleValue::Sum(2.0)));
    let line = "\nbuild_info{version=\"1.2\",module=\"x\\\"y\"} 1\n";
    for text in [taken.to_prometheus_format(), taken.to_openmetrics_format()] {
        assert!(text.contains("# TYPE build_info gauge") && text.contains(line), "{text}");
    }
    let back = tachometer::FullSnapshot::from_json(&taken.to_json()).expect("it is a snapshot");
    assert_eq!(back.declared["build_info"], taken.declared["build_info"]);
}

#[test]
fn of_two_with_one_name_one_is_shown_and_the_text_says_why() {
    SAME.increment();
    tachometer::global().set_callback_timeout(LONG);
    let taken = snapshot();
    assert_eq!(taken.declared["same"].series.len(), 1);
    assert!(
        refusals(&taken).iter().any(|reason| reason.contains("\"same\" is already a declared")),
        "{taken}"
    );
    let error =
        tachometer::global().try_callback_gauge("open_files", "Another", || 1.0).expect_err("it is taken");
    assert!(error.to_string().contains("\"open_files\" is already a declared gauge"), "{error}");
}

#[test]
fn the_text_of_one_that_fails_is_not_that_of_others_under_its_name() {
    static FAILS: CallbackGauge = CallbackGauge::new("wrong", "Text of the callback", || panic!("it fails"));
    FAILS.show();
    tachometer::global().set_callback_timeout(LONG);
    tachometer::global().register_minmax("wrong").update(7);
    let text = snapshot().to_prometheus_format();
    assert!(text.contains("\n# HELP wrong_min The smallest value of wrong.\n"), "{text}");
    assert!(!text.contains("Text of the callback"), "{text}");
}

#[test]
fn the_reasons_why_metrics_are_refused_and_why_answers_are_stand_together() {
    static LESS: CallbackCounter = CallbackCounter::new("less_total", "Less than nothing", || -1.0);
    LESS.show();
    tachometer::global().set_callback_timeout(LONG);
    let refused = refusals(&snapshot());
    for reason in ["\"same\" is already a declared", "less_total"] {
        assert!(refused.iter().any(|refused| refused.contains(reason)), "{reason}: {refused:?}");
    }
    assert!(refused.is_sorted(), "{refused:?}");
}

#[test]
fn without_the_macro_they_are_there_once_it_is_said() {
    static ALONE: CallbackGauge = CallbackGauge::new("alone", "In a `static` of its own", || 0.5);
    static ALONE_INFO: Info = Info::new("alone_info", "As well", &[]);
    ALONE.show();
    ALONE.show();
    ALONE_INFO.show();
    tachometer::global().set_callback_timeout(LONG);
    let taken = snapshot();
    assert_eq!(value(&taken, "alone"), Some(&SampleValue::Quantity(0.5)));
    assert_eq!(value(&taken, "alone_info"), Some(&SampleValue::Level(1)));
}
