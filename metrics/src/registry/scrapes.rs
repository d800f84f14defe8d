//! Counting the scrapes of a registry.

use crate::atomic::{AtomicCounter, AtomicGauge, AtomicHistogram};
use crate::snapshot::ScrapeMetrics;
use std::time::Duration;

const MICROSECOND: u64 = 1_000;
const MILLISECOND: u64 = 1_000 * MICROSECOND;
/// In nanoseconds.
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

/// What was scraped of a registry. Whoever serves it counts here.
#[derive(Debug)]
pub(crate) struct Scrapes {
    ended: [[AtomicCounter; 3]; 2],
    render: AtomicHistogram<{ RENDER_BOUNDS.len() }>,
    body_bytes: AtomicCounter,
    compressed: AtomicCounter,
    series: AtomicGauge,
}

/// The format a scrape was answered in; its number is the index among the counts.
#[derive(Debug, Clone, Copy)]
pub(crate) enum ScrapeFormat {
    Text,
    OpenMetrics,
}

/// How a scrape ended; its number is the index among the counts.
#[derive(Debug, Clone, Copy)]
pub(crate) enum ScrapeResult {
    /// The whole answer was sent.
    Ok,
    /// It could not be made.
    Error,
    /// The scraper went away, or did not read it in time.
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

    /// A body was made for a scrape, of so many bytes: compressed, where it is.
    pub(crate) fn rendered(&self, took: Duration, series: usize, bytes: usize, is_compressed: bool) {
        self.render.record(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX));
        self.body_bytes.add(bytes as u64);
        self.series.set(i64::try_from(series).unwrap_or(i64::MAX));
        if is_compressed {
            self.compressed.increment();
        }
    }

    pub(crate) fn ended(&self, format: ScrapeFormat, result: ScrapeResult) {
        self.ended[format as usize][result as usize].increment();
    }

    pub(super) fn read(&self) -> ScrapeMetrics {
        ScrapeMetrics {
            ended: [0, 1]
                .map(|format: usize| [0, 1, 2].map(|result: usize| self.ended[format][result].get())),
            render: self.render.snapshot(),
            body_bytes: self.body_bytes.get(),
            compressed: self.compressed.get(),
            series: self.series.get().unsigned_abs(),
        }
    }
}
