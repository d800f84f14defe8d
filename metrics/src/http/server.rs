//! A running endpoint.

use super::event_loop::{EventLoop, WAKE};
use crate::error::{Cause, Error};
use crate::sync::unmodelled::{Arc, Mutex, OnceLock, lock};
use crate::unbound::{Life, Unbound};
use mio::{Poll, Waker};
use std::io;
use std::net::SocketAddr;
use std::thread::{self, JoinHandle, ThreadId};

/// A running endpoint, which is closed when this is dropped. Made by [`serve`](crate::serve()) and
/// [`Endpoint`](crate::Endpoint).
///
/// `Address` is where it listens: a [`SocketAddr`], or a [`PathBuf`](std::path::PathBuf) for a Unix socket.
#[derive(Debug)]
#[must_use = "the endpoint is closed as soon as the server is dropped: bind it to a name, as in `let _server = …`, or \
              `detach` it"]
pub struct Server<Address = SocketAddr> {
    address: Address,
    /// `None` once detached.
    running: Option<Running>,
    life: Life,
}

static UNBOUND: Unbound = Unbound::new("Server", "closed its endpoint");

/// The thread, and how to end it.
#[derive(Debug)]
pub(super) struct Running {
    stop: Arc<OnceLock<()>>,
    waker: Waker,
    thread: ThreadId,
    /// For the first caller of `stop`; others wait for it.
    join_handle: Mutex<Option<JoinHandle<()>>>,
}

impl<Address> Server<Address> {
    pub(super) fn new(address: Address, running: Running) -> Self {
        Server { address, running: Some(running), life: Life::begin() }
    }

    /// Where it listens: with the port that the system chose, where it was asked for port 0.
    ///
    /// ```
    /// let server = tachometer::serve("127.0.0.1:0")?;
    /// println!("scrape me at http://{}/metrics", server.address());
    /// assert_ne!(server.address().port(), 0);
    /// # Ok::<(), tachometer::Error>(())
    /// ```
    pub fn address(&self) -> &Address {
        self.life.set_used();
        &self.address
    }

    /// Closes the endpoint: wakes its thread at once, drops its connections, and returns when the thread has ended and the
    /// address is free again.
    ///
    /// May be called again. Dropping the server does the same.
    ///
    /// ```
    /// let server = tachometer::serve("127.0.0.1:0")?;
    /// server.stop();
    /// let again = tachometer::serve(server.address())?;
    /// # drop(again);
    /// # Ok::<(), tachometer::Error>(())
    /// ```
    pub fn stop(&self) {
        self.life.set_used();
        if let Some(running) = &self.running {
            running.stop();
        }
    }

    /// Lets the endpoint run until the program ends.
    ///
    /// ```
    /// fn main() -> Result<(), tachometer::Error> {
    ///     tachometer::serve("127.0.0.1:0")?.detach();
    ///     // …the program…
    ///     Ok(())
    /// }
    /// ```
    pub fn detach(mut self) {
        self.running = None;
    }
}

impl<Address> Drop for Server<Address> {
    fn drop(&mut self) {
        let ends_at_once = self.life.ends_at_once();
        if let Some(running) = &self.running {
            running.stop();
            if ends_at_once && !self.life.is_used() {
                UNBOUND.report();
            }
        }
    }
}

impl Running {
    /// Starts the thread of the event loop that `prepare` makes.
    ///
    /// `prepare` says what went wrong in the words of its caller.
    pub(super) fn start(
        prepare: impl FnOnce(Poll, Arc<OnceLock<()>>) -> io::Result<EventLoop>,
        cannot_listen: impl Fn(io::Error) -> Error,
    ) -> Result<Self, Error> {
        let stop = Arc::new(OnceLock::new());
        let poll = Poll::new().map_err(&cannot_listen)?;
        let waker = Waker::new(poll.registry(), WAKE).map_err(&cannot_listen)?;
        let event_loop = prepare(poll, Arc::clone(&stop)).map_err(&cannot_listen)?;
        let join_handle = thread::Builder::new()
            .name("tachometer-http".to_owned())
            .spawn(move || event_loop.run())
            .map_err(Cause::SpawnEndpoint)?;
        let thread = join_handle.thread().id();
        Ok(Running { stop, waker, thread, join_handle: Mutex::new(Some(join_handle)) })
    }

    fn stop(&self) {
        // Set before; who has done it already has waked the thread too.
        if self.stop.set(()).is_ok() {
            // It fails where the system is out of memory at most; then the thread finds out at its next event.
            let _ = self.waker.wake();
        }
        // A scrape runs code of error types, which may do anything. The thread cannot wait for itself.
        if thread::current().id() == self.thread {
            return;
        }
        if let Some(join_handle) = lock(&self.join_handle).take() {
            // An error would be a panic, which the panic hook has shown already.
            let _ = join_handle.join();
        }
    }
}
