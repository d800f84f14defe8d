//! What a request is counted as, with services of `tower` and no server.

mod common;

use bytes::Bytes;
use common::{ACTIVE, registry, requests, samples};
use futures_util::stream::{self, Stream};
use http::{HeaderMap, HeaderValue, Method, Request, Response};
use http_body::Frame;
use http_body_util::{BodyExt, Channel, Empty, Full, StreamBody};
use std::convert::Infallible;
use std::future::{pending, poll_fn, ready};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use tachometer::{MetricsRegistry, MockClock};
use tachometer_tower::{HttpClientMetricsLayer, HttpMetricsLayer};
use tower::{Layer, Service, ServiceExt, service_fn};

type Body = Full<Bytes>;

/// What a service returns that may fail.
type Answer = Result<Response<Body>, std::io::Error>;

fn get(path: &str) -> Request<Body> {
    Request::get(path).body(Body::default()).unwrap()
}

fn layer(registry: &'static MetricsRegistry) -> HttpMetricsLayer {
    HttpMetricsLayer::new().registry(registry)
}

fn poll<F: Future>(future: F) -> Poll<F::Output> {
    pin!(future).poll(&mut Context::from_waker(Waker::noop()))
}

fn now<F: Future>(future: F) -> F::Output {
    match poll(future) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("the future is not ready"),
    }
}

/// Returns the response with this status and body.
fn response<B>(status: u16, body: B) -> Response<B> {
    Response::builder().status(status).body(body).unwrap()
}

/// Calls a service that returns this response, and takes all of its body.
fn respond<B: http_body::Body + Unpin>(
    layer: &HttpMetricsLayer,
    request: Request<Body>,
    response: Response<B>,
) {
    let mut response = Some(response);
    let service = service_fn(move |_| ready(Ok::<_, Infallible>(response.take().expect("one request"))));
    let response = now(layer.layer(service).oneshot(request)).unwrap();
    let mut body = response.into_body();
    while now(body.frame()).is_some_and(|frame| frame.is_ok()) {}
}

#[test]
fn methods_and_statuses_are_labels_and_errors_are_those_of_the_server() {
    let registry = registry();
    let layer = layer(registry);
    for (method, status) in [("GET", 200), ("GET", 200), ("POST", 404), ("BREW", 418), ("get", 503)] {
        let request = Request::builder().method(method).uri("/x").body(Body::default()).unwrap();
        respond(&layer, request, response(status, Body::from("x")));
    }
    let expected = [
        "method=GET,status=200} 2",
        "method=POST,status=404} 1",
        "method=_OTHER,status=418} 1",
        "method=_OTHER,status=503,error=503} 1",
    ];
    assert_eq!(requests(registry), expected);
    let active = ["GET", "POST", "_OTHER"].map(|method| format!("http_request_method=\"{method}\"}} 0"));
    assert_eq!(samples(registry, ACTIVE), active);
}

#[test]
fn a_hostile_client_chooses_no_label() {
    let registry = registry();
    let layer = layer(registry);
    for index in 0..5_000 {
        let method = format!("M{index}");
        let path = format!("/{index}\"}} 1?x=http_route");
        let path = path.replace('"', "%22").replace([' ', '}'], "");
        let request = Request::builder().method(&*method).uri(path).body(Body::default()).unwrap();
        respond(&layer, request, response(404, Body::default()));
    }
    assert_eq!(requests(registry), ["method=_OTHER,status=404} 5000"]);
    assert!(registry.snapshot_all().declared.values().all(|family| family.series.len() == 1));
}

#[test]
fn routes_above_the_limit_are_in_the_overflow_series() {
    let registry = registry();
    let layer =
        HttpMetricsLayer::new().registry(registry).max_series(3).route(|request| Some(request.uri().path()));
    let mut service =
        layer.layer(service_fn(|_| ready(Ok::<_, Infallible>(response(204, Empty::<Bytes>::new())))));
    for index in 0..10 {
        now(service.call(get(&format!("/{index}")))).unwrap();
    }
    now(service.call(get("/1"))).unwrap();
    let seen = requests(registry);
    assert_eq!(seen.len(), 4);
    assert!(seen.contains(&"method=GET,route=/1,status=204} 2".to_owned()), "{seen:?}");
    assert!(seen.iter().any(|line| line.starts_with("method=__overflow__,") && line.ends_with("} 7")));
    let text = registry.snapshot_all().to_prometheus_format();
    let overflowed = "tachometer_overflowed_updates_total{metric=\"http_server_request_duration_seconds\"} 7";
    assert!(text.contains(overflowed), "{text}");
}

