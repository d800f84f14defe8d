//! The kind of a call's error: by its type, by what the annotation says, or none.

use super::Site;
use crate::error_kind::ErrorKind;
use crate::function::AllKinds;
use crate::recorder::Outcome;
use std::marker::PhantomData;

/// Tells the kind of a value's error.
pub trait Kinds<R> {
    /// All there are, where the type knows them.
    const ALL: Option<AllKinds>;

    /// The kind of the error in `value`, if that is one.
    fn kind(&self, value: &R) -> Option<&'static str>;
}

/// Errors without a kind, and what is no `Result`.
#[derive(Debug)]
pub struct NoKinds;

/// Errors whose type is [`ErrorKind`].
#[derive(Debug)]
pub struct OwnKinds;

/// Errors whose kind the annotation tells.
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

/// Counts the kind of the error in `value`, with which a call at `site` has ended.
#[inline]
pub(super) fn count<R, K: Kinds<R>, S>(site: &'static Site<S>, kinds: &K, value: &R, outcome: Outcome) {
    if let Some(all) = K::ALL {
        site.function().error_kinds.know(all);
    }
    if outcome == Outcome::Error {
        if let Some(kind) = kinds.kind(value) {
            site.function().error_kinds.add(kind);
        }
    }
}

/// Every `Result`.
#[diagnostic::on_unimplemented(
    message = "`error_kind` needs a function that returns a `Result`; this one returns `{Self}`",
    label = "only the `Err` of a `Result` has a kind"
)]
pub trait ResultType {
    /// What its `Err` holds.
    type Error;

    /// What is in it if it is an `Err`.
    fn error(&self) -> Option<&Self::Error>;
}

impl<T, E> ResultType for Result<T, E> {
    type Error = E;

    #[inline]
    fn error(&self) -> Option<&E> {
        self.as_ref().err()
    }
}

/// `.__with_kinds()` for calls whose error has no kind: nothing happens.
pub trait WithoutKinds: Sized {
    /// The same.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "does nothing, unoptimised too")]
    #[must_use]
    fn __with_kinds(self) -> Self {
        self
    }
}

/// A return type that is asked for its kinds while compiling: `<KindsOf<R>>::ALL` is the inherent constant where the type
/// is a `Result` whose error has kinds, else that of [`NoKindsOf`].
#[derive(Debug)]
pub struct KindsOf<R>(PhantomData<fn() -> R>);

impl<T, E: ErrorKind> KindsOf<Result<T, E>> {
    /// Its kinds.
    pub const ALL: Option<AllKinds> = Some(E::kinds);
}

/// [`KindsOf`] for every other type.
pub trait NoKindsOf {
    /// None.
    const ALL: Option<AllKinds> = None;
}

impl<R> NoKindsOf for KindsOf<R> {}
