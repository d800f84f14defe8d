//! What a scraper asks for.

use crate::messages;
use flate2::read::GzDecoder;
use std::io::Read;
use std::time::Duration;
use tachometer::fuzzing::{Verdict, negotiate, read_head};
use tachometer::{Format, MetricsRegistry};

/// A first line as `Accept`, the rest as `Accept-Encoding`.
pub fn negotiation(bytes: &[u8]) {
    let mut lines = bytes.splitn(2, |byte| *byte == b'\n');
    let [accept, encoding] = [(); 2].map(|()| lines.next().unwrap_or_default());
    let answer = negotiate([("accept", accept), ("accept-encoding", encoding)]);
    check(accept, encoding, answer);
    check_that_only_the_lists_count(accept, encoding, answer);
    check_in_a_head(accept, encoding, answer);
    // To make an answer takes a hundred times as long as to decide on it.
    if bytes.len().is_multiple_of(16) {
        check_answer(accept, encoding, answer);
    }
}

/// What is answered was asked for, as far as a look at the words can tell.
fn check(accept: &[u8], encoding: &[u8], (format, gzip): (Format, bool)) {
    match format {
        Format::Prometheus => {}
        Format::OpenMetrics => {
            let is_asked = [&b"application/openmetrics-text"[..], b"application/*", b"*/*"];
            assert!(is_asked.iter().any(|range| contains(accept, range)), "nobody asked for OpenMetrics");
        }
        Format::Protobuf => {
            for part in ["application/vnd.google.protobuf", "io.prometheus.client.MetricFamily", "delimited"]
            {
                assert!(contains(accept, part.as_bytes()), "`Accept` does not name protocol buffers");
            }
        }
        other => panic!("{other:?} is never negotiated"),
    }
    if gzip {
        assert!(
            [&b"gzip"[..], b"*"].iter().any(|coding| contains(encoding, coding)),
            "nobody asked for gzip"
        );
    }
}

fn check_that_only_the_lists_count(accept: &[u8], encoding: &[u8], answer: (Format, bool)) {
    let elsewhere = [("accept-charset", accept), ("x-accept", accept), ("te", encoding)];
    let headers = [("ACCEPT", accept), ("Accept-Encoding", encoding)];
    assert_eq!(negotiate(elsewhere.into_iter().chain(headers).chain(elsewhere)), answer);
    assert_eq!(negotiate(elsewhere), (Format::Prometheus, false));

    // A list may be spread over several headers.
    let one_by_one = |name, list| pieces(list).into_iter().map(move |piece| (name, piece));
    let spread = one_by_one("accept", accept).chain(one_by_one("accept-encoding", encoding));
    assert_eq!(negotiate(spread), answer);

    // Types and codings of which there are none change nothing.
    if !accept.contains(&b'"') && !encoding.contains(&b'"') {
        let [accept, encoding] = [accept, encoding].map(|list| [list, b", a/b;q=0.9"].concat());
        assert_eq!(negotiate([("accept", &accept[..]), ("accept-encoding", &encoding[..])]), answer);
    }
}

/// The elements of a list, where it can be seen at once where they end.
fn pieces(list: &[u8]) -> Vec<&[u8]> {
    if list.contains(&b'"') { vec![list] } else { list.split(|byte| *byte == b',').collect() }
}

/// What the endpoint makes of the same headers in a request.
fn check_in_a_head(accept: &[u8], encoding: &[u8], answer: (Format, bool)) {
    let lines = [
        &b"GET / HTTP/1.1\r\nhost: x\r\naccept: "[..],
        accept,
        b"\r\naccept-encoding: ",
        encoding,
        b"\r\n\r\n",
    ];
    let head = lines.concat();
    let has_control = |list: &[u8]| list.iter().any(|byte| (*byte < b' ' && *byte != b'\t') || *byte == 0x7f);
    if head.len() > 8 * 1024 || has_control(accept) || has_control(encoding) {
        return;
    }
    match read_head(&head) {
        Verdict::Whole { path: "/", format, gzip, .. } => assert_eq!((format, gzip), answer),
        verdict => panic!("{verdict:?}"),
    }
}

/// The answer for those who have a server: its headers say what its body is.
fn check_answer(accept: &[u8], encoding: &[u8], (format, gzip): (Format, bool)) {
    let registry = MetricsRegistry::new(Duration::from_secs(10));
    registry.register_counter("jobs_total").add(3);
    let answer = registry.expose([("Accept", accept), ("Accept-Encoding", encoding)]);
    assert_eq!(answer.content_type, format.content_type());
    assert_eq!(answer.content_encoding, gzip.then_some("gzip"));
    let mut body = answer.body;
    if gzip {
        let packed = std::mem::take(&mut body);
        GzDecoder::new(&packed[..]).read_to_end(&mut body).expect("the body is gzip, as its header says");
    }
    if format == Format::Protobuf {
        let families = messages::decode(&body);
        assert_eq!(families[0].name(), "jobs_total");
        return;
    }
    let text = String::from_utf8(body).expect("text is UTF-8");
    assert!(text.contains("\njobs_total 3\n"));
    assert_eq!(text.ends_with("# EOF\n"), format == Format::OpenMetrics);
}

fn contains(all: &[u8], part: &[u8]) -> bool {
    all.windows(part.len()).any(|window| window.eq_ignore_ascii_case(part))
}
