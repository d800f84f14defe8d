//! What reads the bytes of strangers, for the fuzz targets in `fuzz/`. There is none of this outside `cfg(fuzzing)`.

use super::negotiation::Wishes;
use super::request::{Head, Method, Request};
use crate::encode::Format;

/// What the request reader says of the bytes that came so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "named as in `request`")]
pub enum Verdict<'a> {
    Partial,
    Whole { is_get: bool, is_head: bool, path: &'a str, format: Format, gzip: bool },
    Refused { status: &'static str },
}

/// Reads the head of a request, as a connection does with all that it has received.
pub fn read_head(bytes: &[u8]) -> Verdict<'_> {
    match Head::read(bytes) {
        Head::Partial => Verdict::Partial,
        Head::Whole(Request { method, path, wishes }) => Verdict::Whole {
            is_get: method == Method::Get,
            is_head: method == Method::Head,
            path,
            format: wishes.format(),
            gzip: wishes.gzip(),
        },
        Head::Refused(status) => Verdict::Refused { status: status.line() },
    }
}

/// The format that is answered in, and whether the answer is compressed.
pub fn negotiate<'a>(headers: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> (Format, bool) {
    let mut wishes = Wishes::default();
    for (name, value) in headers {
        wishes.hear(name, value);
    }
    (wishes.format(), wishes.gzip())
}
