//! Metrics that are read on demand: what they show, and whom they cannot harm.

mod collectors;
mod declared;
mod failures;
mod infos;
mod scopes;
mod threads;
mod values;

use std::time::Duration;
use tachometer::{FullSnapshot, MetricsRegistry, families::SampleValue};

/// Longer than any test takes: whatever is waited for comes.
const LONG: Duration = Duration::from_mins(1);

/// A registry that waits for callbacks so long.
fn registry(timeout: Duration) -> MetricsRegistry {
    let registry = MetricsRegistry::new(LONG);
    registry.set_callback_timeout(timeout);
    registry
}

fn value<'a>(snapshot: &'a FullSnapshot, name: &str) -> Option<&'a SampleValue> {
    snapshot.declared.get(name)?.value()
}

/// What the library says of the failures of `metric`.
fn failures(snapshot: &FullSnapshot, metric: &str, reason: &str) -> u64 {
    let begin = format!("tachometer_callback_failures_total{{metric=\"{metric}\",reason=\"{reason}\"}} ");
    let text = snapshot.to_prometheus_format();
    let count = text.lines().find_map(|line| line.strip_prefix(&begin));
    count.unwrap_or_else(|| panic!("{begin}is not in\n{text}")).parse().expect("it is a number")
}

/// Why something is not exported.
fn refusals(snapshot: &FullSnapshot) -> Vec<String> {
    let text = snapshot.to_prometheus_format();
    let refusals =
        text.lines().filter_map(|line| line.strip_prefix("tachometer_refused_metric_info{reason=\""));
    refusals.map(|reason| reason.strip_suffix("\"} 1").expect("it is 1").replace("\\\"", "\"")).collect()
}
