//! Responses. Their heads consist of constants and a length; nothing of a request is repeated.

use super::exposition::{CONSTANT_HEADERS, Exposition, content_encoding};
use crate::encode::Format;
use crate::registry::Contents;
use crate::self_metrics::{ScrapeFormat, ScrapeResult};
use crate::sync::unmodelled::Arc;
use std::borrow::Cow;
use std::fmt::Write;

const PLAIN: &str = "text/plain; charset=utf-8";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    BadRequest,
    /// The query asks for more families, or for longer names, than it may.
    InvalidNames,
    NotFound,
    MethodNotAllowed,
    RequestTimeout,
    UriTooLong,
    HeadTooLarge,
    Failed,
    Busy,
    VersionNotSupported,
}

impl Status {
    /// Returns code and reason, as in the status line.
    pub(super) fn line(self) -> &'static str {
        match self {
            Status::InvalidNames => Status::BadRequest.line(),
            _ => self.text().trim_end(),
        }
    }

    /// Returns code and reason as a body, with what is allowed if these do not tell it.
    const fn text(self) -> &'static str {
        match self {
            Status::BadRequest => "400 Bad Request\n",
            Status::InvalidNames => {
                "400 Bad Request: at most 100 parameters `name[]`, each a name of at most 256 bytes, percent-encoded\n"
            }
            Status::NotFound => "404 Not Found\n",
            Status::MethodNotAllowed => "405 Method Not Allowed\n",
            Status::RequestTimeout => "408 Request Timeout\n",
            Status::UriTooLong => "414 URI Too Long\n",
            Status::HeadTooLarge => "431 Request Header Fields Too Large\n",
            Status::Failed => "500 Internal Server Error\n",
            Status::Busy => "503 Service Unavailable\n",
            Status::VersionNotSupported => "505 HTTP Version Not Supported\n",
        }
    }

    /// Returns the header that this status requires.
    const fn header(self) -> Option<(&'static str, &'static str)> {
        match self {
            Status::MethodNotAllowed => Some(("allow", "GET, HEAD")),
            Status::Busy => Some(("retry-after", "1")),
            _ => None,
        }
    }
}

/// A response, and how much of it has been sent.
#[derive(Debug)]
pub(super) struct Response {
    head: String,
    body: Cow<'static, [u8]>,
    sends_body: bool,
    /// The number of bytes of head and body that have been sent.
    sent: usize,
    scrape: Option<Scrape>,
}

/// A scrape in progress. If it is dropped without [`end`](Self::end), it counts as cut off.
#[derive(Debug)]
pub(super) struct Scrape {
    contents: Arc<Contents>,
    format: ScrapeFormat,
    result: ScrapeResult,
}

impl Scrape {
    pub(super) fn begin(contents: Arc<Contents>, format: Format) -> Self {
        Scrape { contents, format: format.into(), result: ScrapeResult::Cut }
    }

    pub(super) fn end(mut self, result: ScrapeResult) {
        self.result = result;
    }
}

impl Drop for Scrape {
    fn drop(&mut self) {
        self.contents.self_metrics().scrapes().ended(self.format, self.result);
    }
}

impl Response {
    pub(super) fn refusal(status: Status) -> Self {
        Self::new(status.line(), PLAIN, None, status.header(), status.text().as_bytes().into())
    }

    pub(super) fn healthy() -> Self {
        Self::new("200 OK", PLAIN, None, None, b"ok\n"[..].into())
    }

    pub(super) fn metrics(format: Format, gzip: bool, body: Vec<u8>, scrape: Option<Scrape>) -> Self {
        let response = Self::new("200 OK", format.content_type(), content_encoding(gzip), None, body.into());
        Response { scrape, ..response }
    }

    /// Returns a response with a body that is no scrape.
    pub(super) fn other(exposition: Exposition) -> Self {
        let Exposition { content_type, content_encoding, content_security_policy, body } = exposition;
        let policy = content_security_policy.map(|policy| ("content-security-policy", policy));
        Self::new("200 OK", content_type, content_encoding, policy, body.into())
    }

    fn new(
        status: &str,
        content_type: &str,
        content_encoding: Option<&str>,
        header: Option<(&str, &str)>,
        body: Cow<'static, [u8]>,
    ) -> Self {
        let mut head = format!(
            "HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\n",
            body.len()
        );
        let encoding = content_encoding.map(|encoding| ("content-encoding", encoding));
        // One request per connection: its slot is freed at once, and no request can be smuggled in after another.
        let close = ("connection", "close");
        for (name, value) in encoding.into_iter().chain(header).chain(CONSTANT_HEADERS).chain([close]) {
            // Writing to a string cannot fail.
            let _ = write!(head, "{name}: {value}\r\n");
        }
        head.push_str("\r\n");
        Response { head, body, sends_body: true, sent: 0, scrape: None }
    }

    /// Removes the body, for `HEAD`. The head is unchanged.
    pub(super) fn head_only(self) -> Self {
        Response { sends_body: false, ..self }
    }

    /// Returns what is to be sent next. Empty at the end.
    pub(super) fn rest(&self) -> &[u8] {
        match self.head.as_bytes().get(self.sent..) {
            Some(rest) if !rest.is_empty() => rest,
            _ if self.sends_body => &self.body[self.sent - self.head.len()..],
            _ => &[],
        }
    }

    pub(super) fn advance(&mut self, sent: usize) {
        self.sent += sent;
    }

    /// Ends a response that has been sent. Returns the buffer of its body, if the body was rendered for it.
    pub(super) fn end(self) -> Vec<u8> {
        if let Some(scrape) = self.scrape {
            scrape.end(ScrapeResult::Ok);
        }
        match self.body {
            Cow::Owned(buffer) => buffer,
            Cow::Borrowed(_) => Vec::new(),
        }
    }
}
