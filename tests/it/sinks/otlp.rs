//! Receivers of OTLP as sinks.

use super::peer::{Behaviour, OK, Peer, unused_address};
use super::{Reports, exports};
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::metrics::v1::{AggregationTemporality, metric, number_data_point};
use prost::Message;
use std::time::Duration;
use tachometer::MetricsRegistry;
use tachometer::export::Otlp;
use tachometer::otlp::Temporality;

const BUSY: Behaviour = Behaviour::Answer("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n");
const REFUSED: Behaviour = Behaviour::Answer("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");

fn registry() -> MetricsRegistry {
    MetricsRegistry::new(Duration::from_secs(1_000))
}

/// Returns the value of the counter `jobs_total` in a request, and whether it is one since the last request.
fn jobs(body: &[u8]) -> (i64, bool) {
    let request = ExportMetricsServiceRequest::decode(body).unwrap();
    let metrics = &request.resource_metrics[0].scope_metrics[0].metrics;
    let jobs = metrics.iter().find(|metric| metric.name == "jobs_total").unwrap();
    let Some(metric::Data::Sum(sum)) = &jobs.data else { panic!("{jobs:?}") };
    let Some(number_data_point::Value::AsInt(value)) = sum.data_points[0].value else { panic!("{sum:?}") };
    (value, sum.aggregation_temporality() == AggregationTemporality::Delta)
}

#[test]
fn a_request_has_the_snapshot_and_the_resource() {
    let (registry, peer) = (registry(), Peer::new([OK]));
    registry.register_counter("jobs_total").add(7);
    let receiver = Otlp::new(peer.url()).resource("service.name", "shop").header("x-team", "one").gzip();
    registry.exporter().to_otlp(receiver).start().unwrap().stop();
    let request = peer.next();
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/v1/metrics"));
    assert_eq!(request.header("content-type"), Some("application/x-protobuf"));
    assert_eq!(request.header("content-encoding"), Some("gzip"));
    assert_eq!(request.header("x-team"), Some("one"));
    assert_eq!(jobs(&request.body), (7, false));
    let decoded = ExportMetricsServiceRequest::decode(request.body.as_slice()).unwrap();
    let resource = &decoded.resource_metrics[0].resource.as_ref().unwrap().attributes;
    assert!(format!("{resource:?}").contains("\"shop\""), "{resource:?}");
    assert_eq!(exports(&registry, &format!("{}/v1/metrics", peer.url()), "ok"), 1);
}

#[test]
fn json_says_the_same() {
    let (registry, peer) = (registry(), Peer::new([OK]));
    registry.register_counter("jobs_total").add(7);
    let receiver = Otlp::new(peer.url() + "/api/v1/otlp/v1/metrics").json();
    registry.exporter().to_otlp(receiver).start().unwrap().stop();
    let request = peer.next();
    assert_eq!(request.path, "/api/v1/otlp/v1/metrics");
    assert_eq!(
        (request.header("content-type"), request.header("content-encoding")),
        (Some("application/json"), None)
    );
    let decoded: ExportMetricsServiceRequest = serde_json::from_slice(&request.body).unwrap();
    assert_eq!(jobs(&decoded.encode_to_vec()), (7, false));
}

#[test]
fn a_receiver_that_is_not_ready_is_tried_again_and_one_that_refuses_is_not() {
    let (registry, reports) = (registry(), Reports::default());
    registry.register_counter("jobs_total").add(7);
    let peer = Peer::new([
        BUSY,
        Behaviour::Close,
        Behaviour::Answer("HTTP/1.1 429 Slow\r\nRetry-After: 0\r\nContent-Length: 0\r\n\r\n"),
        OK,
        REFUSED,
        OK,
    ]);
    for _ in 0..3 {
        reports.of(registry.exporter()).to_otlp(peer.url()).start().unwrap().stop();
    }
    // Those that were read: 503, 429, 200; 400; 200.
    let requests: Vec<_> = peer.requests.try_iter().collect();
    assert_eq!(requests.iter().map(|request| jobs(&request.body).0).collect::<Vec<_>>(), [7; 5]);
    assert_eq!(reports.all(), [format!("{}/v1/metrics: the answer is 400", peer.url())]);
    let sink = format!("{}/v1/metrics", peer.url());
    assert_eq!(["ok", "error"].map(|result| exports(&registry, &sink, result)), [2, 1]);
}

