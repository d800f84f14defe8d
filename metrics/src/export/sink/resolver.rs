//! Lookups of hosts that may hang.
//!
//! A lookup by the system cannot be interrupted, so a helper thread waits for it. There is at most one: while a lookup hangs, later
//! exports wait for the same one, each for the rest of its time.

use crate::export::deadline::Deadline;
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;

type Addresses = io::Result<Vec<SocketAddr>>;

/// Looks up a host and a port.
pub(super) type Lookup = fn(&str, u16) -> Addresses;

/// The system's lookup.
pub(super) fn system(host: &str, port: u16) -> Addresses {
    (host, port).to_socket_addrs().map(Iterator::collect)
}

#[derive(Debug)]
pub(super) struct Resolver {
    look_up: Lookup,
    /// The lookup that has not answered yet.
    pending: Option<Receiver<Addresses>>,
}

impl Resolver {
    pub(super) fn new(look_up: Lookup) -> Self {
        Resolver { look_up, pending: None }
    }

    /// Returns the addresses of a host, at least one.
    pub(super) fn resolve(&mut self, host: &str, port: u16, deadline: &Deadline<'_>) -> Addresses {
        if let Ok(address) = host.parse::<IpAddr>() {
            return Ok(vec![SocketAddr::new(address, port)]);
        }
        let answer = match self.pending.take() {
            Some(answer) => answer,
            None => self.start(host, port)?,
        };
        loop {
            let slice = match deadline.slice() {
                Ok(slice) => slice,
                Err(error) => {
                    self.pending = Some(answer);
                    return Err(in_lookup(host, &error));
                }
            };
            match answer.recv_timeout(slice) {
                Ok(Ok(addresses)) if addresses.is_empty() => {
                    let error = io::Error::new(io::ErrorKind::NotFound, "it has no address");
                    return Err(in_lookup(host, &error));
                }
                Ok(addresses) => return addresses.map_err(|error| in_lookup(host, &error)),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(in_lookup(host, &io::Error::other("the thread has panicked")));
                }
            }
        }
    }

    fn start(&self, host: &str, port: u16) -> io::Result<Receiver<Addresses>> {
        let (sender, receiver) = mpsc::channel();
        let (look_up, host) = (self.look_up, host.to_owned());
        thread::Builder::new().name("tachometer-lookup".to_owned()).spawn(move || {
            // The receiver is gone if the exporter has ended.
            let _ = sender.send(look_up(&host, port));
        })?;
        Ok(receiver)
    }
}

fn in_lookup(host: &str, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("cannot look up `{host}`: {error}"))
}
