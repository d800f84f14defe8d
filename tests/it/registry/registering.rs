//! What may be registered under which name, and what is refused.

use super::*;

#[test]
fn the_same_name_and_kind_is_the_same_handle() {
    let registry = registry();
    assert!(Arc::ptr_eq(&registry.register_collector("a"), &registry.register_collector("a")));
    assert!(Arc::ptr_eq(&registry.register_minmax("b"), &registry.register_minmax("b")));
    assert!(Arc::ptr_eq(&registry.register_counter("c"), &registry.register_counter("c")));
    assert!(Arc::ptr_eq(&registry.register_gauge("d"), &registry.register_gauge("d")));
    let histogram = registry.register_histogram("e", [1, 2]);
    assert!(Arc::ptr_eq(&histogram, &registry.register_histogram("e", [1, 2])));
    assert!(Arc::ptr_eq(&histogram, &registry.try_register_histogram("e", [1, 2]).expect("the same")));
    assert!(!Arc::ptr_eq(&registry.register_counter("c"), &registry.register_counter("c2")));
}

#[test]
fn registries_know_nothing_of_each_other() {
    let (one, other) = (registry(), registry());
    one.register_counter("jobs").add(3);
    other.register_gauge("jobs").set(-1);
    assert_eq!(one.snapshot_all().counters["jobs"], 3);
    assert!(other.snapshot_all().counters.is_empty());
}

#[test]
fn handles_that_race_for_one_name_are_one() {
    let registry = registry();
    let start = Barrier::new(8);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                start.wait();
                registry.register_counter("raced").increment();
            });
        }
    });
    assert_eq!(registry.snapshot_all().counters["raced"], 8);
}

/// A way to register a name, what an error calls it, and what it prints for the name: metrics of one name stand side by side
/// if that differs.
type Way = (&'static str, &'static str, fn(&MetricsRegistry, &str) -> Result<(), Error>);

const WAYS: [Way; 9] = [
    ("a collector", "_requests", |registry, name| registry.try_register_collector(name).map(drop)),
    ("a histogram", "_latency_us", |registry, name| registry.try_register_histogram(name, [1, 2]).map(drop)),
    ("a min/max", "_min", |registry, name| registry.try_register_minmax(name).map(drop)),
    ("a counter", "", |registry, name| registry.try_register_counter(name).map(drop)),
    ("a gauge", "", |registry, name| registry.try_register_gauge(name).map(drop)),
    ("a declared counter", "", |registry, name| registry.try_counter(name, "").map(drop)),
    ("a declared histogram", "", |registry, name| registry.try_histogram(name, "", &[1, 2]).map(drop)),
    ("a gauge from a callback", "", |registry, name| registry.try_callback_gauge(name, "", || 1.0)),
    ("an info metric", "", |registry, name| registry.try_info(name, "", &[("version", "1")])),
];

#[test]
fn kinds_of_one_name_stand_side_by_side_if_they_print_different_names() {
    for (standing, standing_prints, register_standing) in WAYS {
        for (wanted, prints, register) in WAYS {
            if wanted == standing {
                continue;
            }
            let registry = registry();
            register_standing(&registry, "http").expect("it is the first");
            let second = register(&registry, "http");
            assert_eq!(second.is_ok(), prints != standing_prints, "{wanted} beside {standing}");
            match second {
                Ok(()) => {
                    let text = registry.snapshot_all().to_openmetrics_format();
                    let families = text.lines().filter(|line| line.starts_with("# TYPE "));
                    let names: Vec<_> = families.map(|line| line.split(' ').nth(2)).collect();
                    let different: std::collections::BTreeSet<_> = names.iter().collect();
                    assert_eq!(names.len(), different.len(), "{text}");
                }
                Err(error) => {
                    let error = error.to_string();
                    assert_names(&error, &[wanted, standing, "\"http\""]);
                    assert_eq!(error.matches(file!()).count(), 2, "both places: {error}");
                }
            }
        }
    }
}

