//! Metrics that are declared at run time: whose they are, what they show and what is refused.

use super::*;
use std::ptr;
use tachometer::{
    Counter, Family, Histogram, LabelSet, buckets, families::SampleValue, instrumented, metrics,
};

fn value(snapshot: &FullSnapshot, name: &str) -> SampleValue {
    snapshot.declared[name].value().expect("it has no labels").clone()
}

#[test]
fn the_same_name_and_kind_is_the_same_metric() {
    let registry = registry();
    assert!(ptr::eq(registry.counter("a", "A"), registry.counter("a", "A")));
    assert!(ptr::eq(registry.float_counter("b", "B"), registry.float_counter("b", "B")));
    assert!(ptr::eq(registry.gauge("c", "C"), registry.gauge("c", "C")));
    assert!(ptr::eq(registry.float_gauge("d", "D"), registry.float_gauge("d", "D")));
    assert!(ptr::eq(
        registry.histogram("e", "E", &[1, 2]),
        registry.histogram("e", "E", &[1, 2, u64::MAX, 0])
    ));
    assert!(ptr::eq(
        registry.histogram_of_time("f", "F", &[]),
        registry.histogram_of_time("f", "F", &[u64::MAX])
    ));
    assert!(!ptr::eq(registry.counter("a", "A"), registry.counter("a2", "A")));
    // The first text stays, until it is described.
    registry.counter("a", "Something else");
    let help = |registry: &MetricsRegistry| {
        registry.snapshot_all().to_prometheus_format().lines().next().map(str::to_owned)
    };
    assert_eq!(help(&registry).as_deref(), Some("# HELP a A"));
    registry.describe("a", "Described");
    assert_eq!(help(&registry).as_deref(), Some("# HELP a Described"));
}

#[test]
fn they_count_as_those_in_statics_do() {
    let registry = registry().with_namespace("shop").with_labels([("zone", "eu")]);
    let counter = registry.counter(String::from("jobs_total"), String::from("Jobs"));
    let seconds = registry.float_counter("worked_seconds_total", "Work");
    let level = registry.gauge("level", "A level");
    let ratio = registry.float_gauge("fill_ratio", "A ratio");
    let sizes = registry.histogram("sizes_bytes", "Sizes", &[10, 20]);
    let times = registry.histogram_of_time("time_seconds", "Times", &buckets::seconds([0.5]));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                counter.add(2);
                seconds.add(0.5);
                let _up = level.track();
                sizes.observe(15);
                times.observe_duration(Duration::from_millis(500));
            });
        }
    });
    level.sub(3);
    ratio.set(0.25);
    assert_eq!((counter.get(), seconds.get(), level.get(), ratio.get()), (8, 2.0, -3, 0.25));
    let snapshot = registry.snapshot_all();
    assert_eq!(value(&snapshot, "shop_jobs_total"), SampleValue::Count(8));
    assert_eq!(value(&snapshot, "shop_worked_seconds_total"), SampleValue::Sum(2.0));
    assert_eq!(value(&snapshot, "shop_level"), SampleValue::Level(-3));
    assert_eq!(value(&snapshot, "shop_fill_ratio"), SampleValue::Quantity(0.25));
    assert_names(
        &snapshot.to_openmetrics_format(),
        &[
            "# HELP shop_jobs Jobs\n# TYPE shop_jobs counter\nshop_jobs_total{zone=\"eu\"} 8\n",
            "# UNIT shop_sizes_bytes bytes\nshop_sizes_bytes_bucket{zone=\"eu\",le=\"10.0\"} 0\n",
            "shop_sizes_bytes_bucket{zone=\"eu\",le=\"20.0\"} 4\n",
            "shop_time_seconds_bucket{zone=\"eu\",le=\"0.5\"} 4\n",
            "shop_time_seconds_sum{zone=\"eu\"} 2.0\n",
        ],
    );
    assert_eq!(FullSnapshot::from_json(&snapshot.to_json()).expect("it is one"), snapshot);
}

#[test]
fn they_belong_to_their_registry_alone_and_outlive_it() {
    let (one, other) = (registry(), registry());
    let counter = one.counter("only_here_total", "Counts of one registry");
    let level = one.gauge("only_here_level", "A level of one registry");
    let theirs = other.float_counter("only_here_joules_total", "Counts of another");
    counter.increment();
    theirs.add(1.0);
    one.float_gauge("only_here_ratio", "Of one").set(1.0);
    one.histogram("only_here_bytes", "Of one", &[1]).observe(1);
    assert!(!ptr::eq(other.counter("only_there_total", ""), one.counter("only_there_total", "")));
    assert!(!other.snapshot_all().declared.contains_key("only_here_bytes"));
    drop(one);
    level.set(4);
    counter.increment();
    thread::spawn(|| counter.increment()).join().expect("it counts");
    assert_eq!((counter.get(), level.get()), (3, 4));
    let global = tachometer::snapshot();
    assert!(!global.declared.keys().any(|name| name.starts_with("only_here")), "{:?}", global.declared);
}