#[test]
fn a_request_lasts_until_the_end_of_its_body() {
    let clock = MockClock::new();
    let _entered = clock.enter();
    let registry = registry();
    let (mut sender, body) = Channel::<Bytes>::new(2);
    let mut body = Some(body);
    let service = service_fn(|_| {
        clock.advance(Duration::from_secs(1));
        ready(Ok::<_, Infallible>(Response::new(body.take().unwrap())))
    });
    let response = now(layer(registry).layer(service).oneshot(get("/"))).unwrap();
    assert_eq!(samples(registry, ACTIVE), ["http_request_method=\"GET\"} 1"]);
    let mut body = response.into_body();
    now(sender.send_data(Bytes::from("x"))).unwrap();
    assert!(now(body.frame()).is_some());
    clock.advance(Duration::from_secs(2));
    assert_eq!(requests(registry), [""; 0]);
    drop(sender);
    assert!(now(body.frame()).is_none());
    clock.advance(Duration::from_secs(4));
    drop(body);
    assert_eq!(requests(registry), ["method=GET,status=200} 1"]);
    let sum = samples(registry, "http_server_request_duration_seconds_sum");
    assert!(sum[0].ends_with("} 3.0"), "{sum:?}");
    assert_eq!(samples(registry, ACTIVE), ["http_request_method=\"GET\"} 0"]);
}

#[test]
fn what_is_given_up_is_cancelled() {
    let registry = registry();
    let layer = layer(registry);
    // Before the response.
    let mut service = layer.layer(service_fn(|_| pending::<Result<Response<Body>, Infallible>>()));
    let future = service.call(get("/"));
    assert!(poll(future).is_pending());
    // Never polled.
    drop(service.call(get("/")));
    // In the body.
    let mut service =
        layer.layer(service_fn(|_| ready(Ok::<_, Infallible>(response(200, Body::from("all at once"))))));
    drop(now(service.call(get("/"))).unwrap());
    assert_eq!(
        requests(registry),
        ["method=GET,error=cancelled} 2", "method=GET,status=200,error=cancelled} 1"]
    );
    assert_eq!(samples(registry, ACTIVE), ["http_request_method=\"GET\"} 0"]);
}

#[test]
fn a_body_is_complete_when_a_server_stops_to_poll_it() {
    let registry = registry();
    let layer = layer(registry);
    let mut with_length = response(200, stream(3));
    with_length.headers_mut().insert("content-length", HeaderValue::from(6));
    let mut too_short = response(201, stream(3));
    too_short.headers_mut().insert("content-length", HeaderValue::from(7));
    for response in [with_length, too_short] {
        let mut response = Some(response);
        let service = service_fn(move |_| ready(Ok::<_, Infallible>(response.take().unwrap())));
        let mut body = now(layer.layer(service).oneshot(get("/"))).unwrap().into_body();
        for _ in 0..3 {
            now(body.frame()).unwrap().unwrap();
        }
    }
    // None is sent.
    for (method, status) in [
        (Method::HEAD, 200),
        (Method::GET, 204),
        (Method::GET, 304),
        (Method::CONNECT, 200),
        (Method::GET, 101),
    ] {
        let mut response = Some(response(status, Body::from("not sent")));
        let service = service_fn(move |_| ready(Ok::<_, Infallible>(response.take().unwrap())));
        let request = Request::builder().method(method).uri("/").body(Body::default()).unwrap();
        drop(now(layer.layer(service).oneshot(request)).unwrap());
    }
    let expected = [
        "method=CONNECT,status=200} 1",
        "method=GET,status=101} 1",
        "method=GET,status=200} 1",
        "method=GET,status=201,error=cancelled} 1",
        "method=GET,status=204} 1",
        "method=GET,status=304} 1",
        "method=HEAD,status=200} 1",
    ];
    assert_eq!(requests(registry), expected);
}

/// Returns a body of unknown length, of so many frames of two bytes.
fn stream(frames: usize) -> StreamBody<impl Stream<Item = Result<Frame<Bytes>, Infallible>> + Unpin> {
    StreamBody::new(stream::iter((0..frames).map(|_| Ok(Frame::data(Bytes::from("xx"))))))
}

#[test]
fn panics_and_errors_of_the_service_are_recorded_and_pass_on() {
    let registry = registry();
    let kind = |error: &std::io::Error| match error.kind() {
        std::io::ErrorKind::TimedOut => "timeout",
        _ => "",
    };
    let layer = layer(registry).error_kind(kind);
    let failed = |kind: std::io::ErrorKind| {
        let service = service_fn(move |_| ready(Err::<Response<Body>, _>(std::io::Error::from(kind))));
        now(layer.layer(service).oneshot(get("/"))).unwrap_err()
    };
    for kind in [std::io::ErrorKind::TimedOut, std::io::ErrorKind::TimedOut, std::io::ErrorKind::Other] {
        assert_eq!(failed(kind).kind(), kind);
    }

    let at_call = service_fn(|_| -> std::future::Ready<Answer> { panic!("in `call`") });
    let at_poll = service_fn(|_| poll_fn(|_| -> Poll<Answer> { panic!("in `poll`") }));
    let message = |result: Box<dyn std::any::Any + Send>| *result.downcast::<&str>().unwrap();
    let panicked = catch_unwind(AssertUnwindSafe(|| drop(layer.layer(at_call).call(get("/")))));
    assert_eq!(message(panicked.unwrap_err()), "in `call`");
    let mut future = Box::pin(layer.layer(at_poll).call(get("/")));
    let panicked = catch_unwind(AssertUnwindSafe(|| drop(poll(future.as_mut()))));
    assert_eq!(message(panicked.unwrap_err()), "in `poll`");
    drop(future);
    let expected = ["method=GET,error=_OTHER} 1", "method=GET,error=panic} 2", "method=GET,error=timeout} 2"];
    assert_eq!(requests(registry), expected);
    assert_eq!(samples(registry, ACTIVE), ["http_request_method=\"GET\"} 0"]);
}

