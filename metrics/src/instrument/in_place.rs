//! A call whose body runs in its own place.

use super::call::OpenCall;
use super::{Site, Stopwatch};
use crate::recorder::Outcome;
use std::marker::PhantomData;
use std::thread;

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

/// A return type that is asked while compiling whether it is a `Result`: `<InPlaceOf<R>>::__in_place` is the inherent
/// function, whose bound nothing fulfils, if it is one, and else that of [`NotResult`].
#[derive(Debug)]
pub struct InPlaceOf<R>(PhantomData<fn() -> R>);

impl<T, E> InPlaceOf<Result<T, E>> {
    /// Does not compile.
    pub fn __in_place()
    where
        Result<T, E>: CountedInPlace,
    {
    }
}

/// [`InPlaceOf`] for every other type.
pub trait NotResult {
    /// Does nothing.
    fn __in_place() {}
}

impl<R> NotResult for InPlaceOf<R> {}

/// What a `#[track_caller]` method may return: implemented for nothing, and asked of a `Result` alone.
#[diagnostic::on_unimplemented(
    message = "a `#[track_caller]` method that returns a `Result` cannot be instrumented: its body would see another caller",
    label = "this is a `Result`",
    note = "instrument a function that it calls; in an annotated `impl` block, write `#[instrumented(skip)]` on the method"
)]
pub trait CountedInPlace {}
