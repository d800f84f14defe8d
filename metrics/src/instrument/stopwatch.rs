//! What of an async call's life counts as its duration.

use crate::clock::{self, Ticks};

/// Measures a call from its first poll on. It runs when it is started.
pub trait Stopwatch {
    /// The first poll begins.
    fn start() -> Self;

    /// A later poll begins.
    fn resume(&mut self);

    /// A poll ends.
    fn pause(&mut self);

    /// The duration so far, in nanoseconds.
    fn nanos(&self) -> u64;
}

/// All the time that passes.
#[derive(Debug, Clone, Copy)]
pub struct Wall(Ticks);

impl Stopwatch for Wall {
    #[inline]
    fn start() -> Self {
        Wall(clock::now())
    }

    #[inline]
    fn resume(&mut self) {}

    #[inline]
    fn pause(&mut self) {}

    #[inline]
    fn nanos(&self) -> u64 {
        self.0.elapsed_nanos()
    }
}

/// The time inside of polls.
#[derive(Debug, Clone, Copy)]
pub struct Busy {
    /// When the poll began that runs now, or ran last.
    poll: Ticks,
    /// In the polls that have ended.
    nanos: u64,
}

impl Stopwatch for Busy {
    #[inline]
    fn start() -> Self {
        Busy { poll: clock::now(), nanos: 0 }
    }

    #[inline]
    fn resume(&mut self) {
        self.poll = clock::now();
    }

    #[inline]
    fn pause(&mut self) {
        self.nanos = self.nanos.saturating_add(self.poll.elapsed_nanos());
    }

    #[inline]
    fn nanos(&self) -> u64 {
        self.nanos
    }
}
