//! What is answered to whom.

use super::*;
use flate2::read::GzDecoder;

const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

fn jobs() -> MetricsRegistry {
    let registry = registry();
    registry.register_counter("jobs_total").add(3);
    registry
}

#[test]
fn the_global_registry_is_served_in_one_line() {
    tachometer::global().register_counter("served_in_one_line").add(7);
    let server = tachometer::serve("127.0.0.1:0").expect("a free port");
    let answer = get(*server.address(), "/metrics", "");
    assert_eq!((answer.status, answer.reason.as_str()), (200, "OK"));
    assert!(answer.text().contains("\nserved_in_one_line 7\n"), "{}", answer.text());
}

#[test]
fn an_answer_has_these_headers_and_no_others() {
    let server = serve(&endpoint(&jobs()));
    let answer = get(*server.address(), "/metrics", "");
    let length = answer.body.len().to_string();
    let headers: Vec<(&str, &str)> =
        answer.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let expected = [
        ("content-type", TEXT),
        ("content-length", &length),
        ("x-content-type-options", "nosniff"),
        ("vary", "accept, accept-encoding"),
        ("cache-control", "no-store"),
        ("connection", "close"),
    ];
    assert_eq!(headers, expected);
}

#[test]
fn the_format_is_what_the_scraper_prefers() {
    let server = serve(&endpoint(&jobs()));
    for (accept, content_type, line) in [
        ("", TEXT, "# TYPE jobs_total counter"),
        ("Accept: */*\r\n", TEXT, "# TYPE jobs_total counter"),
        (
            "Accept: application/openmetrics-text;version=1.0.0,*/*;q=0.1\r\n",
            OPEN_METRICS,
            "# TYPE jobs counter",
        ),
        (
            "ACCEPT:text/plain;q=0.5\r\nX: y\r\naccept:\tapplication/openmetrics-text\r\n",
            OPEN_METRICS,
            "# EOF",
        ),
        ("Accept: \u{e9}, application/openmetrics-text\r\n", OPEN_METRICS, "jobs_total 3"),
        ("Accept: nothing we have\r\n", TEXT, "jobs_total 3"),
    ] {
        let answer = get(*server.address(), "/metrics", accept);
        assert_eq!(answer.status, 200, "{accept}");
        assert_eq!(answer.header("content-type"), Some(content_type), "{accept}");
        assert!(answer.text().lines().any(|found| found == line), "{accept}: {}", answer.text());
    }
}

#[test]
fn created_samples_are_there_on_request_only() {
    let registry = jobs();
    let accept = "Accept: application/openmetrics-text\r\n";
    for (created, expected) in [(false, 0), (true, 1)] {
        let server = serve(&endpoint(&registry).created(created));
        let answer = get(*server.address(), "/metrics", accept);
        let found = answer.text().lines().filter(|line| line.starts_with("jobs_created ")).count();
        assert_eq!(found, expected, "{}", answer.text());
        let text = get(*server.address(), "/metrics", "");
        assert!(!text.text().contains("_created"), "{}", text.text());
    }
}

#[test]
fn who_takes_gzip_gets_the_same_text_compressed() {
    let registry = jobs();
    registry.describe("jobs_total", "x".repeat(10_000));
    let server = serve(&endpoint(&registry));
    let plain = get(*server.address(), "/metrics", "Accept-Encoding: zstd, gzip;q=0\r\n");
    assert_eq!(plain.header("content-encoding"), None);
    let of_jobs =
        |text: &str| text.lines().filter(|line| line.contains("jobs")).map(str::to_owned).collect::<Vec<_>>();
    // Again and again: nothing of an answer is left over for the next.
    for _ in 0..3 {
        let packed = get(*server.address(), "/metrics", "Accept-Encoding: gzip\r\n");
        assert_eq!(packed.header("content-encoding"), Some("gzip"));
        assert!(packed.body.len() < plain.body.len() / 4, "{} of {}", packed.body.len(), plain.body.len());
        let mut text = String::new();
        GzDecoder::new(&packed.body[..]).read_to_string(&mut text).expect("gzip");
        assert_eq!(of_jobs(&text), of_jobs(plain.text()));
        assert_eq!(of_jobs(&text).len(), 3);
    }
}

