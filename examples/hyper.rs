//! The metrics in a `hyper` program: `tachometer::expose` is the one call.
//!
//! ```text
//! cargo run -p tachometer-workspace --example hyper [-- ADDRESS]
//! ```
//!
//! By default it listens on 127.0.0.1:3000. It runs until it is stopped. `expose` blocks only if the registry has callbacks; then
//! call it in `tokio::task::spawn_blocking`.

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode, http};
use hyper_util::rt::TokioIo;
use std::error::Error;
use tachometer::instrumented;
use tokio::net::TcpListener;

fn metrics(request: &Request<Incoming>) -> http::Result<Response<Full<Bytes>>> {
    let exposition = tachometer::expose(request.headers());
    let mut response = Response::builder();
    for (name, value) in exposition.headers() {
        response = response.header(name, value);
    }
    response.body(exposition.body.into())
}

#[instrumented]
async fn answer(request: Request<Incoming>) -> http::Result<Response<Full<Bytes>>> {
    match request.uri().path() {
        "/metrics" => metrics(&request),
        "/" => Ok(Response::new("Hello!\n".into())),
        _ => Response::builder().status(StatusCode::NOT_FOUND).body(Full::default()),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:3000".to_owned());
    let listener = TcpListener::bind(address).await?;
    println!("listening on http://{}/metrics", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(async move {
            let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(answer));
            if let Err(error) = connection.await {
                eprintln!("{error}");
            }
        });
    }
}
