//! Snapshots of a [`MetricsCollector`](crate::MetricsCollector).

/// The four numbers of a [`MetricsCollector`](crate::MetricsCollector) at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "json", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct MetricsSnapshot {
    /// Requests counted.
    pub requests: u64,
    /// Errors counted.
    pub errors: u64,
    /// Bytes sent.
    pub bytes_sent: u64,
    /// Connections that were open at that moment.
    pub active_connections: i64,
}

impl MetricsSnapshot {
    /// Returns the share of requests that failed, between 0 and 1; 0 while there are no requests.
    pub fn error_rate(&self) -> f64 {
        share(self.errors, self.requests)
    }
}

/// Returns the share of `part` in `whole`, between 0 and 1; 0 if `whole` is 0.
pub(super) fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { (part as f64 / whole as f64).min(1.0) }
}
