//! What the layer adds to a request: a service that does nothing, bare and with the layer, beside a call of an instrumented function.
//!
//!     cargo bench -p tachometer-tower --features axum -- --rounds 41
//!
//! They take turns in one process, so that what else the machine does meets all of them. Prints nanoseconds a request.

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use std::convert::Infallible;
use std::env;
use std::future::{Ready, ready};
use std::hint::black_box;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::Instant;
use tachometer::instrumented;
use tachometer_tower::{HttpClientMetricsLayer, HttpMetricsLayer};
use tower::{Layer, Service, service_fn};

const REQUESTS: u32 = 20_000;
const REPETITIONS: usize = 5;

#[instrumented]
#[inline(never)]
fn nothing(value: u32) -> u32 {
    black_box(value)
}

/// A layer that wraps the future and the body, as this one does, and does nothing.
#[derive(Clone)]
struct Wrapping<S>(S);

struct Wrapped<T>(T, [u64; 7]);

impl<S: Service<Q>, Q> Service<Q> for Wrapping<S>
where
    S: Service<Q, Response = Response<Full<Bytes>>, Future: Unpin>,
{
    type Response = Response<Wrapped<Full<Bytes>>>;
    type Error = S::Error;
    type Future = Wrapped<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    #[inline]
    fn call(&mut self, request: Q) -> Self::Future {
        Wrapped(self.0.call(request), [black_box(7); 7])
    }
}

impl<E, F: Future<Output = Result<Response<Full<Bytes>>, E>> + Unpin> Future for Wrapped<F> {
    type Output = Result<Response<Wrapped<Full<Bytes>>>, E>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let rest = self.1;
        Pin::new(&mut self.0).poll(context).map_ok(|response| response.map(|body| Wrapped(body, rest)))
    }
}

impl http_body::Body for Wrapped<Full<Bytes>> {
    type Data = Bytes;
    type Error = Infallible;

    #[inline]
    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, Infallible>>> {
        Pin::new(&mut self.0).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }
}

#[inline(never)]
fn handle(request: Request<Full<Bytes>>) -> Ready<Result<Response<Full<Bytes>>, Infallible>> {
    ready(Ok(Response::new(request.into_body())))
}

/// Calls the service, and takes the one frame of the body, as a server does.
#[inline]
fn request<S, B>(service: &mut S)
where
    S: Service<Request<Full<Bytes>>, Response = Response<B>, Error = Infallible>,
    B: http_body::Body + Unpin,
{
    let context = &mut Context::from_waker(Waker::noop());
    let request = Request::new(Full::new(Bytes::from_static(b"hello")));
    let response = pin!(black_box(service).call(request)).poll(context);
    let Poll::Ready(Ok(response)) = response else { unreachable!("the service is ready") };
    let mut body = response.into_body();
    let _ = black_box(Pin::new(&mut body).poll_frame(context).is_ready());
    black_box(body.is_end_stream());
}

/// Returns the nanoseconds of one of `REQUESTS` calls, in the least disturbed repetition.
fn time(mut call: impl FnMut()) -> f64 {
    let once = |_| {
        let begun = Instant::now();
        (0..REQUESTS).for_each(|_| call());
        begun.elapsed().as_nanos() as f64 / f64::from(REQUESTS)
    };
    (0..REPETITIONS).map(once).fold(f64::INFINITY, f64::min)
}

fn main() {
    let arguments: Vec<String> = env::args().collect();
    let rounds = arguments.iter().position(|argument| argument == "--rounds");
    let rounds = rounds.map_or(5, |index| arguments[index + 1].parse().expect("a number of rounds"));

    let mut bare = service_fn(handle);
    let mut wrapping = Wrapping(service_fn(handle));
    let mut layered = HttpMetricsLayer::new().layer(service_fn(handle));
    let mut routed = HttpMetricsLayer::new().route(|_| Some("/users/{id}")).layer(service_fn(handle));
    let mut sized = HttpMetricsLayer::new().body_sizes().layer(service_fn(handle));
    let mut client = HttpClientMetricsLayer::new().layer(service_fn(handle));
    let names = [
        "an instrumented call",
        "the bare service",
        "a layer that does nothing",
        "the layer",
        "the layer, a route",
        "the layer, body sizes",
        "the layer of a client",
    ];
    let mut times = [const { Vec::new() }; 7];
    for _ in 0..rounds {
        times[0].push(time(|| {
            black_box(nothing(black_box(1)));
        }));
        times[1].push(time(|| request(&mut bare)));
        times[2].push(time(|| request(&mut wrapping)));
        times[3].push(time(|| request(&mut layered)));
        times[4].push(time(|| request(&mut routed)));
        times[5].push(time(|| request(&mut sized)));
        times[6].push(time(|| request(&mut client)));
    }
    let medians = times.map(|mut times: Vec<f64>| {
        times.sort_by(f64::total_cmp);
        (times[0], times[times.len() / 2])
    });
    println!(
        "| | least ns | median ns | above bare | above the layer that does nothing |\n| --- | --- | --- | --- | --- |"
    );
    let (bare, nothing) = (medians[1].1, medians[2].1);
    for (name, (least, median)) in names.iter().zip(medians) {
        println!("| {name} | {least:.1} | {median:.1} | {:+.1} | {:+.1} |", median - bare, median - nothing);
    }
}
