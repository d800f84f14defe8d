//! A request allocates nothing here. In a process of its own: the counter is the allocator.

use allocation_counter::measure;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use std::convert::Infallible;
use std::future::ready;
use std::task::{Context, Poll, Waker};
use tachometer_tower::{HttpClientMetricsLayer, HttpMetricsLayer};
use tower::{Layer, Service, service_fn};

fn now<F: Future>(future: F) -> F::Output {
    match std::pin::pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("the future is not ready"),
    }
}

#[test]
fn a_request_allocates_nothing() {
    let server =
        HttpMetricsLayer::new().body_sizes().route(|request| (request.uri().path() == "/x").then_some("/x"));
    let client = HttpClientMetricsLayer::new();
    let service = service_fn(|request: Request<Full<Bytes>>| {
        ready(Ok::<_, Infallible>(Response::new(request.into_body())))
    });
    let mut service = client.layer(server.layer(service));
    let mut request = || {
        let request = Request::get("/x").body(Full::new(Bytes::from_static(b"body"))).unwrap();
        let mut body = now(service.call(request)).unwrap().into_body();
        while now(body.frame()).is_some() {}
    };
    // The first request of a series and of a thread does.
    request();
    assert_eq!(measure(&mut request).count_total, measure(bare).count_total);
    assert!(measure(|| drop(vec![1])).count_total > 0, "the counter counts");
}

/// A request of the bare service: `http` may allocate for the target.
fn bare() {
    let request = Request::get("/x").body(Full::new(Bytes::from_static(b"body"))).unwrap();
    let mut body = Response::new(request.into_body()).into_body();
    while now(body.frame()).is_some() {}
}
