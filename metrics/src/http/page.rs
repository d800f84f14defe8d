//! The page for people: a document, and the data that it asks for once a second while it is open.
//!
//! The document is the same for all programs. All that a program names is in the data, which the document shows as text only. It loads
//! nothing else, and its policy forbids it to.

use super::exposition::{Exposition, content, content_encoding};
use super::negotiation::Preferences;
use crate::encode::page as data_of;
use crate::registry::{Contents, MetricsRegistry, global};
use std::mem;

/// The document in one piece, so that one request loads it.
static DOCUMENT: [u8; LENGTH] = lean(SOURCE).0;
const LENGTH: usize = lean::<{ SOURCE.len() }>(SOURCE).1;

const SOURCE: &str = concat!(
    include_str!("page/head.html"),
    "<style>",
    include_str!("page/page.css"),
    "</style>\n",
    include_str!("page/body.html"),
    "<script>",
    include_str!("page/model.js"),
    include_str!("page/findings.js"),
    include_str!("page/draw.js"),
    include_str!("page/view.js"),
    "</script>\n"
);

/// Removes indentation, empty lines, and lines that are a comment of a script: a tenth of the document. Returns how long the rest is,
/// too.
const fn lean<const ROOM: usize>(source: &str) -> ([u8; ROOM], usize) {
    let (source, mut lean) = (source.as_bytes(), [0; ROOM]);
    let (mut at, mut length) = (0, 0);
    while at < source.len() {
        at = begin_of_line(source, at);
        while at < source.len() {
            // A checkout for Windows may have carriage returns, and the hashes are those of what is served.
            if source[at] != b'\r' {
                lean[length] = source[at];
                length += 1;
            }
            at += 1;
            if source[at - 1] == b'\n' {
                break;
            }
        }
    }
    (lean, length)
}

/// Returns the index of the first byte from `at` on, which begins a line, that stays.
const fn begin_of_line(source: &[u8], mut at: usize) -> usize {
    while at < source.len() {
        match source[at] {
            b' ' | b'\r' | b'\n' => at += 1,
            b'/' if at + 1 < source.len() && source[at + 1] == b'/' => {
                while at < source.len() && source[at] != b'\n' {
                    at += 1;
                }
            }
            _ => break,
        }
    }
    at
}

/// Allows the style and the script of the document, by their hashes, and requests to its own address. The test
/// `the_policy_allows_the_document_and_nothing_else` computes the hashes.
const POLICY: &str = concat!(
    "default-src 'none'; connect-src 'self'; ",
    "style-src 'sha256-K9pIpSwlQ+t7zya/C0BPuYn6gHtvpA6l3S/a7Dlqo8g='; ",
    "script-src 'sha256-i6cp02FSQ20MxAHrBNTglzRVE5XHpMmFHT6w3Kn2EeI='; ",
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
);

/// Renders the page for people, or the data of the [`global`] registry that it asks for, for programs that run a server already.
///
/// Route one path to it, with any name: the page asks for its data at its own address, with `Accept: application/json`.
///
/// ```ignore
/// // axum
/// async fn page(headers: HeaderMap) -> impl IntoResponse {
///     let page = tachometer::http::expose_page(&headers);
///     (AppendHeaders(page.headers()), Body::from(page.body))
/// }
/// ```
///
/// ```
/// let page = tachometer::http::expose_page([("Accept", "text/html,*/*;q=0.8")]);
/// assert_eq!(page.content_type, "text/html; charset=utf-8");
/// assert!(page.content_security_policy.is_some());
/// let data = tachometer::http::expose_page([("Accept", "application/json")]);
/// assert_eq!(data.content_type, "application/json");
/// ```
///
/// The data take as long as those of [`expose`](crate::expose), and may wait for callbacks as long. They are not counted as a scrape.
pub fn expose_page<N: AsRef<str>, V: AsRef<[u8]>>(headers: impl IntoIterator<Item = (N, V)>) -> Exposition {
    global().expose_page(headers)
}

impl MetricsRegistry {
    /// Renders the page for people, or the data of this registry that it asks for, like [`expose_page`].
    ///
    /// ```
    /// use std::time::Duration;
    /// use tachometer::MetricsRegistry;
    ///
    /// let registry = MetricsRegistry::new(Duration::from_secs(10));
    /// registry.register_counter("jobs_done").add(3);
    /// let data = registry.expose_page([("accept", "application/json")]);
    /// assert!(String::from_utf8(data.body).unwrap().contains("jobs_done"));
    /// ```
    pub fn expose_page<N: AsRef<str>, V: AsRef<[u8]>>(
        &self,
        headers: impl IntoIterator<Item = (N, V)>,
    ) -> Exposition {
        let preferences = Preferences::of(headers);
        if preferences.json() {
            data(self.contents(), &[], &mut Vec::new())
        } else {
            document(preferences.gzip())
        }
    }
}

/// Returns the document.
pub(super) fn document(gzip: bool) -> Exposition {
    Exposition {
        content_type: "text/html; charset=utf-8",
        content_encoding: content_encoding(gzip),
        content_security_policy: Some(POLICY),
        body: content(&mut DOCUMENT.to_vec(), gzip),
    }
}

/// Returns the data of a registry, with the paths of all registries. They are not compressed: that takes longer than reading and writing
/// them, and they are asked for once a second.
pub(super) fn data(contents: &Contents, registries: &[&str], buffer: &mut Vec<u8>) -> Exposition {
    json(false, buffer, |text| data_of::write(&contents.read(), registries, text))
}

/// Returns the snapshot of a registry.
#[cfg(all(feature = "json", not(target_family = "wasm")))]
pub(super) fn snapshot(contents: &Contents, gzip: bool, buffer: &mut Vec<u8>) -> Exposition {
    json(gzip, buffer, |text| contents.read().encode_json(text))
}

/// Returns JSON that `write` appends to the cleared buffer.
fn json(gzip: bool, buffer: &mut Vec<u8>, write: impl FnOnce(&mut String)) -> Exposition {
    buffer.clear();
    // Without bytes it is a text, whose room is reused.
    let mut text = String::from_utf8(mem::take(buffer)).unwrap_or_default();
    write(&mut text);
    *buffer = text.into_bytes();
    Exposition {
        content_type: "application/json",
        content_encoding: content_encoding(gzip),
        content_security_policy: None,
        body: content(buffer, gzip),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lean_text_has_no_indentation_and_no_comments() {
        const SOURCE: &str = "\n<a>\r\n\r\n  // a comment\n  b // stays: c\n //\n\td / e\n    ";
        let (bytes, length) = lean::<{ SOURCE.len() }>(SOURCE);
        assert_eq!(str::from_utf8(&bytes[..length]), Ok("<a>\nb // stays: c\n\td / e\n"));
    }
}
