//! URLs of peers.

use percent_encoding::percent_decode_str;
#[cfg(feature = "push")]
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::borrow::Cow;
use std::fmt;

/// The URL of a peer, as far as a request needs it.
#[derive(Clone, PartialEq, Eq)]
pub(in crate::export) struct Url {
    /// Without brackets.
    pub(super) host: String,
    pub(super) port: u16,
    /// The path and the query; empty, or begins with `/` or `?`.
    pub(in crate::export) path: String,
    /// The name and the password in it, decoded.
    pub(in crate::export) credentials: Option<(String, String)>,
    pub(in crate::export) is_tls: bool,
    has_default_port: bool,
}

const SCHEMES: &str = if cfg!(feature = "tls") {
    "must begin with `http://` or `https://`"
} else {
    "must begin with `http://`"
};

impl Url {
    /// Parses `http[s]://[USER[:PASSWORD]@]HOST[:PORT][PATH][?QUERY]`. Returns the reason if it is something else.
    pub(in crate::export) fn parse(text: &str) -> Result<Self, String> {
        let refused = |reason: &str| Err(format!("`{}` {reason}", without_password(text)));
        let Some((scheme, rest)) = text.split_once("://") else {
            return refused(SCHEMES);
        };
        let (is_tls, default_port) = match scheme.to_ascii_lowercase().as_str() {
            "http" => (false, 80),
            "https" if cfg!(feature = "tls") => (true, 443),
            "https" => {
                return refused("begins with `https://`, which requires the feature `tls` of `tachometer`");
            }
            _ => return refused(SCHEMES),
        };
        if let Some(bad) = rest.chars().find(|c| !c.is_ascii_graphic() || *c == '#') {
            return refused(&format!("must not contain {bad:?}: write it percent-encoded"));
        }
        let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let (credentials, address) = match authority.rsplit_once('@') {
            None => (None, authority),
            Some((credentials, address)) => {
                let (user, password) = credentials.split_once(':').unwrap_or((credentials, ""));
                match (percent_decode(user), percent_decode(password)) {
                    (Some(user), Some(password)) => (Some((user, password)), address),
                    _ => return refused("has a name or a password that is not percent-encoded UTF-8"),
                }
            }
        };
        let (host, port) = match address.strip_prefix('[').map(|address| address.split_once(']')) {
            Some(Some((host, ""))) => (host, None),
            Some(Some((host, port))) if port.starts_with(':') => (host, Some(&port[1..])),
            Some(_) => {
                return refused(
                    "has an address with an opening bracket that does not end in `]` or `]:PORT`",
                );
            }
            None => address.split_once(':').map_or((address, None), |(host, port)| (host, Some(port))),
        };
        if host.is_empty() {
            return refused("has no host");
        }
        let parsed = match port {
            None => default_port,
            // `parse` would accept a sign.
            Some(digits) if digits.bytes().all(|digit| digit.is_ascii_digit()) => match digits.parse() {
                Ok(port) if port > 0 => port,
                _ => return refused("has a port that is not from 1 to 65535"),
            },
            Some(_) => return refused("has a port that is not from 1 to 65535"),
        };
        Ok(Url {
            host: host.to_owned(),
            port: parsed,
            path: path.to_owned(),
            credentials,
            is_tls,
            has_default_port: parsed == default_port,
        })
    }

    /// Returns the URL with this path, if it has none.
    #[cfg(feature = "otlp")]
    pub(in crate::export) fn with_path_if_none(mut self, path: &str) -> Self {
        if matches!(self.path.as_str(), "" | "/") {
            path.clone_into(&mut self.path);
        }
        self
    }

    /// Returns the URL with this path after its own.
    #[cfg(feature = "otlp")]
    pub(in crate::export) fn with_path_after(mut self, path: &str) -> Self {
        let (own, query) = self.path.split_at(self.path.find('?').unwrap_or(self.path.len()));
        self.path = [own.trim_end_matches('/'), path, query].concat();
        self
    }

    /// Returns the address as the header `Host` has it.
    pub(super) fn authority(&self) -> String {
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        if self.has_default_port { host } else { format!("{host}:{}", self.port) }
    }
}

/// Writes it without the password, as it goes into logs and labels.
impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.is_tls { "https" } else { "http" };
        write!(f, "{scheme}://{}{}", self.authority(), self.path)
    }
}

impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Returns the URL without its name and password.
fn without_password(text: &str) -> String {
    let authority = text.find("://").map_or(0, |scheme| scheme + 3);
    let end = text[authority..].find(['/', '?']).map_or(text.len(), |end| authority + end);
    match text[authority..end].rfind('@') {
        Some(at) => format!("{}…{}", &text[..authority], &text[authority + at..]),
        None => text.to_owned(),
    }
}

/// Decodes `%XX`; `None` if the result is not UTF-8.
fn percent_decode(text: &str) -> Option<String> {
    percent_decode_str(text).decode_utf8().ok().map(Cow::into_owned)
}

/// Returns a segment of a path, percent-encoded.
#[cfg(feature = "push")]
pub(in crate::export) fn segment(text: &str) -> impl fmt::Display {
    const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    utf8_percent_encode(text, ENCODED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_divided() {
        for (text, host, port, path, authority) in [
            ("http://collector", "collector", 80, "", "collector"),
            ("HTTP://127.0.0.1:4318/v1/metrics?x=1", "127.0.0.1", 4318, "/v1/metrics?x=1", "127.0.0.1:4318"),
            ("http://[::1]:9091/", "::1", 9091, "/", "[::1]:9091"),
            ("http://[fe80::1]?q", "fe80::1", 80, "?q", "[fe80::1]"),
            ("http://a:80/b@c:d", "a", 80, "/b@c:d", "a"),
        ] {
            let url = Url::parse(text).unwrap();
            assert_eq!((url.host.as_str(), url.port, url.path.as_str()), (host, port, path), "{text}");
            assert_eq!(url.authority(), authority, "{text}");
            assert_eq!(url.credentials, None);
        }
    }

    #[test]
    #[cfg(feature = "tls")]
    fn tls_has_a_port_of_its_own() {
        for (text, port, shown) in [("https://a", 443, "https://a"), ("HTTPS://a:80/b", 80, "https://a:80/b")]
        {
            let url = Url::parse(text).unwrap();
            assert_eq!((url.port, url.is_tls, url.to_string().as_str()), (port, true, shown));
        }
    }

    #[test]
    #[cfg(not(feature = "tls"))]
    fn without_the_feature_tls_is_refused_by_its_name() {
        assert!(Url::parse("https://a").unwrap_err().contains("requires the feature `tls`"));
    }

    #[test]
    fn passwords_are_decoded_and_not_shown() {
        let url = Url::parse("http://me%40home:s%3A:%C3%A4@host:1/x").unwrap();
        assert_eq!(url.credentials, Some(("me@home".to_owned(), "s::ä".to_owned())));
        assert_eq!(url.to_string(), "http://host:1/x");
        assert_eq!(format!("{url:?}"), "http://host:1/x");
        for text in ["http://me:secret@host:x/", "ftp://me:secret@host/", "http://me:%FFsecret@host"] {
            let reason = Url::parse(text).unwrap_err();
            assert!(!reason.contains("secret"), "{reason}");
        }
    }

    #[test]
    fn what_is_no_url_is_refused() {
        for (text, reason) in [
            ("", "must begin with `http://`"),
            ("localhost:4318", "must begin with `http://`"),
            ("ftp://a", "must begin with `http://`"),
            ("http://", "has no host"),
            ("http://:1", "has no host"),
            ("http://a:", "from 1 to 65535"),
            ("http://a:0", "from 1 to 65535"),
            ("http://a:+1", "from 1 to 65535"),
            ("http://a:65536", "from 1 to 65535"),
            ("http://[::1", "bracket"),
            ("http://[::1]1", "bracket"),
            ("http://a/b c", "must not contain ' '"),
            ("http://a/#b", "must not contain '#'"),
            ("http://ä", "must not contain 'ä'"),
            ("http://a\r\nX: y", "must not contain"),
        ] {
            let refused = Url::parse(text).unwrap_err();
            assert!(refused.contains(reason), "{text}: {refused}");
        }
    }

    #[test]
    #[cfg(feature = "push")]
    fn segments_are_encoded() {
        assert_eq!(segment("a-Z.0_~ /%ä").to_string(), "a-Z.0_~%20%2F%25%C3%A4");
    }
}
