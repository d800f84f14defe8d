//! The handle of a running endpoint.

use super::event_loop::{EventLoop, WAKE};
use crate::dropped_at_once::{DroppedAtOnce, GuardLifetime};
use crate::error::{Cause, Error};
use crate::sync::unmodelled::{Arc, Mutex, OnceLock, lock};
use mio::{Poll, Waker};
use std::io;
use std::net::SocketAddr;
use std::thread::{self, JoinHandle, ThreadId};

/// A running endpoint, which is closed when this is dropped. Returned by [`serve`](crate::serve()) and
/// [`Endpoint::serve`](crate::Endpoint::serve).
///
/// `Address` is what it listens on: a [`SocketAddr`], or a [`PathBuf`](std::path::PathBuf) for a Unix socket.
#[derive(Debug)]
#[must_use = "the endpoint is closed as soon as the server is dropped: bind it to a name, as in `let _server = …`, or \
              `detach` it"]
pub struct Server<Address = SocketAddr> {
    address: Address,
    /// `None` after `detach`.
    thread: Option<ServerThread>,
    lifetime: GuardLifetime,
}

static DROPPED_AT_ONCE: DroppedAtOnce = DroppedAtOnce::new("Server", "closed its endpoint");

/// The thread of an endpoint, and what stops it.
#[derive(Debug)]
pub(super) struct ServerThread {
    stop: Arc<OnceLock<()>>,
    waker: Waker,
    id: ThreadId,
    /// Taken by the first caller of `stop`, for which the others wait.
    join_handle: Mutex<Option<JoinHandle<()>>>,
}

impl<Address> Server<Address> {
    pub(super) fn new(address: Address, thread: ServerThread) -> Self {
        Server { address, thread: Some(thread), lifetime: GuardLifetime::begin() }
    }

    /// Returns the address that the endpoint listens on. If it was started with port 0, this has the port that the system chose.
    ///
    /// ```
    /// let server = tachometer::serve("127.0.0.1:0")?;
    /// println!("scrape me at http://{}/metrics", server.address());
    /// assert_ne!(server.address().port(), 0);
    /// # Ok::<(), tachometer::Error>(())
    /// ```
    pub fn address(&self) -> &Address {
        self.lifetime.set_used();
        &self.address
    }

    /// Closes the endpoint: wakes its thread at once, drops its connections, and returns after the thread has ended and the
    /// address is free again.
    ///
    /// Idempotent. Dropping the server does the same.
    ///
    /// ```
    /// let server = tachometer::serve("127.0.0.1:0")?;
    /// server.stop();
    /// let again = tachometer::serve(server.address())?;
    /// # drop(again);
    /// # Ok::<(), tachometer::Error>(())
    /// ```
    pub fn stop(&self) {
        self.lifetime.set_used();
        if let Some(thread) = &self.thread {
            thread.stop();
        }
    }

    /// Keeps the endpoint running until the program ends.
    ///
    /// ```
    /// fn main() -> Result<(), tachometer::Error> {
    ///     tachometer::serve("127.0.0.1:0")?.detach();
    ///     // …the program…
    ///     Ok(())
    /// }
    /// ```
    pub fn detach(mut self) {
        self.thread = None;
    }
}

impl<Address> Drop for Server<Address> {
    fn drop(&mut self) {
        let is_dropped_at_once = self.lifetime.ends_at_once();
        if let Some(thread) = &self.thread {
            thread.stop();
            if is_dropped_at_once && !self.lifetime.is_used() {
                DROPPED_AT_ONCE.report();
            }
        }
    }
}

impl ServerThread {
    /// Spawns the thread of the event loop that `prepare` returns. `cannot_listen` converts an error of `prepare`.
    pub(super) fn spawn(
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
        let id = join_handle.thread().id();
        Ok(ServerThread { stop, waker, id, join_handle: Mutex::new(Some(join_handle)) })
    }

    fn stop(&self) {
        // Set before the thread is woken. If it was set already, an earlier call has woken the thread.
        if self.stop.set(()).is_ok() {
            // Fails at most when the system is out of memory. Then the thread notices at its next event.
            let _ = self.waker.wake();
        }
        // A scrape runs user code, which may call `stop` on the thread of the endpoint. A thread cannot join itself.
        if thread::current().id() == self.id {
            return;
        }
        if let Some(join_handle) = lock(&self.join_handle).take() {
            // An error would be a panic, which the panic hook has already reported.
            let _ = join_handle.join();
        }
    }
}
