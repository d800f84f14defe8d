//! The thread behind an endpoint: it waits for sockets that have something to say, and never for a single one.
//!
//! Assumptions: the system tells of a socket once when something has changed (so each is read or written until it has
//! nothing more); only this thread touches the connections.
//!
//! Guarantees: at most so many connections as there are slots, and one more that is accepted and waits for a slot; so at most
//! so many heads and bodies are in memory. One body is made at a time. Nobody holds a slot for longer than its deadlines; where
//! somebody waits, for longer than the shorter ones. Whoever can be served is served before anybody is closed for others.
//! An error of one connection ends that connection, an error in accepting is waited out, and neither ends the thread.

use super::connection::{Connection, Limits};
use super::site::Site;
use super::socket::{Listener, Stream};
use crate::sync::unmodelled::{Arc, OnceLock};
use mio::{Events, Poll, Token};
use std::io;
use std::thread;
use std::time::{Duration, Instant};

pub(super) const WAKE: Token = Token(0);
const LISTENER: Token = Token(1);
const FIRST_SLOT: usize = 2;

/// Between two attempts to accept where there are no descriptors, or no memory, left: this, then twice as long each time.
const FIRST_PAUSE: Duration = Duration::from_millis(10);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(super) struct EventLoop {
    poll: Poll,
    listener: Listener,
    site: Site,
    limits: Limits,
    slots: Vec<Option<Connection>>,
    /// Accepted, and not yet in a slot.
    at_the_door: Option<Stream>,
    /// Whether there may be more to accept.
    is_visited: bool,
    pause: Pause,
    stop: Arc<OnceLock<()>>,
}

/// When to accept again after an error.
#[derive(Debug, Default)]
struct Pause {
    length: Duration,
    until: Option<Instant>,
}

impl Pause {
    fn begin(&mut self) {
        self.length = (self.length * 2).clamp(FIRST_PAUSE, LONGEST_PAUSE);
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
        site: Site,
        limits: Limits,
        slots: usize,
        stop: Arc<OnceLock<()>>,
    ) -> io::Result<Self> {
        listener.register(poll.registry(), LISTENER)?;
        Ok(EventLoop {
            poll,
            listener,
            site,
            limits,
            slots: std::iter::repeat_with(|| None).take(slots).collect(),
            at_the_door: None,
            is_visited: true,
            pause: Pause::default(),
            stop,
        })
    }

