//! Calls whose body runs in place, beside a guard.

use super::site::Site;
use super::stopwatch::Stopwatch;
use super::sync_call::OpenCall;
use crate::recorder::Outcome;
use std::marker::PhantomData;
use std::thread;

/// A guard of a call whose body runs in place, for functions whose value cannot pass through a closure (`impl Trait`, `!`,
/// `#[track_caller]`). The call ends when the guard is dropped, with the outcome `panic` or `ok`.
#[derive(Debug)]
#[must_use]
pub struct InPlace<S: Stopwatch> {
    call: OpenCall<S>,
    /// Whether the thread was already unwinding when the call began: in a destructor that runs during a panic, a call that
    /// returns is not counted as a panic.
    begun_unwinding: bool,
}

impl<S: Stopwatch> InPlace<S> {
    /// Begins a call of the function at `site`.
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

/// A check at compile time that a return type is not a `Result`: for a `Result`, `<InPlaceOf<R>>::__in_place` is the inherent
/// function, whose bound no type fulfils, else that of [`NotResult`].
#[derive(Debug)]
pub struct InPlaceOf<R>(PhantomData<fn() -> R>);

impl<T, E> InPlaceOf<Result<T, E>> {
    /// Fails to compile.
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

/// Types that a `#[track_caller]` method may return: implemented for none, and required of a `Result` alone.
#[diagnostic::on_unimplemented(
    message = "a `#[track_caller]` method that returns a `Result` cannot be instrumented: its body would see another caller",
    label = "this is a `Result`",
    note = "instrument a function that it calls; in an annotated `impl` block, write `#[instrumented(skip)]` on the method"
)]
pub trait CountedInPlace {}
