//! Answers. Their heads are made of constants, a length and nothing that a request said.

use super::exposition::{CONSTANT_HEADERS, content_encoding};
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
    /// As it stands in the first line of a head.
    pub(super) fn line(self) -> &'static str {
        self.text().trim_end()
    }

    /// As a body.
    const fn text(self) -> &'static str {
        match self {
            Status::BadRequest => "400 Bad Request\n",
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

    const fn header(self) -> Option<(&'static str, &'static str)> {
        match self {
            Status::MethodNotAllowed => Some(("allow", "GET, HEAD")),
            Status::Busy => Some(("retry-after", "1")),
            _ => None,
        }
    }
}

/// What is sent on a connection, and how far it has come.
#[derive(Debug)]
pub(super) struct Response {
    head: String,
    body: Cow<'static, [u8]>,
    sends_body: bool,
    /// How much of head and body has been sent.
    sent: usize,
    scrape: Option<Scrape>,
}

/// A scrape that is being answered. It counts as cut unless it is said how it ended.
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
        // One request a connection: a slot is free again at once, and nobody can hide a request behind another.
        let close = ("connection", "close");
        for (name, value) in encoding.into_iter().chain(header).chain(CONSTANT_HEADERS).chain([close]) {
            // A string takes all that is written to it.
            let _ = write!(head, "{name}: {value}\r\n");
        }
        head.push_str("\r\n");
        Response { head, body, sends_body: true, sent: 0, scrape: None }
    }

    /// The same head, and no body.
    pub(super) fn head_only(self) -> Self {
        Response { sends_body: false, ..self }
    }

    /// What is to be sent next; empty at the end.
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

    /// All of it has been sent. Returns the room that the body had, where it was made for this answer.
    pub(super) fn end(self) -> Vec<u8> {
        if let Some(scrape) = self.scrape {
            scrape.end(ScrapeResult::Ok);
        }
        match self.body {
            Cow::Owned(room) => room,
            Cow::Borrowed(_) => Vec::new(),
        }
    }
}
