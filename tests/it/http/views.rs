//! Views of a scrape: the families that a query names.

use super::*;
use crate::formats::protobuf::messages::{MetricFamily, decode};

const PROTOBUF: &str =
    "Accept: application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited\r\n";
const OPEN_METRICS: &str = "Accept: application/openmetrics-text\r\n";

fn some_metrics() -> MetricsRegistry {
    let registry = registry();
    registry.register_counter("jobs_total").add(3);
    registry.register_gauge("queue").set(4);
    registry.register_histogram("wait", [10, 20]).record(7);
    registry
}

/// Returns the lines of an answer that are samples.
fn samples(answer: &Answer) -> Vec<&str> {
    answer.text().lines().filter(|line| !line.starts_with('#')).collect()
}

#[test]
fn a_query_selects_families_by_name_in_every_format() {
    let server = serve(&endpoint(&some_metrics()));
    let view = |query: &str, accept: &str| get(*server.address(), &format!("/metrics?{query}"), accept);
    for (query, jobs, queue) in [
        ("name[]=queue", false, true),
        ("name[]=jobs", true, false),
        ("name[]=jobs_total&x=y", true, false),
        ("name%5B%5D=%71ueue&name[]=jobs_total", true, true),
        ("name[]=nothing", false, false),
        ("name[]=", false, false),
    ] {
        let expected: Vec<&str> = [(jobs, "jobs_total 3"), (queue, "queue 4")]
            .into_iter()
            .filter_map(|(is_there, line)| is_there.then_some(line))
            .collect();
        let text = view(query, "");
        assert_eq!((text.status, samples(&text)), (200, expected.clone()), "{query}");
        let open = view(query, OPEN_METRICS);
        assert_eq!((open.status, samples(&open)), (200, expected.clone()), "{query}");
        assert!(open.text().ends_with("# EOF\n"), "{query}");
        let protobuf = view(query, PROTOBUF);
        let families = decode(&protobuf.body);
        let names: Vec<&str> = families.iter().map(MetricFamily::name).collect();
        let expected: Vec<&str> = expected.iter().filter_map(|line| line.split(' ').next()).collect();
        assert_eq!((protobuf.status, names), (200, expected), "{query}");
    }
}

#[test]
fn a_selected_histogram_is_whole() {
    let server = serve(&endpoint(&some_metrics()));
    for suffix in ["", "_bucket", "_sum", "_count", "_created"] {
        let answer = get(*server.address(), &format!("/metrics?name[]=wait_latency_us{suffix}"), "");
        assert_eq!(samples(&answer).len(), 5, "{suffix}: {}", answer.text());
        assert!(answer.text().starts_with("# HELP wait_latency_us "), "{suffix}");
    }
}

#[test]
fn without_a_name_everything_is_shown() {
    let server = serve(&endpoint(&some_metrics()));
    for query in ["", "?", "?name=queue", "?collect[]=x", "?name[=queue"] {
        let answer = get(*server.address(), &format!("/metrics{query}"), "");
        let is_there = |line| samples(&answer).contains(&line);
        assert!(is_there("jobs_total 3") && is_there("queue 4"), "{query}: {}", answer.text());
    }
}

#[test]
fn a_view_of_nothing_is_a_whole_answer() {
    let server = serve(&endpoint(&some_metrics()));
    for (accept, body) in [("", ""), (OPEN_METRICS, "# EOF\n"), (PROTOBUF, "")] {
        let answer = get(*server.address(), "/metrics?name[]=nothing", accept);
        assert_eq!((answer.status, answer.text()), (200, body), "{accept}");
        let length = body.len().to_string();
        assert_eq!(answer.header("content-length"), Some(length.as_str()), "{accept}");
    }
}

#[test]
fn names_beyond_the_limits_are_refused_with_the_limits() {
    let server = serve(&endpoint(&some_metrics()));
    let many = |count: usize| vec!["name[]=queue"; count].join("&");
    let long = |length: usize| format!("name[]={}", "a".repeat(length));
    for query in [many(100), long(256)] {
        assert_eq!(get(*server.address(), &format!("/metrics?{query}"), "").status, 200, "{query}");
    }
    for query in [many(101), long(257), "name[]=%".to_owned(), "name[]=%0x".to_owned()] {
        for method in ["GET", "HEAD"] {
            let head = format!("{method} /metrics?{query} HTTP/1.1\r\nHost: x\r\n\r\n");
            let answer = ask(*server.address(), &head);
            assert_eq!((answer.status, answer.reason.as_str()), (400, "Bad Request"), "{query}");
            let body = "400 Bad Request: at most 100 parameters `name[]`, each a name of at most 256 bytes, percent-encoded\n";
            assert_eq!(answer.text(), if method == "GET" { body } else { "" }, "{query}");
        }
    }
}

#[test]
fn a_view_is_a_scrape_and_a_refusal_is_none() {
    let registry = some_metrics();
    let server = serve(&endpoint(&registry));
    get(*server.address(), "/metrics?name[]=%", "");
    get(*server.address(), "/metrics?name[]=queue", "");
    until("the view is counted", || scrapes(&registry, "text", "ok") == Some(1));
    assert_eq!(shown(&registry, "tachometer_scrape_series", &[]), Some(1));
}