metrics! {
    static IN_A_STATIC: Counter = Counter::new("in_a_static_total", "In a `static`");
    static SIZES: Histogram = Histogram::new("in_a_static_bytes", "In a `static`", &[1, 2]);
}

#[test]
fn the_global_registry_makes_them_too_and_has_those_in_statics() {
    let made = tachometer::global().counter("at_run_time_total", "At run time");
    made.add(2);
    assert_eq!(value(&tachometer::snapshot(), "at_run_time_total"), SampleValue::Count(2));
    assert!(ptr::eq(tachometer::global().counter("in_a_static_total", "Again"), &raw const IN_A_STATIC));
    assert!(ptr::eq(tachometer::global().histogram("in_a_static_bytes", "Again", &[1, 2]), &raw const SIZES));
    let error = refusal(tachometer::global().try_float_counter("in_a_static_total", "Again"));
    let wanted = "cannot register a declared float counter \"in_a_static_total\" (";
    assert_names(&error, &[wanted, "\"in_a_static_total\" is already a declared counter ("]);
    assert_eq!(error.matches(file!()).count(), 2, "{error}");
    let error = refusal(tachometer::global().try_histogram("in_a_static_bytes", "Again", &[1]));
    assert_names(
        &error,
        &[
            "the bounds [1] \"in_a_static_bytes\" (",
            "is already a declared histogram with the bounds [1, 2] (",
        ],
    );
}

#[test]
fn they_race_for_one_name_and_are_one() {
    let registry = registry();
    let start = Barrier::new(8);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                start.wait();
                registry.counter("raced_total", "Raced").increment();
            });
        }
    });
    assert_eq!(registry.counter("raced_total", "Raced").get(), 8);
}

#[test]
fn another_kind_or_other_bounds_are_refused_by_both_descriptions() {
    type Make = fn(&MetricsRegistry) -> Result<(), Error>;
    let kinds: [(&str, Make); 9] = [
        ("a declared counter", |r| r.try_counter("name", "Help").map(drop)),
        ("a declared float counter", |r| r.try_float_counter("name", "Help").map(drop)),
        ("a declared gauge", |r| r.try_gauge("name", "Help").map(drop)),
        ("a declared float gauge", |r| r.try_float_gauge("name", "Help").map(drop)),
        ("a declared histogram with the bounds [1, 2]", |r| {
            r.try_histogram("name", "Help", &[1, 2]).map(drop)
        }),
        ("a declared histogram with the bounds [1, 3]", |r| {
            r.try_histogram("name", "Help", &[1, 3]).map(drop)
        }),
        ("a declared histogram of time with the bounds [1, 2]", |r| {
            r.try_histogram_of_time("name", "Help", &[1, 2]).map(drop)
        }),
        ("a counter", |r| r.try_register_counter("name").map(drop)),
        ("a gauge", |r| r.try_register_gauge("name").map(drop)),
    ];
    for (standing, first) in kinds {
        for (wanted, second) in kinds {
            let registry = registry();
            first(&registry).expect("there is nothing yet");
            let result = second(&registry);
            assert_eq!(result.is_ok(), standing == wanted, "{wanted} after {standing}");
            let Err(error) = result else { continue };
            let error = without_places(&error.to_string());
            assert_eq!(error, format!("cannot register {wanted} \"name\": \"name\" is already {standing}"));
        }
    }
}

#[test]
fn names_that_meet_by_their_suffixes_are_refused() {
    for (name, printed) in [
        ("sizes_bucket", "sizes_bucket"),
        ("sizes_sum", "sizes_sum"),
        ("sizes_count", "sizes_count"),
        ("sizes_created", "sizes_created"),
        ("sizes_total", "sizes"),
        ("sizes_created_total", "sizes_created"),
    ] {
        let registry = registry();
        registry.histogram("sizes", "Sizes", &[1]);
        let error = refusal(registry.try_counter(name, "Counts"));
        assert_names(
            &error,
            &[&format!("exports {printed:?}"), "a declared histogram with the bounds [1] \"sizes\" ("],
        );
        let registry = super::registry();
        registry.counter(name, "Counts");
        let error = refusal(registry.try_histogram("sizes", "Sizes", &[1]));
        assert_names(&error, &[&format!("exports {printed:?}"), &format!("a declared counter {name:?} (")]);
        // Nothing of what was refused is left.
        assert_eq!(registry.snapshot_all().declared.len(), 1);
    }
    refusal(registry().try_gauge("tachometer_x", "Not ours"));
    refusal(registry().try_counter("function_calls_total", "Not ours"));
}

