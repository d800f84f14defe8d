//! Async calls: futures that are timed from their first poll to their end.

#![expect(unsafe_code, reason = "pins one field of a pinned future")]

use super::head::Head;
use super::kinds::{self, Kinds, KindsBy, NoKinds, OwnKinds, ResultType, WithoutKinds};
use super::site::Site;
use super::stopwatch::Stopwatch;
use crate::call::Call;
use crate::error_kind::ErrorKind;
use crate::recorder::Outcome;
use std::fmt;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Makes `future` a call of the function at `site`; [`Untyped::__end`] finds the type of its output.
#[inline]
pub fn timed<F: Future, S: Stopwatch>(site: &'static Site<S>, future: F) -> Untyped<F, S> {
    Untyped { site, future, kinds: NoKinds }
}

/// A future whose outcomes are not known yet.
///
/// `.__end()` finds them by the output's type: the inherent method for a `Result` takes precedence over that of
/// [`EndAnyFuture`]. In the same way `.__with_kinds()` finds whether the error has kinds, beside that of [`WithoutKinds`].
#[must_use]
pub struct Untyped<F, S: 'static, K = NoKinds> {
    site: &'static Site<S>,
    future: F,
    kinds: K,
}

impl<F, S: Stopwatch, T, E: ErrorKind> Untyped<F, S>
where
    F: Future<Output = Result<T, E>>,
{
    /// Has the error return its own kind.
    #[inline]
    pub fn __with_kinds(self) -> Untyped<F, S, OwnKinds> {
        Untyped { site: self.site, future: self.future, kinds: OwnKinds }
    }
}

impl<F: Future, S> WithoutKinds for Untyped<F, S> {}

impl<F: Future, S: Stopwatch> Untyped<F, S> {
    /// Has `kind` return the kind of an error.
    #[inline]
    pub fn with_kinds_by<P>(self, kind: P) -> Untyped<F, S, KindsBy<P>>
    where
        F::Output: ResultType,
        P: Fn(&<F::Output as ResultType>::Error) -> &'static str,
    {
        Untyped { site: self.site, future: self.future, kinds: KindsBy(kind) }
    }
}

impl<F, S: Stopwatch, K, T, E> Untyped<F, S, K>
where
    F: Future<Output = Result<T, E>>,
{
    /// Returns the timed future of a function that returns a `Result`.
    #[inline]
    pub fn __end(self) -> Timed<F, ResultOutput, S, K> {
        Timed::new(self, ResultOutput)
    }
}

impl<F: Future, S: Stopwatch, K> Untyped<F, S, K> {
    /// Returns the timed future of a function whose outcome `is_ok` determines from the output.
    #[inline]
    pub fn end_if<P: Fn(&F::Output) -> bool>(self, is_ok: P) -> Timed<F, Decided<P>, S, K> {
        Timed::new(self, Decided(is_ok))
    }
}

impl<F: Future, S: Stopwatch> Untyped<F, S> {
    /// Returns the future of a function whose call may go on: `finish` makes the output of what the function returned.
    #[inline]
    pub fn held<R, M: Fn(Head<F::Output>) -> R>(self, finish: M) -> Held<F, M, S> {
        Held { call: Progress::Waiting(self.site), future: self.future, finish }
    }
}

/// [`Untyped::__end`] for every future whose output is not a `Result`.
pub trait EndAnyFuture {
    /// The timed future.
    type Timed;

    /// Returns the timed future of a function that returns another type.
    fn __end(self) -> Self::Timed;
}

impl<F: Future, S: Stopwatch, K> EndAnyFuture for Untyped<F, S, K> {
    type Timed = Timed<F, AnyOutput, S, K>;

    #[inline]
    fn __end(self) -> Timed<F, AnyOutput, S, K> {
        Timed::new(self, AnyOutput)
    }
}

/// A way to find the outcome of an output.
pub trait Classify<T> {
    /// Returns the outcome of the call that returned `output`.
    fn outcome(&self, output: &T) -> Outcome;
}

