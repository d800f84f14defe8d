//! A namespace and labels for all metrics of a registry.

use super::*;
use tachometer::{families::MetricFamily, instrumented};

static INSTRUMENTED: LazyLock<MetricsRegistry> =
    LazyLock::new(|| registry().with_namespace("shop").with_labels([("zone", "eu")]));

#[instrumented(registry = &INSTRUMENTED)]
fn in_a_zone() -> Result<(), Kind> {
    Err(Kind::Bad)
}

#[instrumented(registry = &INSTRUMENTED, labels(zone = "us"))]
fn in_a_zone_of_its_own() {}

#[derive(tachometer::ErrorKind)]
enum Kind {
    Bad,
}

fn every_kind(registry: &MetricsRegistry) {
    registry.register_collector("http").record_request();
    registry.register_histogram("api", [10]).record(5);
    registry.register_minmax("size").update(3);
    registry.register_counter("jobs_total").add(2);
    registry.register_gauge("level").set(-1);
}

fn labels<'a>(family: &'a MetricFamily<'_>) -> Vec<Vec<(&'a str, &'a str)>> {
    family.series.iter().map(|series| series.labels.iter().collect()).collect()
}

#[test]
fn a_namespace_stands_before_whatever_has_a_name() {
    let registry = registry().with_namespace("shop");
    every_kind(&registry);
    let snapshot = registry.snapshot_all();
    assert_eq!(snapshot.metrics["shop_http"].requests, 1);
    assert_eq!(snapshot.histograms["shop_api"].total(), 1);
    assert_eq!(snapshot.minmax["shop_size"], (3, 3));
    assert_eq!(snapshot.counters["shop_jobs_total"], 2);
    assert_eq!(snapshot.gauges["shop_level"], -1);
    let families = snapshot.families();
    let names: Vec<&str> = families.iter().map(|family| &*family.name).collect();
    assert_eq!(
        names,
        [
            "shop_api_latency_us",
            "shop_http_active_connections",
            "shop_http_bytes_sent",
            "shop_http_errors",
            "shop_http_requests",
            "shop_jobs_total",
            "shop_level",
            "shop_size_max",
            "shop_size_min",
        ]
    );
    assert_eq!(FullSnapshot::from_json(&snapshot.to_json()).expect("it is one"), snapshot);
}

#[test]
fn names_are_given_without_the_namespace() {
    let registry = registry().with_namespace("shop");
    let counter = registry.register_counter("jobs");
    assert!(Arc::ptr_eq(&counter, &registry.register_counter("jobs")));
    registry.describe("jobs", "Jobs done");
    registry.register_counter("shop_jobs").add(7);
    let text = registry.snapshot_all().to_prometheus_format();
    assert_names(&text, &["# HELP shop_jobs Jobs done\n", "\nshop_shop_jobs 7\n"]);
    let error = refusal(registry.try_register_gauge("jobs"));
    assert_names(&error, &["cannot register a gauge \"jobs\" (", "\"shop_jobs\" is already a counter ("]);
    // What is refused elsewhere is what is printed there.
    registry.register_counter("function_calls_total");
    registry.register_counter("tachometer_x");
    registry.register_counter("zone_total");
    let error = refusal(registry.try_register_gauge("zone"));
    assert_names(
        &error,
        &["\"zone\"", "a counter \"shop_zone_total\" (", "exports \"shop_zone\" in OpenMetrics"],
    );
}

#[test]
fn a_namespace_that_would_meet_the_librarys_names_is_seen() {
    let registry = registry().with_namespace("function");
    let error = refusal(registry.try_register_counter("calls_total"));
    assert_names(&error, &["\"calls_total\"", "\"function_calls_total\"", "tachometer itself"]);
}

#[test]
fn functions_and_the_librarys_own_keep_their_names_and_have_the_labels() {
    let _ = in_a_zone();
    in_a_zone_of_its_own();
    INSTRUMENTED.start_export_thread(drop).stop();
    INSTRUMENTED.register_gauge("a_gauge");
    let snapshot = INSTRUMENTED.snapshot_all();
    assert_eq!(snapshot.labels, [("zone".to_owned(), "eu".to_owned())]);
    let families = snapshot.families();
    for family in &families {
        assert!(
            ["function_", "tachometer_", "shop_"].iter().any(|start| family.name.starts_with(start)),
            "{}",
            family.name
        );
        for labels in labels(family) {
            let own = labels.iter().any(|(_, value)| value.ends_with("of_its_own"));
            let zones: Vec<&str> =
                labels.iter().filter(|(name, _)| *name == "zone").map(|(_, value)| *value).collect();
            assert_eq!(zones, [if own { "us" } else { "eu" }], "{}: {labels:?}", family.name);
        }
    }
    for name in ["function_calls_total", "function_errors_total", "tachometer_clock_info"] {
        assert!(families.iter().any(|family| family.name == name), "{name}");
    }
    let later = FullSnapshot::from_json(&INSTRUMENTED.snapshot_all().to_json()).expect("it is one");
    assert_eq!(later.since(&snapshot).labels, snapshot.labels);
    for text in [later.to_prometheus_format(), later.to_openmetrics_format()] {
        let series = text.lines().filter(|line| !line.starts_with('#'));
        for line in series {
            assert_eq!(line.matches("zone=\"").count(), 1, "{line}");
        }
        assert_names(
            &text,
            &["le=\"+Inf\"} 1\n", "zone=\"eu\",le=\"1.0\"} ", "outcome=\"ok\",zone=\"eu\"} "],
        );
    }
}

