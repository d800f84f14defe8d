//! The exposition formats.

/// An exposition format, which scrapers read.
///
/// Series have the same names, labels and values in all formats. [`FullSnapshot::encode`](crate::FullSnapshot::encode) writes those
/// that are text, [`FullSnapshot::encode_bytes`](crate::FullSnapshot::encode_bytes) all.
///
/// ```
/// use tachometer::Format;
///
/// let mut text = String::new();
/// tachometer::snapshot().encode(Format::OpenMetrics, &mut text);
/// assert!(text.ends_with("# EOF\n"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Format {
    /// Prometheus text 0.0.4.
    #[default]
    Prometheus,
    /// OpenMetrics 1.0.
    OpenMetrics,
    /// OpenMetrics 1.0 with a `_created` sample for each counter and histogram. Scrapers store these samples as further series,
    /// so they are a format of their own.
    OpenMetricsWithCreated,
    /// Protocol buffers: messages `io.prometheus.client.MetricFamily`, each after its length. Histograms have classic and native
    /// buckets; counters and histograms have the time from which they have counted. Not text: see
    /// [`to_protobuf`](crate::FullSnapshot::to_protobuf).
    Protobuf,
}

impl Format {
    /// Returns the `Content-Type` of a body in this format.
    pub const fn content_type(self) -> &'static str {
        match self {
            Format::Prometheus => "text/plain; version=0.0.4; charset=utf-8",
            Format::OpenMetrics | Format::OpenMetricsWithCreated => {
                "application/openmetrics-text; version=1.0.0; charset=utf-8"
            }
            Format::Protobuf => {
                "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited"
            }
        }
    }
}
