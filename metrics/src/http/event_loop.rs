//! The event loop of an endpoint: one thread serves all connections and never blocks on one of them.
//!
//! Assumptions:
//!
//! 1. Readiness is edge-triggered, so each socket is read or written until it would block.
//! 2. Only this thread touches the connections.
//!
//! Guarantees:
//!
//! 1. There are at most as many connections as slots, and one more that is accepted and waits for a slot. This bounds the heads
//!    and bodies in memory. One body is rendered at a time.
//! 2. No connection keeps a slot past its deadline, or past its shorter eviction deadline if another connection waits.
//! 3. A connection that can make progress does so before it is evicted.
//! 4. An error of a connection ends that connection only. After an error of `accept` the loop backs off. Neither ends the
//!    thread.

use super::connection::{Connection, Limits};
use super::router::Router;
use super::socket::{Listener, Stream};
use crate::clock::Instant;
use crate::sync::unmodelled::{Arc, OnceLock};
use mio::{Events, Poll, Token};
use std::io;
use std::thread;
use std::time::Duration;

pub(super) const WAKE: Token = Token(0);
const LISTENER: Token = Token(1);
const FIRST_SLOT: usize = 2;

/// The first back-off after an error of `accept`, such as a lack of descriptors or memory. It doubles with each further error.
const MIN_BACK_OFF: Duration = Duration::from_millis(10);
const MAX_BACK_OFF: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(super) struct EventLoop {
    poll: Poll,
    listener: Listener,
    router: Router,
    limits: Limits,
    slots: Vec<Option<Connection>>,
    /// A connection that is accepted and waits for a slot.
    pending_accept: Option<Stream>,
    /// Whether there may be more connections to accept.
    may_accept: bool,
    back_off: BackOff,
    stop: Arc<OnceLock<()>>,
}

/// The delay before `accept` is tried again after an error.
#[derive(Debug, Default)]
struct BackOff {
    length: Duration,
    until: Option<Instant>,
}

impl BackOff {
    fn begin(&mut self) {
        self.length = (self.length * 2).clamp(MIN_BACK_OFF, MAX_BACK_OFF);
        self.until = Instant::now().checked_add(self.length);
    }

    fn is_over(&self) -> bool {
        self.until.is_none_or(|until| until <= Instant::now())
    }
}

impl EventLoop {
    pub(super) fn new(
        poll: Poll,
        mut listener: Listener,
        router: Router,
        limits: Limits,
        slots: usize,
        stop: Arc<OnceLock<()>>,
    ) -> io::Result<Self> {
        listener.register(poll.registry(), LISTENER)?;
        Ok(EventLoop {
            poll,
            listener,
            router,
            limits,
            slots: std::iter::repeat_with(|| None).take(slots).collect(),
            pending_accept: None,
            may_accept: true,
            back_off: BackOff::default(),
            stop,
        })
    }

