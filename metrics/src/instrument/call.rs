//! A sync call: from its entry to its outcome.

use super::kinds::{self, Kinds, KindsBy, NoKinds, OwnKinds, ResultType, WithoutKinds};
use super::{Site, Stopwatch};
use crate::error_kind::ErrorKind;
use crate::recorder::{Block, Outcome};
use std::mem;

/// A call that has begun and must be ended, on the same thread.
#[derive(Debug, Clone, Copy)]
pub(super) struct OpenCall<S: 'static> {
    site: &'static Site<S>,
    /// `None` on a thread that keeps none any more.
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

    /// The end of few calls: recording it is not written out once more in every function.
    #[cold]
    #[inline(never)]
    pub(super) fn panicked(self) {
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
    /// The body has returned `value`, whose outcome is for [`Returned::__end`] to tell.
    #[inline]
    pub fn returned<R>(self, value: R) -> Returned<R, S> {
        let call = self.0;
        mem::forget(self);
        Returned { value, call, decided: None, kinds: NoKinds }
    }

    /// The body has returned `value`, whose outcome is what `is_ok` says of it; the call ends as a panic if that panics.
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

/// `body` as it is. Being told that it runs once, it may give away what it has captured.
///
/// It is called where the expansion stands, so that an annotation adds no more than its frame to a stack.
#[inline(always)]
#[expect(clippy::inline_always, reason = "does nothing, unoptimised too")]
pub fn once<R, F: FnOnce() -> R>(body: F) -> F {
    body
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
/// `.__end()` finds the outcome by the value's type: the inherent method on `Returned<Result<_, _>, _>` goes before the one
/// of [`EndAny`], whatever name the `Result` was written with. `.__with_kinds()` finds by the same way whether its error has
/// kinds: where the inherent method does not fit, that of [`WithoutKinds`] does.
#[derive(Debug)]
#[must_use]
pub struct Returned<R, S: 'static, K = NoKinds> {
    value: R,
    call: OpenCall<S>,
    /// The outcome, where it is not for the type to tell.
    decided: Option<Outcome>,
    kinds: K,
}

impl<R, S: Stopwatch> Returned<R, S> {
    /// The kind of an error is what `kind` says.
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
    /// The kind of an error is what the error itself says.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as `once`")]
    pub fn __with_kinds(self) -> Returned<Result<T, E>, S, OwnKinds> {
        let Returned { value, call, decided, .. } = self;
        Returned { value, call, decided, kinds: OwnKinds }
    }
}

impl<R, S> WithoutKinds for Returned<R, S> {}

impl<T, E, S: Stopwatch, K: Kinds<Result<T, E>>> Returned<Result<T, E>, S, K> {
    /// Ends the call by what the `Result` says.
    ///
    /// # Errors
    /// As the body returned it.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "as `once`")]
    pub fn __end(self) -> Result<T, E> {
        let by_type = if self.value.is_ok() { Outcome::Ok } else { Outcome::Error };
        let outcome = self.decided.unwrap_or(by_type);
        self.call.end(outcome);
        // Once it has ended: whoever sees the kind sees the error.
        kinds::count(self.call.site, &self.kinds, &self.value, outcome);
        self.value
    }
}

/// [`Returned::__end`] for every type that is no `Result`.
pub trait EndAny {
    /// What the function returns.
    type Value;

    /// Ends the call as one that went well, unless something else was decided.
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
