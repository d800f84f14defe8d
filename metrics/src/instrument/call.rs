//! A sync call: from its entry to its outcome.

use super::{Site, Stopwatch};
use crate::cells::{Block, CallCells, Outcome};
use std::mem;
use std::thread;

/// A call that has begun and must be ended, on the same thread.
#[derive(Debug, Clone, Copy)]
struct OpenCall<S: 'static> {
    site: &'static Site<S>,
    /// `None` on a thread that keeps none any more.
    block: Option<Block>,
    stopwatch: S,
}

impl<S: Stopwatch> OpenCall<S> {
    #[inline]
    fn begin(site: &'static Site<S>) -> Self {
        let block = site.start();
        OpenCall { site, block, stopwatch: S::start(|| site.is_due(block)) }
    }

    #[inline]
    fn end(self, outcome: Outcome) {
        let time = self.stopwatch.time();
        match self.block {
            Some(block) => CallCells::end_in(block, outcome, time),
            None => self.site.end_first(outcome, time),
        }
    }

    /// The end of few calls: recording it is not written out once more in every function.
    #[cold]
    #[inline(never)]
    fn panicked(self) {
        self.end(Outcome::Panic);
    }
}

/// A call whose body runs: a panic if it is dropped, which only unwinding does.
#[derive(Debug)]
#[must_use]
pub struct Running<S: Stopwatch>(OpenCall<S>);

/// A call of the function at `site` begins.
#[inline]
pub fn begin<S: Stopwatch>(site: &'static Site<S>) -> Running<S> {
    Running(OpenCall::begin(site))
}

impl<S: Stopwatch> Running<S> {
    /// The body has returned `value`, whose outcome is for [`Returned::end`] to tell.
    #[inline]
    pub fn returned<R>(self, value: R) -> Returned<R, S> {
        let call = self.0;
        mem::forget(self);
        Returned { value, call }
    }

    /// Ends the call, whose body has returned `value`, by what `is_ok` says of it; as a panic if that panics.
    #[inline]
    pub fn end_if<R>(self, value: R, is_ok: impl FnOnce(&R) -> bool) -> R {
        let outcome = if is_ok(&value) { Outcome::Ok } else { Outcome::Error };
        let Returned { value, call } = self.returned(value);
        call.end(outcome);
        value
    }
}

impl<S: Stopwatch> Drop for Running<S> {
    #[inline]
    fn drop(&mut self) {
        self.0.panicked();
    }
}

/// Runs `body` as a call of the function at `site`.
#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "an annotation adds no more than one frame to a stack, unoptimised too"
)]
pub fn call<R, S: Stopwatch>(site: &'static Site<S>, body: impl FnOnce() -> R) -> Returned<R, S> {
    let running = begin(site);
    let value = body();
    running.returned(value)
}

/// Runs `body` as a call of the function at `site`, which ends by what `is_ok` says of its value.
#[inline(always)]
#[expect(clippy::inline_always, reason = "as `call`")]
pub fn call_if<R, S: Stopwatch>(
    site: &'static Site<S>,
    body: impl FnOnce() -> R,
    is_ok: impl FnOnce(&R) -> bool,
) -> R {
    let running = begin(site);
    let value = body();
    running.end_if(value, is_ok)
}

/// What `decide`, the `ok_if` or `error_if` of an annotation, says of `value`.
///
/// A function of its own, and the value first: so a closure written there learns the type of its parameter, and a
/// function of another type is the one to blame.
#[inline]
pub fn says<R>(value: &R, decide: impl FnOnce(&R) -> bool) -> bool {
    decide(value)
}

/// What a body has returned, its call still open.
///
/// `.end()` finds the outcome by the value's type: the inherent method on `Returned<Result<_, _>, _>` goes before the one
/// of [`EndAny`], whatever name the `Result` was written with.
#[derive(Debug)]
#[must_use]
pub struct Returned<R, S: 'static> {
    value: R,
    call: OpenCall<S>,
}

impl<T, E, S: Stopwatch> Returned<Result<T, E>, S> {
    /// Ends the call by what the `Result` says.
    ///
    /// # Errors
    /// As the body returned it.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as `call`")]
    pub fn end(self) -> Result<T, E> {
        self.call.end(if self.value.is_ok() { Outcome::Ok } else { Outcome::Error });
        self.value
    }
}

/// [`Returned::end`] for every type that is no `Result`.
pub trait EndAny {
    /// What the function returns.
    type Value;

    /// Ends the call as one that went well.
    fn end(self) -> Self::Value;
}

impl<R, S: Stopwatch> EndAny for Returned<R, S> {
    type Value = R;

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as `call`")]
    fn end(self) -> R {
        self.call.end(Outcome::Ok);
        self.value
    }
}

/// A call whose body runs in its own place, for functions whose value cannot pass through a closure (`impl Trait`, `!`,
/// `#[track_caller]`). It ends when the guard is dropped, as a panic or as one that went well.
#[derive(Debug)]
#[must_use]
pub struct InPlace<S: Stopwatch> {
    call: OpenCall<S>,
    /// Whether the thread was unwinding already when the call began: in a destructor that a panic runs, a call that
    /// returns is no panic.
    begun_unwinding: bool,
}

impl<S: Stopwatch> InPlace<S> {
    /// A call of the function at `site` begins.
    #[inline]
    pub fn begin(site: &'static Site<S>) -> Self {
        InPlace { call: OpenCall::begin(site), begun_unwinding: thread::panicking() }
    }
}

impl<S: Stopwatch> Drop for InPlace<S> {
    #[inline]
    fn drop(&mut self) {
        if thread::panicking() && !self.begun_unwinding {
            self.call.panicked();
        } else {
            self.call.end(Outcome::Ok);
        }
    }
}
