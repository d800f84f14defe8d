//! What the library says of the scrapes.

use super::*;
use std::sync::OnceLock;

const FAMILIES: [&str; 5] = [
    "tachometer_scrapes_total",
    "tachometer_scrape_render_seconds",
    "tachometer_scrape_body_bytes_total",
    "tachometer_scrapes_compressed_total",
    "tachometer_scrape_series",
];

#[test]
fn they_are_there_from_the_start_where_there_is_an_endpoint_and_only_there() {
    let registry = registry();
    registry.register_counter("zzz");
    let text = registry.snapshot_all().to_prometheus_format();
    assert!(!text.contains("tachometer_"), "{text}");
    let server = serve(&endpoint(&registry));
    let text = registry.snapshot_all().to_prometheus_format();
    let families: Vec<&str> =
        text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next()).collect();
    assert_eq!(families[0], "zzz", "the library's own come last");
    assert_eq!(families[1..], FAMILIES);
    for format in ["text", "openmetrics", "protobuf"] {
        for result in ["ok", "error", "cut"] {
            assert_eq!(scrapes(&registry, format, result), Some(0), "{format} {result}");
        }
    }
    drop(server);
}

#[test]
fn scrapes_are_counted_by_format_and_what_they_cost() {
    let registry = registry();
    registry.register_counter("jobs").add(3);
    let server = serve(&endpoint(&registry));
    let open_metrics = "Accept: application/openmetrics-text\r\n";
    let mut bytes = 0;
    for lines in ["", open_metrics, "Accept-Encoding: gzip\r\n", open_metrics] {
        bytes += get(*server.address(), "/metrics", lines).body.len();
    }
    // No scrapes, whatever they are.
    for text in [
        HEALTHY,
        "GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n",
        "POST /metrics HTTP/1.1\r\nHost: x\r\n\r\n",
        "\0",
    ] {
        ask(*server.address(), text);
    }
    let last = get(*server.address(), "/metrics", "");
    bytes += last.body.len();
    until("all are counted", || scrapes(&registry, "text", "ok") == Some(3));
    assert_eq!(scrapes(&registry, "openmetrics", "ok"), Some(2));
    for format in ["text", "openmetrics", "protobuf"] {
        for result in ["error", "cut"] {
            assert_eq!(scrapes(&registry, format, result), Some(0), "{format} {result}");
        }
    }
    assert_eq!(shown(&registry, "tachometer_scrape_render_seconds", &[]), Some(5));
    assert_eq!(shown(&registry, "tachometer_scrape_body_bytes_total", &[]), Some(bytes as u64));
    assert_eq!(shown(&registry, "tachometer_scrapes_compressed_total", &[]), Some(1));
    let series = last.text().lines().filter(|line| !line.starts_with('#')).count();
    assert_eq!(shown(&registry, "tachometer_scrape_series", &[]), Some(series as u64));
}

#[test]
fn a_head_request_is_no_scrape() {
    let registry = registry();
    registry.register_counter("jobs").add(3);
    let server = serve(&endpoint(&registry));
    for lines in ["", "Accept-Encoding: gzip\r\n", "Accept: application/openmetrics-text\r\n"] {
        let head = format!("HEAD /metrics HTTP/1.1\r\nHost: x\r\n{lines}\r\n");
        assert_eq!(ask(*server.address(), &head).status, 200, "{lines}");
    }
    // What a request costs is counted before it is answered.
    assert_eq!(shown(&registry, "tachometer_scrape_series", &[]), Some(0));
    let bytes = ask(*server.address(), REQUEST).body.len();
    until("the scrape is counted", || scrapes(&registry, "text", "ok") == Some(1));
    let ended = ["text", "openmetrics"].map(|format| {
        ["ok", "error", "cut"].map(|result| scrapes(&registry, format, result).expect("it is shown"))
    });
    assert_eq!(ended, [[1, 0, 0], [0, 0, 0]]);
    assert_eq!(shown(&registry, "tachometer_scrape_render_seconds", &[]), Some(1));
    assert_eq!(shown(&registry, "tachometer_scrape_body_bytes_total", &[]), Some(bytes as u64));
    assert_eq!(shown(&registry, "tachometer_scrapes_compressed_total", &[]), Some(0));
}

#[test]
fn a_difference_has_what_came_in_between() {
    let registry = registry();
    let server = serve(&endpoint(&registry));
    ask(*server.address(), REQUEST);
    until("it is counted", || scrapes(&registry, "text", "ok") == Some(1));
    let earlier = registry.snapshot_all();
    ask(*server.address(), REQUEST);
    until("it is counted", || scrapes(&registry, "text", "ok") == Some(2));
    let text = registry.snapshot_all().since(&earlier).to_prometheus_format();
    for line in [
        "tachometer_scrapes_total{format=\"text\",result=\"ok\"} 1",
        "tachometer_scrape_render_seconds_count 1",
    ] {
        assert!(text.lines().any(|found| found == line), "no {line} in: {text}");
    }
}

/// An error type whose kinds cannot be told the first time.
struct Panics;

impl tachometer::ErrorKind for Panics {
    fn kinds(_: &mut dyn FnMut(&'static str)) {
        panic!("a panic that is meant to be");
    }

    fn error_kind(&self) -> &'static str {
        "none"
    }
}

fn panicking() -> &'static MetricsRegistry {
    static REGISTRY: OnceLock<MetricsRegistry> = OnceLock::new();
    REGISTRY.get_or_init(registry)
}

#[tachometer::instrumented(registry = panicking())]
fn fails() -> Result<(), Panics> {
    Err(Panics)
}

#[test]
fn a_panic_while_rendering_is_an_error_of_that_scrape_and_no_end() {
    let server = serve(&endpoint(panicking()));
    let answer = ask(*server.address(), REQUEST);
    assert_eq!((answer.status, answer.text()), (500, "500 Internal Server Error\n"));
    assert!(fails().is_err());
    let answer = ask(*server.address(), REQUEST);
    assert_eq!(answer.status, 200);
    assert!(answer.text().contains("tachometer_scrapes_total{format=\"text\",result=\"error\"} 1\n"));
}
