//! What a registry says is registered.

use super::*;
use tachometer::families::MetricKind;
use tachometer::{Counter, Gauge, collect::MetricDescription, metrics};

#[test]
fn every_family_is_there_by_name_as_it_is_printed() {
    let registry = registry().with_namespace("shop").with_labels([("zone", "eu"), ("rack", "7")]);
    let line = line!();
    registry.register_collector("http");
    registry.register_histogram("api", [10]);
    registry.register_minmax("size");
    registry.register_counter("b_total");
    registry.register_gauge("c_seconds");
    registry.counter("jobs_total", "Jobs");
    registry.float_counter("worked_seconds_total", "Work");
    registry.gauge("level", "A level");
    registry.float_gauge("fill_ratio", "A ratio\nof two lines");
    registry.histogram("sizes_bytes", "Sizes", &[1]);
    registry.histogram_of_time("time_seconds", "Times", &[1]);
    registry.counter("jobs_total", "Again");
    registry.describe("http", "The front door");
    registry.describe("http_errors", "Errors at the front door");
    registry.describe("level", "Another level");
    registry.describe("size", "How large");
    registry.describe("nothing", "Nobody is called so");

    let list = registry.list();
    let described: Vec<_> = list
        .iter()
        .map(|MetricDescription { name, kind, help, unit, place, .. }| {
            (name.as_str(), *kind, help.as_deref(), *unit, place.line() - line)
        })
        .collect();
    let (counter, gauge, histogram) = (MetricKind::Counter, MetricKind::Gauge, MetricKind::Histogram);
    let front_door = Some("The front door");
    assert_eq!(
        described,
        [
            ("shop_api_latency_us", histogram, None, None, 2),
            ("shop_b_total", counter, None, None, 4),
            ("shop_c_seconds", gauge, None, None, 5),
            ("shop_fill_ratio", gauge, Some("A ratio\nof two lines"), Some("ratio"), 9),
            ("shop_http_active_connections", gauge, front_door, None, 1),
            ("shop_http_bytes_sent", counter, front_door, None, 1),
            ("shop_http_errors", counter, Some("Errors at the front door"), None, 1),
            ("shop_http_requests", counter, front_door, None, 1),
            ("shop_jobs_total", counter, Some("Jobs"), None, 6),
            ("shop_level", gauge, Some("Another level"), None, 8),
            ("shop_size_max", gauge, Some("How large"), None, 3),
            ("shop_size_min", gauge, Some("How large"), None, 3),
            ("shop_sizes_bytes", histogram, Some("Sizes"), Some("bytes"), 10),
            ("shop_time_seconds", histogram, Some("Times"), Some("seconds"), 11),
            ("shop_worked_seconds_total", counter, Some("Work"), Some("seconds"), 7),
        ]
    );
    for metric in &list {
        assert_eq!(metric.labels, ["zone", "rack"]);
        assert!(metric.place.file().ends_with("listing.rs"));
    }
    assert_eq!(
        list[3].to_string(),
        format!("shop_fill_ratio{{zone,rack}} (gauge, {}): A ratio\\nof two lines", list[3].place)
    );
    // Families say the same, of those that have a series.
    registry.register_minmax("size").update(1);
    let snapshot = registry.snapshot_all();
    let families = snapshot.families();
    assert_eq!(families.len(), list.len());
    for (family, listed) in families.iter().zip(&list) {
        assert_eq!((&*family.name, family.kind, family.unit), (&*listed.name, listed.kind, listed.unit));
        assert!(listed.help.as_deref().is_none_or(|help| help == family.help), "{listed}");
    }
}

#[test]
fn an_empty_registry_lists_nothing() {
    assert_eq!(registry().list(), []);
    assert_eq!(registry().register_gauge("x").get(), 0);
}

metrics! {
    static LISTED: Counter = Counter::new("listed_total", "Listed before anybody counts it");
    static LISTED_TWICE: Gauge = Gauge::new("listed_total", "Refused");
}

#[test]
fn the_global_registry_lists_statics_that_nobody_has_used() {
    let list = tachometer::global().list();
    let listed: Vec<_> = list.iter().filter(|metric| metric.name == "listed_total").collect();
    assert_eq!(listed.len(), 1, "{listed:?}");
    let first = listed[0].to_string();
    assert!(first.contains("listing.rs:"), "{first}");
    assert!(list.is_sorted_by(|a, b| a.name < b.name));
    let names_both = || {
        LISTED.increment();
        LISTED_TWICE.increment();
    };
    names_both();
    // The other is shown with the places of both.
    let snapshot = tachometer::snapshot();
    let reasons: Vec<String> = snapshot
        .families()
        .iter()
        .filter(|family| family.name == "tachometer_refused_metric_info")
        .flat_map(|family| &family.series)
        .flat_map(|series| series.labels.iter().map(|(_, value)| value.to_owned()))
        .filter(|reason| reason.contains("\"listed_total\""))
        .collect();
    assert_eq!(reasons.len(), 1, "{reasons:?}");
    assert_eq!(reasons[0].matches("listing.rs:").count(), 2, "{reasons:?}");
}
