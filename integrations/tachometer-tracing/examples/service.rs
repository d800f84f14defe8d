//! A service that has spans of `tracing` and nothing else: its functions, from its spans.
//!
//!     cargo run -p tachometer-tracing --example service

use std::time::Duration;
use tracing::{Instrument, info_span, instrument};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::{Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

#[instrument(err)]
async fn find(user: u32) -> Result<u32, &'static str> {
    tokio::time::sleep(Duration::from_millis(u64::from(user % 5))).await;
    if user.is_multiple_of(7) { Err("no such user") } else { Ok(user) }
}

#[instrument(fields(plan = if user.is_multiple_of(2) { "gold" } else { "free" }))]
async fn greet(user: u32) -> Option<String> {
    let name = find(user).await.ok()?;
    let text = info_span!("render").in_scope(|| format!("Hello, user {name}"));
    tokio::time::sleep(Duration::from_millis(1)).instrument(info_span!("send")).await;
    Some(text)
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let layer = tachometer_tracing::layer().label("plan").with_filter(LevelFilter::INFO);
    tracing_subscriber::registry().with(layer).init();
    let requests: Vec<_> = (0..50).map(|user| tokio::spawn(greet(user))).collect();
    for request in requests {
        request.await.expect("no request panics");
    }
    println!("{}", tachometer::snapshot());
}
