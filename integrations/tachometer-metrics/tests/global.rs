//! The global recorder, and crates that use the facade. One test: the recorder is the process's.

use axum::body::Body;
use axum::http::Request;
use axum::routing::get;
use axum_prometheus::BaseMetricLayer;
use tokio_metrics::{RuntimeMetricsReporterBuilder, TaskMonitor};
use tower::ServiceExt;

#[test]
fn crates_that_use_the_facade_are_exported() {
    tachometer_metrics::install().unwrap();
    let again = tachometer_metrics::install().unwrap_err();
    assert_eq!(again.to_string(), "there is a global recorder of `metrics` already");
    metrics::counter!("global_total", "x" => "1").increment(1);

    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        let reporter =
            RuntimeMetricsReporterBuilder::default().with_interval(std::time::Duration::from_millis(1));
        let reporter = tokio::spawn(reporter.describe_and_run());
        while !printed("\ntokio_workers_count 1.0\n") {
            tokio::task::yield_now().await;
        }
        reporter.abort();
        TaskMonitor::new().instrument(async {}).await;

        let service =
            axum::Router::new().route("/users/{id}", get(|| async { "one" })).layer(BaseMetricLayer::new());
        for _ in 0..3 {
            let request = Request::get("/users/7").body(Body::empty()).unwrap();
            let response = service.clone().oneshot(request).await.unwrap();
            axum::body::to_bytes(response.into_body(), 100).await.unwrap();
        }
    });

    let text = tachometer::snapshot().to_prometheus_format();
    for line in [
        "global_total{x=\"1\"} 1",
        "axum_http_requests_total{endpoint=\"/users/{id}\",method=\"GET\",status=\"200\"} 3",
        "axum_http_requests_pending{endpoint=\"/users/{id}\",method=\"GET\"} 0.0",
        "axum_http_requests_duration_seconds_count{endpoint=\"/users/{id}\",method=\"GET\",status=\"200\"} 3",
        "tokio_workers_count 1.0",
    ] {
        assert!(text.lines().any(|printed| printed == line), "{line} is not in\n{text}");
    }
    assert!(!text.contains("\nmetrics_recorder_refused_total{"), "{text}");
}

fn printed(name: &str) -> bool {
    tachometer::snapshot().to_prometheus_format().contains(name)
}
