//! Names in Prometheus: its translation of the names and units that are sent yields those that are printed.
//!
//! The rules are those of `prometheus/otlptranslator` at 51da773, for the strategy `UnderscoreEscapingWithSuffixes`, as far as they
//! matter for names that Prometheus allows and units without `/`:
//!
//! 1. A name is split into words at each `_`; empty words vanish.
//! 2. The word of the unit is appended, unless one of the words is the same. Units are mapped to words by a table; the word of `1` is
//!    empty; units with braces have none; others are their own words.
//! 3. Of a monotonic sum, all words `total` are removed, and one is appended.
//! 4. Of a gauge with the unit `1`, all words `ratio` are removed, and one is appended.
//! 5. A name that would begin with a digit gets a `_` before it.

use super::super::random::snapshots;
use super::{Data, data, encode, encoder, metric, metrics, number_of_points, registry};
use opentelemetry_proto::tonic::metrics::v1::Metric;
use proptest::prelude::*;
use tachometer::MetricsRegistry;

/// Returns the name that Prometheus makes of a metric.
fn translated(metric: &Metric) -> String {
    let mut words: Vec<&str> = metric.name.split('_').filter(|word| !word.is_empty()).collect();
    let unit = match metric.unit.as_str() {
        "s" => "seconds",
        "By" => "bytes",
        "m" => "meters",
        "g" => "grams",
        "J" => "joules",
        "V" => "volts",
        "A" => "amperes",
        "Cel" => "celsius",
        "1" => "",
        unit if unit.contains(['{', '}']) => "",
        unit => unit,
    };
    if !unit.is_empty() && !words.contains(&unit) {
        words.push(unit);
    }
    let mut move_to_the_end = |word| {
        words.retain(|other| *other != word);
        words.push(word);
    };
    match data(metric) {
        Data::Sum(sum) if sum.is_monotonic => move_to_the_end("total"),
        Data::Gauge(_) if metric.unit == "1" => move_to_the_end("ratio"),
        _ => {}
    }
    let name = words.join("_");
    if name.starts_with(|first: char| first.is_ascii_digit()) { format!("_{name}") } else { name }
}

/// The documented exceptions.
fn documented(name: &str, is_counter: bool) -> String {
    let words =
        |name: &str| name.split('_').filter(|word| !word.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    let mut words = words(name);
    if is_counter {
        words.retain(|word| word != "total");
        words.push("total".to_owned());
    }
    let name = words.join("_");
    if name.starts_with(|first: char| first.is_ascii_digit()) { format!("_{name}") } else { name }
}

const UNITS: [(&str, &str); 9] = [
    ("seconds", "s"),
    ("bytes", "By"),
    ("ratio", "1"),
    ("celsius", "Cel"),
    ("meters", "m"),
    ("grams", "g"),
    ("joules", "J"),
    ("volts", "V"),
    ("amperes", "A"),
];

#[test]
fn each_unit_of_each_kind_keeps_its_name() {
    let registry = registry();
    for (word, _) in UNITS {
        registry.counter(format!("c_{word}_total"), "A counter").increment();
        registry.float_gauge(format!("g_{word}"), "A gauge").set(0.5);
        registry.histogram(format!("h_{word}"), "A histogram", &[7]).observe(1);
        registry.gauge(format!("{word}_of_{word}"), "A gauge with the word twice").set(1);
        registry.gauge(format!("{word}_left"), "A gauge without a unit").set(1);
    }
    let request = encode(&encoder(), &registry.snapshot_all(), None);
    assert_eq!(metrics(&request).len(), UNITS.len() * 5);
    for metric in metrics(&request) {
        assert_eq!(translated(metric), metric.name, "unit {:?}", metric.unit);
    }
    for (word, code) in UNITS {
        for name in [format!("c_{word}_total"), format!("g_{word}"), format!("h_{word}")] {
            assert_eq!(metric(&request, &name).unit, code, "{name}");
        }
        assert_eq!(metric(&request, &format!("{word}_left")).unit, "");
    }
    assert_eq!(metric(&request, "ratio_of_ratio").unit, "{ratio}");
}

#[test]
fn names_that_no_translation_yields_are_those_of_the_documentation() {
    let registry = registry();
    for name in ["http_requests", "total_jobs_total", "a__b_total", "_a_total", "total"] {
        registry.register_counter(name).increment();
    }
    registry.register_gauge("a__b_");
    registry.register_gauge("_1");
    let request = encode(&encoder(), &registry.snapshot_all(), None);
    let names: Vec<_> =
        metrics(&request).iter().map(|metric| (metric.name.as_str(), translated(metric))).collect();
    let expected = [
        ("_1", "_1"),
        ("_a_total", "a_total"),
        ("a__b_", "a_b"),
        ("a__b_total", "a_b_total"),
        ("http_requests", "http_requests_total"),
        ("total", "total"),
        ("total_jobs_total", "jobs_total"),
    ];
    assert_eq!(names, expected.map(|(name, translated)| (name, translated.to_owned())));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_name_is_kept_but_for_the_documented_exceptions(random in snapshots()) {
        let request = encode(&encoder(), &random.snapshot, None);
        for metric in metrics(&request) {
            let is_counter = matches!(data(metric), Data::Sum(_));
            prop_assert_eq!(translated(metric), documented(&metric.name, is_counter));
            prop_assert!(number_of_points(metric) > 0);
        }
    }
}

/// The library's own families have names without an exception.
#[test]
fn the_librarys_own_names_are_kept() {
    let registry = MetricsRegistry::new(std::time::Duration::MAX);
    registry.register_process_metrics();
    let export = registry.start_export_thread(|_| {});
    export.stop();
    let mut snapshot = registry.snapshot_all();
    snapshot.functions = tachometer::snapshot().functions;
    let request = encode(&encoder(), &snapshot, None);
    let names: Vec<_> = metrics(&request).iter().map(|metric| metric.name.as_str()).collect();
    for some in ["function_calls_total", "function_duration_seconds", "tachometer_export_panics_total"] {
        assert!(names.contains(&some), "{names:?}");
    }
    for metric in metrics(&request) {
        assert_eq!(translated(metric), metric.name);
    }
}
