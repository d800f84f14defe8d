//! A piece of code that is no function: what `time!` calls.

use super::{Name, Site, Stopwatch, Wall};
use crate::recorder::Outcome;
use std::mem;
use std::thread;

/// A piece of code that runs. Dropped, it was left early: by a panic, or by `?`, `return`, `break` or with the future
/// around it.
#[derive(Debug)]
#[must_use]
pub struct Piece {
    site: &'static Site<Wall>,
    stopwatch: Wall,
    /// Whether the thread was unwinding already: in a destructor that a panic runs, leaving early is no panic.
    begun_unwinding: bool,
}

impl Piece {
    /// The piece at `site` begins.
    #[inline]
    pub fn begin(site: &'static Site<Wall>) -> Self {
        // Not to be ended in the block where it began: after an `.await` inside it may be on another thread.
        site.start();
        Piece { site, stopwatch: Wall::start(|| true), begun_unwinding: thread::panicking() }
    }

    /// The piece is done, and `value` is what it was evaluated to.
    ///
    /// An argument of this function, the piece has the type that its surroundings expect, and it has it by the time that
    /// `outcome` asks.
    #[inline]
    pub fn end<R>(self, value: R, outcome: impl FnOnce(&R) -> Outcome) -> R {
        let outcome = outcome(&value);
        self.site.end(outcome, self.stopwatch.time());
        mem::forget(self);
        value
    }
}

impl Drop for Piece {
    #[cold]
    fn drop(&mut self) {
        let is_panic = thread::panicking() && !self.begun_unwinding;
        let outcome = if is_panic { Outcome::Panic } else { Outcome::Cancelled };
        self.site.end(outcome, self.stopwatch.time());
    }
}

/// The name of a piece.
///
/// # Panics
/// Where it is empty; in a constant, a compile error.
#[must_use]
pub const fn given_name(name: &'static str) -> Name {
    assert!(!name.is_empty(), "the name of a piece of code must not be empty");
    Name::Given(name)
}

/// The outcome of a value, where it is a `Result`.
///
/// A method call on a reference finds this before the one of [`AnyValue`]; where the type is not known, it is an error.
pub trait ResultValue {
    /// What the `Result` says.
    fn __tachometer_outcome(&self) -> Outcome;
}

impl<T, E> ResultValue for Result<T, E> {
    #[inline]
    fn __tachometer_outcome(&self) -> Outcome {
        if self.is_ok() { Outcome::Ok } else { Outcome::Error }
    }
}

/// The outcome of a value that is no `Result`.
pub trait AnyValue {
    /// It went well.
    fn __tachometer_outcome(&self) -> Outcome;
}

impl<R> AnyValue for &R {
    #[inline]
    fn __tachometer_outcome(&self) -> Outcome {
        Outcome::Ok
    }
}
