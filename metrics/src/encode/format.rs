//! The exposition formats.

/// An exposition format, which scrapers read.
///
/// Series have the same names, labels and values in all formats.
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
}

impl Format {
    /// Returns the `Content-Type` of a body in this format.
    pub const fn content_type(self) -> &'static str {
        match self {
            Format::Prometheus => "text/plain; version=0.0.4; charset=utf-8",
            Format::OpenMetrics | Format::OpenMetricsWithCreated => {
                "application/openmetrics-text; version=1.0.0; charset=utf-8"
            }
        }
    }
}
