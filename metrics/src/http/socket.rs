//! Listeners and streams that are either TCP or Unix sockets.

use mio::event::Source;
use mio::{Interest, Registry, Token, net};
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr};

/// The readiness events of every stream. They are edge-triggered, so a stream is registered once.
const INTEREST: Interest = Interest::READABLE.add(Interest::WRITABLE);

#[derive(Debug)]
pub(super) enum Listener {
    Tcp(net::TcpListener),
    #[cfg(unix)]
    Unix(super::unix::Listener),
}

#[derive(Debug)]
pub(super) enum Stream {
    Tcp(net::TcpStream),
    #[cfg(unix)]
    Unix(net::UnixStream),
}

impl Listener {
    /// Listens on the first of these addresses that can be bound.
    pub(super) fn bind(addresses: impl Iterator<Item = SocketAddr>) -> io::Result<(Self, SocketAddr)> {
        let mut failure = io::Error::new(io::ErrorKind::InvalidInput, "it resolves to no socket address");
        for address in addresses {
            match net::TcpListener::bind(address).and_then(|listener| Ok((listener.local_addr()?, listener)))
            {
                Ok((address, listener)) => return Ok((Listener::Tcp(listener), address)),
                Err(error) => failure = error,
            }
        }
        Err(failure)
    }

    pub(super) fn register(&mut self, registry: &Registry, token: Token) -> io::Result<()> {
        match self {
            Listener::Tcp(listener) => listener.register(registry, token, Interest::READABLE),
            #[cfg(unix)]
            Listener::Unix(listener) => listener.register(registry, token, Interest::READABLE),
        }
    }

    pub(super) fn accept(&self) -> io::Result<Stream> {
        match self {
            Listener::Tcp(listener) => {
                let (stream, _) = listener.accept()?;
                // Keeps Nagle's algorithm from delaying the last bytes of a response. An error costs only that delay.
                let _ = stream.set_nodelay(true);
                Ok(Stream::Tcp(stream))
            }
            #[cfg(unix)]
            Listener::Unix(listener) => Ok(Stream::Unix(listener.accept()?)),
        }
    }
}

impl Stream {
    pub(super) fn register(&mut self, registry: &Registry, token: Token) -> io::Result<()> {
        match self {
            Stream::Tcp(stream) => stream.register(registry, token, INTEREST),
            #[cfg(unix)]
            Stream::Unix(stream) => stream.register(registry, token, INTEREST),
        }
    }

    pub(super) fn shutdown_write(&self) -> io::Result<()> {
        match self {
            Stream::Tcp(stream) => stream.shutdown(Shutdown::Write),
            #[cfg(unix)]
            Stream::Unix(stream) => stream.shutdown(Shutdown::Write),
        }
    }
}

impl Read for Stream {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Stream::Tcp(stream) => stream.read(into),
            #[cfg(unix)]
            Stream::Unix(stream) => stream.read(into),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Stream::Tcp(stream) => stream.write(bytes),
            #[cfg(unix)]
            Stream::Unix(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
