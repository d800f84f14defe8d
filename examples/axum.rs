//! The metrics among the routes of an `axum` program: `tachometer::expose` is the one call.
//!
//! ```text
//! cargo run -p tachometer-workspace --example axum [-- ADDRESS]
//! ```
//!
//! By default it listens on 127.0.0.1:3000. It runs until it is stopped. `expose` blocks only if the registry has callbacks; then
//! call it in `tokio::task::spawn_blocking`.

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::{AppendHeaders, IntoResponse, Response};
use axum::routing::get;
use std::error::Error;
use tachometer::{Call, instrumented};
use tokio::net::TcpListener;

#[instrumented]
async fn greet(Path(name): Path<String>) -> String {
    format!("Hello, {name}!\n")
}

/// Has a call end when its response was sent, or when the client goes away before.
fn until_sent(call: Call, response: Response) -> Response {
    response.map(|body| Body::new(call.body(body)))
}

#[instrumented(ends_with = until_sent)]
async fn download() -> Response {
    Body::from("as long as you like\n").into_response()
}

async fn metrics(headers: HeaderMap) -> impl IntoResponse {
    let exposition = tachometer::expose(&headers);
    (AppendHeaders(exposition.headers()), Body::from(exposition.body))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:3000".to_owned());
    let routes = Router::new()
        .route("/greet/{name}", get(greet))
        .route("/download", get(download))
        .route("/metrics", get(metrics));
    let listener = TcpListener::bind(address).await?;
    println!("listening on http://{}/metrics", listener.local_addr()?);
    axum::serve(listener, routes).await?;
    Ok(())
}
