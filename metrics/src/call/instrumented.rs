//! A stream or a body that holds a call.

use super::in_flight::InFlight;
use pin_project_lite::pin_project;
use std::fmt;

pin_project! {
    /// A stream or a body that holds a call: the call ends with it.
    ///
    /// [`Call::stream`](super::Call) and its sisters create it. It is a `Stream` if it holds one, and a `Body` if it holds one; sizes
    /// are those of what it holds, and so are `Send`, `Sync`, `Unpin` and `UnwindSafe`. After its end it can be polled as what it holds
    /// can, and counts nothing.
    #[must_use = "a stream or a body that is dropped ends its call as `cancelled`"]
    pub struct Instrumented<T, I = AnyItem> {
        // Before `inner`: the call ends before the destructor of what it is about runs.
        pub(super) call: InFlight,
        #[pin]
        pub(super) inner: T,
        pub(super) inspect: I,
    }
}

impl<T, I> Instrumented<T, I> {
    #[inline]
    pub(crate) fn new(inner: T, call: InFlight, inspect: I) -> Self {
        Instrumented { call, inner, inspect }
    }
}

/// Items of which none is a failure.
#[derive(Debug)]
pub struct AnyItem;

impl<T, I> fmt::Debug for Instrumented<T, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Instrumented").field("call", &self.call).finish_non_exhaustive()
    }
}
