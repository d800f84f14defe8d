//! Peers on loopback that behave as a test says.

use flate2::read::GzDecoder;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

/// A request that a peer has read.
#[derive(Debug)]
pub(super) struct Received {
    pub(super) method: String,
    pub(super) path: String,
    /// With names in lower case.
    pub(super) headers: Vec<(String, String)>,
    /// Decompressed.
    pub(super) body: Vec<u8>,
}

/// What a peer does with a connection.
#[derive(Debug, Clone, Copy)]
pub(super) enum Behaviour {
    /// Reads the request and writes these bytes.
    Answer(&'static str),
    /// Reads this many bytes, and nothing more, and keeps the connection open.
    Hang(usize),
    /// Closes the connection before it has read anything.
    Close,
}

pub(super) const OK: Behaviour = Behaviour::Answer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");

/// A peer that treats its first connections as it is told, and all further ones as the last of them.
pub(super) struct Peer {
    pub(super) address: SocketAddr,
    pub(super) requests: Receiver<Received>,
    /// Says when a connection has been accepted.
    pub(super) connections: Receiver<()>,
}

impl Peer {
    pub(super) fn new(behaviours: impl IntoIterator<Item = Behaviour>) -> Self {
        Peer::at("127.0.0.1:0".parse().unwrap(), behaviours)
    }

    pub(super) fn at(address: SocketAddr, behaviours: impl IntoIterator<Item = Behaviour>) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let address = listener.local_addr().unwrap();
        let behaviours: Vec<Behaviour> = behaviours.into_iter().collect();
        let (sender, requests) = mpsc::channel();
        let (accepted, connections) = mpsc::channel();
        // Ends with the process. Connections that hang are kept.
        thread::spawn(move || {
            let last = *behaviours.last().expect("a behaviour");
            let mut held = Vec::new();
            for behaviour in behaviours.into_iter().chain(std::iter::repeat(last)) {
                let Ok((connection, _)) = listener.accept() else { return };
                let _ = accepted.send(());
                held.extend(treat(connection, behaviour, &sender));
            }
        });
        Peer { address, requests, connections }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns the next request.
    pub(super) fn next(&self) -> Received {
        self.requests.recv().expect("a request")
    }
}

/// Returns the connection if it is to stay open.
fn treat<S: Read + Write>(mut connection: S, behaviour: Behaviour, requests: &Sender<Received>) -> Option<S> {
    match behaviour {
        Behaviour::Close => None,
        Behaviour::Hang(bytes) => {
            let _ = connection.read_exact(&mut vec![0; bytes]);
            Some(connection)
        }
        Behaviour::Answer(answer) => {
            let received = Received::read(&mut BufReader::new(&mut connection));
            // First, so that it is there when its sender has the answer.
            let _ = requests.send(received);
            let _ = connection.write_all(answer.as_bytes());
            None
        }
    }
}

impl Received {
    fn read(from: &mut impl BufRead) -> Self {
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            from.read_line(&mut line).unwrap();
            match line.strip_suffix("\r\n").expect("a line of a head") {
                "" => break,
                line => lines.push(line.to_owned()),
            }
        }
        let mut request = lines[0].split(' ').map(str::to_owned);
        let headers = lines[1..].iter().map(|line| line.split_once(": ").expect("a header"));
        let headers: Vec<_> =
            headers.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
        let mut received = Received {
            method: request.next().unwrap(),
            path: request.next().unwrap(),
            headers,
            body: Vec::new(),
        };
        let length = received.header("content-length").map_or(0, |length| length.parse().unwrap());
        let mut body = vec![0; length];
        from.read_exact(&mut body).unwrap();
        match received.header("content-encoding") {
            Some("gzip") => _ = GzDecoder::new(body.as_slice()).read_to_end(&mut received.body).unwrap(),
            None => received.body = body,
            Some(other) => panic!("the encoding is {other}"),
        }
        received
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

/// Returns an address at which nothing listens.
pub(super) fn unused_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}
