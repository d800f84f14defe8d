//! The head of a request: method, path and preferences.

use super::negotiation::Preferences;
use super::response::Status;
use httparse::{Error, Header};

/// The maximum length of a head in bytes, including its last line break.
pub(super) const MAX_HEAD: usize = 8 * 1024;
/// The maximum number of header fields.
const MAX_FIELDS: usize = 64;

/// The parts of a request that its response depends on.
#[derive(Debug)]
pub(super) struct Request<'a> {
    pub(super) method: Method,
    /// Without the query, and not decoded: paths are compared byte by byte.
    pub(super) path: &'a str,
    /// Not decoded; empty if there is none.
    pub(super) query: &'a str,
    pub(super) preferences: Preferences,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    Get,
    Head,
    Other,
}

/// The result of parsing the bytes received so far.
#[derive(Debug)]
pub(super) enum Head<'a> {
    /// An incomplete head.
    Partial,
    /// A complete head. What follows it, a body or a further request, is never parsed.
    Whole(Request<'a>),
    /// An invalid head, or one that is too long.
    Refused(Status),
}

impl<'a> Head<'a> {
    /// Parses the bytes received so far.
    pub(super) fn parse(bytes: &'a [u8]) -> Self {
        let mut fields = [httparse::EMPTY_HEADER; MAX_FIELDS];
        let mut request = httparse::Request::new(&mut fields);
        match request.parse(bytes) {
            Ok(httparse::Status::Complete(length)) if length <= MAX_HEAD => {
                match Request::checked(&request) {
                    Some(request) => Head::Whole(request),
                    None => Head::Refused(Status::BadRequest),
                }
            }
            Ok(httparse::Status::Partial) if bytes.len() < MAX_HEAD => Head::Partial,
            Ok(_) if request.path.is_none() => Head::Refused(Status::UriTooLong),
            Ok(_) | Err(Error::TooManyHeaders) => Head::Refused(Status::HeadTooLarge),
            Err(Error::Version) => Head::Refused(Status::VersionNotSupported),
            Err(_) => Head::Refused(Status::BadRequest),
        }
    }
}

impl<'a> Request<'a> {
    /// Returns `None` if the request breaks a rule that `httparse` does not check.
    fn checked(request: &httparse::Request<'_, 'a>) -> Option<Self> {
        let method = match request.method? {
            "GET" => Method::Get,
            "HEAD" => Method::Head,
            _ => Method::Other,
        };
        let hosts =
            request.headers.iter().filter(|Header { name, .. }| name.eq_ignore_ascii_case("host")).count();
        // HTTP/1.1 requires it. Two of them are a sign of request smuggling.
        if hosts > 1 || (hosts == 0 && request.version? > 0) {
            return None;
        }
        let mut preferences = Preferences::default();
        for Header { name, value } in request.headers.iter() {
            preferences.parse_header(name, value);
        }
        let (path, query) = path_and_query(request.path?);
        Some(Request { method, path, query, preferences })
    }
}

