//! Names that meet in one format or another are refused when they are registered.

use super::registry;
use tachometer::{Error, MetricsRegistry};

fn register(registry: &MetricsRegistry, (kind, name): (&str, &str)) -> Result<(), Error> {
    match kind {
        "counter" => registry.try_register_counter(name).map(drop),
        "gauge" => registry.try_register_gauge(name).map(drop),
        "histogram" => registry.try_register_histogram(name, [1]).map(drop),
        "min/max" => registry.try_register_minmax(name).map(drop),
        "collector" => registry.try_register_collector(name).map(drop),
        _ => unreachable!("{kind} is no kind"),
    }
}

#[test]
fn names_that_meet_in_openmetrics_alone_are_refused_in_either_order() {
    for (one, other, both_print) in [
        (("counter", "jobs_total"), ("gauge", "jobs"), "jobs"),
        (("counter", "jobs_total"), ("counter", "jobs"), "jobs"),
        (("counter", "jobs_total"), ("gauge", "jobs_created"), "jobs_created"),
        (("counter", "jobs_total"), ("counter", "jobs_created"), "jobs_created"),
        (("counter", "jobs_total"), ("counter", "jobs_created_total"), "jobs_created"),
        (("counter", "jobs_min_total"), ("min/max", "jobs"), "jobs_min"),
        (("counter", "http_requests_total"), ("collector", "http"), "http_requests"),
        (("counter", "api_latency_us_total"), ("histogram", "api"), "api_latency_us"),
        (("counter", "api_latency_us_sum_total"), ("histogram", "api"), "api_latency_us_sum"),
        (("histogram", "api"), ("gauge", "api_latency_us_created"), "api_latency_us_created"),
    ] {
        for (first, second) in [(one, other), (other, one)] {
            let registry = registry();
            register(&registry, first).unwrap();
            let error = register(&registry, second).unwrap_err().to_string();
            for part in [first.1, second.1, both_print] {
                assert!(error.contains(&format!("{part:?}")), "no {part} in: {error}");
            }
            assert!(error.contains("OpenMetrics"), "{error}");
            register(&registry, first).unwrap();
        }
    }
}

#[test]
fn names_that_only_look_alike_stand_beside_each_other() {
    let registry = registry();
    for metric in [
        ("gauge", "jobs_total"),
        ("counter", "jobs"),
        ("gauge", "jobs_created"),
        // Without their ending they would be no name of a counter's family.
        ("counter", "_total"),
        ("gauge", "_created"),
        ("counter", "twice_total_total"),
        ("gauge", "twice_total"),
        ("counter", "calls_total"),
        ("gauge", "calls_sum"),
        ("gauge", "calls_count"),
        ("histogram", "calls"),
        ("gauge", "calls_latency_us_total"),
    ] {
        register(&registry, metric).unwrap_or_else(|error| panic!("{error}"));
    }
    super::reader::read(tachometer::Format::OpenMetrics, &registry.snapshot_all().to_openmetrics_format());
}
