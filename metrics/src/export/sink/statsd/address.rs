//! Addresses of daemons.

use std::net::{IpAddr, SocketAddr};
#[cfg(unix)]
use std::os::unix::net::SocketAddr as UnixAddress;

/// Where a daemon listens.
#[derive(Debug)]
pub(super) enum Address {
    Ip(SocketAddr),
    /// A host whose addresses are looked up at each export.
    Host {
        name: String,
        port: u16,
    },
    #[cfg(unix)]
    Unix(UnixAddress),
}

impl Address {
    /// Reads an address. Returns the reason if it is invalid.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        if let Some(path) = text.strip_prefix("unix://") {
            return Address::unix(path);
        }
        if let Ok(address) = text.parse::<SocketAddr>() {
            return if address.port() == 0 { Err(mistake(text)) } else { Ok(Address::Ip(address)) };
        }
        let (host, port) = text.rsplit_once(':').ok_or_else(|| mistake(text))?;
        // A sign is no digit of a port.
        let port = port.parse().ok().filter(|_| port.bytes().all(|byte| byte.is_ascii_digit()));
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
        match port {
            // An IPv6 address stands in brackets.
            Some(port @ 1..) if !host.is_empty() && host.bytes().all(is_name) => match host.parse::<IpAddr>()
            {
                Ok(ip) => Ok(Address::Ip(SocketAddr::new(ip, port))),
                Err(_) => Ok(Address::Host { name: host.to_owned(), port }),
            },
            _ => Err(mistake(text)),
        }
    }

    #[cfg(unix)]
    fn unix(path: &str) -> Result<Self, String> {
        if path.is_empty() {
            return Err("\"unix://\" must be followed by the path of a socket".to_owned());
        }
        UnixAddress::from_pathname(path)
            .map(Address::Unix)
            .map_err(|error| format!("{path:?} cannot be the path of a socket: {error}"))
    }

    #[cfg(not(unix))]
    fn unix(path: &str) -> Result<Self, String> {
        Err(format!("the Unix socket {path:?} does not exist on this system: use `HOST:PORT`"))
    }

    pub(super) fn is_udp(&self) -> bool {
        matches!(self, Address::Ip(_) | Address::Host { .. })
    }
}

fn mistake(text: &str) -> String {
    format!("{text:?} must be `HOST:PORT` with a port from 1 to 65535, or on Unix `unix://PATH`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_hosts_with_ports_or_paths() {
        for (text, expected) in [
            ("127.0.0.1:8125", "Ip(127.0.0.1:8125)"),
            ("[::1]:8125", "Ip([::1]:8125)"),
            ("statsd.example:8125", "Host { name: \"statsd.example\", port: 8125 }"),
        ] {
            assert_eq!(format!("{:?}", Address::parse(text).unwrap()), expected);
        }
        for text in [
            "",
            "127.0.0.1",
            "host",
            ":8125",
            "host:",
            "host:0",
            "127.0.0.1:0",
            "host:+1",
            "host:70000",
            "::1:8125",
            "a b:1",
            "http://a:1",
        ] {
            let reason = Address::parse(text).unwrap_err();
            assert!(reason.starts_with(&format!("{text:?} must be `HOST:PORT` with a port")), "{reason}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn paths_of_sockets_are_neither_empty_nor_too_long() {
        assert!(matches!(Address::parse("unix:///run/statsd.sock"), Ok(Address::Unix(_))));
        assert_eq!(
            Address::parse("unix://").unwrap_err(),
            "\"unix://\" must be followed by the path of a socket"
        );
        let reason = Address::parse(&format!("unix:///{}", "a".repeat(200))).unwrap_err();
        assert!(reason.contains("cannot be the path of a socket: "), "{reason}");
    }
}
