//! Scrapes of a registry, by format and result, and their costs.

use super::families::{count, counter, gauge, histogram};
use crate::atomic::{AtomicCounter, AtomicGauge, AtomicHistogram};
use crate::snapshot::{SampleValue, SelfMetricFamily, SeriesSnapshot};
use std::time::Duration;

const MICROSECOND: u64 = 1_000;
const MILLISECOND: u64 = 1_000 * MICROSECOND;
/// The bounds of the render times, in nanoseconds.
const RENDER_BOUNDS: [u64; 13] = [
    100 * MICROSECOND,
    250 * MICROSECOND,
    500 * MICROSECOND,
    MILLISECOND,
    2_500 * MICROSECOND,
    5 * MILLISECOND,
    10 * MILLISECOND,
    25 * MILLISECOND,
    50 * MILLISECOND,
    100 * MILLISECOND,
    250 * MILLISECOND,
    500 * MILLISECOND,
    1_000 * MILLISECOND,
];

/// The values of the label `format`, in the order of [`ScrapeFormat`].
const FORMATS: [&str; 3] = ["text", "openmetrics", "protobuf"];
/// The values of the label `result`, in the order of [`ScrapeResult`].
const RESULTS: [&str; 3] = ["ok", "error", "cut"];

/// The scrapes of a registry, counted by its endpoints.
#[derive(Debug)]
pub(crate) struct Scrapes {
    ended: [[AtomicCounter; RESULTS.len()]; FORMATS.len()],
    render: AtomicHistogram<{ RENDER_BOUNDS.len() }>,
    body_bytes: AtomicCounter,
    compressed: AtomicCounter,
    series: AtomicGauge,
}

/// The format of a scrape's response; its discriminant is the index of the counts.
#[derive(Debug, Clone, Copy)]
pub(crate) enum ScrapeFormat {
    Text,
    OpenMetrics,
    Protobuf,
}

/// The result of a scrape; its discriminant is the index of the counts.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(target_family = "wasm", expect(dead_code, reason = "only an endpoint has scrapes that fail"))]
pub(crate) enum ScrapeResult {
    /// The whole response was sent.
    Ok,
    /// The response could not be rendered.
    Error,
    /// The scraper disconnected, or did not read the response in time.
    Cut,
}

impl Scrapes {
    pub(super) fn new() -> Self {
        Scrapes {
            ended: Default::default(),
            render: AtomicHistogram::new(RENDER_BOUNDS),
            body_bytes: AtomicCounter::new(),
            compressed: AtomicCounter::new(),
            series: AtomicGauge::new(),
        }
    }

    /// Counts a body that was rendered for a scrape; `bytes` is its compressed length if it is compressed. `took` is `None` if there
    /// is no clock.
    pub(crate) fn rendered(&self, took: Option<Duration>, series: usize, bytes: usize, is_compressed: bool) {
        if let Some(took) = took {
            self.render.record(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX));
        }
        self.body_bytes.add(bytes as u64);
        self.series.set(i64::try_from(series).unwrap_or(i64::MAX));
        if is_compressed {
            self.compressed.increment();
        }
    }

    /// Counts a scrape that has ended.
    pub(crate) fn ended(&self, format: ScrapeFormat, result: ScrapeResult) {
        self.ended[format as usize][result as usize].increment();
    }

    pub(super) fn families(&self) -> [SelfMetricFamily; 5] {
        let ended = FORMATS.iter().zip(&self.ended).flat_map(|(format, by_result)| {
            RESULTS
                .iter()
                .zip(by_result)
                .map(|(result, scrapes)| count(&[("format", format), ("result", result)], scrapes.get()))
        });
        [
            counter(
                "tachometer_scrapes_total",
                "Scrapes by format, and by result: ok if the whole response was sent, error if it could not be rendered, \
                 cut if the scraper disconnected or did not read it in time.",
                ended.collect(),
            ),
            histogram(
                "tachometer_scrape_render_seconds",
                "Time to read the metrics and to render the body for a scrape.",
                vec![SeriesSnapshot::alone(SampleValue::Times(self.render.snapshot()))],
            ),
            counter(
                "tachometer_scrape_body_bytes_total",
                "Bytes of the bodies that were rendered for scrapes, after compression; a cut scrape counts in full.",
                vec![count(&[], self.body_bytes.get())],
            ),
            counter(
                "tachometer_scrapes_compressed_total",
                "Bodies that were compressed.",
                vec![count(&[], self.compressed.get())],
            ),
            gauge(
                "tachometer_scrape_series",
                "Series in the last body.",
                vec![SeriesSnapshot::alone(SampleValue::Level(self.series.get()))],
            ),
        ]
    }
}