    /// Serves until it is stopped. Then closes all connections, whatever their state.
    pub(super) fn run(mut self) {
        let mut events = Events::with_capacity(FIRST_SLOT + self.slots.len());
        let mut timeout = Some(Duration::ZERO);
        loop {
            match self.poll.poll(&mut events, timeout) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                // No other error is expected, and none can be handled here. It must not make the thread spin.
                Err(_) => thread::sleep(MIN_BACK_OFF),
            }
            for event in &events {
                match event.token() {
                    WAKE => {}
                    LISTENER => self.may_accept = true,
                    Token(token) => self.proceed(token - FIRST_SLOT),
                }
            }
            self.expire();
            let has_more = self.admit();
            if self.is_stopped() {
                return;
            }
            timeout = if has_more { Some(Duration::ZERO) } else { self.time_to_next_deadline() };
        }
    }

    fn is_stopped(&self) -> bool {
        self.stop.get().is_some()
    }

    fn proceed(&mut self, slot: usize) {
        // A caller of `stop` waits for the body that is being rendered, not for further ones.
        if self.is_stopped() {
            return;
        }
        // An event may be that of a connection that is already closed.
        if self.slots[slot].as_mut().is_some_and(|connection| !connection.proceed(&mut self.router)) {
            self.slots[slot] = None;
        }
    }

    /// Ends the connections whose deadline has passed.
    fn expire(&mut self) {
        for slot in 0..self.slots.len() {
            if !self.is_due(slot, Connection::deadline) {
                continue;
            }
            // Input that arrived while other connections were served still counts.
            self.proceed(slot);
            if !self.is_due(slot, Connection::deadline) {
                continue;
            }
            let connection = self.slots[slot].as_mut();
            if connection.is_some_and(|connection| !connection.expire(&mut self.router)) {
                self.slots[slot] = None;
            }
        }
    }

    fn is_due(&self, slot: usize, deadline: impl Fn(&Connection, &Limits) -> Option<Instant>) -> bool {
        let deadline = self.slots[slot].as_ref().and_then(|connection| deadline(connection, &self.limits));
        deadline.is_some_and(|deadline| deadline <= Instant::now())
    }

    /// Accepts connections until there is none left or no slot for it. Returns `true` if it stopped before that: after as many
    /// as there are slots, it is the turn of the accepted ones.
    fn admit(&mut self) -> bool {
        for _ in 0..self.slots.len() {
            if self.is_stopped() {
                return false;
            }
            if self.pending_accept.is_none() {
                self.pending_accept = self.accept();
            }
            if self.pending_accept.is_none() {
                return false;
            }
            let Some(slot) = self.free_slot() else { return false };
            let Some(mut stream) = self.pending_accept.take() else { return false };
            if stream.register(self.poll.registry(), Token(FIRST_SLOT + slot)).is_ok() {
                self.slots[slot] = Some(Connection::new(stream));
                // Usually its request has already arrived.
                self.proceed(slot);
            }
        }
        true
    }

    fn accept(&mut self) -> Option<Stream> {
        while self.may_accept && self.back_off.is_over() {
            match self.listener.accept() {
                Ok(stream) => {
                    self.back_off = BackOff::default();
                    return Some(stream);
                }
                Err(error) => match error.kind() {
                    io::ErrorKind::WouldBlock => self.may_accept = false,
                    // The peer has already disconnected. There may be another one.
                    io::ErrorKind::ConnectionAborted | io::ErrorKind::Interrupted => {}
                    // Usually there are no descriptors left. Waiting connections stay in the system's queue.
                    _ => self.back_off.begin(),
                },
            }
        }
        None
    }

    /// Returns a free slot. If there is none, evicts a connection whose eviction deadline has passed: first one that has its
    /// response, then the oldest.
    fn free_slot(&mut self) -> Option<usize> {
        if let Some(free) = self.slots.iter().position(Option::is_none) {
            return Some(free);
        }
        let mut due: Vec<usize> = (0..self.slots.len()).collect();
        due.retain(|slot| self.is_due(*slot, Connection::eviction_deadline));
        due.sort_by_key(|slot| self.slots[*slot].as_ref().map(Connection::eviction_rank));
        for slot in due {
            // Input that arrived while other connections were served still counts.
            self.proceed(slot);
            if self.slots[slot].is_none() {
                return Some(slot);
            }
            if self.is_due(slot, Connection::eviction_deadline) {
                self.slots[slot].take().into_iter().for_each(Connection::evict);
                return Some(slot);
            }
        }
        None
    }

    /// Returns the time until the next deadline, or `None` if there is none: only a socket event wakes the thread then.
    fn time_to_next_deadline(&self) -> Option<Duration> {
        let is_full = self.pending_accept.is_some();
        let deadlines = self.slots.iter().flatten().filter_map(|connection| {
            let eviction = connection.eviction_deadline(&self.limits).filter(|_| is_full);
            connection.deadline(&self.limits).into_iter().chain(eviction).min()
        });
        let next_accept = self.back_off.until.filter(|_| self.may_accept && !is_full);
        let next = deadlines.chain(next_accept).min()?;
        Some(next.saturating_duration_since(Instant::now()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn back_off_doubles_up_to_a_second() {
        let mut back_off = BackOff::default();
        assert!(back_off.is_over());
        let lengths: Vec<u128> = std::iter::repeat_with(|| {
            back_off.begin();
            assert!(!back_off.is_over());
            back_off.length.as_millis()
        })
        .take(9)
        .collect();
        assert_eq!(lengths, [10, 20, 40, 80, 160, 320, 640, 1_000, 1_000]);
    }
}