#[test]
fn head_has_the_headers_of_get_and_no_body() {
    let server = serve(&endpoint(&jobs()));
    for path in ["/healthy", "/nowhere"] {
        let got = get(*server.address(), path, "");
        let head = ask(*server.address(), &format!("HEAD {path} HTTP/1.1\r\nHost: x\r\n\r\n"));
        assert_eq!((head.status, head.headers, head.body.len()), (got.status, got.headers, 0));
    }
    let head = ask(*server.address(), "HEAD /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_eq!((head.status, head.body.len()), (200, 0));
    let length: usize =
        head.header("content-length").and_then(|length| length.parse().ok()).expect("a length");
    assert!(length > "jobs_total 3\n".len(), "{length}");
}

#[test]
fn paths_are_compared_byte_by_byte_without_their_query() {
    let server = serve(&endpoint(&jobs()));
    for (path, status) in [
        ("/metrics", 200),
        ("/metrics?", 200),
        ("/metrics?name[]=a&b=/c?d", 200),
        ("/metrics?name[]=%zz", 400),
        ("/healthy?name[]=%zz", 200),
        ("/nowhere?name[]=%zz", 404),
        ("http://somewhere.else/metrics", 200),
        ("/healthy", 200),
        ("/", 200),
        ("*", 404),
        ("metrics", 404),
        ("//metrics", 404),
        ("/metrics/", 404),
        ("/Metrics", 404),
        ("/%6Detrics", 404),
        ("/./metrics", 404),
        ("/healthy/../metrics", 404),
        ("/metrics;a=b", 404),
        ("/metrics%3Fa", 404),
        ("/?/metrics", 200),
        ("http://somewhere.else", 200),
        ("ftp://somewhere.else/metrics", 404),
        ("/favicon.ico", 404),
    ] {
        assert_eq!(get(*server.address(), path, "").status, status, "{path}");
    }
    assert_eq!(get(*server.address(), "/healthy", "").text(), "ok\n");
}

#[test]
fn other_methods_are_refused_and_told_which_there_are() {
    let server = serve(&endpoint(&jobs()));
    for method in
        ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "get", "PROPFIND", "X-MADE-UP"]
    {
        for (path, status, allow) in [("/metrics", 405, Some("GET, HEAD")), ("/nowhere", 404, None)] {
            let answer = ask(*server.address(), &format!("{method} {path} HTTP/1.1\r\nHost: x\r\n\r\n"));
            assert_eq!((answer.status, answer.header("allow")), (status, allow), "{method} {path}");
        }
    }
}

#[test]
fn what_is_no_request_is_refused() {
    let server = serve(&endpoint(&jobs()));
    let long = "a".repeat(9_000);
    let fields = "A: b\r\n".repeat(64);
    for (text, status) in [
        ("GET /metrics\r\n\r\n", 400),
        ("GET /metrics HTTP/1.1\r\n\r\n", 400),
        ("GET /metrics HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n", 400),
        ("GET /metrics HTTP/1.1\r\nHost : x\r\n\r\n", 400),
        ("GET /metrics HTTP/1.1\r\nHost: x\r\n continued\r\n\r\n", 400),
        ("GET /metrics HTTP/1.1\r\nHost: x\r\nA: \0\r\n\r\n", 400),
        ("GET /metrics HTTP/1.1\r\n: x\r\n\r\n", 400),
        ("\u{16}\u{3}\u{1}\u{2}\0\u{1}\0", 400),
        ("*1\r\n$4\r\nPING\r\n", 400),
        ("GET /metrics HTTP/2.0\r\nHost: x\r\n\r\n", 505),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
        (&format!("GET /{long} HTTP/1.1\r\nHost: x\r\n\r\n"), 414),
        (&format!("GET /metrics HTTP/1.1\r\nHost: x\r\nA: {long}\r\n\r\n"), 431),
        (&format!("GET /metrics HTTP/1.1\r\nHost: x\r\n{fields}\r\n"), 431),
    ] {
        let answer = ask(*server.address(), text);
        assert_eq!(answer.status, status, "{:?}", &text[..text.len().min(60)]);
        assert_eq!(answer.header("content-type"), Some("text/plain; charset=utf-8"));
        assert_eq!(answer.header("content-length"), Some(answer.body.len().to_string().as_str()));
        assert_eq!(answer.text(), format!("{status} {}\n", answer.reason));
    }
    assert_eq!(ask(*server.address(), REQUEST).status, 200);
}

#[test]
fn nothing_of_a_request_is_repeated_in_an_answer() {
    let server = serve(&endpoint(&jobs()));
    let mark = "<script>zyx</script>";
    for text in [
        format!("GET /{mark} HTTP/1.1\r\nHost: x\r\n\r\n"),
        format!("GET /metrics?{mark} HTTP/1.1\r\nHost: {mark}\r\nX: {mark}\r\nOrigin: http://zyx\r\n\r\n"),
        format!("{mark} / HTTP/1.1\r\n\r\n"),
        "ZYX /metrics HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(),
        format!("GET /metrics HTTP/1.1\r\nHost: x\r\nAccept: {mark}\r\nAccept-Encoding: {mark}\r\n\r\n"),
    ] {
        let heard = Client::saying(*server.address(), &text).try_hear().expect("an answer");
        let heard = String::from_utf8(heard).expect("text").to_ascii_lowercase();
        assert!(heard.starts_with("http/1.1 ") && !heard.contains("zyx"), "{text:?}: {heard}");
    }
}

