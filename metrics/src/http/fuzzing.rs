//! Entry points to the parsers of untrusted bytes, for the fuzz targets in `fuzz/`. Compiled under `cfg(fuzzing)` only.

use super::negotiation::Preferences;
use super::query;
use super::request::{Head, Method, Request};
use crate::encode::Format;

/// The result of parsing the bytes received so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "named as in `request`")]
pub enum Verdict<'a> {
    Partial,
    Whole { is_get: bool, is_head: bool, path: &'a str, query: &'a str, format: Format, gzip: bool },
    Refused { status: &'static str },
}

/// Parses the head of a request, as a connection does with all bytes that it has received.
pub fn read_head(bytes: &[u8]) -> Verdict<'_> {
    match Head::parse(bytes) {
        Head::Partial => Verdict::Partial,
        Head::Whole(Request { method, path, query, preferences }) => Verdict::Whole {
            is_get: method == Method::Get,
            is_head: method == Method::Head,
            path,
            query,
            format: preferences.format(),
            gzip: preferences.gzip(),
        },
        Head::Refused(status) => Verdict::Refused { status: status.line() },
    }
}

/// Returns the negotiated format, and whether the body is compressed.
pub fn negotiate<'a>(headers: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> (Format, bool) {
    let mut preferences = Preferences::default();
    for (name, value) in headers {
        preferences.parse_header(name, value);
    }
    (preferences.format(), preferences.gzip())
}

/// Returns the number of names that a query selects families by, or `None` if it is refused.
pub fn read_query(query: &str) -> Option<usize> {
    query::selection(query).ok().map(|selection| selection.len())
}