/// Returns the path and the query of a request target. A target may be a whole URL, as in requests to a proxy. A target without a path
/// is returned unchanged, and no page has such a path.
fn path_and_query(target: &str) -> (&str, &str) {
    let after_scheme = ["http://", "https://"].iter().find_map(|scheme| {
        let (begin, rest) = target.split_at_checked(scheme.len())?;
        begin.eq_ignore_ascii_case(scheme).then_some(rest)
    });
    let path = match after_scheme {
        Some(rest) => rest.find(['/', '?']).map_or("/", |at| &rest[at..]),
        None => target,
    };
    path.split_once('?').unwrap_or((path, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        match Head::parse(text.as_bytes()) {
            Head::Partial => "partial".to_owned(),
            Head::Whole(Request { method, path, query: "", .. }) => format!("{method:?} {path}"),
            Head::Whole(Request { method, path, query, .. }) => format!("{method:?} {path}, {query}"),
            Head::Refused(status) => status.line().to_owned(),
        }
    }

    fn with_fields(fields: usize) -> String {
        format!("GET /m HTTP/1.1\r\nHost: x\r\n{}\r\n", "A: b\r\n".repeat(fields - 1))
    }

    /// Returns a head of `length` bytes.
    fn of_length(length: usize) -> String {
        let (begin, end) = ("GET /m HTTP/1.1\r\nHost: x\r\nA: ", "\r\n\r\n");
        format!("{begin}{}{end}", "a".repeat(length - begin.len() - end.len()))
    }

    #[test]
    fn a_head_is_parsed_whatever_follows_it() {
        for (text, parsed) in [
            ("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", "Get /metrics"),
            ("GET /metrics HTTP/1.1\nHost: x\n\n", "Get /metrics"),
            ("\r\n\r\nGET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", "Get /metrics"),
            ("GET /metrics HTTP/1.0\r\n\r\n", "Get /metrics"),
            ("HEAD / HTTP/1.1\r\nhOST:\r\n\r\n", "Head /"),
            ("get / HTTP/1.1\r\nHost: x\r\n\r\n", "Other /"),
            ("POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nnot a", "Other /metrics"),
            ("GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n", "Get /a"),
            ("GET /metrics?name[]=a&b=/c HTTP/1.1\r\nHost: x\r\n\r\n", "Get /metrics, name[]=a&b=/c"),
            ("GET ?a?b HTTP/1.1\r\nHost: x\r\n\r\n", "Get , a?b"),
            ("GET http://x:9464/metrics?a HTTP/1.1\r\nHost: x\r\n\r\n", "Get /metrics, a"),
            ("GET HTTPS://x/metrics HTTP/1.1\r\nHost: x\r\n\r\n", "Get /metrics"),
            ("GET http://x HTTP/1.1\r\nHost: x\r\n\r\n", "Get /"),
            ("GET http://x?/metrics HTTP/1.1\r\nHost: x\r\n\r\n", "Get , /metrics"),
            ("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", "Other *"),
            ("CONNECT x:80 HTTP/1.1\r\nHost: x\r\n\r\n", "Other x:80"),
            ("GET /%6Detrics HTTP/1.1\r\nHost: x\r\n\r\n", "Get /%6Detrics"),
        ] {
            assert_eq!(read(text), parsed, "{text:?}");
        }
    }

    #[test]
    fn every_prefix_of_a_head_is_partial() {
        let text = "GET /metrics HTTP/1.1\r\nHost: x\r\nAccept: */*\r\n\r\n";
        for length in 0..text.len() {
            assert_eq!(read(&text[..length]), "partial", "{:?}", &text[..length]);
        }
    }

    #[test]
    fn invalid_heads_are_refused() {
        for (text, status) in [
            ("GET /metrics\r\n\r\n", "400 Bad Request"),
            ("GET  HTTP/1.1\r\n\r\n", "400 Bad Request"),
            ("GET /metrics HTTP/1.1\r\n\r\n", "400 Bad Request"),
            ("GET /metrics HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", "400 Bad Request"),
            ("GET /metrics HTTP/1.0\r\nHost: x\r\nHost: x\r\n\r\n", "400 Bad Request"),
            ("GET /metrics HTTP/1.1\r\nHost : x\r\n\r\n", "400 Bad Request"),
            ("GET /metrics HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n", "400 Bad Request"),
            ("GET /metrics HTTP/1.1\r\nHost: x\r\nA: \0\r\n\r\n", "400 Bad Request"),
            ("GET /metrics HTTP/1.1\rHost: x\r\n\r\n", "400 Bad Request"),
            ("GET /me\x01trics HTTP/1.1\r\nHost: x\r\n\r\n", "400 Bad Request"),
            ("\x16\x03\x01\x02", "400 Bad Request"),
            ("{\"a\": 1}", "400 Bad Request"),
            ("GET /metrics HTTP/1.2\r\nHost: x\r\n\r\n", "505 HTTP Version Not Supported"),
            ("GET /metrics HTTP/3\r\n", "505 HTTP Version Not Supported"),
            ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505 HTTP Version Not Supported"),
        ] {
            assert_eq!(read(text), status, "{text:?}");
        }
    }

    #[test]
    fn the_fields_and_bytes_of_a_head_are_limited() {
        assert_eq!(read(&with_fields(MAX_FIELDS)), "Get /m");
        assert_eq!(read(&with_fields(MAX_FIELDS + 1)), "431 Request Header Fields Too Large");
        assert_eq!(read(&of_length(MAX_HEAD)), "Get /m");
        let long = of_length(MAX_HEAD + 1);
        assert_eq!(read(&long), "431 Request Header Fields Too Large");
        assert_eq!(read(&long[..MAX_HEAD]), "431 Request Header Fields Too Large");
        assert_eq!(read(&long[..MAX_HEAD - 1]), "partial");
        let target = format!("GET /{}", "a".repeat(MAX_HEAD));
        assert_eq!(read(&target[..MAX_HEAD]), "414 URI Too Long");
    }
}