/// Outputs of the type `Result`.
#[derive(Debug)]
pub struct ResultOutput;

/// Outputs of any other type.
#[derive(Debug)]
pub struct AnyOutput;

/// Outputs whose outcome a predicate determines.
#[derive(Debug)]
pub struct Decided<P>(P);

impl<T, E> Classify<Result<T, E>> for ResultOutput {
    #[inline]
    fn outcome(&self, output: &Result<T, E>) -> Outcome {
        if output.is_ok() { Outcome::Ok } else { Outcome::Error }
    }
}

impl<T> Classify<T> for AnyOutput {
    #[inline]
    fn outcome(&self, _: &T) -> Outcome {
        Outcome::Ok
    }
}

impl<T, P: Fn(&T) -> bool> Classify<T> for Decided<P> {
    #[inline]
    fn outcome(&self, output: &T) -> Outcome {
        if self.0(output) { Outcome::Ok } else { Outcome::Error }
    }
}

/// A future that is counted and timed from its first poll until it is ready, panics or is dropped.
#[must_use = "futures do nothing unless polled"]
pub struct Timed<F, C, S: Stopwatch, K> {
    call: Progress<S>,
    /// Structurally pinned.
    future: F,
    /// Zero-sized, except for predicates that capture values.
    classify: C,
    /// As `classify`.
    kinds: K,
}

enum Progress<S: 'static> {
    /// Never polled: no call yet.
    Waiting(&'static Site<S>),
    Running(&'static Site<S>, S),
    Ended,
}

impl<F, C, S: Stopwatch, K> Timed<F, C, S, K> {
    #[inline]
    fn new(untyped: Untyped<F, S, K>, classify: C) -> Self {
        let Untyped { site, future, kinds } = untyped;
        Timed { call: Progress::Waiting(site), future, classify, kinds }
    }
}

impl<S: Stopwatch> Progress<S> {
    #[inline]
    fn begin_poll(&mut self) {
        match self {
            Progress::Waiting(site) => {
                let block = site.start();
                *self = Progress::Running(site, S::start(|| site.is_due(block)));
            }
            Progress::Running(_, stopwatch) => stopwatch.resume(),
            Progress::Ended => {}
        }
    }

    #[inline]
    fn end_poll(&mut self) {
        if let Progress::Running(_, stopwatch) = self {
            stopwatch.pause();
        }
    }

    /// Ends the call unless it has ended before. Returns its call site if it ends here.
    #[inline]
    fn end(&mut self, outcome: Outcome) -> Option<&'static Site<S>> {
        let Progress::Running(site, stopwatch) = mem::replace(self, Progress::Ended) else { return None };
        // Not in the block in which the call began: the future may have moved to another thread since.
        site.end(outcome, stopwatch.time());
        Some(site)
    }

    /// Takes the call, which goes on; one that counts nothing if it has ended.
    fn hand_over(&mut self) -> Call {
        match mem::replace(self, Progress::Ended) {
            Progress::Running(site, stopwatch) => Call::new(site.function(), stopwatch.timer()),
            _ => Call::ended(),
        }
    }

    /// Ends the call with a failure: rare, so the recording is not inlined in every function.
    #[cold]
    #[inline(never)]
    fn failed(&mut self, outcome: Outcome) {
        self.end(outcome);
    }
}

/// A guard that ends the call with a panic if a poll unwinds.
struct EndOnUnwind<'a, S: Stopwatch>(&'a mut Progress<S>);

impl<S: Stopwatch> Drop for EndOnUnwind<'_, S> {
    #[inline]
    fn drop(&mut self) {
        self.0.end_poll();
        self.0.failed(Outcome::Panic);
    }
}

