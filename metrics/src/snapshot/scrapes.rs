//! What scrapes of a registry came to.

use super::HistogramSnapshot;
use super::families::{Labels, MetricFamily, MetricKind, Number, Series, Value};

/// The values of the label `format`, in the order of the counts.
pub(super) const FORMATS: [&str; 2] = ["text", "openmetrics"];
/// The values of the label `result`, in the order of the counts.
pub(super) const RESULTS: [&str; 3] = ["ok", "error", "cut"];

/// Scrapes of a registry, and what they cost.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "json", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct ScrapeMetrics {
    /// Those that have ended, by format and by result.
    #[cfg_attr(feature = "json", serde(with = "super::serial::ended"))]
    pub(crate) ended: [[u64; RESULTS.len()]; FORMATS.len()],
    /// How long it took to read the registry and to make a body, in nanoseconds.
    pub(crate) render: HistogramSnapshot,
    /// Bytes of the bodies that were made, also of those of which a part was sent.
    pub(crate) body_bytes: u64,
    /// Bodies that were compressed.
    pub(crate) compressed: u64,
    /// Series in the last body.
    pub(crate) series: u64,
}

impl ScrapeMetrics {
    pub(super) fn families(&self) -> [MetricFamily<'_>; 5] {
        let family = |name: &'static str, help: &'static str, kind, unit, series| MetricFamily {
            name: name.into(),
            help: help.into(),
            kind,
            unit,
            series,
        };
        let single = super::families::single;
        let mut ended = Vec::with_capacity(FORMATS.len() * RESULTS.len());
        for (format, counts) in FORMATS.iter().zip(&self.ended) {
            ended.extend(RESULTS.iter().zip(counts).map(|(result, count)| Series {
                labels: Labels::two(("format", format), ("result", result)),
                value: Value::Number(Number::Unsigned(*count)),
            }));
        }
        [
            family(
                "tachometer_scrapes_total",
                "Scrapes by format, and by result: ok where the whole answer was sent, error where it could not be made, \
                 cut where the scraper went away or did not read it in time.",
                MetricKind::Counter,
                None,
                ended,
            ),
            family(
                "tachometer_scrape_render_seconds",
                "How long it took to read the metrics and to make the body for a scrape.",
                MetricKind::Histogram,
                Some("seconds"),
                vec![Series { labels: Labels::default(), value: Value::nanoseconds(&self.render) }],
            ),
            family(
                "tachometer_scrape_body_bytes_total",
                "Bytes of the bodies that were made for scrapes, compressed where they were; a cut scrape counts in full.",
                MetricKind::Counter,
                None,
                single(Number::Unsigned(self.body_bytes)),
            ),
            family(
                "tachometer_scrapes_compressed_total",
                "Bodies that were compressed.",
                MetricKind::Counter,
                None,
                single(Number::Unsigned(self.compressed)),
            ),
            family(
                "tachometer_scrape_series",
                "Series in the last body.",
                MetricKind::Gauge,
                None,
                single(Number::Unsigned(self.series)),
            ),
        ]
    }

    /// The gauge shows the later value.
    pub(super) fn since(&self, earlier: &ScrapeMetrics) -> ScrapeMetrics {
        let mut ended = self.ended;
        for (count, earlier) in ended.as_flattened_mut().iter_mut().zip(earlier.ended.as_flattened()) {
            *count = count.saturating_sub(*earlier);
        }
        ScrapeMetrics {
            ended,
            render: self.render.since(&earlier.render),
            body_bytes: self.body_bytes.saturating_sub(earlier.body_bytes),
            compressed: self.compressed.saturating_sub(earlier.compressed),
            series: self.series,
        }
    }
}
