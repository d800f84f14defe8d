//! Sync calls, from entry to outcome.

use super::head::Head;
use super::kinds::{self, Kinds, KindsBy, NoKinds, OwnKinds, ResultType, WithoutKinds};
use super::site::Site;
use super::stopwatch::Stopwatch;
use crate::call::Call;
use crate::error_kind::ErrorKind;
use crate::recorder::{Block, Outcome};
use std::mem;

/// A call that has begun and must be ended, on the same thread.
#[derive(Debug, Clone, Copy)]
pub(super) struct OpenCall<S: 'static> {
    site: &'static Site<S>,
    /// `None` on a thread without blocks.
    block: Option<Block>,
    stopwatch: S,
}

impl<S: Stopwatch> OpenCall<S> {
    #[inline]
    pub(super) fn begin(site: &'static Site<S>) -> Self {
        let (block, stopwatch) = S::begin(site.function());
        OpenCall { site, block, stopwatch }
    }

    #[inline]
    pub(super) fn end(self, outcome: Outcome) {
        self.stopwatch.end(self.site.function(), self.block, outcome);
    }

    /// Ends the call with a panic: rare, so the recording is not inlined in every function.
    #[cold]
    #[inline(never)]
    pub(super) fn panicked(self) {
        self.end(Outcome::Panic);
    }
}

/// A guard of a call whose body runs. Only unwinding drops it: the outcome is then `panic`.
#[derive(Debug)]
#[must_use]
pub struct Running<S: Stopwatch>(OpenCall<S>);

/// Begins a call of the function at `site`.
#[inline]
pub fn begin<S: Stopwatch>(site: &'static Site<S>) -> Running<S> {
    Running(OpenCall::begin(site))
}

impl<S: Stopwatch> Running<S> {
    /// Takes the returned `value`; [`Returned::__end`] determines the outcome.
    #[inline]
    pub fn returned<R>(self, value: R) -> Returned<R, S> {
        let call = self.0;
        mem::forget(self);
        Returned { value, call, decided: None, kinds: NoKinds }
    }

    /// Takes the returned `value`, whose call may go on.
    #[inline]
    pub fn head<R>(self, value: R) -> Head<R> {
        let OpenCall { site, mut stopwatch, .. } = self.0;
        mem::forget(self);
        stopwatch.pause();
        Head::new(Call::new(site.function(), stopwatch.timer()), value)
    }

    /// Takes the returned `value`; `is_ok` determines the outcome. The call ends with a panic if `is_ok` panics.
    #[inline]
    pub fn returned_if<R>(self, value: R, is_ok: impl FnOnce(&R) -> bool) -> Returned<R, S> {
        let outcome = if is_ok(&value) { Outcome::Ok } else { Outcome::Error };
        Returned { decided: Some(outcome), ..self.returned(value) }
    }
}

impl<S: Stopwatch> Drop for Running<S> {
    #[inline]
    fn drop(&mut self) {
        self.0.panicked();
    }
}

/// Returns `body`. The bound `FnOnce` lets the closure move out of its captures.
///
/// The expansion calls it in place, so that an annotation adds only one frame to a stack.
#[inline(always)]
#[expect(clippy::inline_always, reason = "does nothing, unoptimized too")]
pub fn once<R, F: FnOnce() -> R>(body: F) -> F {
    body
}

/// Returns the answer of `decide`, the `ok_if` or `error_if` of an annotation, for `value`.
///
/// The value comes first, so that the type of a closure's parameter is inferred, and a compile error points at a
/// function of the wrong type.
#[inline]
pub fn says<R>(value: &R, decide: impl FnOnce(&R) -> bool) -> bool {
    decide(value)
}

/// The returned value of a body, whose call is still open.
///
/// `.__end()` finds the outcome by the value's type: the inherent method on `Returned<Result<_, _>, _>` takes precedence over that
/// of [`EndAny`], however the `Result` is spelled. In the same way `.__with_kinds()` finds whether the error has
/// kinds: if the inherent method does not apply, that of [`WithoutKinds`] does.
#[derive(Debug)]
#[must_use]
pub struct Returned<R, S: 'static, K = NoKinds> {
    value: R,
    call: OpenCall<S>,
    /// The outcome, if a predicate has determined it.
    decided: Option<Outcome>,
    kinds: K,
}

impl<R, S: Stopwatch> Returned<R, S> {
    /// Has `kind` return the kind of an error.
    #[inline]
    pub fn with_kinds_by<P: Fn(&R::Error) -> &'static str>(self, kind: P) -> Returned<R, S, KindsBy<P>>
    where
        R: ResultType,
    {
        let Returned { value, call, decided, .. } = self;
        Returned { value, call, decided, kinds: KindsBy(kind) }
    }
}

impl<T, E: ErrorKind, S: Stopwatch> Returned<Result<T, E>, S> {
    /// Has the error return its own kind.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as `once`")]
    pub fn __with_kinds(self) -> Returned<Result<T, E>, S, OwnKinds> {
        let Returned { value, call, decided, .. } = self;
        Returned { value, call, decided, kinds: OwnKinds }
    }
}

impl<R, S> WithoutKinds for Returned<R, S> {}

impl<T, E, S: Stopwatch, K: Kinds<Result<T, E>>> Returned<Result<T, E>, S, K> {
    /// Ends the call with the outcome of the `Result`.
    ///
    /// # Errors
    /// The error that the body returned.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as `once`")]
    pub fn __end(self) -> Result<T, E> {
        let by_type = if self.value.is_ok() { Outcome::Ok } else { Outcome::Error };
        let outcome = self.decided.unwrap_or(by_type);
        self.call.end(outcome);
        // After the call has ended: a reader that sees the kind sees the error.
        kinds::count(self.call.site.function(), &self.kinds, &self.value, outcome);
        self.value
    }
}

/// [`Returned::__end`] for every type other than a `Result`.
pub trait EndAny {
    /// The type that the function returns.
    type Value;

    /// Ends the call with the outcome `ok`, unless a predicate has determined another.
    fn __end(self) -> Self::Value;
}

impl<R, S: Stopwatch, K> EndAny for Returned<R, S, K> {
    type Value = R;

    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as `once`")]
    fn __end(self) -> R {
        self.call.end(self.decided.unwrap_or(Outcome::Ok));
        self.value
    }
}
