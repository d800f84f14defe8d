//! The answer to a scrape, for those who have a server already.

use super::negotiation::Wishes;
use crate::encode::Format;
use crate::registry::{Contents, MetricsRegistry, global};
use crate::self_metrics::{ScrapeFormat, ScrapeResult, Scrapes};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;
use std::mem;
use std::time::Instant;

/// The answer to a scrape: a body, and the headers that say what it is. Made by [`expose`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Exposition {
    /// The `Content-Type` of the body.
    pub content_type: &'static str,
    /// Its `Content-Encoding`: `gzip`, or none.
    pub content_encoding: Option<&'static str>,
    /// The metrics.
    pub body: Vec<u8>,
}

/// The headers of every answer: a browser takes the type as it is told, and what lies between keeps nothing.
pub(super) const CONSTANT_HEADERS: [(&str, &str); 3] = [
    ("x-content-type-options", "nosniff"),
    ("vary", "accept, accept-encoding"),
    ("cache-control", "no-store"),
];

impl Exposition {
    /// All headers that belong to the body but its length: `content-type`, `content-encoding` where it is compressed, and
    /// those that keep browsers and caches from making something else of it.
    pub fn headers(&self) -> impl Iterator<Item = (&'static str, &'static str)> + use<> {
        let encoding = self.content_encoding.map(|encoding| ("content-encoding", encoding));
        [("content-type", self.content_type)].into_iter().chain(encoding).chain(CONSTANT_HEADERS)
    }
}

/// The [`global`] registry as the answer to a scrape with these headers, of which `Accept` and `Accept-Encoding` decide the
/// format and the compression.
///
/// This is for programs that run a server already; others call [`serve`](crate::serve()). The headers are any list of
/// names and values; a reference to the `HeaderMap` that `axum`, `hyper` and others use is one:
///
/// ```ignore
/// // axum
/// async fn metrics(headers: HeaderMap) -> impl IntoResponse {
///     let exposition = tachometer::expose(&headers);
///     (AppendHeaders(exposition.headers()), Body::from(exposition.body))
/// }
/// ```
///
/// ```
/// tachometer::global().register_counter("jobs_done").add(3);
/// let exposition = tachometer::expose([("Accept", "text/plain"), ("Host", "localhost")]);
/// assert_eq!(exposition.content_type, "text/plain; version=0.0.4; charset=utf-8");
/// assert_eq!(exposition.content_encoding, None);
/// assert!(String::from_utf8(exposition.body).unwrap().contains("\njobs_done 3\n"));
/// ```
///
/// It takes milliseconds where there are thousands of series, and waits for nothing. From the first call on the scrapes are
/// counted, as `tachometer_scrapes_total` and others.
pub fn expose<N: AsRef<str>, V: AsRef<[u8]>>(headers: impl IntoIterator<Item = (N, V)>) -> Exposition {
    global().expose(headers)
}

impl MetricsRegistry {
    /// As [`expose`], for this registry.
    ///
    /// ```
    /// use std::time::Duration;
    /// use tachometer::MetricsRegistry;
    ///
    /// let registry = MetricsRegistry::new(Duration::from_secs(10));
    /// let exposition = registry.expose([("accept-encoding", "gzip")]);
    /// assert_eq!(exposition.content_encoding, Some("gzip"));
    /// ```
    pub fn expose<N: AsRef<str>, V: AsRef<[u8]>>(
        &self,
        headers: impl IntoIterator<Item = (N, V)>,
    ) -> Exposition {
        let mut wishes = Wishes::default();
        for (name, value) in headers {
            wishes.hear(name.as_ref(), value.as_ref());
        }
        let format = wishes.format();
        let contents = self.contents();
        let scrapes = contents.self_metrics().scrapes();
        let body = render(contents, format, wishes.gzip(), &mut String::new(), Some(scrapes));
        scrapes.ended(format.into(), ScrapeResult::Ok);
        Exposition {
            content_type: format.content_type(),
            content_encoding: content_encoding(wishes.gzip()),
            body,
        }
    }
}

pub(super) fn content_encoding(gzip: bool) -> Option<&'static str> {
    gzip.then_some("gzip")
}

/// The body of an answer, with `text` as the room to make it in: what is not compressed takes the room along. What it cost is
/// counted in `scrapes`, where it is made for a scrape.
pub(super) fn render(
    contents: &Contents,
    format: Format,
    gzip: bool,
    text: &mut String,
    scrapes: Option<&Scrapes>,
) -> Vec<u8> {
    let begin = Instant::now();
    text.clear();
    contents.read().encode(format, text);
    let series = scrapes.map(|_| series_in(text));
    let body = if gzip { compress(text) } else { mem::take(text).into_bytes() };
    if let Some((scrapes, series)) = scrapes.zip(series) {
        scrapes.rendered(begin.elapsed(), series, body.len(), gzip);
    }
    body
}

/// Every line but the comments is a series.
///
/// Counted where lines begin, in runs that a byte can count, which the compiler makes vectors of: looking for one line after
/// the other takes four times as long, a third of what it takes to make the text.
fn series_in(text: &str) -> usize {
    const RUN: usize = u8::MAX as usize;
    let bytes = text.as_bytes();
    let next_bytes = bytes.get(1..).unwrap_or_default();
    let begins = bytes.chunks(RUN).zip(next_bytes.chunks(RUN)).map(|(bytes, next_bytes)| {
        let begins =
            bytes.iter().zip(next_bytes).map(|(byte, next)| u8::from(*byte == b'\n' && *next != b'#'));
        usize::from(begins.sum::<u8>())
    });
    usize::from(!matches!(bytes.first(), None | Some(b'#'))) + begins.sum::<usize>()
}

fn compress(text: &str) -> Vec<u8> {
    // The fastest level makes a tenth of such a text, at a gigabyte a second; the usual one half of that, in six times the time.
    let mut encoder = GzEncoder::new(Vec::with_capacity(text.len() / 8), Compression::fast());
    // A vector takes all that is written to it.
    let _ = encoder.write_all(text.as_bytes());
    encoder.finish().unwrap_or_default()
}

impl From<Format> for ScrapeFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::Prometheus => ScrapeFormat::Text,
            Format::OpenMetrics | Format::OpenMetricsWithCreated => ScrapeFormat::OpenMetrics,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn series_are_the_lines_that_are_no_comments() {
        assert_eq!(series_in(""), 0);
        assert_eq!(series_in("# EOF\n"), 0);
        // Of all lengths, so that lines begin and end on every side of where a run does.
        for length in 1..600 {
            let line = "a".repeat(length);
            for text in [format!("{line}\n"), format!("# {line}\n{line} 1\n{line} 2\n# {line}\n{line} 3\n")] {
                let lines = text.lines().filter(|line| !line.starts_with('#')).count();
                assert_eq!(series_in(&text), lines, "{text}");
            }
        }
        // As many as there can be in a run.
        assert_eq!(series_in(&"\n".repeat(1_000)), 1_000);
    }
}
