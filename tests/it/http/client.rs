//! A client that sends what it is told to, right or wrong.

use super::*;
use std::io::{self, ErrorKind};
use std::net::Shutdown;

pub struct Client<S = TcpStream> {
    pub stream: S,
}

impl Client {
    pub fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect_timeout(&address, HUNG).expect("a connection");
        stream.set_read_timeout(Some(HUNG)).unwrap();
        stream.set_write_timeout(Some(HUNG)).unwrap();
        Client { stream }
    }

    /// Connects and sends `text`.
    pub fn saying(address: SocketAddr, text: &str) -> Self {
        let mut client = Self::connect(address);
        client.say(text);
        client
    }

    pub fn hang_up_writing(&self) {
        self.stream.shutdown(Shutdown::Write).expect("a connection");
    }
}

impl<S: Read + Write> Client<S> {
    pub fn say(&mut self, text: &str) {
        self.stream.write_all(text.as_bytes()).expect("a server that listens");
    }

    /// Everything until the server closes its side.
    pub fn try_hear(mut self) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        match self.stream.read_to_end(&mut bytes) {
            // A reset behind the answer.
            Err(error) if error.kind() == ErrorKind::ConnectionReset && !bytes.is_empty() => Ok(bytes),
            other => other.map(|_| bytes),
        }
    }

    #[track_caller]
    pub fn hear(self) -> Answer {
        let bytes = self.try_hear().expect("an answer");
        Answer::read(&bytes).unwrap_or_else(|| panic!("no answer: {:?}", String::from_utf8_lossy(&bytes)))
    }
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub reason: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
        let head = std::str::from_utf8(&bytes[..end]).expect("an ASCII head");
        let mut lines = head.split("\r\n");
        let (status, reason) = lines.next()?.strip_prefix("HTTP/1.1 ")?.split_once(' ')?;
        let headers = lines
            .map(|line| line.split_once(": ").expect("a header"))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()));
        Some(Answer {
            status: status.parse().ok()?,
            reason: reason.to_owned(),
            headers: headers.collect(),
            body: bytes[end + 4..].to_vec(),
        })
    }

    #[track_caller]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values =
            self.headers.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str());
        let value = values.next();
        assert_eq!(values.next(), None, "{name} stands twice");
        value
    }

    #[track_caller]
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("text")
    }
}

/// The answer to `text`, on a connection of its own.
#[track_caller]
pub fn ask(address: SocketAddr, text: &str) -> Answer {
    Client::saying(address, text).hear()
}

/// The answer to a `GET` with these further lines in its head.
#[track_caller]
pub fn get(address: SocketAddr, path: &str, lines: &str) -> Answer {
    ask(address, &format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n{lines}\r\n"))
}