#[test]
fn a_body_that_fails_or_panics_is_an_error() {
    let registry = registry();
    let layer = layer(registry);
    let (sender, body) = Channel::<Bytes, std::io::Error>::new(1);
    sender.abort(std::io::ErrorKind::BrokenPipe.into());
    respond(&layer, get("/"), Response::new(body));
    let body = Body::from("x").map_frame(|_| -> Frame<Bytes> { panic!("in the body") });
    let panicked = catch_unwind(AssertUnwindSafe(|| respond(&layer, get("/"), Response::new(body))));
    assert!(panicked.is_err());
    let expected = ["method=GET,status=200,error=_OTHER} 1", "method=GET,status=200,error=panic} 1"];
    assert_eq!(requests(registry), expected);
}

#[test]
fn sizes_of_bodies_are_measured_if_wanted() {
    let registry = registry();
    let layer = layer(registry).body_sizes();
    let request = Request::post("/").body(Body::from("twelve bytes")).unwrap();
    respond(&layer, request, response(200, stream(5)));
    let sum = |of: &str| samples(registry, &format!("http_server_{of}_body_size_bytes_sum"));
    assert_eq!(sum("request"), ["http_request_method=\"POST\",http_response_status_code=\"200\"} 12"]);
    assert_eq!(sum("response"), ["http_request_method=\"POST\",http_response_status_code=\"200\"} 10"]);
}

#[test]
fn the_status_of_grpc_is_read_from_trailers_and_headers() {
    let registry = registry();
    let layer = layer(registry).grpc();
    for status in ["0", "5", "14", "what"] {
        let trailers =
            HeaderMap::from_iter([("grpc-status".parse().unwrap(), HeaderValue::from_static(status))]);
        let body = Body::from("x").with_trailers(ready(Some(Ok(trailers))));
        respond(&layer, get("/"), Response::new(body));
    }
    let mut trailers_only = Response::new(Body::default());
    trailers_only.headers_mut().insert("grpc-status", HeaderValue::from_static("12"));
    respond(&layer, get("/"), trailers_only);
    let expected = [
        "method=GET,status=200,error=UNAVAILABLE,rpc_grpc_status_code=14} 1",
        "method=GET,status=200,error=UNIMPLEMENTED,rpc_grpc_status_code=12} 1",
        "method=GET,status=200,error=UNKNOWN,rpc_grpc_status_code=2} 1",
        "method=GET,status=200,rpc_grpc_status_code=0} 1",
        "method=GET,status=200,rpc_grpc_status_code=5} 1",
    ];
    let mut seen = requests(registry);
    seen.sort();
    assert_eq!(seen, expected);
}

#[test]
fn a_client_counts_by_server_and_4xx_are_errors() {
    let registry = registry();
    let layer = HttpClientMetricsLayer::new().registry(registry);
    let mut service =
        layer.layer(service_fn(|_| ready(Ok::<_, Infallible>(response(404, Empty::<Bytes>::new())))));
    for uri in ["http://one.example/a", "https://one.example/b", "http://one.example:80/c"] {
        now(service.call(get(uri))).unwrap();
    }
    let seen = samples(registry, "http_client_request_duration_seconds_count");
    let line = |port, count| {
        format!(
            "http_request_method=\"GET\",server_address=\"one.example\",server_port=\"{port}\",\
             http_response_status_code=\"404\",error_type=\"404\"}} {count}"
        )
    };
    assert_eq!(seen, [line(443, 1), line(80, 2)]);
}

#[test]
fn layers_of_one_registry_share_their_families() {
    let registry = registry();
    let one = layer(registry).url_scheme("http");
    let other = layer(registry).url_scheme("https").register().unwrap();
    for layer in [&one, &one.clone(), &other] {
        respond(layer, get("/"), response(200, Body::default()));
    }
    let expected = ["method=GET,url_scheme=http,status=200} 2", "method=GET,url_scheme=https,status=200} 1"];
    assert_eq!(requests(registry), expected);
    let error = layer(registry).buckets([1, 2]).register().unwrap_err();
    assert!(error.to_string().contains("http_server_request_duration_seconds"), "{error}");
}
