//! Responses of peers.

use std::io::{self, ErrorKind, Read};
use std::time::Duration;

/// What a peer has answered.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::export) struct Response {
    pub(in crate::export) status: u16,
    /// The time after which the peer asks to be sent to again.
    pub(in crate::export) retry_after: Option<Duration>,
    /// The body, or its first [`MAX_BODY`] bytes.
    pub(in crate::export) body: Vec<u8>,
}

/// The maximum length of the status line and the headers.
const MAX_HEAD: usize = 16 * 1024;
const MAX_HEADERS: usize = 64;

/// The maximum number of bytes of a body that are read. It is only shown, or says how many points were refused.
const MAX_BODY: usize = 16 * 1024;

/// How a body ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Length {
    Bytes(usize),
    Chunks,
    UntilClosed,
}

/// The status line and the headers.
struct Head {
    status: u16,
    retry_after: Option<Duration>,
    length: Length,
    /// The number of bytes that it takes.
    size: usize,
}

impl Response {
    /// Reads a response. The connection is not used again.
    pub(super) fn read(stream: &mut impl Read) -> io::Result<Self> {
        let mut bytes = Vec::new();
        let head = loop {
            if let Some(head) = Head::parse(&bytes)? {
                // 100 and the like announce another response.
                if head.status >= 200 {
                    break head;
                }
                bytes.drain(..head.size);
                continue;
            }
            if bytes.len() >= MAX_HEAD {
                return Err(invalid(&format!("its head is longer than {MAX_HEAD} bytes")));
            }
            if read_more(stream, &mut bytes)? == 0 {
                let what = if bytes.is_empty() { "it closed the connection" } else { "it ends in its head" };
                return Err(io::Error::new(ErrorKind::UnexpectedEof, format!("no response: {what}")));
            }
        };
        bytes.drain(..head.size);
        let has_body = head.status != 204 && head.status != 304;
        // The status tells what has happened, whatever becomes of the body.
        while has_body && bytes.len() < MAX_BODY && !is_whole(&bytes, head.length) {
            if !matches!(read_more(stream, &mut bytes), Ok(1..)) {
                break;
            }
        }
        let mut body = match head.length {
            _ if !has_body => Vec::new(),
            Length::Bytes(length) => {
                bytes.truncate(length);
                bytes
            }
            Length::Chunks => join_chunks(&bytes).0,
            Length::UntilClosed => bytes,
        };
        body.truncate(MAX_BODY);
        Ok(Response { status: head.status, retry_after: head.retry_after, body })
    }

    pub(in crate::export) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Returns what an unsuccessful response says: its status, and the first line of its body.
    pub(in crate::export) fn fault(&self) -> io::Error {
        let text = String::from_utf8_lossy(&self.body);
        let line: String = text
            .lines()
            .next()
            .unwrap_or_default()
            .trim()
            .chars()
            .filter(|c| !c.is_control())
            .take(200)
            .collect();
        let redirect = if (300..400).contains(&self.status) { " (redirects are not followed)" } else { "" };
        let colon = if line.is_empty() { "" } else { ": " };
        io::Error::other(format!("the answer is {}{redirect}{colon}{line}", self.status))
    }
}

impl Head {
    /// Parses a head; `None` if it is incomplete.
    fn parse(bytes: &[u8]) -> io::Result<Option<Self>> {
        let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
        let mut response = httparse::Response::new(&mut headers);
        let size = match response.parse(bytes) {
            Ok(httparse::Status::Complete(size)) => size,
            Ok(httparse::Status::Partial) => return Ok(None),
            Err(error) => return Err(invalid(&error.to_string())),
        };
        let mut head =
            Head { status: response.code.unwrap_or(0), retry_after: None, length: Length::UntilClosed, size };
        for header in response.headers.iter() {
            let value = std::str::from_utf8(header.value).unwrap_or_default().trim();
            if header.name.eq_ignore_ascii_case("retry-after") {
                // A date is ignored: the clocks of two machines may differ by more than the time to wait.
                head.retry_after = value.parse().ok().map(Duration::from_secs);
            } else if header.name.eq_ignore_ascii_case("transfer-encoding") {
                head.length = Length::Chunks;
            } else if header.name.eq_ignore_ascii_case("content-length") && head.length != Length::Chunks {
                let length = value.parse().map_err(|_| invalid(&format!("`{value}` is no length")))?;
                head.length = Length::Bytes(length);
            }
        }
        Ok(Some(head))
    }
}

