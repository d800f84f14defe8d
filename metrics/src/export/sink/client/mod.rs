//! A client of HTTP for sinks: one request, one response, within a deadline.
//!
//! It does what sinks need and no more: a request with a body to a peer that is known, in plain HTTP/1.1, on a connection of its own.
//! A client library would bring more crates than all else that a sink needs, and none of those that were considered can be told in the
//! middle of a request that the program ends.

mod connect;
mod response;
#[cfg(feature = "tls")]
mod tls;
mod url;

use self::connect::{Timed, connect};
pub(super) use self::response::Response;
#[cfg(feature = "tls")]
use self::tls::Tls;
pub(super) use self::url::Url;
#[cfg(feature = "push")]
pub(super) use self::url::segment;
use crate::export::deadline::Deadline;
use crate::export::sink::resolver::{self, Resolver};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::{self, Read, Write};
use std::path::Path;

/// A client of one peer.
#[derive(Debug)]
pub(super) struct Client {
    url: Url,
    resolver: Resolver,
    /// Further headers of each request.
    headers: Vec<(String, String)>,
    /// `None` if the URL is not one of TLS.
    #[cfg(feature = "tls")]
    tls: Option<Tls>,
}

/// A request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Request<'a> {
    pub(super) method: &'static str,
    /// The path and the query; begins with `/`.
    pub(super) path: &'a str,
    /// The type of the body; empty if there is none.
    pub(super) content_type: &'a str,
    pub(super) body: &'a [u8],
    pub(super) is_gzip: bool,
}

impl Client {
    /// Creates a client that sends these headers with each request. All are valid: see [`header_fault`]. With TLS, it trusts the certificates
    /// in a PEM file, if one is given, or else those that the system trusts. Returns the reason if there are none.
    pub(super) fn new(
        url: Url,
        mut headers: Vec<(String, String)>,
        certificates: Option<&Path>,
    ) -> Result<Self, String> {
        let has_authorization = headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("authorization"));
        if let Some((user, password)) = url.credentials.as_ref().filter(|_| !has_authorization) {
            headers.push(basic_auth(user, password));
        }
        if !url.is_tls && certificates.is_some() {
            return Err(format!("`{url}` is not reached by TLS: it must begin with `https://`"));
        }
        Ok(Client {
            #[cfg(feature = "tls")]
            tls: url.is_tls.then(|| Tls::new(certificates)).transpose()?,
            url,
            resolver: Resolver::new(resolver::system),
            headers,
        })
    }

    /// Sends a request and returns the response, whatever its status.
    ///
    /// # Errors
    /// If there is no response.
    pub(super) fn send(&mut self, request: &Request<'_>, deadline: &Deadline<'_>) -> io::Result<Response> {
        let addresses = self.resolver.resolve(&self.url.host, self.url.port, deadline)?;
        let mut stream = Timed { stream: connect(&addresses, deadline)?, deadline };
        #[cfg(feature = "tls")]
        if let Some(tls) = &self.tls {
            return self.exchange(request, &mut tls.connect(&self.url.host, stream)?);
        }
        self.exchange(request, &mut stream)
    }

    fn exchange(&self, request: &Request<'_>, stream: &mut (impl Read + Write)) -> io::Result<Response> {
        let mut write = |bytes: &[u8]| stream.write_all(bytes);
        let sent = write(self.head(request).as_bytes()).and_then(|()| write(request.body));
        let sent = sent.and_then(|()| stream.flush());
        let answered = Response::read(stream);
        // A peer may refuse a request before it has read all of it.
        match (sent, answered) {
            (_, Ok(response)) => Ok(response),
            (Err(error), Err(_)) | (Ok(()), Err(error)) => Err(error),
        }
    }

    /// Returns the request line and the headers.
    fn head(&self, request: &Request<'_>) -> String {
        let Request { method, path, content_type, body, is_gzip } = *request;
        let length = body.len().to_string();
        let mut headers = vec![
            ("Host", self.url.authority()),
            ("User-Agent", concat!("tachometer/", env!("CARGO_PKG_VERSION")).to_owned()),
            ("Connection", "close".to_owned()),
            ("Content-Length", length),
        ];
        if !content_type.is_empty() {
            headers.push(("Content-Type", content_type.to_owned()));
        }
        if is_gzip {
            headers.push(("Content-Encoding", "gzip".to_owned()));
        }
        let own = self.headers.iter().map(|(name, value)| (name.as_str(), value.clone()));
        let lines = headers.into_iter().chain(own).map(|(name, value)| [name, ": ", &value, "\r\n"].concat());
        [&format!("{method} {path} HTTP/1.1\r\n"), &lines.collect::<String>(), "\r\n"].concat()
    }
}

/// Returns the header of this name and password (RFC 7617).
pub(super) fn basic_auth(user: &str, password: &str) -> (String, String) {
    let credentials = BASE64_STANDARD.encode(format!("{user}:{password}"));
    ("Authorization".to_owned(), format!("Basic {credentials}"))
}

/// Returns the reason why there cannot be such a header, or `None`.
pub(super) fn header_fault(name: &str, value: &str) -> Option<String> {
    const SET_HERE: [&str; 6] =
        ["host", "content-length", "content-type", "content-encoding", "connection", "transfer-encoding"];
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if name.is_empty() || !name.bytes().all(is_token) {
        return Some(format!(
            "`{name}` is not the name of a header: it must be letters, digits and any of !#$%&'*+-.^_`|~"
        ));
    }
    if SET_HERE.iter().any(|set| name.eq_ignore_ascii_case(set)) {
        return Some(format!("`{name}` is set by the sink itself"));
    }
    // The value may be a secret.
    let is_valid = value.chars().all(|c| c == '\t' || !c.is_control());
    (!is_valid).then(|| format!("the value of `{name}` contains a control character"))
}

/// Replaces `compressed` with `bytes`, compressed.
pub(super) fn gzip(bytes: &[u8], compressed: &mut Vec<u8>) -> io::Result<()> {
    compressed.clear();
    let mut encoder = GzEncoder::new(compressed, Compression::fast());
    encoder.write_all(bytes)?;
    encoder.finish().map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_cannot_smuggle_another() {
        assert_eq!(header_fault("X-Scope-OrgID", "team 1\tä"), None);
        for (name, value, fault) in [
            ("", "x", "is not the name of a header"),
            ("a b", "x", "is not the name of a header"),
            ("a\r\nb", "x", "is not the name of a header"),
            ("Content-length", "x", "is set by the sink itself"),
            ("x-key", "secret\r\nb: c", "the value of `x-key` contains a control character"),
        ] {
            let found = header_fault(name, value).expect("it is refused");
            assert!(found.contains(fault) && !found.contains("secret"), "{found}");
        }
    }

    #[test]
    fn a_compressed_body_is_the_body() {
        let (body, mut compressed, mut again) = (vec![7; 10_000], vec![1, 2, 3], Vec::new());
        gzip(&body, &mut compressed).unwrap();
        assert!(compressed.len() < 100);
        io::Read::read_to_end(&mut flate2::read::GzDecoder::new(compressed.as_slice()), &mut again).unwrap();
        assert_eq!(again, body);
    }
}