#[test]
fn names_and_bounds_that_there_cannot_be_are_refused_and_panic_with_the_same_words() {
    let registry = registry();
    for name in ["", "1st", "a-b", "é", "a{x=\"y\"}"] {
        for (panicked, error) in [
            (panic_of(|| registry.counter(name, "")), refusal(registry.try_counter(name, ""))),
            (panic_of(|| registry.float_counter(name, "")), refusal(registry.try_float_counter(name, ""))),
            (panic_of(|| registry.gauge(name, "")), refusal(registry.try_gauge(name, ""))),
            (panic_of(|| registry.float_gauge(name, "")), refusal(registry.try_float_gauge(name, ""))),
            (
                panic_of(|| registry.histogram(name, "", &[1])),
                refusal(registry.try_histogram(name, "", &[1])),
            ),
            (
                panic_of(|| registry.histogram_of_time(name, "", &[1])),
                refusal(registry.try_histogram_of_time(name, "", &[1])),
            ),
        ] {
            assert_names(&error, &[&format!("invalid metric name {name:?}")]);
            assert_eq!(panicked, error);
        }
    }
    assert_names(&refusal(registry.try_histogram("a", "", &[10, 55, 44])), &["55", "44"]);
    let many: Vec<u64> = (0..70_000).collect();
    assert_names(&refusal(registry.try_histogram("a", "", &many)), &["65535", "70000"]);
    registry.histogram("a", "", &many[..65_535]).observe(65_534);
    assert_eq!(registry.snapshot_all().declared.len(), 1);
}

/// Registers on its way to being a text.
struct Text<'a>(&'a MetricsRegistry);

impl From<Text<'_>> for String {
    fn from(text: Text<'_>) -> String {
        text.0.counter("on_the_way_total", "Counted on the way");
        "a_text".to_owned()
    }
}

#[test]
fn no_code_of_the_programs_runs_under_the_lock() {
    in_time(|| {
        let registry = registry();
        registry.gauge(Text(&registry), Text(&registry));
        registry.try_register_counter(Text(&registry)).expect_err("it is a gauge");
    });
}

#[instrumented(registry = &OF_A_FUNCTION)]
fn counts_in_its_registry() -> u64 {
    let counter = OF_A_FUNCTION.counter("inside_total", "Counted inside");
    counter.increment();
    counter.get()
}

static OF_A_FUNCTION: LazyLock<MetricsRegistry> = LazyLock::new(registry);

#[test]
fn they_stand_beside_functions() {
    assert_eq!((counts_in_its_registry(), counts_in_its_registry()), (1, 2));
    let snapshot = OF_A_FUNCTION.snapshot_all();
    assert_eq!(value(&snapshot, "inside_total"), SampleValue::Count(2));
    assert_eq!(snapshot.functions.len(), 1);
}

#[derive(LabelSet)]
struct Zone<'a> {
    zone: &'a str,
}

#[test]
fn a_familys_labels_are_not_those_of_all_series() {
    let zones = || Family::<Zone<'_>, Counter>::new("zones_total", "By zone");
    let registry = registry().with_labels([("zone", "eu")]);
    let line = line!() - 2;
    let error = refusal(registry.try_family(zones()));
    let wanted = format!(
        "cannot register a declared counter with the labels [\"zone\"] \"zones_total\" ({}:{line}:",
        file!()
    );
    assert_names(&error, &[&wanted, "its label \"zone\" is already set for all series of the registry"]);
    let registry = self::registry().with_namespace("shop");
    registry.family(zones()).with(&Zone { zone: "us" }).increment();
    let error = refusal(registry.try_with_labels([("zone", "eu")]));
    assert_names(&error, &["invalid label \"zone\" for all series", "\"shop_zones_total\"", file!()]);
    let registry = self::registry().with_namespace("shop").with_labels([("rack", "7")]);
    registry.family(zones()).with(&Zone { zone: "us" }).increment();
    assert_eq!(registry.list()[0].labels, ["zone", "rack"]);
    let snapshot = registry.snapshot_all();
    let text = snapshot.to_prometheus_format();
    assert_names(&text, &["\nshop_zones_total{zone=\"us\",rack=\"7\"} 1\n"]);
    assert_eq!(FullSnapshot::from_json(&snapshot.to_json()).expect("it is one"), snapshot);
    let error = refusal(registry.try_counter("zones_total", "Another"));
    assert_names(&error, &["is already a declared counter with the labels [\"zone\"] ("]);
}