impl<F, C, S, K> Future for Timed<F, C, S, K>
where
    F: Future,
    C: Classify<F::Output>,
    S: Stopwatch,
    K: Kinds<F::Output>,
{
    type Output = F::Output;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        // SAFETY: `future` is structurally pinned: it is never moved out of `self`, only pinned in the next line, and
        // `Drop` does not touch it. `Timed` is `Unpin` only if `F` is, and it is not `repr(packed)`. `call`,
        // `classify` and `kinds` are never pinned.
        let (future, call, classify, kinds) = unsafe {
            let this = self.get_unchecked_mut();
            (Pin::new_unchecked(&mut this.future), &mut this.call, &this.classify, &this.kinds)
        };
        call.begin_poll();
        let unwind = EndOnUnwind(call);
        let polled = future.poll(context);
        let ready = match &polled {
            Poll::Ready(output) => Some((output, classify.outcome(output))),
            Poll::Pending => None,
        };
        unwind.0.end_poll();
        if let Some((output, outcome)) = ready {
            if let Some(site) = unwind.0.end(outcome) {
                // After the call has ended: a reader that sees the kind sees the error.
                kinds::count(site.function(), kinds, output, outcome);
            }
        }
        // Not unwinding: the call goes on, or has ended and cannot end again.
        mem::forget(unwind);
        polled
    }
}

impl<F, C, S: Stopwatch, K> Drop for Timed<F, C, S, K> {
    #[inline]
    fn drop(&mut self) {
        if let Progress::Running(..) = self.call {
            self.call.failed(Outcome::Cancelled);
        }
    }
}

/// A future whose call begins at the first poll, and goes on in its output.
#[must_use = "futures do nothing unless polled"]
pub struct Held<F, M, S: Stopwatch> {
    call: Progress<S>,
    /// Structurally pinned.
    future: F,
    /// Makes the output. Zero-sized, except for functions of the annotation that capture values.
    finish: M,
}

impl<F: Future, M: Fn(Head<F::Output>) -> R, S: Stopwatch, R> Future for Held<F, M, S> {
    type Output = R;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<R> {
        // SAFETY: as in `Timed::poll`: `future` is structurally pinned, never moved out of `self`, and not touched by `Drop`.
        // `Held` is `Unpin` only if `F` is, and it is not `repr(packed)`. `call` and `finish` are never pinned.
        let (future, call, finish) = unsafe {
            let this = self.get_unchecked_mut();
            (Pin::new_unchecked(&mut this.future), &mut this.call, &this.finish)
        };
        call.begin_poll();
        let unwind = EndOnUnwind(call);
        let polled = future.poll(context);
        unwind.0.end_poll();
        let Poll::Ready(output) = polled else {
            mem::forget(unwind);
            return Poll::Pending;
        };
        let call = unwind.0.hand_over();
        mem::forget(unwind);
        Poll::Ready(finish(Head::new(call, output)))
    }
}

impl<F, M, S: Stopwatch> Drop for Held<F, M, S> {
    #[inline]
    fn drop(&mut self) {
        // As a call that goes on: it counts the stage.
        drop(self.call.hand_over());
    }
}

impl<F, M, S: Stopwatch> fmt::Debug for Held<F, M, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Held").finish_non_exhaustive()
    }
}

impl<F, C, S: Stopwatch, K> fmt::Debug for Timed<F, C, S, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timed").finish_non_exhaustive()
    }
}

impl<F, S: 'static, K> fmt::Debug for Untyped<F, S, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Untyped").finish_non_exhaustive()
    }
}

/// Returns `make`. The type parameter `T` fixes the output of the future, so that the body need not annotate it.
#[inline(always)]
#[expect(clippy::inline_always, reason = "does nothing, unoptimized too")]
pub fn making<T, F: Future<Output = T>, M: FnOnce() -> F>(make: M) -> M {
    make
}

/// Moves `future` to the heap, for functions that return a boxed future.
pub fn boxed<F>(future: F) -> Pin<Box<F>> {
    Box::pin(future)
}

/// Never returns: `return never::<T>()`, in a branch that is never taken, fixes the output type of an async block.
#[cold]
pub fn never<T>() -> T {
    unreachable!("only called in branches that are never taken")
}
