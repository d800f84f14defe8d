//! A namespace and labels for the global registry: what they do to `static`s. In a process of its own, and
//! one test: a registry is installed once.

use std::time::Duration;
use tachometer::{
    Counter, Family, FullSnapshot, Gauge, LabelSet, MetricsRegistry, families::SampleValue, global, install,
    instrumented, metrics, snapshot,
};

#[derive(LabelSet)]
struct Zone<'a> {
    zone: &'a str,
}

#[derive(LabelSet)]
struct Rack {
    is_full: bool,
}

metrics! {
    static JOBS: Counter = Counter::new("jobs_total", "Jobs");
    static ZONES: Family<Zone<'static>, Counter> = Family::new("zones_total", "By a label that all series have");
    static RACKS: Family<Rack, Gauge> = Family::new("racks", "By another label");
}

static USED_LATER: Counter = Counter::new("used_later_total", "Without the macro");

#[instrumented]
fn annotated() {}

#[test]
fn statics_are_in_the_namespace_and_have_the_labels() {
    let registry = MetricsRegistry::new(Duration::MAX).with_namespace("shop").with_labels([("zone", "eu")]);
    install(registry).expect("nothing has used the global registry");
    let listed: Vec<String> = global().list().into_iter().map(|metric| metric.name).collect();
    assert_eq!(listed, ["shop_jobs_total", "shop_racks"]);

    JOBS.increment();
    USED_LATER.add(2);
    ZONES.with(&Zone { zone: "us" }).increment();
    annotated();
    let snapshot = snapshot();
    assert_eq!(snapshot.declared["shop_jobs_total"].value(), Some(&SampleValue::Count(1)));
    assert!(
        !snapshot.declared.contains_key("jobs_total") && !snapshot.declared.contains_key("shop_zones_total")
    );
    let text = snapshot.to_prometheus_format();
    for line in [
        "shop_jobs_total{zone=\"eu\"} 1\n",
        "shop_used_later_total{zone=\"eu\"} 2\n",
        "shop_racks{is_full=\"false\",zone=\"eu\"} 0\n",
        "function_calls_total{function=\"annotated\",module=\"install_scoped\",outcome=\"ok\",zone=\"eu\"} 1\n",
    ] {
        assert!(text.contains(line), "{line}is not in\n{text}");
    }
    let refused =
        text.lines().find(|line| line.starts_with("tachometer_refused_metric_info{")).expect("it says so");
    for part in
        ["\\\"zones_total\\\" (tests/process/install_scoped.rs:", "its label \\\"zone\\\"", "zone=\"eu\"} 1"]
    {
        assert!(refused.contains(part), "no {part} in {refused}");
    }
    assert_eq!(FullSnapshot::from_json(&snapshot.to_json()).expect("it is one"), snapshot);

    // A name that is made at run time meets those in `static`s where they are printed.
    assert!(std::ptr::eq(global().counter("jobs_total", "Again"), &raw const JOBS));
    let error = global().try_gauge("used_later", "It meets a family of OpenMetrics").expect_err("it does");
    let error = error.to_string();
    for part in [
        "\"used_later\" (",
        "a declared counter \"shop_used_later_total\" (",
        "exports \"shop_used_later\" in",
    ] {
        assert!(error.contains(part), "no {part} in {error}");
    }
}
