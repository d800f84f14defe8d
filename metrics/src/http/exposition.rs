//! The response to a scrape, for programs that run a server already.

use super::negotiation::Preferences;
use crate::clock::{self, Instant};
use crate::encode::{Format, Selection};
use crate::registry::{Contents, MetricsRegistry, global};
use crate::self_metrics::{ScrapeFormat, ScrapeResult, Scrapes};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::Write;
use std::mem;

/// The response to a scrape: a body and the headers that describe it. Returned by [`expose`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Exposition {
    /// The `Content-Type` of the body.
    pub content_type: &'static str,
    /// The `Content-Encoding` of the body: `gzip`, or none.
    pub content_encoding: Option<&'static str>,
    /// The `Content-Security-Policy` of the body, if it is a document.
    pub content_security_policy: Option<&'static str>,
    /// The metrics, or the page.
    pub body: Vec<u8>,
}

/// The headers of every response: browsers must not guess the type, and caches must not store the body.
pub(super) const CONSTANT_HEADERS: [(&str, &str); 3] = [
    ("x-content-type-options", "nosniff"),
    ("vary", "accept, accept-encoding"),
    ("cache-control", "no-store"),
];

impl Exposition {
    /// Returns all headers of the body except its length: `content-type`, `content-encoding` if it is compressed,
    /// `content-security-policy` if it is a document, and those that keep browsers from guessing its type and caches from storing it.
    pub fn headers(&self) -> impl Iterator<Item = (&'static str, &'static str)> + use<> {
        let encoding = self.content_encoding.map(|encoding| ("content-encoding", encoding));
        let policy = self.content_security_policy.map(|policy| ("content-security-policy", policy));
        [("content-type", self.content_type)]
            .into_iter()
            .chain(encoding)
            .chain(policy)
            .chain(CONSTANT_HEADERS)
    }
}

/// Renders the [`global`] registry as the response to a scrape with these headers. `Accept` and `Accept-Encoding` determine the
/// format and the compression.
///
/// For programs that run a server already. Others call [`serve`](crate::serve()). The headers are any sequence of names and
/// values, such as a reference to the `HeaderMap` of `axum`, `hyper` and others:
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
/// Takes some milliseconds for thousands of series. If the registry has [callbacks](crate::docs::on_demand), it blocks until they have
/// answered, for at most twice the [callback timeout](MetricsRegistry::set_callback_timeout): in an async handler, call
/// it on a thread for blocking work, such as `tokio::task::spawn_blocking`. From the first call on, scrapes are counted in `tachometer_scrapes_total` and other metrics.
pub fn expose<N: AsRef<str>, V: AsRef<[u8]>>(headers: impl IntoIterator<Item = (N, V)>) -> Exposition {
    global().expose(headers)
}

impl MetricsRegistry {
    /// Renders this registry as the response to a scrape, like [`expose`].
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
        let preferences = Preferences::of(headers);
        let format = preferences.format();
        let contents = self.contents();
        let scrapes = contents.self_metrics().scrapes();
        let body =
            render(contents, format, &Selection::ALL, preferences.gzip(), &mut Vec::new(), Some(scrapes));
        scrapes.ended(format.into(), ScrapeResult::Ok);
        Exposition {
            content_type: format.content_type(),
            content_encoding: content_encoding(preferences.gzip()),
            content_security_policy: None,
            body,
        }
    }
}

pub(super) fn content_encoding(gzip: bool) -> Option<&'static str> {
    gzip.then_some("gzip")
}

/// Renders the selected families as the body of a response, with `buffer` as the buffer. An uncompressed body takes the buffer with it.
/// If the body is for a scrape, its cost is recorded in `scrapes`.
pub(super) fn render(
    contents: &Contents,
    format: Format,
    selection: &Selection<'_>,
    gzip: bool,
    buffer: &mut Vec<u8>,
    scrapes: Option<&Scrapes>,
) -> Vec<u8> {
    let begin = clock::has_time().then(Instant::now);
    buffer.clear();
    let encoded = contents.read().encode_selected(format, selection, buffer);
    let series = scrapes.map(|_| encoded.unwrap_or_else(|| series_in(buffer)));
    let body = content(buffer, gzip);
    if let Some((scrapes, series)) = scrapes.zip(series) {
        scrapes.rendered(begin.map(|begin| begin.elapsed()), series, body.len(), gzip);
    }
    body
}

/// Counts the series in a text: all lines except comments.
///
/// Counts the starts of lines in runs whose count fits in a byte, which the compiler vectorizes. Searching line by line takes
/// four times as long, which is a third of the time that rendering the text takes.
fn series_in(bytes: &[u8]) -> usize {
    const RUN: usize = u8::MAX as usize;
    let next_bytes = bytes.get(1..).unwrap_or_default();
    let starts = bytes.chunks(RUN).zip(next_bytes.chunks(RUN)).map(|(bytes, next_bytes)| {
        let starts =
            bytes.iter().zip(next_bytes).map(|(byte, next)| u8::from(*byte == b'\n' && *next != b'#'));
        usize::from(starts.sum::<u8>())
    });
    usize::from(!matches!(bytes.first(), None | Some(b'#'))) + starts.sum::<usize>()
}

/// Returns what was rendered as a body. An uncompressed body takes the buffer with it.
pub(super) fn content(buffer: &mut Vec<u8>, gzip: bool) -> Vec<u8> {
    if gzip { compress(buffer) } else { mem::take(buffer) }
}

fn compress(body: &[u8]) -> Vec<u8> {
    // The fastest level compresses such a text to a tenth, at a gigabyte per second; the default level to a twentieth, in six
    // times the time.
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 8), Compression::fast());
    // Writing to a vector cannot fail.
    let _ = encoder.write_all(body);
    encoder.finish().unwrap_or_default()
}

impl From<Format> for ScrapeFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::Prometheus => ScrapeFormat::Text,
            Format::OpenMetrics | Format::OpenMetricsWithCreated => ScrapeFormat::OpenMetrics,
            Format::Protobuf => ScrapeFormat::Protobuf,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn series_are_the_lines_that_are_not_comments() {
        assert_eq!(series_in(b""), 0);
        assert_eq!(series_in(b"# EOF\n"), 0);
        // All lengths, so that lines begin and end at every offset of a run.
        for length in 1..600 {
            let line = "a".repeat(length);
            for text in [format!("{line}\n"), format!("# {line}\n{line} 1\n{line} 2\n# {line}\n{line} 3\n")] {
                let lines = text.lines().filter(|line| !line.starts_with('#')).count();
                assert_eq!(series_in(text.as_bytes()), lines, "{text}");
            }
        }
        // The most that a run can hold.
        assert_eq!(series_in("\n".repeat(1_000).as_bytes()), 1_000);
    }
}
