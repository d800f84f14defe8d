//! Which formats there are, and how they are called.

use crate::snapshot::FullSnapshot;

/// A text format that scrapers read.
///
/// Whichever is asked for, series have the same names, labels and values.
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
    /// OpenMetrics 1.0 with a `_created` sample beside each counter and histogram. Scrapers store these as series of their
    /// own, so they are printed on request only.
    OpenMetricsWithCreated,
}

impl Format {
    /// The `Content-Type` of a body in this format.
    pub const fn content_type(self) -> &'static str {
        match self {
            Format::Prometheus => "text/plain; version=0.0.4; charset=utf-8",
            Format::OpenMetrics | Format::OpenMetricsWithCreated => {
                "application/openmetrics-text; version=1.0.0; charset=utf-8"
            }
        }
    }
}

impl FullSnapshot {
    /// Appends this snapshot in that format to `text`.
    ///
    /// A `text` that is cleared and used again keeps its room: nothing is allocated for a further series, little for a family.
    pub fn encode(&self, format: Format, text: &mut String) {
        match format {
            Format::Prometheus => super::prometheus::write(self, text),
            Format::OpenMetrics => super::openmetrics::write(self, false, text),
            Format::OpenMetricsWithCreated => super::openmetrics::write(self, true, text),
        }
    }
}