#[test]
fn kinds_of_one_name_are_told_apart_everywhere() {
    let registry = registry();
    let latency = registry.register_histogram("http_latency", [100, 500, 1_000]);
    let extremes = registry.register_minmax("http_latency");
    let collector = registry.register_collector("http_latency");
    registry.counter("http_latency", "A counter of that name").add(7);
    latency.record(250);
    extremes.update(250);
    collector.record_request();
    let earlier = registry.snapshot_all();
    latency.record(700);
    extremes.update(700);
    let text = registry.snapshot_all().to_prometheus_format();
    for line in [
        "http_latency_latency_us_bucket{le=\"500.0\"} 1",
        "http_latency_latency_us_count 2",
        "http_latency_min 250",
        "http_latency_max 700",
        "http_latency_requests 1",
        "http_latency 7",
        "# HELP http_latency A counter of that name",
        "# HELP http_latency_min The smallest value of http_latency.",
    ] {
        assert!(text.lines().any(|printed| printed == line), "{line}: {text}");
    }
    let later = registry.snapshot_all();
    let difference = later.since(&earlier);
    assert_eq!(difference.histograms["http_latency"].total(), 1);
    assert_eq!(difference.metrics["http_latency"].requests, 0);
    assert_eq!(later.minmax["http_latency"], (250, 700));
    assert_eq!(FullSnapshot::from_json(&later.to_json()).expect("it was written so"), later);
    registry.describe("http_latency", "Latency");
    registry.describe("http_latency_max", "The slowest");
    let list = registry.list();
    assert_eq!(list.len(), 8, "four families of the collector, two of the min/max, and two");
    for metric in &list {
        let expected = if metric.name == "http_latency_max" { "The slowest" } else { "Latency" };
        assert_eq!(metric.help.as_deref(), Some(expected), "{metric}");
        let line = format!("# HELP {} {expected}\n", metric.name);
        assert!(registry.snapshot_all().to_prometheus_format().contains(&line), "{line}");
    }
    // The same again is the same.
    assert!(Arc::ptr_eq(&latency, &registry.register_histogram("http_latency", [100, 500, 1_000])));
    let error = refusal(registry.try_register_histogram("http_latency", [100]));
    assert_names(&error, &["500", "\"http_latency\""]);
    let error = refusal(registry.try_register_gauge("http_latency_min"));
    assert_names(&error, &["a gauge \"http_latency_min\"", "a min/max \"http_latency\""]);
}

#[test]
fn a_refusal_changes_nothing() {
    let registry = registry();
    registry.register_counter("http_requests").add(4);
    let before = registry.snapshot_all().to_prometheus_format();
    refusal(registry.try_register_collector("http"));
    refusal(registry.try_register_gauge("http_requests"));
    assert_eq!(registry.snapshot_all().to_prometheus_format(), before);
    // Not a single name of the refused collector is taken.
    registry.register_counter("http_errors");
    registry.register_gauge("http");
}

#[test]
fn other_bounds_are_refused_by_both_lists() {
    let registry = registry();
    registry.register_histogram("sizes", [111, 222]);
    let error = refusal(registry.try_register_histogram("sizes", [111, 333]));
    assert_names(&error, &["\"sizes\"", "111", "222", "333"]);
    let error = refusal(registry.try_register_histogram("sizes", [111]));
    assert_names(&error, &["\"sizes\"", "222"]);
    let error = refusal(registry.try_register_histogram("sizes", [111, 222, 444]));
    assert_names(&error, &["\"sizes\"", "222", "444"]);
}

#[test]
fn another_length_is_refused_and_told_apart() {
    let registry = registry();
    registry.register_histogram("sizes", [111, 222]);
    for error in [
        refusal(registry.try_register_histogram("sizes", [111, 222, u64::MAX])),
        refusal(registry.try_register_histogram("sizes", [111, 222, u64::MAX, 0])),
    ] {
        assert_names(&error, &["\"sizes\""]);
        // Two descriptions that read alike would say that a thing differs from itself.
        let (_, after) = error.split_once("a histogram").expect("what was wanted");
        let (wanted, standing) = after.split_once("a histogram").expect("what stands there");
        let bounds = |text: &str| text.split(['"', '(']).next().map(|bounds| bounds.trim().to_owned());
        assert_ne!(bounds(wanted), bounds(standing), "{error}");
    }
}

