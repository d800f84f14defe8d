//! Calls that outlive their function: what a function with `ends_with` has returned, and what becomes of it.

use super::kinds::{self, Kinds, KindsBy, NoKinds, OwnKinds, ResultType, WithoutKinds};
use crate::call::Call;
use crate::error_kind::ErrorKind;
use crate::recorder::Outcome;

/// The returned value of a function whose call may go on.
///
/// `.__hold(…)` hands the call over, unless the value is an `Err`: the inherent method for a `Result` takes precedence over that of
/// [`HoldAny`]. In the same way `.__with_kinds()` finds whether the error has kinds, beside that of [`WithoutKinds`].
#[derive(Debug)]
#[must_use]
pub struct Head<R, K = NoKinds> {
    call: Call,
    value: R,
    /// The outcome, if a predicate has determined it.
    decided: Option<Outcome>,
    kinds: K,
}

impl<R> Head<R> {
    #[inline]
    pub(super) fn new(call: Call, value: R) -> Self {
        Head { call, value, decided: None, kinds: NoKinds }
    }

    /// Has `is_ok` determine the outcome. The call ends with a panic if `is_ok` panics.
    pub fn decided(mut self, is_ok: impl FnOnce(&R) -> bool) -> Self {
        self.decided = Some(if is_ok(&self.value) { Outcome::Ok } else { Outcome::Error });
        self
    }

    /// Has `kind` return the kind of an error.
    pub fn with_kinds_by<P: Fn(&R::Error) -> &'static str>(self, kind: P) -> Head<R, KindsBy<P>>
    where
        R: ResultType,
    {
        self.with_kinds(KindsBy(kind))
    }

    #[inline]
    fn with_kinds<K>(self, kinds: K) -> Head<R, K> {
        let Head { call, value, decided, .. } = self;
        Head { call, value, decided, kinds }
    }
}

impl<T, E: ErrorKind> Head<Result<T, E>> {
    /// Has the error return its own kind.
    #[inline]
    pub fn __with_kinds(self) -> Head<Result<T, E>, OwnKinds> {
        self.with_kinds(OwnKinds)
    }
}

impl<R> WithoutKinds for Head<R> {}

impl<T, E, K: Kinds<Result<T, E>>> Head<Result<T, E>, K> {
    /// Has `hold` put the call into the value of an `Ok`; ends it with an `Err`.
    ///
    /// # Errors
    /// The error that the body returned.
    #[inline]
    pub fn __hold<U>(self, hold: impl FnOnce(Call, T) -> U) -> Result<U, E> {
        let Head { call, value, decided, kinds } = self;
        match value {
            Ok(value) => Ok(hold(call_of(call, decided), value)),
            Err(error) => {
                let (outcome, value) = (decided.unwrap_or(Outcome::Error), Err(error));
                if let Some(function) = call.end(outcome) {
                    // After the call has ended: a reader that sees the kind sees the error.
                    kinds::count(function, &kinds, &value, outcome);
                }
                value.map(|_| unreachable!("it is an `Err`"))
            }
        }
    }
}

/// [`Head::__hold`] for every type other than a `Result`.
pub trait HoldAny {
    /// The type that the body returns.
    type Value;

    /// Has `hold` put the call into the value.
    fn __hold<U>(self, hold: impl FnOnce(Call, Self::Value) -> U) -> U;
}

impl<R, K> HoldAny for Head<R, K> {
    type Value = R;

    #[inline]
    fn __hold<U>(self, hold: impl FnOnce(Call, R) -> U) -> U {
        hold(call_of(self.call, self.decided), self.value)
    }
}

/// Returns the call; if a predicate has found an error, it ends as one.
#[inline]
fn call_of(mut call: Call, decided: Option<Outcome>) -> Call {
    if decided == Some(Outcome::Error) {
        call.note_error(None);
    }
    call
}
