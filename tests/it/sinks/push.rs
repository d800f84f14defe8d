//! The Pushgateway as a sink.

use super::peer::{Behaviour, OK, Peer, unused_address};
use super::{Reports, counter, exports, fill};
use std::time::{Duration, Instant};
use tachometer::MetricsRegistry;
use tachometer::export::Pushgateway;

fn registry() -> MetricsRegistry {
    MetricsRegistry::new(Duration::from_secs(1_000))
}

#[test]
fn a_group_is_replaced_by_the_whole_snapshot() {
    let (registry, peer) = (registry(), Peer::new([OK]));
    registry.register_counter("jobs").add(7);
    let gateway = Pushgateway::new(peer.url() + "/prefix/", "a b/c")
        .grouping_key("instance", "10.0.0.1:80")
        .grouping_key("empty", "")
        .grouping_key("up", "..")
        .basic_auth("me", "secret:ä")
        .header("X-Team", "one");
    registry.exporter().to_pushgateway(gateway).start().unwrap().stop();
    let request = peer.next();
    assert_eq!(request.method, "PUT");
    assert_eq!(
        request.path,
        "/prefix/metrics/job@base64/YSBiL2M/instance/10.0.0.1%3A80/empty@base64/=/up@base64/Li4"
    );
    assert_eq!(request.header("authorization"), Some("Basic bWU6c2VjcmV0OsOk"));
    assert_eq!(request.header("x-team"), Some("one"));
    assert_eq!(request.header("host"), Some(peer.address.to_string().as_str()));
    assert_eq!(request.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
    assert_eq!(request.header("content-encoding"), Some("gzip"));
    assert_eq!(counter(request.text(), "jobs"), Some(7));
    assert!(request.text().ends_with('\n'));
    assert_eq!(exports(&registry, &format!("{}/prefix/", peer.url()), "ok"), 1);
}

#[test]
fn others_are_kept_by_a_post_and_a_group_is_deleted_at_the_end() {
    let (registry, peer) = (registry(), Peer::new([OK]));
    let jobs = registry.register_counter("jobs");
    jobs.add(1);
    let gateway = Pushgateway::new(peer.url(), "j").keep_others().uncompressed().delete_at_end();
    let exporter =
        registry.exporter().every(Duration::from_millis(1)).to_pushgateway(gateway).start().unwrap();
    let request = peer.next();
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/metrics/job/j"));
    assert_eq!((request.header("content-encoding"), counter(request.text(), "jobs")), (None, Some(1)));
    exporter.stop();
    let last = peer.requests.try_iter().last().unwrap();
    assert_eq!((last.method.as_str(), last.path.as_str()), ("DELETE", "/metrics/job/j"));
    assert_eq!((last.body.len(), last.header("content-type")), (0, None));
}

#[test]
fn a_name_and_a_password_in_the_url_are_credentials_and_are_shown_nowhere() {
    let (registry, peer, reports) = (registry(), Peer::new([Behaviour::Close, OK]), Reports::default());
    let url = format!("http://me:secret@{}", peer.address);
    let gateway = Pushgateway::new(&url, "j");
    assert!(!format!("{gateway:?}").contains("secret"));
    let exporter = reports.of(registry.exporter().every(Duration::from_millis(1)));
    let exporter = exporter.to_pushgateway(gateway).start().unwrap();
    assert_eq!(peer.next().header("authorization"), Some("Basic bWU6c2VjcmV0"));
    exporter.stop();
    let shown = format!("{:?} {}", reports.all(), registry.snapshot_all().to_prometheus_format());
    // What the system says of a connection that is closed depends on the moment.
    assert_eq!(reports.all().len(), 1, "{:?}", reports.all());
    assert!(!shown.contains("secret"));
}

#[test]
fn after_a_refusal_or_an_absence_the_next_export_is_whole() {
    let (registry, reports, address) = (registry(), Reports::default(), unused_address());
    let jobs = registry.register_counter("jobs");
    jobs.add(1);
    let start = || {
        let exporter = reports.of(registry.exporter());
        exporter.to_pushgateway((format!("http://{address}"), "j")).start().unwrap()
    };
    start().stop();
    let peer = Peer::at(
        address,
        [Behaviour::Answer("HTTP/1.1 400 Bad Request\r\nContent-Length: 14\r\n\r\nduplicate `a`\n"), OK],
    );
    jobs.add(2);
    start().stop();
    jobs.add(4);
    start().stop();
    let bodies: Vec<_> = (0..2).map(|_| counter(peer.next().text(), "jobs")).collect();
    assert_eq!(bodies, [Some(3), Some(7)]);
    let reports = reports.all();
    assert_eq!(reports.len(), 2, "{reports:?}");
    assert!(
        reports[0].starts_with(&format!("http://{address}: cannot connect to {address}: ")),
        "{reports:?}"
    );
    assert_eq!(reports[1], format!("http://{address}: the answer is 400: duplicate `a`"));
    let results = ["ok", "error"].map(|result| exports(&registry, &format!("http://{address}"), result));
    assert_eq!(results, [1, 2]);
}

#[test]
fn a_peer_that_hangs_delays_neither_the_other_sinks_nor_the_end() {
    let (registry, reports, good) = (registry(), Reports::default(), Peer::new([OK]));
    registry.register_counter("jobs").add(7);
    fill(&registry);
    // The one reads nothing, the other a part, the third all but answers nothing.
    let hanging = [0, 1_000, 100_000].map(|bytes| Peer::new([Behaviour::Hang(bytes)]));
    let mut exporter = reports.of(registry.exporter()).to_pushgateway((good.url(), "j"));
    for peer in &hanging {
        let gateway = Pushgateway::new(peer.url(), "j").timeout(Duration::from_millis(300)).uncompressed();
        exporter = exporter.to_pushgateway(gateway);
    }
    exporter.start().unwrap().stop();
    assert_eq!(counter(good.next().text(), "jobs"), Some(7));
    let mut found = reports.all();
    found.sort();
    let mut expected = hanging.each_ref().map(|peer| format!("{}: ", peer.url()));
    expected.sort();
    assert_eq!(found.len(), 3, "{found:?}");
    // On a slow machine, the time may end while it connects.
    assert!(found.iter().zip(&expected).all(|(found, expected)| found.starts_with(expected)), "{found:?}");
}

#[test]
fn a_peer_that_hangs_when_the_program_ends_costs_its_timeout_once() {
    const TIMEOUT: Duration = Duration::from_secs(2);
    let (registry, reports, peer) = (registry(), Reports::default(), Peer::new([Behaviour::Hang(10)]));
    let gateway = Pushgateway::new(peer.url(), "j").timeout(TIMEOUT);
    let exporter = reports.of(registry.exporter().every(Duration::from_millis(1))).to_pushgateway(gateway);
    let exporter = exporter.start().unwrap();
    peer.connections.recv().unwrap();
    let began = Instant::now();
    exporter.stop();
    let stopped = began.elapsed();
    // The export in progress has had half of the time, and the last one the rest.
    peer.connections.recv().unwrap();
    assert_eq!(
        reports.all(),
        [format!("{}: no answer within 2s", peer.url()), format!("{}: no answer within 2s", peer.url())]
    );
    assert!(stopped < TIMEOUT * 15 / 8, "{stopped:?}");
}

#[test]
fn settings_are_checked_at_the_start() {
    let start = |gateway: Pushgateway| registry().exporter().to_pushgateway(gateway).start();
    let gateway = || Pushgateway::new("http://localhost:9091", "j");
    let refused = [
        (
            Pushgateway::new("localhost:9091", "j"),
            "the URL of the Pushgateway sink: `localhost:9091` must begin",
        ),
        (
            Pushgateway::new("http://localhost/?a", "j"),
            "the URL of the Pushgateway sink: `http://localhost/?a` must not",
        ),
        (Pushgateway::new("http://localhost", ""), "the job of the Pushgateway sink: must not be empty"),
        (gateway().grouping_key("1a", "x"), "the grouping key of the Pushgateway sink: `1a` is not"),
        (gateway().grouping_key("job", "x"), "`job` is given twice"),
        (gateway().grouping_key("a", "x").grouping_key("a", "y"), "`a` is given twice"),
        (
            gateway().header("Content-Length", "1"),
            "the header of the Pushgateway sink: `Content-Length` is set",
        ),
        (gateway().header("x", "a\r\nb: c"), "contains a control character"),
        (gateway().timeout(Duration::ZERO), "the timeout of the Pushgateway sink: must be non-zero"),
    ];
    for (gateway, reason) in refused {
        let error = start(gateway).unwrap_err();
        assert!(error.to_string().contains(reason), "{error}");
        assert_eq!(error.kind(), tachometer::error::Kind::InvalidConfiguration);
    }
}
