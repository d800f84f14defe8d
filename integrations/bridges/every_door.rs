//! A service that uses every other instrumentation, and whose metrics are all at one endpoint: spans of `tracing`, macros of `metrics`,
//! requests of `axum`, and the runtime of Tokio. It makes its own requests, until SIGTERM or Ctrl-C; then it prints its metrics.
//!
//!     cargo run -p tachometer-bridges --example every_door [-- ADDRESS]
//!     curl -s http://127.0.0.1:9464/metrics

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::http::{Request, StatusCode};
use axum::routing::get;
use metrics::{counter, describe_counter, gauge, histogram};
use std::env;
use std::error::Error;
use std::time::Duration;
use tachometer_tower::HttpMetricsLayer;
use tokio::runtime::Handle;
use tower::ServiceExt;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

#[tracing::instrument(err)]
async fn find(order: u32) -> Result<u32, &'static str> {
    tokio::time::sleep(Duration::from_millis(u64::from(order % 4))).await;
    if order.is_multiple_of(9) { Err("no such order") } else { Ok(order * 7) }
}

async fn show(Path(order): Path<u32>) -> Result<String, StatusCode> {
    let cents = find(order).await.map_err(|_| StatusCode::NOT_FOUND)?;
    counter!("orders_shown_total", "kind" => if cents.is_multiple_of(2) { "even" } else { "odd" })
        .increment(1);
    histogram!("order_cents").record(cents);
    Ok(format!("{cents} cents\n"))
}

/// Makes requests, of which some are given up.
async fn make_requests(app: Router) {
    for number in 0_u32.. {
        gauge!("latest_order").set(number);
        let path =
            if number.is_multiple_of(5) { "/elsewhere".to_owned() } else { format!("/orders/{number}") };
        let request = Request::get(path).body(Body::empty()).expect("the path is one");
        let response = app.clone().oneshot(request);
        match tokio::time::timeout(Duration::from_millis(3), response).await {
            Ok(Ok(response)) => drop(axum::body::to_bytes(response.into_body(), 1_000).await),
            Ok(Err(never)) => match never {},
            Err(_given_up) => {}
        }
    }
}

/// Returns when the program is to end.
#[cfg(unix)]
async fn end() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminated = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = terminated.recv() => Ok(()),
        interrupted = tokio::signal::ctrl_c() => interrupted,
    }
}

/// Returns when the program is to end.
#[cfg(not(unix))]
async fn end() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let spans = tachometer_tracing::layer().with_filter(LevelFilter::INFO);
    tracing_subscriber::registry().with(spans).init();
    tachometer_metrics::install()?;
    describe_counter!("orders_shown_total", "Orders that were shown");
    tachometer_tokio::register(&Handle::current());
    let app = Router::new().route("/orders/{order}", get(show)).layer(HttpMetricsLayer::new().register()?);

    let address = env::args().nth(1).unwrap_or_else(|| "127.0.0.1:9464".to_owned());
    let server = tachometer::serve(&*address)?;
    println!("http://{}/metrics", server.address());
    let requests = tokio::spawn(make_requests(app));
    end().await?;
    requests.abort();
    let _ = requests.await;
    print!("{}", tachometer::snapshot().to_prometheus_format());
    Ok(())
}
