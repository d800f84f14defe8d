//! Sockets that send datagrams to a daemon.

use crate::export::deadline::Deadline;
use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
#[cfg(unix)]
use std::os::unix::net::{SocketAddr as UnixAddress, UnixDatagram};
use std::time::Duration;

/// A socket that is connected to a daemon.
#[derive(Debug)]
pub(super) enum Socket {
    Udp {
        socket: UdpSocket,
        peer: SocketAddr,
        /// Whether the daemon is on this machine. Then a refusal is known when the refused datagram has been sent.
        is_local: bool,
    },
    #[cfg(unix)]
    Unix(UnixDatagram),
}

impl Socket {
    pub(super) fn udp(peer: SocketAddr) -> io::Result<Self> {
        let any: SocketAddr = match peer {
            SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
            SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
        };
        let socket = UdpSocket::bind(any)?;
        socket.connect(peer)?;
        let is_local = peer.ip().is_loopback() || socket.local_addr().is_ok_and(|own| own.ip() == peer.ip());
        Ok(Socket::Udp { socket, peer, is_local })
    }

    #[cfg(unix)]
    pub(super) fn unix(address: &UnixAddress) -> io::Result<Self> {
        let socket = UnixDatagram::unbound()?;
        socket.connect_addr(address)?;
        Ok(Socket::Unix(socket))
    }

    /// Returns the address that it sends to, of UDP.
    pub(super) fn udp_peer(&self) -> Option<SocketAddr> {
        match self {
            Socket::Udp { peer, .. } => Some(*peer),
            #[cfg(unix)]
            Socket::Unix(_) => None,
        }
    }

    /// Returns whether a refusal may concern any earlier datagram.
    pub(super) fn is_refused_late(&self) -> bool {
        matches!(self, Socket::Udp { is_local: false, .. })
    }

    /// Returns the error that the system has learned of since the last call.
    pub(super) fn pending_error(&self) -> io::Result<()> {
        let error = match self {
            Socket::Udp { socket, .. } => socket.take_error()?,
            #[cfg(unix)]
            Socket::Unix(socket) => socket.take_error()?,
        };
        error.map_or(Ok(()), Err)
    }

    /// Sends a datagram. Waits while there is no room for it, until the deadline.
    pub(super) fn send(&self, datagram: &[u8], deadline: &Deadline<'_>) -> io::Result<()> {
        loop {
            match self.send_once(datagram, deadline.slice()?) {
                // After a timeout, a socket may return either of the first two.
                Err(error)
                    if matches!(
                        error.kind(),
                        ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted
                    ) => {}
                Err(error) => return Err(error),
                // Of a daemon on this machine that is not running, the system has learned by now.
                Ok(()) => return self.pending_error(),
            }
        }
    }

    fn send_once(&self, datagram: &[u8], timeout: Duration) -> io::Result<()> {
        match self {
            Socket::Udp { socket, .. } => {
                socket.set_write_timeout(Some(timeout))?;
                socket.send(datagram)?;
            }
            #[cfg(unix)]
            Socket::Unix(socket) => {
                socket.set_write_timeout(Some(timeout))?;
                socket.send(datagram)?;
            }
        }
        Ok(())
    }
}

/// Returns whether no peer is at the address: the daemon is not running.
pub(super) fn is_refusal(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset)
}

/// Returns whether the datagram is larger than the system sends: it would never be sent.
pub(super) fn is_too_large(error: &io::Error) -> bool {
    const EMSGSIZE: i32 = if cfg!(windows) {
        10_040
    } else if cfg!(any(target_os = "linux", target_os = "android")) {
        90
    } else {
        40
    };
    error.raw_os_error() == Some(EMSGSIZE)
}
