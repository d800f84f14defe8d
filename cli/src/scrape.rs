//! Scrapes of an endpoint: one request, with limits.

use crate::text::clean;
use std::io::Read;
use std::time::Duration;

/// The longest time until there is a connection, and until an answer is complete.
const CONNECT: Duration = Duration::from_secs(3);
const WHOLE: Duration = Duration::from_secs(5);
/// The largest answer, decompressed.
const LIMIT: u64 = 64 << 20;

/// The address of an endpoint.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Target {
    url: String,
}

impl Target {
    /// Reads an address: `host:port` is enough, and the path is `/metrics` if there is none.
    pub(crate) fn new(address: &str) -> Result<Self, String> {
        let without_scheme = match address.split_once("://") {
            None => address,
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => rest,
            Some((scheme, _)) if scheme.eq_ignore_ascii_case("https") => {
                return Err(format!(
                    "{address:?}: TLS is not supported; forward a local port to the endpoint, such as with `ssh -L` or `kubectl port-forward`"
                ));
            }
            Some((scheme, _)) => {
                return Err(format!("{address:?}: the scheme is {scheme:?}, expected \"http\""));
            }
        };
        let (authority, path) =
            without_scheme.split_at(without_scheme.find(['/', '?']).unwrap_or(without_scheme.len()));
        let path = if path.is_empty() || path == "/" { "/metrics" } else { path };
        let is_visible = |text: &str| text.chars().all(|c| c.is_ascii_graphic());
        if authority.is_empty() || !is_visible(authority) || !is_visible(path) {
            return Err(format!(
                "{address:?} is no address of an endpoint, such as localhost:9464 or http://localhost:9464/metrics"
            ));
        }
        let url = format!("http://{authority}{path}");
        url.parse::<ureq::http::Uri>().map_err(|error| format!("{address:?}: {error}"))?;
        Ok(Target { url })
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

/// A client that asks endpoints for text.
#[derive(Debug)]
pub(crate) struct Client {
    agent: ureq::Agent,
}

impl Client {
    pub(crate) fn new() -> Self {
        let agent = ureq::Agent::config_builder()
            .timeout_connect(Some(CONNECT))
            .timeout_global(Some(WHOLE))
            .http_status_as_error(false)
            // As Prometheus does by default: what it scrapes is near.
            .proxy(None)
            // The endpoint may be another program by now.
            .max_idle_connections(0)
            .user_agent(concat!("tachometer/", env!("CARGO_PKG_VERSION")))
            .build()
            .into();
        Client { agent }
    }

    /// Returns the text of the endpoint, or why there is none: a text without control characters.
    pub(crate) fn scrape(&self, target: &Target) -> Result<String, String> {
        self.answer(target).map_err(|reason| clean(&reason))
    }

    fn answer(&self, target: &Target) -> Result<String, String> {
        let request = self.agent.get(&target.url).header("accept", "text/plain;version=0.0.4");
        let response = request.call().map_err(reason)?;
        let status = response.status();
        if !status.is_success() {
            return Err(format!("the endpoint answers {status}"));
        }
        let mut text = Vec::new();
        let mut body = response.into_body().into_with_config().limit(u64::MAX).reader().take(LIMIT + 1);
        body.read_to_end(&mut text).map_err(|error| reason(ureq::Error::from(error)))?;
        if text.len() as u64 > LIMIT {
            return Err(format!("the answer is larger than {} MiB", LIMIT >> 20));
        }
        // Invalid UTF-8 concerns a name or two.
        Ok(String::from_utf8(text)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
    }
}

fn reason(error: ureq::Error) -> String {
    use std::io::ErrorKind;
    match error {
        ureq::Error::Timeout(ureq::Timeout::Connect) => {
            format!("no connection within {} s", CONNECT.as_secs())
        }
        ureq::Error::Timeout(_) => format!("no complete answer within {} s", WHOLE.as_secs()),
        ureq::Error::Io(error) => match error.kind() {
            ErrorKind::ConnectionRefused => "the connection is refused".to_owned(),
            ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset => {
                "the connection was closed early".to_owned()
            }
            _ => error.to_string(),
        },
        ureq::Error::HostNotFound => "the host is not found".to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::net::TcpListener;
    use std::thread;

    #[test]
    fn addresses_are_completed_or_refused() {
        for (address, url) in [
            ("localhost:9464", "http://localhost:9464/metrics"),
            ("http://[::1]:80/", "http://[::1]:80/metrics"),
            ("HTTP://h/x?name[]=a", "http://h/x?name[]=a"),
        ] {
            assert_eq!(Target::new(address).map(|target| target.url), Ok(url.to_owned()));
        }
        for (address, part) in [
            ("https://h", "TLS"),
            ("ftp://h", "\"ftp\""),
            ("", "no address"),
            ("http:///x", "no address"),
            ("a b", "no address"),
            ("h/\x1b[2J", "no address"),
        ] {
            let error = Target::new(address).unwrap_err();
            assert!(error.contains(part) && !error.contains('\x1b'), "{error}");
        }
    }

    /// Answers one request with these bytes, and closes or keeps the connection.
    fn answering(answer: Vec<u8>) -> (Target, thread::JoinHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let target = Target::new(&listener.local_addr().unwrap().to_string()).unwrap();
        let serving = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 1024];
            let _ = stream.read(&mut request);
            // The other side may have enough before the end.
            let _ = stream.write_all(&answer);
        });
        (target, serving)
    }

    fn scraped(answer: &[u8]) -> Result<String, String> {
        let (target, serving) = answering(answer.to_vec());
        let result = Client::new().scrape(&target);
        serving.join().unwrap();
        result
    }

    #[test]
    fn answers_that_are_no_text_have_a_reason() {
        assert_eq!(scraped(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\na 1\n"), Ok("a 1\n".to_owned()));
        let chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\na 1\n\r\n0\r\n\r\n";
        assert_eq!(scraped(chunked), Ok("a 1\n".to_owned()));
        let error = scraped(b"HTTP/1.1 503 \x1b[2J\r\ncontent-length: 0\r\n\r\n").unwrap_err();
        assert!(!error.contains('\x1b'), "{error}");
        assert!(scraped(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n").unwrap_err().contains("404"));
        assert!(scraped(b"").unwrap_err().contains("closed early"));
        assert!(scraped(b"SSH-2.0-x\r\n").is_err());
    }

    #[test]
    fn a_body_is_bounded_after_decompression() {
        use flate2::{Compression, write::GzEncoder};
        let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
        let zeros = vec![b'0'; 1 << 20];
        for _ in 0..65 {
            bomb.write_all(&zeros).unwrap();
        }
        let bomb = bomb.finish().unwrap();
        let mut answer =
            format!("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n", bomb.len())
                .into_bytes();
        answer.extend(bomb);
        assert_eq!(scraped(&answer), Err("the answer is larger than 64 MiB".to_owned()));
    }

    #[test]
    fn an_endpoint_that_is_absent_or_hangs_has_a_reason() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let target = Target::new(&listener.local_addr().unwrap().to_string()).unwrap();
        // It is connected by the system, and never answered.
        assert_eq!(Client::new().scrape(&target), Err("no complete answer within 5 s".to_owned()));
        drop(listener);
        assert_eq!(Client::new().scrape(&target), Err("the connection is refused".to_owned()));
    }
}