fn invalid(fault: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, format!("the answer is not HTTP: {fault}"))
}

/// Appends what the peer sends next. Returns its length; 0 at the end.
fn read_more(stream: &mut impl Read, bytes: &mut Vec<u8>) -> io::Result<usize> {
    let mut buffer = [0; 4096];
    let length = loop {
        match stream.read(&mut buffer) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            result => break result?,
        }
    };
    bytes.extend_from_slice(&buffer[..length]);
    Ok(length)
}

fn is_whole(body: &[u8], length: Length) -> bool {
    match length {
        Length::Bytes(length) => body.len() >= length,
        Length::Chunks => join_chunks(body).1,
        Length::UntilClosed => false,
    }
}

/// Returns the contents of the chunks, and whether the last one is among them.
fn join_chunks(mut chunks: &[u8]) -> (Vec<u8>, bool) {
    let mut body = Vec::new();
    while let Ok(httparse::Status::Complete((begin, length))) = httparse::parse_chunk_size(chunks) {
        if length == 0 {
            return (body, true);
        }
        let rest = &chunks[begin..];
        let length = usize::try_from(length).unwrap_or(usize::MAX).min(rest.len());
        body.extend_from_slice(&rest[..length]);
        // An end of line follows the contents.
        chunks = rest.get(length + 2..).unwrap_or_default();
    }
    (body, false)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A peer that sends these bytes one at a time.
    struct Slow<'a>(&'a [u8]);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let Some((first, rest)) = self.0.split_first() else { return Ok(0) };
            (buffer[0], self.0) = (*first, rest);
            Ok(1)
        }
    }

    fn read(text: &str) -> io::Result<Response> {
        let at_once = Response::read(&mut text.as_bytes());
        let slow = Response::read(&mut Slow(text.as_bytes()));
        assert_eq!(format!("{at_once:?}"), format!("{slow:?}"));
        at_once
    }

    fn response(status: u16, body: &str) -> Response {
        Response { status, retry_after: None, body: body.as_bytes().to_vec() }
    }

    #[test]
    fn bodies_end_as_the_head_says() {
        for (text, expected) in [
            ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi, more", response(200, "hi")),
            ("HTTP/1.1 202 \r\n\r\nto the end", response(202, "to the end")),
            ("HTTP/1.1 204 No Content\r\n\r\nnone", response(204, "")),
            (
                "HTTP/1.1 400 Bad\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n5;x=y\r\n, you\r\n0\r\n\r\nmore",
                response(400, "hi, you"),
            ),
            ("HTTP/1.1 500 No\r\nTransfer-Encoding: chunked\r\n\r\n9\r\ncut", response(500, "cut")),
            ("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", response(200, "")),
        ] {
            assert_eq!(read(text).unwrap(), expected, "{text}");
        }
        let later = read("HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n").unwrap();
        assert_eq!(later.retry_after, Some(Duration::from_secs(7)));
    }

    #[test]
    fn what_is_no_response_is_refused() {
        for (text, fault) in [
            ("", "it closed the connection"),
            ("HTTP/1.1 200 OK\r\nA: b", "it ends in its head"),
            ("SSH-2.0-OpenSSH\r\n", "the answer is not HTTP"),
            ("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "`-1` is no length"),
        ] {
            let error = read(text).unwrap_err().to_string();
            assert!(error.contains(fault), "{text}: {error}");
        }
        let endless = format!("HTTP/1.1 200 OK\r\nA: {}", "b".repeat(2 * MAX_HEAD));
        assert!(read(&endless).unwrap_err().to_string().contains("longer than"));
        let large = format!("HTTP/1.1 400 Bad\r\n\r\n{}", "b".repeat(2 * MAX_BODY));
        assert_eq!(read(&large).unwrap().body.len(), MAX_BODY);
    }

    #[test]
    fn a_fault_shows_one_line_of_the_body() {
        let fault = |status, body| response(status, body).fault().to_string();
        assert_eq!(fault(400, "no\u{7} last LF\nmore"), "the answer is 400: no last LF");
        assert_eq!(fault(500, ""), "the answer is 500");
        assert_eq!(fault(301, ""), "the answer is 301 (redirects are not followed)");
        assert!(fault(400, &"x".repeat(1_000)).len() < 250);
    }
}