#[test]
fn a_difference_is_sent_until_it_is_received() {
    let (registry, reports) = (registry(), Reports::default());
    let count = registry.register_counter("jobs_total");
    let peer = Peer::new([OK, REFUSED, OK, OK]);
    let deltas = Otlp::new(peer.url()).temporality(Temporality::Delta);
    let exporter = reports.of(registry.exporter().every(Duration::from_millis(1)));
    count.add(1);
    let exporter = exporter.to_otlp(deltas).start().unwrap();
    let mut received = Vec::new();
    for more in [10, 100, 1_000] {
        received.push(jobs(&peer.next().body));
        count.add(more);
    }
    exporter.stop();
    received.extend(peer.requests.try_iter().map(|request| jobs(&request.body)));
    assert!(received.iter().all(|(_, is_delta)| *is_delta));
    let refused = received.remove(1).0;
    assert_eq!(received.iter().map(|(value, _)| value).sum::<i64>(), 1_111, "{received:?}");
    assert!(received[1].0 >= refused, "what was refused is sent again: {received:?}");
}

#[test]
fn what_a_receiver_refuses_of_a_request_is_reported_and_not_sent_again() {
    let (registry, reports) = (registry(), Reports::default());
    registry.register_counter("jobs_total").add(7);
    let partial = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n\u{a}\u{4}\u{8}\u{3}\u{12}\0";
    let peer = Peer::new([Behaviour::Answer(partial)]);
    let receiver = Otlp::new(peer.url()).temporality(Temporality::Delta);
    reports.of(registry.exporter()).to_otlp(receiver).start().unwrap().stop();
    assert_eq!(peer.requests.try_iter().count(), 1);
    let expected = format!("{}/v1/metrics: it refused 3 points of those sent", peer.url());
    assert_eq!(reports.all(), [expected]);
}

#[test]
fn a_receiver_that_is_absent_or_hangs_costs_its_timeout() {
    let (registry, reports, good) = (registry(), Reports::default(), Peer::new([OK]));
    registry.register_counter("jobs_total").add(7);
    let (absent, hanging) = (unused_address(), Peer::new([Behaviour::Hang(10)]));
    let short = |url: String| Otlp::new(url).timeout(Duration::from_millis(300));
    let exporter = reports.of(registry.exporter()).to_otlp(good.url());
    let exporter = exporter.to_otlp(short(format!("http://{absent}"))).to_otlp(short(hanging.url()));
    exporter.start().unwrap().stop();
    assert_eq!(jobs(&good.next().body), (7, false));
    let mut found = reports.all();
    found.sort();
    let mut expected = [
        format!("http://{absent}/v1/metrics: cannot connect to {absent}: "),
        format!("{}/v1/metrics: ", hanging.url()),
    ];
    expected.sort();
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found.iter().zip(&expected).all(|(found, expected)| found.starts_with(expected)), "{found:?}");
}

#[test]
fn a_name_that_does_not_resolve_is_an_error_of_the_export() {
    let (registry, reports) = (registry(), Reports::default());
    let receiver = Otlp::new("http://tachometer.invalid:4318").timeout(Duration::from_secs(2));
    reports.of(registry.exporter()).to_otlp(receiver).start().unwrap().stop();
    let reports = reports.all();
    assert_eq!(reports.len(), 1);
    assert!(reports[0].contains("cannot look up `tachometer.invalid`: "), "{reports:?}");
}

#[test]
fn settings_are_checked_at_the_start() {
    let error = registry().exporter().to_otlp("localhost:4318").start().unwrap_err();
    assert_eq!(error.kind(), tachometer::error::Kind::InvalidConfiguration);
    assert!(
        error.to_string().starts_with("the URL of the OTLP sink: `localhost:4318` must begin"),
        "{error}"
    );
}
