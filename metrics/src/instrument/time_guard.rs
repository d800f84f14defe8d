//! Runtime support for `time!`: a guard of a piece of code.

use super::site::Site;
use super::stopwatch::{Stopwatch, Wall};
use crate::function::Name;
use crate::recorder::Outcome;
use std::mem;
use std::thread;

/// A guard of a piece of code that runs. If it is dropped, the code was left early: by a panic, by `?`, `return` or `break`, or
/// because the future around it was dropped.
#[derive(Debug)]
#[must_use]
pub struct Piece {
    site: &'static Site<Wall>,
    stopwatch: Wall,
    /// Whether the thread was already unwinding: in a destructor that runs during a panic, leaving early is not a panic.
    begun_unwinding: bool,
}

impl Piece {
    /// Begins the piece of code at `site`.
    #[inline]
    pub fn begin(site: &'static Site<Wall>) -> Self {
        // Not ended in the block in which it began: after an `.await` inside, it may be on another thread.
        site.start();
        Piece { site, stopwatch: Wall::start(|| true), begun_unwinding: thread::panicking() }
    }

    /// Ends the piece of code, which has evaluated to `value`, and returns `value`.
    ///
    /// As an argument of this function, the expression has the type that its surroundings expect, and the type is known before
    /// `outcome` is called.
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

/// Returns the name of a piece of code.
///
/// # Panics
/// If it is empty; in a constant, that is a compile error.
#[must_use]
pub const fn given_name(name: &'static str) -> Name {
    assert!(!name.is_empty(), "the name of a piece of code must not be empty");
    Name::Given(name)
}

/// The outcome of a `Result`.
///
/// A method call on a reference finds this before that of [`AnyValue`]; if the type is not known, it is a compile error.
pub trait ResultValue {
    /// Returns `Ok` or `Error`.
    fn __tachometer_outcome(&self) -> Outcome;
}

impl<T, E> ResultValue for Result<T, E> {
    #[inline]
    fn __tachometer_outcome(&self) -> Outcome {
        if self.is_ok() { Outcome::Ok } else { Outcome::Error }
    }
}

/// The outcome of a value other than a `Result`.
pub trait AnyValue {
    /// Returns `Ok`.
    fn __tachometer_outcome(&self) -> Outcome;
}

impl<R> AnyValue for &R {
    #[inline]
    fn __tachometer_outcome(&self) -> Outcome {
        Outcome::Ok
    }
}
