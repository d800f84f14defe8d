//! A service of `axum` whose requests are counted, and whose metrics are at `/metrics`.
//!
//!     cargo run -p tachometer-tower --features axum --example axum_service
//!     curl -s http://127.0.0.1:3000/users/7; curl -s http://127.0.0.1:3000/metrics

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{AppendHeaders, IntoResponse};
use axum::routing::get;
use tachometer_tower::HttpMetricsLayer;

async fn user() -> &'static str {
    "Ann\n"
}

async fn broken() -> StatusCode {
    StatusCode::INTERNAL_SERVER_ERROR
}

async fn metrics(headers: HeaderMap) -> impl IntoResponse {
    let exposition = tachometer::expose(&headers);
    (AppendHeaders(exposition.headers()), Body::from(exposition.body))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let app = Router::new()
        .route("/users/{id}", get(user))
        .route("/broken", get(broken))
        .fallback(|| async { StatusCode::NOT_FOUND })
        .layer(HttpMetricsLayer::new().url_scheme("http").body_sizes().register()?)
        // Added after the layer: scrapes are not counted.
        .route("/metrics", get(metrics));
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:3000".to_owned());
    let listener = tokio::net::TcpListener::bind(address).await?;
    println!("http://{}/metrics", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}
