//! What the tests share: registries, and the series of a family as lines.

use std::time::Duration;
use tachometer::MetricsRegistry;

pub(crate) const DURATION: &str = "http_server_request_duration_seconds_count";
pub(crate) const ACTIVE: &str = "http_server_active_requests";

pub(crate) fn registry() -> &'static MetricsRegistry {
    Box::leak(Box::new(MetricsRegistry::new(Duration::from_secs(10))))
}

/// Returns the samples of this name, as they are printed, without the name.
pub(crate) fn samples(registry: &MetricsRegistry, name: &str) -> Vec<String> {
    let text = registry.snapshot_all().to_prometheus_format();
    text.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix('{')).map(str::to_owned).collect()
}

/// Returns the samples of requests, without the words that are the same in all names.
pub(crate) fn requests(registry: &MetricsRegistry) -> Vec<String> {
    let short = |line: String| {
        line.replace("http_request_method", "method")
            .replace("http_response_status_code", "status")
            .replace("http_route", "route")
            .replace("error_type", "error")
            .replace('"', "")
    };
    samples(registry, DURATION).into_iter().map(short).collect()
}
