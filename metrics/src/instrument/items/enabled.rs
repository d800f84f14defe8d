//! Streams, if the library knows them.

use crate::call::{AnyItem, Call, Failure, Inspect, Instrumented};
use crate::error_kind::ErrorKind;
use crate::instrument::kinds::{Kinds, NoKinds, OwnKinds, WithoutKinds};
use futures_core::Stream;

/// Puts `call` into `stream`; [`ItemsOf::__stream`] finds the type of the items. The type parameter `T` fixes it, so that the body
/// need not annotate it.
#[inline]
pub fn items<T, S: Stream<Item = T>>(call: Call, stream: S) -> ItemsOf<S> {
    ItemsOf { call, stream, kinds: NoKinds }
}

/// A stream whose items are not known yet.
///
/// `.__stream()` finds them by their type: the inherent method for a `Result` takes precedence over that of [`AnyItems`]. In the same
/// way `.__with_kinds()` finds whether the error has kinds, beside that of [`WithoutKinds`].
#[derive(Debug)]
#[must_use]
pub struct ItemsOf<S, K = NoKinds> {
    call: Call,
    stream: S,
    kinds: K,
}

impl<S: Stream<Item = Result<T, E>>, T, E: ErrorKind> ItemsOf<S> {
    /// Has the error of an item return its own kind.
    pub fn __with_kinds(self) -> ItemsOf<S, OwnKinds> {
        self.call.declare_kinds(E::kinds);
        ItemsOf { call: self.call, stream: self.stream, kinds: OwnKinds }
    }
}

impl<S> WithoutKinds for ItemsOf<S> {}

impl<S: Stream<Item = Result<T, E>>, T, E, K> ItemsOf<S, K> {
    /// Returns the stream, in which an `Err` is an error of the call.
    #[inline]
    pub fn __stream(self) -> Instrumented<S, ErrItems<K>> {
        Instrumented::new(self.stream, self.call.into_in_flight(), ErrItems(self.kinds))
    }
}

/// Items of which an `Err` is a failure, with the kinds of its error.
#[derive(Debug)]
pub struct ErrItems<K>(K);

impl<T, E, K: Kinds<Result<T, E>>> Inspect<Result<T, E>> for ErrItems<K> {
    #[inline]
    fn failure(&self, item: &Result<T, E>) -> Option<Failure> {
        item.is_err().then(|| Failure { kind: self.0.kind(item) })
    }
}

/// [`ItemsOf::__stream`] for items other than a `Result`.
pub trait AnyItems {
    /// The stream.
    type Stream;

    /// Returns the stream, whose items are all alike.
    fn __stream(self) -> Self::Stream;
}

impl<S, K> AnyItems for ItemsOf<S, K> {
    type Stream = Instrumented<S, AnyItem>;

    #[inline]
    fn __stream(self) -> Instrumented<S, AnyItem> {
        Instrumented::new(self.stream, self.call.into_in_flight(), AnyItem)
    }
}
