//! Streams, if the library does not know them: using the option is a compile error that names the feature.

use crate::call::Call;
use crate::instrument::kinds::WithoutKinds;

/// Implemented by no type. Its bound has a lifetime parameter, so it is checked at the call, not at the definition.
#[diagnostic::on_unimplemented(
    message = "`ends_with = \"stream\"` needs the feature `futures` of `tachometer`",
    label = "needs the feature `futures`",
    note = "turn it on in `Cargo.toml`: tachometer = {{ version = \"…\", features = [\"futures\"] }}"
)]
pub trait WithFutures {}

/// Fails to compile.
pub fn items<T, S>(_call: Call, stream: S) -> Stream<S>
where
    for<'a> &'a T: WithFutures,
{
    Stream(stream)
}

/// A stream that cannot be one.
#[derive(Debug)]
pub struct Stream<S>(S);

impl<S> WithoutKinds for Stream<S> {}

/// What the expansion calls.
pub trait AnyItems {
    /// The stream.
    type Stream;

    /// Returns the stream.
    fn __stream(self) -> Self::Stream;
}

impl<S> AnyItems for Stream<S> {
    type Stream = S;

    fn __stream(self) -> S {
        self.0
    }
}
