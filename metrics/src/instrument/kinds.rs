//! Error kinds of calls: by the error's type, by the annotation's `error_kind`, or none.

use crate::error_kind::ErrorKind;
use crate::function::{AllKinds, Function};
use crate::recorder::Outcome;
use std::marker::PhantomData;

/// A way to find the kind of a value's error.
pub trait Kinds<R> {
    /// All kinds, if they are known from the type.
    const ALL: Option<AllKinds>;

    /// Returns the kind of the error in `value`, if that is an error.
    fn kind(&self, value: &R) -> Option<&'static str>;
}

/// Errors without a kind, and values other than a `Result`.
#[derive(Debug)]
pub struct NoKinds;

/// Errors whose type implements [`ErrorKind`].
#[derive(Debug)]
pub struct OwnKinds;

/// Errors whose kind a function of the annotation returns.
#[derive(Debug)]
pub struct KindsBy<P>(pub(super) P);

impl<R> Kinds<R> for NoKinds {
    const ALL: Option<AllKinds> = None;

    #[inline]
    fn kind(&self, _: &R) -> Option<&'static str> {
        None
    }
}

impl<T, E: ErrorKind> Kinds<Result<T, E>> for OwnKinds {
    const ALL: Option<AllKinds> = Some(E::kinds);

    #[inline]
    fn kind(&self, value: &Result<T, E>) -> Option<&'static str> {
        value.as_ref().err().map(E::error_kind)
    }
}

impl<R: ResultType, P: Fn(&R::Error) -> &'static str> Kinds<R> for KindsBy<P> {
    const ALL: Option<AllKinds> = None;

    #[inline]
    fn kind(&self, value: &R) -> Option<&'static str> {
        value.error().map(&self.0)
    }
}

/// Counts the kind of the error in `value`, the result of a call of `function` that has ended.
#[inline]
pub(super) fn count<R, K: Kinds<R>>(function: &'static Function, kinds: &K, value: &R, outcome: Outcome) {
    if let Some(all) = K::ALL {
        function.error_kinds.declare(all);
    }
    if outcome == Outcome::Error {
        if let Some(kind) = kinds.kind(value) {
            function.error_kinds.add(kind);
        }
    }
}

/// Every `Result`.
#[diagnostic::on_unimplemented(
    message = "`error_kind` needs a function that returns a `Result`; this one returns `{Self}`",
    label = "only the `Err` of a `Result` has a kind"
)]
pub trait ResultType {
    /// The type of its `Err`.
    type Error;

    /// Returns the error, if it is an `Err`.
    fn error(&self) -> Option<&Self::Error>;
}

impl<T, E> ResultType for Result<T, E> {
    type Error = E;

    #[inline]
    fn error(&self) -> Option<&E> {
        self.as_ref().err()
    }
}

/// `.__with_kinds()` for calls whose error has no kind: does nothing.
pub trait WithoutKinds: Sized {
    /// Returns itself.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "does nothing, in an unoptimized build too")]
    #[must_use]
    fn __with_kinds(self) -> Self {
        self
    }
}

/// The error kinds of a return type, found at compile time: `<KindsOf<R>>::ALL` is the inherent constant if the type
/// is a `Result` whose error has kinds, else that of [`NoKindsOf`].
#[derive(Debug)]
pub struct KindsOf<R>(PhantomData<fn() -> R>);

impl<T, E: ErrorKind> KindsOf<Result<T, E>> {
    /// The kinds of the error.
    pub const ALL: Option<AllKinds> = Some(E::kinds);
}

/// [`KindsOf`] for every other type.
pub trait NoKindsOf {
    /// No kinds.
    const ALL: Option<AllKinds> = None;
}

impl<R> NoKindsOf for KindsOf<R> {}