#[test]
fn every_series_of_every_kind_has_the_labels_in_order_and_in_every_text() {
    let registry = registry().with_labels([("zone", "eu\"1")]).with_labels(vec![(String::from("a"), "")]);
    every_kind(&registry);
    let snapshot = registry.snapshot_all();
    for family in snapshot.families() {
        assert_eq!(labels(&family), [[("zone", "eu\"1"), ("a", "")]], "{}", family.name);
    }
    let back = FullSnapshot::from_json(&snapshot.to_json()).expect("it is one");
    assert_eq!(back, snapshot);
    assert_eq!(back.to_prometheus_format(), snapshot.to_prometheus_format());
    let text = snapshot.to_openmetrics_format();
    assert_names(
        &text,
        &[
            "jobs_total{zone=\"eu\\\"1\",a=\"\"} 2\n",
            "api_latency_us_bucket{zone=\"eu\\\"1\",a=\"\",le=\"10.0\"} 1\n",
        ],
    );
    assert_eq!(self::registry().snapshot_all().labels, []);
}

#[test]
fn labels_that_no_series_may_have_are_refused() {
    for label in [
        "",
        "a-b",
        "a:b",
        "1a",
        "é",
        "__a",
        "__",
        "le",
        "quantile",
        "outcome",
        "function",
        "module",
        "error_kind",
    ] {
        let error = refusal(registry().try_with_labels([(label, "value")]));
        assert_names(&error, &[&format!("invalid label {label:?} for all series")]);
        assert_eq!(panic_of(|| registry().with_labels([(label, "value")])), error);
        let json = registry().with_labels([("zone", "eu")]).snapshot_all().to_json();
        let json = json.replace("{\"zone\":", &format!("{{{label:?}:"));
        assert_names(&refusal(FullSnapshot::from_json(&json)), &[&format!("invalid label {label:?}")]);
    }
    let once = || registry().with_labels([("zone", "eu")]);
    let error = refusal(once().try_with_labels([("zone", "us")]));
    assert_names(&error, &["\"zone\"", "already", "\"eu\""]);
    refusal(registry().try_with_labels([("a", "1"), ("b", "2"), ("a", "1")]));
}

#[test]
fn namespaces_that_no_name_may_have_are_refused() {
    for namespace in ["", "a-b", "1a", "é", "a b", "tachometer", "tachometer_x"] {
        let error = refusal(registry().try_with_namespace(namespace));
        assert_names(&error, &[&format!("invalid namespace {namespace:?}")]);
        assert_eq!(panic_of(|| registry().with_namespace(namespace)), error);
    }
    let error = refusal(registry().with_namespace("shop").try_with_namespace("store"));
    assert_names(&error, &["\"store\"", "\"shop\"", "already"]);
    let used = registry();
    used.register_counter("jobs");
    assert_names(&refusal(used.try_with_namespace("shop")), &["\"shop\"", "\"jobs\"", "scope.rs:"]);
    registry().with_namespace("tachometers").register_counter("jobs");
    registry().with_namespace("job:shop").register_counter("jobs");
}

mod twice {
    use super::*;

    static ZONED: LazyLock<MetricsRegistry> = LazyLock::new(|| registry().with_labels([("zone", "eu")]));

    #[instrumented(registry = &ZONED, name = "twice")]
    fn as_all() {}

    #[instrumented(registry = &ZONED, name = "twice", labels(zone = "eu"))]
    fn as_all_of_its_own() {}

    #[instrumented(registry = &ZONED, name = "twice", labels(zone = ""))]
    fn nowhere() {}

    #[instrumented(registry = &ZONED, name = "twice", labels(zone = "us"))]
    fn elsewhere() {}

    static SMALL: LazyLock<MetricsRegistry> = LazyLock::new(|| registry().with_labels([("zone", "eu")]));

    #[instrumented(registry = &SMALL, name = "twice")]
    fn as_all_there() {}

    #[instrumented(registry = &SMALL, name = "twice", labels(zone = "eu"))]
    fn as_all_there_of_its_own() {}

    #[test]
    fn a_label_that_says_what_all_say_makes_no_further_series() {
        as_all_there();
        as_all_there_of_its_own();
        let functions = SMALL.snapshot_all().functions;
        assert_eq!(functions.len(), 1, "{functions:?}");
        assert_eq!((functions[0].calls(), functions[0].labels.as_slice()), (2, &[][..]));
    }

    #[test]
    fn functions_that_the_labels_of_all_make_one_are_one_series() {
        (0..1).for_each(|_| as_all());
        (0..10).for_each(|_| as_all_of_its_own());
        (0..100).for_each(|_| nowhere());
        (0..1_000).for_each(|_| elsewhere());
        let snapshot = ZONED.snapshot_all();
        let calls: Vec<_> = snapshot
            .functions
            .iter()
            .map(|function| (function.labels.as_slice(), function.calls()))
            .collect();
        let zone = |value: &str| vec![("zone".to_owned(), value.to_owned())];
        assert_eq!(calls, [(&[][..], 11), (&zone("")[..], 100), (&zone("us")[..], 1_000)]);
        assert_eq!(FullSnapshot::from_json(&snapshot.to_json()).expect("it is one"), snapshot);
        let twice = snapshot.to_json().replace("\"zone\":\"us\"", "\"zone\":\"eu\"");
        assert_names(&refusal(FullSnapshot::from_json(&twice)), &["twice"]);
    }
}
