//! The answer alone, for programs with a server of their own.

use super::*;
use crate::formats::protobuf::messages::decode;
use rand::RngExt;
use std::collections::BTreeMap;
use tachometer::Format;

#[test]
fn headers_decide_what_is_exposed() {
    let registry = registry();
    registry.register_counter("jobs_total").add(3);
    let exposition = registry.expose([("accept", "*/*"), ("accept-encoding", "br")]);
    assert_eq!(exposition.content_type, "text/plain; version=0.0.4; charset=utf-8");
    assert_eq!(exposition.content_encoding, None);
    assert!(
        String::from_utf8(exposition.body).unwrap().contains("# TYPE jobs_total counter\njobs_total 3\n")
    );

    let headers = BTreeMap::from([
        ("Accept".to_owned(), b"application/openmetrics-text".to_vec()),
        ("Accept-Encoding".to_owned(), b"gzip".to_vec()),
    ]);
    let exposition = registry.expose(&headers);
    let expected = [
        ("content-type", "application/openmetrics-text; version=1.0.0; charset=utf-8"),
        ("content-encoding", "gzip"),
        ("x-content-type-options", "nosniff"),
        ("vary", "accept, accept-encoding"),
        ("cache-control", "no-store"),
    ];
    assert_eq!(exposition.headers().collect::<Vec<_>>(), expected);
    let mut text = String::new();
    flate2::read::GzDecoder::new(&exposition.body[..]).read_to_string(&mut text).expect("gzip");
    assert!(text.ends_with("\n# EOF\n"), "{text}");
}

#[test]
fn what_scrapers_ask_for_is_understood() {
    let registry = registry();
    let recorded = include_str!("accept.txt").lines().filter(|line| !line.starts_with('#'));
    let mut formats = [0, 0, 0];
    for line in recorded {
        let [who, format, encoding, accept] = line.split('\t').collect::<Vec<_>>()[..] else {
            panic!("not four parts: {line}")
        };
        let exposition = registry.expose([("Accept", accept), ("Accept-Encoding", encoding)]);
        let (index, expected) = match format {
            "text" => (0, Format::Prometheus),
            "openmetrics" => (1, Format::OpenMetrics),
            "protobuf" => (2, Format::Protobuf),
            other => panic!("{other} is no format: {line}"),
        };
        assert_eq!(exposition.content_type, expected.content_type(), "{who}");
        assert_eq!(exposition.content_encoding, (encoding == "gzip").then_some("gzip"), "{who}");
        formats[index] += 1;
    }
    assert!(formats.iter().all(|count| *count > 1), "{formats:?} are recorded");
}

#[test]
fn what_was_exposed_is_counted() {
    let registry = registry();
    registry.register_counter("jobs");
    assert_eq!(scrapes(&registry, "text", "ok"), None);
    let exposition = registry.expose([("a", "b")]);
    let text = String::from_utf8(exposition.body).unwrap();
    assert!(text.contains("tachometer_scrapes_total{format=\"text\",result=\"ok\"} 0\n"), "{text}");
    registry.expose([("accept", "application/openmetrics-text")]);
    assert_eq!(scrapes(&registry, "text", "ok"), Some(1));
    assert_eq!(scrapes(&registry, "openmetrics", "ok"), Some(1));
    let text = String::from_utf8(registry.expose([("a", "b")]).body).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#')).count();
    let protobuf = Format::Protobuf.content_type();
    registry.expose([("accept", protobuf)]);
    assert_eq!(scrapes(&registry, "protobuf", "ok"), Some(1));
    assert_eq!(shown(&registry, "tachometer_scrape_series", &[]), Some(lines as u64), "as many as in a text");
}

#[test]
fn protocol_buffers_are_exposed_compressed_too() {
    let registry = registry();
    registry.register_counter("jobs_total").add(3);
    let accept = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";
    let exposition = registry.expose([("accept", accept), ("accept-encoding", "gzip")]);
    assert_eq!(
        exposition.content_type,
        "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited"
    );
    let mut body = Vec::new();
    flate2::read::GzDecoder::new(&exposition.body[..]).read_to_end(&mut body).expect("gzip");
    let families = decode(&body);
    assert_eq!((families[0].name(), families[0].metric.len()), ("jobs_total", 1));
}

/// Words that stand in such headers, and some bytes that do not.
const WORDS: [&[u8]; 34] = [
    b"application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited",
    b"application/vnd.google.protobuf",
    b"proto=io.prometheus.client.MetricFamily",
    b"encoding=delimited",
    b"application/openmetrics-text",
    b"text/plain",
    b"text/*",
    b"*/*",
    b"*",
    b"gzip",
    b"identity",
    b"version",
    b"charset",
    b"escaping",
    b"q",
    b"=",
    b";",
    b",",
    b" ",
    b"\t",
    b"\"",
    b"\\",
    b"/",
    b"0",
    b"1",
    b".",
    b"0.5",
    b"1.0.0",
    b"0.0.4",
    b"utf-8",
    b"\xff",
    b"\0",
    "é".as_bytes(),
    b"\r\n",
];

#[test]
fn whatever_the_headers_are_there_is_an_answer() {
    let registry = registry();
    let mut rng = rand::rng();
    for _ in 0..5_000 {
        let mut value = || -> Vec<u8> {
            let words = rng.random_range(0..12);
            (0..words).flat_map(|_| WORDS[rng.random_range(0..WORDS.len())].iter().copied()).collect()
        };
        let headers = [("accept", value()), ("accept-encoding", value()), ("accept", value())];
        let exposition = registry.expose(headers.clone());
        let is_open = exposition.content_type.starts_with("application/openmetrics-text");
        let is_protobuf = exposition.content_type.starts_with("application/vnd.google.protobuf");
        assert!(is_open || is_protobuf || exposition.content_type.starts_with("text/plain"), "{headers:?}");
        // None of them is given what it did not name.
        let names =
            |index: usize, name: &[u8]| headers[index].1.windows(name.len()).any(|window| window == name);
        assert!(!is_open || names(0, b"application/") || names(2, b"application/"), "{headers:?}");
        let protobuf = b"application/vnd.google.protobuf";
        assert!(!is_protobuf || names(0, protobuf) || names(2, protobuf), "{headers:?}");
        let compressed = exposition.content_encoding.is_some();
        assert!(!compressed || names(1, b"gzip") || names(1, b"*"), "{headers:?}");
    }
}
