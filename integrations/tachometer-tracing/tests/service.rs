//! A service with a hundred kinds of spans on a multi-threaded runtime: all totals are exact.

use std::time::Duration;
use tachometer::MetricsRegistry;
use tracing::{Instrument, Span, error, info_span};
use tracing_subscriber::Registry;
use tracing_subscriber::layer::SubscriberExt;

/// Returns the hundred spans.
macro_rules! spans {
    ($($tens:literal)*) => { [$(spans!(@ $tens 0 1 2 3 4 5 6 7 8 9)),*] };
    (@ $tens:literal $($ones:literal)*) => { [$((|| info_span!(concat!("step", $tens, $ones))) as fn() -> Span),*] };
}

static SPANS: [[fn() -> Span; 10]; 10] = spans!(0 1 2 3 4 5 6 7 8 9);

const REQUESTS: usize = 400;

/// Runs ten steps, each inside the previous one; one request in eight fails in its last step.
async fn handle(request: usize) {
    async fn step(request: usize, depth: usize) {
        tokio::task::yield_now().await;
        let Some(span) = SPANS[request % 10].get(depth) else {
            if request.is_multiple_of(8) {
                error!("step failed");
            }
            return;
        };
        Box::pin(step(request, depth + 1)).instrument(span()).await;
    }
    step(request, 0).await;
}

#[test]
fn a_hundred_kinds_of_spans_are_counted_exactly() {
    let registry: &'static MetricsRegistry =
        Box::leak(Box::new(MetricsRegistry::new(Duration::from_secs(10))));
    let layer = tachometer_tracing::layer().registry(registry);
    tracing::subscriber::set_global_default(Registry::default().with(layer)).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).build().unwrap();
    runtime.block_on(async {
        let requests: Vec<_> = (0..REQUESTS).map(|request| tokio::spawn(handle(request))).collect();
        for request in requests {
            request.await.unwrap();
        }
    });

    let snapshot = registry.snapshot_all();
    assert_eq!(snapshot.functions.len(), 100);
    for function in &snapshot.functions {
        let digits: Vec<u32> = function.function.chars().filter_map(|c| c.to_digit(10)).collect();
        let (kind, depth) = (digits[0] as usize, digits[1]);
        let of_kind = (0..REQUESTS).filter(|request| request % 10 == kind);
        let failed = of_kind.clone().filter(|request| depth == 9 && request % 8 == 0).count() as u64;
        let ok = of_kind.count() as u64 - failed;
        assert_eq!(
            (function.ok, function.errors, function.in_flight),
            (ok, failed, 0),
            "{}",
            function.function
        );
    }
}
