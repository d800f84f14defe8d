//! The exports to one daemon, and what has been sent of them.
//!
//! Guarantees: each datagram is sent until the system has accepted it and has not told of a refusal. The datagrams that are left after an
//! export precede those of the next one, which is encoded only when they have been sent; its counters are what was added since. So a count
//! is in one datagram, and no more than one export is kept.

use super::address::Address;
use super::queue::Queue;
use super::socket::{Socket, is_refusal, is_too_large};
use crate::encode::statsd::StatsdEncoder;
use crate::export::deadline::Deadline;
use crate::export::sink::reported::Reported;
use crate::export::sink::resolver::{self, Resolver};
use crate::snapshot::FullSnapshot;
use crate::util::periodic::Run;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

#[derive(Debug)]
pub(super) struct Delivery {
    address: Address,
    resolver: Resolver,
    socket: Option<Socket>,
    /// The other addresses of the host, which have not refused a datagram in this export.
    others: Vec<SocketAddr>,
    encoder: StatsdEncoder,
    queue: Queue,
    timeout: Duration,
    max_datagram: usize,
    /// The snapshot whose counts are in datagrams, sent or in the queue.
    encoded: Option<FullSnapshot>,
    /// The series whose lines are too long.
    reported: Reported,
}

impl Delivery {
    pub(super) fn new(
        address: Address,
        encoder: StatsdEncoder,
        max_datagram: usize,
        timeout: Duration,
    ) -> Self {
        Delivery {
            address,
            resolver: Resolver::new(resolver::system),
            socket: None,
            others: Vec::new(),
            encoder,
            queue: Queue::new(max_datagram),
            timeout,
            max_datagram,
            encoded: None,
            reported: Reported::default(),
        }
    }

    #[cfg(test)]
    pub(super) fn with_lookup(self, look_up: resolver::Lookup) -> Self {
        Delivery { resolver: Resolver::new(look_up), ..self }
    }

    #[cfg(all(test, target_os = "linux"))]
    pub(super) fn socket_mut(&mut self) -> Option<&mut Socket> {
        self.socket.as_mut()
    }

    #[cfg(test)]
    pub(super) fn with_timeout(self, timeout: Duration) -> Self {
        Delivery { timeout, ..self }
    }

    /// Sends what is left of the last export, and then what is new in `snapshot`.
    pub(super) fn export(&mut self, snapshot: &FullSnapshot, run: Run<'_>) -> io::Result<()> {
        let deadline = Deadline::new(run, self.timeout);
        self.connect(&deadline)?;
        self.send(&deadline)?;
        self.queue.clear();
        let unsendable = self.encode(snapshot);
        self.send(&deadline)?;
        unsendable.map_or(Ok(()), |reason| Err(io::Error::new(io::ErrorKind::InvalidData, reason)))
    }

    /// Adds the datagrams of `snapshot` to the queue. Returns an error text if there is a new series whose line is too long.
    fn encode(&mut self, snapshot: &FullSnapshot) -> Option<String> {
        let Delivery { encoder, queue, encoded, reported, max_datagram, .. } = self;
        let difference = encoded.as_ref().map(|encoded| snapshot.since(encoded));
        let mut unsendable = None;
        encoder.encode(snapshot, difference.as_ref().unwrap_or(snapshot), |lines| {
            if queue.push(lines) {
                return;
            }
            let (name, tags) = split(lines);
            if reported.is_new((name, tags)) {
                unsendable.get_or_insert_with(|| {
                    format!(
                        "a line of {} bytes does not fit into a datagram of {max_datagram} bytes, and is not sent: it is of the series {name}{tags}",
                        lines.len()
                    )
                });
            }
        });
        *encoded = Some(snapshot.clone());
        unsendable
    }

    /// Sends the datagrams of the queue.
    fn send(&mut self, deadline: &Deadline<'_>) -> io::Result<()> {
        let Delivery { socket, others, queue, .. } = self;
        let mut too_large = None;
        while let Some(datagram) = queue.next() {
            let Some(connected) = socket else { return Err(io::ErrorKind::NotConnected.into()) };
            match connected.send(datagram, deadline) {
                Ok(()) => queue.advance(),
                Err(error) if is_too_large(&error) => {
                    // It would never be sent, and nothing behind it.
                    queue.advance();
                    too_large = Some(error);
                }
                Err(error) if is_refusal(&error) => {
                    if connected.is_refused_late() {
                        queue.rewind();
                    }
                    // As `localhost`, where a daemon may listen on one of two addresses.
                    match others.pop().map(Socket::udp) {
                        Some(Ok(other)) => *socket = Some(other),
                        Some(Err(_)) | None => return Err(error),
                    }
                }
                Err(error) => {
                    *socket = None;
                    return Err(error);
                }
            }
        }
        too_large.map_or(Ok(()), Err)
    }

    /// Connects the socket to where the daemon listens now.
    fn connect(&mut self, deadline: &Deadline<'_>) -> io::Result<()> {
        let addresses = match &self.address {
            Address::Ip(address) => vec![*address],
            Address::Host { name, port } => self.resolver.resolve(name, *port, deadline)?,
            #[cfg(unix)]
            Address::Unix(address) => {
                // A new one each time, as the daemon may have made a new socket at the path.
                self.socket = Some(Socket::unix(address)?);
                return Ok(());
            }
        };
        // In reverse, as the last one is taken next.
        self.others = addresses.into_iter().rev().collect();
        let peer = self.socket.as_ref().and_then(Socket::udp_peer);
        if let Some(place) = self.others.iter().position(|other| Some(*other) == peer) {
            self.others.remove(place);
            // What the system has learned of since the last export concerns that one.
            let is_refused = |socket: &Socket| {
                socket.pending_error().is_err_and(|error| is_refusal(&error)) && socket.is_refused_late()
            };
            if self.socket.as_ref().is_some_and(is_refused) {
                self.queue.rewind();
            }
            return Ok(());
        }
        self.socket = None;
        let mut result = Err(io::Error::new(io::ErrorKind::NotFound, "the host has no address"));
        while result.is_err() {
            let Some(other) = self.others.pop() else { break };
            result = Socket::udp(other);
        }
        self.socket = Some(result?);
        Ok(())
    }
}

/// Returns the name and the tags of a line, which identify its series.
fn split(line: &str) -> (&str, &str) {
    let name = line.split(':').next().unwrap_or_default();
    (name, line.find("|#").map_or("", |tags| &line[tags..]))
}