#[test]
fn bounds_in_disorder_are_refused_by_the_pair() {
    let registry = registry();
    assert_names(&refusal(registry.try_register_histogram("sizes", [10, 55, 44])), &["55", "44"]);
    assert_names(&refusal(registry.try_register_histogram("sizes", [])), &["empty"]);
    assert!(registry.snapshot_all().histograms.is_empty());
}

#[test]
fn names_that_prometheus_forbids_are_refused() {
    let registry = registry();
    for name in ["", "1st", "a-b", "a b", "a.b", "é", "a\n", "a{x=\"y\"}", "a\"", " a", "a\0"] {
        let errors = [
            refusal(registry.try_register_collector(name)),
            refusal(registry.try_register_histogram(name, [1])),
            refusal(registry.try_register_minmax(name)),
            refusal(registry.try_register_counter(name)),
            refusal(registry.try_register_gauge(name)),
        ];
        for error in errors {
            assert_names(&error, &[&format!("{name:?}")]);
        }
    }
    for name in ["a", "_", "_1", "A9", "job:rate:5m", ":"] {
        registry.try_register_counter(name).expect("it is allowed");
    }
}

#[test]
fn the_plain_ones_panic_with_the_error() {
    let registry = registry();
    registry.register_counter("taken");
    registry.register_gauge("level");
    registry.register_gauge("ends_max");
    for (panicked, refused) in [
        (panic_of(|| registry.register_collector("a b")), refusal(registry.try_register_collector("a b"))),
        (
            panic_of(|| registry.register_histogram("h", [2, 1])),
            refusal(registry.try_register_histogram("h", [2, 1])),
        ),
        (panic_of(|| registry.register_minmax("ends")), refusal(registry.try_register_minmax("ends"))),
        (panic_of(|| registry.register_counter("level")), refusal(registry.try_register_counter("level"))),
        (panic_of(|| registry.register_gauge("taken")), refusal(registry.try_register_gauge("taken"))),
    ] {
        assert_eq!(without_places(&panicked), without_places(&refused));
    }
}

#[test]
fn no_two_metrics_print_the_same_name() {
    let clash =
        |name: &str, first: fn(&MetricsRegistry), second: fn(&MetricsRegistry) -> Result<(), Error>| {
            let registry = registry();
            first(&registry);
            let error = refusal(second(&registry));
            assert_names(&error, &[name]);
            registry
        };
    clash(
        "http_requests",
        |r| drop(r.register_collector("http")),
        |r| r.try_register_counter("http_requests").map(drop),
    );
    clash(
        "http_requests",
        |r| drop(r.register_counter("http_requests")),
        |r| r.try_register_collector("http").map(drop),
    );
    clash(
        "http_active_connections",
        |r| drop(r.register_collector("http")),
        |r| r.try_register_gauge("http_active_connections").map(drop),
    );
    for name in ["h_latency_us", "h_latency_us_bucket", "h_latency_us_sum", "h_latency_us_count"] {
        let registry = registry();
        registry.register_histogram("h", [1]);
        assert_names(&refusal(registry.try_register_counter(name)), &[name, "\"h\""]);
        let registry = super::registry();
        registry.register_gauge(name);
        assert_names(&refusal(registry.try_register_histogram("h", [1])), &[name, "\"h\""]);
    }
    clash("m_min", |r| drop(r.register_minmax("m")), |r| r.try_register_gauge("m_min").map(drop));
    clash("m_max", |r| drop(r.register_gauge("m_max")), |r| r.try_register_minmax("m").map(drop));
}

#[test]
fn names_that_only_look_alike_stand_beside_each_other() {
    let registry = registry();
    registry.register_collector("http");
    registry.register_counter("http_request");
    registry.register_histogram("http2", [1]);
    registry.register_counter("http2_count");
    registry.register_gauge("http_latency_us");
    registry.register_counter("Http_requests");
}