#[test]
fn a_connection_is_for_one_request() {
    let server = serve(&endpoint(&jobs()));
    let pipelined = REQUEST.repeat(3) + "nonsense";
    let smuggled = format!(
        "GET /healthy HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{REQUEST}"
    );
    for (text, begin) in [(pipelined, "# HELP"), (smuggled, "ok\n")] {
        let answer = ask(*server.address(), &text);
        assert_eq!((answer.status, answer.header("connection")), (200, Some("close")));
        assert!(answer.text().starts_with(begin));
        assert_eq!(
            answer.header("content-length"),
            Some(answer.body.len().to_string().as_str()),
            "one answer"
        );
    }
}

#[test]
fn a_body_is_never_waited_for() {
    let server = serve(&endpoint(&jobs()));
    for (method, status) in [("GET", 200), ("POST", 405)] {
        let head = format!(
            "{method} /metrics HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 9999\r\n\r\n"
        );
        assert_eq!(ask(*server.address(), &head).status, status, "{method}");
    }
}

#[test]
fn an_answer_is_not_lost_to_a_body_that_nobody_reads() {
    let registry = jobs();
    // What is longer than what the peer's side holds, and all of it with the system when the server is done.
    registry.describe("jobs_total", "x".repeat(256 * 1024));
    let server = serve(&endpoint(&registry));
    // More than what is read with the head. A system throws away what it has to send when a socket is closed with something
    // unread.
    let body = "x".repeat(100_000);
    let client = Client::saying(*server.address(), &format!("{REQUEST}{body}"));
    until("the answer is sent", || scrapes(&registry, "text", "ok") == Some(1));
    let answer = client.hear();
    assert_eq!(answer.header("content-length"), Some(answer.body.len().to_string().as_str()));
}

#[test]
fn who_closes_its_side_after_the_request_is_answered() {
    let server = serve(&endpoint(&jobs()));
    let client = Client::saying(*server.address(), REQUEST);
    client.hang_up_writing();
    assert_eq!(client.hear().status, 200);
    let client = Client::saying(*server.address(), BEGIN_OF_REQUEST);
    client.hang_up_writing();
    assert_eq!(client.hear().status, 400);
    let silent = Client::connect(*server.address());
    silent.hang_up_writing();
    assert_eq!(silent.try_hear().expect("the end"), b"");
}

#[test]
fn each_registry_has_a_path_of_its_own() {
    let (mine, yours) = (registry(), registry());
    mine.register_counter("jobs").add(1);
    yours.register_counter("jobs").add(2);
    let server = Endpoint::new()
        .path("/mine", &mine)
        .path("/yours", &yours)
        .serve("127.0.0.1:0")
        .expect("a free port");
    drop(yours);
    for (path, status, line) in
        [("/mine", 200, "\njobs 1\n"), ("/yours", 200, "\njobs 2\n"), ("/metrics", 404, "404 Not Found\n")]
    {
        let answer = get(*server.address(), path, "");
        assert_eq!(answer.status, status, "{path}");
        assert!(answer.text().contains(line), "{path}: {}", answer.text());
    }
}

#[test]
fn an_endpoint_that_cannot_be_is_refused_and_says_why() {
    let registry = registry();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let error = refusal(endpoint(&registry).serve(address));
    assert!(error.contains(&address.to_string()), "{error}");
    let error = refusal(tachometer::serve(&*address.to_string()));
    assert!(error.contains(&address.to_string()), "{error}");
    let error = refusal(tachometer::serve("no address"));
    assert!(error.contains("\"no address\""), "{error}");
    for path in ["", "metrics", "/a b", "/a?b", "/a#b", "/\u{e9}", "/a\r\nb"] {
        let error = refusal(Endpoint::new().path(path, &registry).serve("127.0.0.1:0"));
        assert!(error.contains(&format!("{path:?}")), "{error}");
    }
    for twice in [endpoint(&registry).health_path("/metrics"), Endpoint::new().health_path("/metrics")] {
        let error = refusal(twice.serve("127.0.0.1:0"));
        assert!(error.contains("\"/metrics\""), "{error}");
    }
    for number in [0, 65_537, usize::MAX] {
        let error = refusal(endpoint(&registry).max_connections(number).serve("127.0.0.1:0"));
        assert!(error.contains("between 1 and 65536"), "{error}");
        assert!(error.ends_with(&format!("not {number}")), "{error}");
    }
}

#[test]
fn as_many_connections_as_may_be_are_served() {
    let server = serve(&endpoint(&registry()).max_connections(65_536));
    assert_eq!(ask(*server.address(), REQUEST).status, 200);
}
