//! Connections to peers, within a deadline.

use crate::export::deadline::Deadline;
use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpStream};

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