#[test]
fn names_of_the_library_are_refused() {
    let registry = registry();
    for name in [
        "tachometer_x",
        "tachometer_export_panics_total",
        "function_calls_total",
        "function_errors_total",
        "function_calls_in_flight",
        "function_duration_seconds",
        "function_duration_seconds_bucket",
        "function_duration_seconds_count",
        "function_duration_seconds_sum",
        "function_duration_min_seconds",
        "function_duration_max_seconds",
        "function_sample_interval",
        // These are printed by OpenMetrics alone.
        "function_calls",
        "function_calls_created",
        "function_errors",
        "function_errors_created",
        "function_duration_seconds_created",
    ] {
        assert_names(&refusal(registry.try_register_counter(name)), &[name]);
        assert_names(&refusal(registry.try_register_gauge(name)), &[name]);
    }
    refusal(registry.try_register_collector("tachometer_http"));
    refusal(registry.try_register_histogram("tachometer_http", [1]));
    refusal(registry.try_register_minmax("tachometer_http"));
    refusal(registry.try_register_counter("function_calls_in_flight_total"));
    registry.register_counter("function_call");
    registry.register_gauge("function_calls_in_flight_created");
}

#[test]
fn a_description_is_the_help_text() {
    let registry = registry();
    registry.register_counter("jobs");
    let help = |registry: &MetricsRegistry| {
        let text = registry.snapshot_all().to_prometheus_format();
        text.lines().next().map(str::to_owned)
    };
    let plain = help(&registry).expect("a line");
    assert!(plain.starts_with("# HELP jobs ") && plain.len() > "# HELP jobs ".len(), "{plain}");
    registry.describe("jobs", "Jobs done");
    assert_eq!(help(&registry).as_deref(), Some("# HELP jobs Jobs done"));
    registry.describe("jobs", "Jobs done today");
    assert_eq!(help(&registry).as_deref(), Some("# HELP jobs Jobs done today"));
    assert_eq!(help(&registry), help(&registry));
}

#[test]
fn a_collector_is_described_by_its_registered_name() {
    let registry = registry();
    registry.register_collector("http");
    registry.describe("http", "The front door");
    let text = registry.snapshot_all().to_prometheus_format();
    for suffix in ["requests", "errors", "bytes_sent", "active_connections"] {
        assert!(text.contains(&format!("# HELP http_{suffix} The front door\n")), "{text}");
    }
}

#[test]
fn a_snapshot_has_everything() {
    let registry = registry();
    let before = std::time::SystemTime::now();
    registry.register_collector("collector").record_request();
    registry.register_histogram("histogram", [10]).record(5);
    registry.register_minmax("minmax").update(8);
    registry.register_minmax("empty");
    registry.register_counter("counter").add(2);
    registry.register_gauge("gauge").set(-2);
    let snapshot = registry.snapshot_all();
    assert_eq!(snapshot.metrics["collector"].requests, 1);
    assert_eq!(snapshot.histograms["histogram"].buckets, [1, 0]);
    assert_eq!(snapshot.minmax.into_iter().collect::<Vec<_>>(), [("minmax".to_owned(), (8, 8))]);
    assert_eq!((snapshot.counters["counter"], snapshot.gauges["gauge"]), (2, -2));
    assert!(snapshot.functions.is_empty());
    assert!(snapshot.timestamp >= before);
}

#[test]
fn the_table_has_every_name() {
    let registry = registry();
    registry.register_collector("front_door").record_request();
    registry.register_histogram("response", [10, 20]).record(15);
    registry.register_minmax("body_size").update(4_321);
    registry.register_counter("jobs_done").add(98_765);
    registry.register_gauge("queue").set(-55);
    let table = registry.snapshot_all().to_string();
    assert_names(
        &table,
        &["front_door", "response", "body_size", "4321", "jobs_done", "98765", "queue", "-55"],
    );
    assert!(table.ends_with('\n'), "{table}");
}
