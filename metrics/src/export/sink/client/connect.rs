//! Connections to peers, within a deadline.

use crate::export::deadline::Deadline;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::{self, JoinHandle};

/// Finds the addresses of a host.
///
/// The operating system's look-up cannot be interrupted, so it has a thread, of which there is one at most.
#[derive(Debug, Default)]
pub(super) struct Resolver {
    lookup: Option<JoinHandle<()>>,
}

impl Resolver {
    /// Returns the addresses of `host`, at least one.
    pub(super) fn resolve(
        &mut self,
        host: &str,
        port: u16,
        deadline: &Deadline<'_>,
    ) -> io::Result<Vec<SocketAddr>> {
        if let Ok(address) = host.parse::<IpAddr>() {
            return Ok(vec![SocketAddr::new(address, port)]);
        }
        let fault =
            |error: io::Error| io::Error::new(error.kind(), format!("cannot look up `{host}`: {error}"));
        if self.lookup.as_ref().is_some_and(|lookup| !lookup.is_finished()) {
            return Err(fault(io::Error::new(ErrorKind::TimedOut, "an earlier look-up has not ended")));
        }
        let (sender, receiver) = mpsc::channel();
        let name = host.to_owned();
        let lookup = thread::Builder::new().name("tachometer-lookup".to_owned()).spawn(move || {
            let addresses = (name.as_str(), port).to_socket_addrs().map(Iterator::collect::<Vec<_>>);
            // The export may have given up.
            let _ = sender.send(addresses);
        })?;
        self.lookup = Some(lookup);
        let addresses = loop {
            match receiver.recv_timeout(deadline.slice().map_err(fault)?) {
                Ok(addresses) => break addresses.map_err(fault)?,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(fault(io::Error::other("the look-up has panicked")));
                }
            }
        };
        if addresses.is_empty() {
            return Err(fault(io::Error::new(ErrorKind::NotFound, "it has no address")));
        }
        Ok(addresses)
    }
}

/// Connects to the first address that answers.
pub(super) fn connect(addresses: &[SocketAddr], deadline: &Deadline<'_>) -> io::Result<TcpStream> {
    let mut first = None;
    for (place, address) in addresses.iter().enumerate() {
        // An address that does not answer leaves time for the others.
        let others = u32::try_from(addresses.len() - place).unwrap_or(u32::MAX);
        let connected = deadline.half().and_then(|time| TcpStream::connect_timeout(address, time / others));
        match connected {
            Ok(stream) => {
                // Only a head and a body are written.
                stream.set_nodelay(true)?;
                return Ok(stream);
            }
            Err(error) => {
                let fault = format!("cannot connect to {address}: {error}");
                first.get_or_insert(io::Error::new(error.kind(), fault));
            }
        }
    }
    Err(first.unwrap_or_else(|| ErrorKind::AddrNotAvailable.into()))
}

/// A connection whose operations end at a deadline.
#[derive(Debug)]
pub(super) struct Timed<'a> {
    pub(super) stream: TcpStream,
    pub(super) deadline: &'a Deadline<'a>,
}

impl io::Read for Timed<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            self.stream.set_read_timeout(Some(self.deadline.slice()?))?;
            match self.stream.read(buffer) {
                Err(error) if is_timeout(&error) => {}
                result => return result,
            }
        }
    }
}

impl io::Write for Timed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        loop {
            self.stream.set_write_timeout(Some(self.deadline.slice()?))?;
            match self.stream.write(bytes) {
                Err(error) if is_timeout(&error) => {}
                result => return result,
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

/// Returns whether an operation has not been possible in its time: systems call it differently.
fn is_timeout(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}
