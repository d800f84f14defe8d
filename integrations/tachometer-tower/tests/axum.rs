//! A service of `axum` on loopback, under load, with clients that go away in mid-body: totals are exact.

mod common;

use axum::Router;
use axum::body::Body;
use axum::http::StatusCode;
use axum::routing::{get, post};
use bytes::Bytes;
use common::{ACTIVE, registry, requests, samples};
use futures_util::stream;
use std::convert::Infallible;
use std::future::pending;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Barrier, mpsc};
use std::thread;
use tachometer_tower::HttpMetricsLayer;
use tokio::net::TcpListener;
use tokio::runtime::Builder;

const CLIENTS: usize = 8;
const ROUNDS: usize = 25;

/// Returns a body that never ends: only a client that goes away ends it.
fn endless() -> Body {
    let frames = std::iter::repeat_with(|| Ok::<_, Infallible>(Bytes::from(vec![b'x'; 1 << 14])));
    Body::from_stream(stream::iter(frames))
}

/// Sends a request, and returns all of the response.
fn exchange(address: SocketAddr, head: &str) -> String {
    let mut socket = TcpStream::connect(address).unwrap();
    write!(socket, "{head} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
    let mut text = String::new();
    socket.read_to_string(&mut text).unwrap();
    text
}

/// Sends a request, reads so much of the response, and goes away.
fn go_away(address: SocketAddr, path: &str, bytes: usize) {
    let mut socket = TcpStream::connect(address).unwrap();
    write!(socket, "GET {path} HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    socket.read_exact(&mut vec![0; bytes]).unwrap();
}

fn run_client(client: usize, address: SocketAddr, all_silent: &Barrier) {
    for round in 0..ROUNDS {
        let id = client * ROUNDS + round;
        assert!(exchange(address, &format!("GET /users/{id}")).ends_with("Ann"));
        assert!(exchange(address, &format!("HEAD /users/{id}")).contains("content-length: 3"));
        exchange(address, &format!("DELETE /users/{id}"));
        exchange(address, "POST /refused");
        exchange(address, "POST /users/1");
        exchange(address, &format!("GET /unknown/{id}"));
        exchange(address, &format!("BREW{id} /unknown/{id}"));
        exchange(address, "GET /panics");
        go_away(address, "/endless", 1 << 16);
    }
    // Goes away when the handlers, which never answer, have begun.
    let mut socket = TcpStream::connect(address).unwrap();
    write!(socket, "GET /silent HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    all_silent.wait();
}

#[test]
fn totals_are_exact_under_load_with_clients_that_go_away() {
    let registry = registry();
    let (begun, silent) = mpsc::channel();
    let app = Router::new()
        .route("/users/{id}", get(|| async { "Ann" }).delete(|| async { StatusCode::NO_CONTENT }))
        .route("/refused", post(|| async { StatusCode::SERVICE_UNAVAILABLE }))
        .route("/panics", get(|| async { panic!("of a handler") as () }))
        .route("/endless", get(|| async { endless() }))
        .route(
            "/silent",
            get(|| async move {
                begun.send(()).unwrap();
                pending::<()>().await;
            }),
        )
        .fallback(|| async { StatusCode::NOT_FOUND })
        .layer(HttpMetricsLayer::new().registry(registry));
    let runtime = Builder::new_multi_thread().worker_threads(4).enable_io().build().unwrap();
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    runtime.spawn(async move { axum::serve(listener, app).await });

    let all_silent = Barrier::new(CLIENTS + 1);
    thread::scope(|scope| {
        for client in 0..CLIENTS {
            let all_silent = &all_silent;
            scope.spawn(move || run_client(client, address, all_silent));
        }
        (0..CLIENTS).for_each(|_| silent.recv().unwrap());
        all_silent.wait();
    });
    // The server notices by and by that clients have gone.
    while samples(registry, ACTIVE).iter().any(|line| !line.ends_with(" 0")) {
        thread::yield_now();
    }

    let total = CLIENTS * ROUNDS;
    let mut expected = [
        format!("method=DELETE,route=/users/{{id}},status=204}} {total}"),
        format!("method=GET,route=/endless,status=200,error=cancelled}} {total}"),
        format!("method=GET,route=/panics,error=panic}} {total}"),
        format!("method=GET,route=/silent,error=cancelled}} {CLIENTS}"),
        format!("method=GET,route=/users/{{id}},status=200}} {total}"),
        format!("method=GET,status=404}} {total}"),
        format!("method=HEAD,route=/users/{{id}},status=200}} {total}"),
        format!("method=POST,route=/refused,status=503,error=503}} {total}"),
        format!("method=POST,route=/users/{{id}},status=405}} {total}"),
        format!("method=_OTHER,status=404}} {total}"),
    ];
    let mut seen = requests(registry);
    seen.sort();
    expected.sort();
    assert_eq!(seen, expected);
    if let Ok(path) = std::env::var("EXPOSITION") {
        std::fs::write(path, registry.snapshot_all().to_prometheus_format()).unwrap();
    }
}