    /// Serves until it is told to stop. Then everything is closed, whatever state it is in.
    pub(super) fn run(mut self) {
        let mut events = Events::with_capacity(FIRST_SLOT + self.slots.len());
        let mut timeout = Some(Duration::ZERO);
        loop {
            match self.poll.poll(&mut events, timeout) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                // There is no such error that would pass or that one could mend. It must not make the thread spin.
                Err(_) => thread::sleep(FIRST_PAUSE),
            }
            for event in &events {
                match event.token() {
                    WAKE => {}
                    LISTENER => self.is_visited = true,
                    Token(token) => self.proceed(token - FIRST_SLOT),
                }
            }
            self.expire();
            let has_more = self.admit();
            if self.is_stopped() {
                return;
            }
            timeout = if has_more { Some(Duration::ZERO) } else { self.until_next_deadline() };
        }
    }

    fn is_stopped(&self) -> bool {
        self.stop.get().is_some()
    }

    fn proceed(&mut self, slot: usize) {
        // Whoever stops it waits for the body that is being made, and not for those of others too.
        if self.is_stopped() {
            return;
        }
        // An event may be of a connection that is gone.
        if self.slots[slot].as_mut().is_some_and(|connection| !connection.proceed(&mut self.site)) {
            self.slots[slot] = None;
        }
    }

    /// Ends what has had its time.
    fn expire(&mut self) {
        for slot in 0..self.slots.len() {
            if !self.is_due(slot, Connection::deadline) {
                continue;
            }
            // What came while others were served counts.
            self.proceed(slot);
            if !self.is_due(slot, Connection::deadline) {
                continue;
            }
            let connection = self.slots[slot].as_mut();
            if connection.is_some_and(|connection| !connection.expire(&mut self.site)) {
                self.slots[slot] = None;
            }
        }
    }

    fn is_due(&self, slot: usize, deadline: impl Fn(&Connection, &Limits) -> Option<Instant>) -> bool {
        let deadline = self.slots[slot].as_ref().and_then(|connection| deadline(connection, &self.limits));
        deadline.is_some_and(|deadline| deadline <= Instant::now())
    }

    /// Accepts, as long as there is room or can be made. Returns whether it left off before that: after as many as there
    /// are slots it is the turn of those that are there.
    fn admit(&mut self) -> bool {
        for _ in 0..self.slots.len() {
            if self.is_stopped() {
                return false;
            }
            if self.at_the_door.is_none() {
                self.at_the_door = self.accept();
            }
            if self.at_the_door.is_none() {
                return false;
            }
            let Some(slot) = self.free_slot() else { return false };
            let Some(mut stream) = self.at_the_door.take() else { return false };
            if stream.register(self.poll.registry(), Token(FIRST_SLOT + slot)).is_ok() {
                self.slots[slot] = Some(Connection::new(stream));
                // Its request is here already as a rule.
                self.proceed(slot);
            }
        }
        true
    }

    fn accept(&mut self) -> Option<Stream> {
        while self.is_visited && self.pause.is_over() {
            match self.listener.accept() {
                Ok(stream) => {
                    self.pause = Pause::default();
                    return Some(stream);
                }
                Err(error) => match error.kind() {
                    io::ErrorKind::WouldBlock => self.is_visited = false,
                    // The peer has gone again; the next one has not.
                    io::ErrorKind::ConnectionAborted | io::ErrorKind::Interrupted => {}
                    // As a rule there are no descriptors left. Whoever waits stays in the system's queue.
                    _ => self.pause.begin(),
                },
            }
        }
        None
    }

    /// A slot that nobody has, or the one of somebody who must give way: first those who have their answer, then the oldest.
    fn free_slot(&mut self) -> Option<usize> {
        if let Some(free) = self.slots.iter().position(Option::is_none) {
            return Some(free);
        }
        let mut due: Vec<usize> = (0..self.slots.len()).collect();
        due.retain(|slot| self.is_due(*slot, Connection::crowded_deadline));
        due.sort_by_key(|slot| self.slots[*slot].as_ref().map(Connection::merit));
        for slot in due {
            // What came while others were served counts.
            self.proceed(slot);
            if self.slots[slot].is_none() {
                return Some(slot);
            }
            if self.is_due(slot, Connection::crowded_deadline) {
                self.slots[slot].take().into_iter().for_each(Connection::give_way);
                return Some(slot);
            }
        }
        None
    }

    /// How long there is nothing to do unless a socket says so. `None`: for ever.
    fn until_next_deadline(&self) -> Option<Duration> {
        let is_crowded = self.at_the_door.is_some();
        let deadlines = self.slots.iter().flatten().filter_map(|connection| {
            let crowded = connection.crowded_deadline(&self.limits).filter(|_| is_crowded);
            connection.deadline(&self.limits).into_iter().chain(crowded).min()
        });
        let next_accept = self.pause.until.filter(|_| self.is_visited && !is_crowded);
        let next = deadlines.chain(next_accept).min()?;
        Some(next.saturating_duration_since(Instant::now()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_second() {
        let mut pause = Pause::default();
        assert!(pause.is_over());
        let lengths: Vec<u128> = std::iter::repeat_with(|| {
            pause.begin();
            assert!(!pause.is_over());
            pause.length.as_millis()
        })
        .take(9)
        .collect();
        assert_eq!(lengths, [10, 20, 40, 80, 160, 320, 640, 1_000, 1_000]);
    }
}
