//! Collectors: what they add, and what never reaches the text.

use super::{LONG, failures, refusals, registry};
use tachometer::{
    AtomicHistogram, FullSnapshot,
    collect::{Collect, Collected, FamilyDescription},
    families::SampleValue,
};

/// A collector of these families that adds what the function says.
struct Adds(Vec<FamilyDescription>, fn(&mut Collected<'_>));

impl Collect for Adds {
    fn families(&self) -> Vec<FamilyDescription> {
        self.0.clone()
    }

    fn collect(&self, into: &mut Collected<'_>) {
        (self.1)(into);
    }
}

#[test]
fn all_kinds_of_values_are_shown_in_a_stable_order() {
    let registry = registry(LONG);
    let families = vec![
        FamilyDescription::gauge("disk_free_bytes", "Free"),
        FamilyDescription::counter("disk_reads_total", "Reads"),
        FamilyDescription::histogram("disk_wait_us", "Waits"),
        FamilyDescription::gauge("disk_idle", "Of which there is none"),
    ];
    registry.collect_from(Adds(families, |into| {
        let waits = AtomicHistogram::new([10, 20]);
        waits.record(15);
        into.gauge("disk_free_bytes", &[("disk", "b"), ("bus", "x\\y")], 1.5);
        into.add("disk_free_bytes", &[("disk", "a")], SampleValue::Level(-3));
        into.counter("disk_reads_total", &[("disk", "b")], 2.0);
        into.add("disk_reads_total", &[], SampleValue::Count(u64::MAX));
        into.add("disk_wait_us", &[("disk", "a")], SampleValue::Histogram(waits.snapshot()));
    }));
    let snapshot = registry.snapshot_all();
    let text = snapshot.to_prometheus_format();
    assert!(text.starts_with(
        "# HELP disk_free_bytes Free\n# TYPE disk_free_bytes gauge\n\
         disk_free_bytes{disk=\"a\"} -3\ndisk_free_bytes{disk=\"b\",bus=\"x\\\\y\"} 1.5\n\
         # HELP disk_reads_total Reads\n# TYPE disk_reads_total counter\n\
         disk_reads_total 18446744073709551615\ndisk_reads_total{disk=\"b\"} 2.0\n\
         # HELP disk_wait_us Waits\n# TYPE disk_wait_us histogram\n\
         disk_wait_us_bucket{disk=\"a\",le=\"10.0\"} 0\ndisk_wait_us_bucket{disk=\"a\",le=\"20.0\"} 1\n\
         disk_wait_us_bucket{disk=\"a\",le=\"+Inf\"} 1\ndisk_wait_us_sum{disk=\"a\"} 15\ndisk_wait_us_count{disk=\"a\"} 1\n\
         # HELP tachometer_callback_failures_total "
    ), "{text}");
    assert_eq!(failures(&snapshot, "disk_free_bytes", "panic"), 0);
    assert_eq!(FullSnapshot::from_json(&snapshot.to_json()).expect("it is a snapshot"), snapshot);
}

/// What is said of a family `family` where that is added, beside another one that is as it should be.
fn refused(family: FamilyDescription, add: fn(&mut Collected<'_>)) -> String {
    let registry = registry(LONG);
    let good = vec![FamilyDescription::gauge("good", "Good")];
    registry.collect_from(Adds(good, |into| into.gauge("good", &[], 1.0)));
    registry.collect_from(Adds(vec![FamilyDescription::gauge("beside", "Good"), family], add));
    let snapshot = registry.snapshot_all();
    let shown: Vec<_> = snapshot.families().iter().map(|family| family.name.to_string()).collect();
    assert_eq!(
        shown,
        ["beside", "good", "tachometer_refused_metric_info", "tachometer_callback_failures_total"]
    );
    FullSnapshot::from_json(&snapshot.to_json()).expect("it is a snapshot");
    let refusals = refusals(&snapshot);
    assert_eq!(refusals.len(), 1);
    refusals[0].clone()
}

#[test]
fn a_mistake_takes_away_its_family_alone_and_the_text_says_it() {
    let gauge = || FamilyDescription::gauge("bad", "Bad");
    let histogram = || FamilyDescription::histogram("bad", "Bad");
    for (said, family, add) in [
        (
            "\"bad\" has an invalid label name \"a b\"",
            gauge(),
            (|into| {
                into.gauge("bad", &[("a", "1")], 1.0);
                into.gauge("bad", &[("a b", "")], 1.0);
                into.gauge("beside", &[], 1.0);
                into.gauge("bad", &[], 1.0);
            }) as fn(&mut Collected<'_>),
        ),
        ("\"bad\" has two labels named \"a\"", gauge(), |into| {
            into.gauge("beside", &[], 1.0);
            into.gauge("bad", &[("a", ""), ("a", "x")], 1.0);
        }),
        ("has an invalid label name \"le\"", gauge(), |into| {
            into.gauge("beside", &[], 1.0);
            into.gauge("bad", &[("le", "1")], 1.0);
        }),
        ("two of its series have the labels", gauge(), |into| {
            into.gauge("beside", &[], 1.0);
            into.gauge("bad", &[("a", "1"), ("b", "2")], 1.0);
            into.gauge("bad", &[("b", "2"), ("c", ""), ("a", "1")], 2.0);
        }),
        ("its kind is gauge, but a counter was added", gauge(), |into| {
            into.gauge("beside", &[], 1.0);
            into.counter("bad", &[], 1.0);
        }),
        ("histograms of times and histograms of other values", histogram(), |into| {
            into.gauge("beside", &[], 1.0);
            let histogram = AtomicHistogram::new([1]).snapshot();
            into.add("bad", &[], SampleValue::Times(histogram.clone()));
            into.add("bad", &[("a", "1")], SampleValue::Histogram(histogram));
        }),
        ("3 buckets for 2 boundaries", histogram(), |into| {
            into.gauge("beside", &[], 1.0);
            let mut histogram = AtomicHistogram::new([1]).snapshot();
            histogram.buckets.push(1);
            into.add("bad", &[], SampleValue::Histogram(histogram));
        }),
        ("the last of the boundaries [1] must be 18446744073709551615", histogram(), |into| {
            into.gauge("beside", &[], 1.0);
            let mut histogram = AtomicHistogram::new([1]).snapshot();
            histogram.boundaries.pop();
            histogram.buckets.pop();
            into.add("bad", &[], SampleValue::Histogram(histogram));
        }),
    ] {
        let refusal = refused(family, add);
        assert!(refusal.starts_with("\"bad\" is not exported: ") && refusal.contains(said), "{refusal}");
    }
    let refusal = refused(gauge(), |into| {
        into.gauge("beside", &[], 1.0);
        into.gauge("good", &[("stolen", "")], 2.0);
    });
    assert_eq!(refusal, "\"good\" is not exported: its collector did not describe it in `families`");
}

#[test]
fn one_name_that_is_taken_refuses_the_whole_collector() {
    let registry = registry(LONG);
    registry.register_counter("taken_total");
    let families =
        |last: &str| vec![FamilyDescription::gauge("first", "First"), FamilyDescription::gauge(last, "Last")];
    for last in ["taken", "first", "tachometer_x", "no name"] {
        assert!(registry.try_collect_from(Adds(families(last), |_| {})).is_err(), "{last}");
    }
    registry.register_gauge("first").set(1);
    assert_eq!(registry.snapshot_all().gauges["first"], 1);
}

#[test]
fn one_without_families_is_never_asked() {
    let registry = registry(LONG);
    registry.collect_from(Adds(Vec::new(), |_| unreachable!()));
    assert_eq!(registry.snapshot_all().to_prometheus_format(), "");
}
