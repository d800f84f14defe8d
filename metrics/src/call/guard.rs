//! The public guard of a call in flight.

use super::in_flight::{Failure, InFlight};
#[cfg(any(feature = "futures", feature = "http-body"))]
use super::instrumented::{AnyItem, Instrumented};
#[cfg(feature = "futures")]
use super::stream::ErrItem;
use super::timer::Timer;
#[cfg(feature = "futures")]
use crate::function::AllKinds;
use crate::function::Function;
use crate::recorder::Outcome;
use std::fmt;
use std::thread;

/// A call of an instrumented function that is in flight and ends when the program says so, on any thread.
///
/// A function with the option [`ends_with`](macro@crate::instrumented#calls-that-end-with-a-stream-or-a-body) passes its call to the
/// function that the option names, together with the value that it returned:
///
/// ```
/// use tachometer::{Call, instrumented};
///
/// /// A connection of a protocol of our own; its call ends when it is closed.
/// struct Connection {
///     call: Option<Call>,
/// }
///
/// fn keep(call: Call, mut connection: Connection) -> Connection {
///     connection.call = Some(call);
///     connection
/// }
///
/// #[instrumented(ends_with = keep)]
/// fn connect(port: u16) -> Result<Connection, &'static str> {
///     if port == 0 { Err("no port") } else { Ok(Connection { call: None }) }
/// }
///
/// impl Connection {
///     fn receive(&mut self) -> u8 {
///         self.call.iter_mut().for_each(Call::first_item);
///         7
///     }
///
///     fn close(mut self) {
///         self.call.take().map(Call::ok);
///     }
/// }
///
/// fn main() {
///     assert!(connect(0).is_err()); // ended as `error`
///     let connection = connect(80).unwrap();
///     assert_eq!(tachometer::snapshot().function("connect").unwrap().in_flight, 1);
///     connection.close();
///
///     connect(80).unwrap().receive(); // dropped: cancelled
///
///     let snapshot = tachometer::snapshot();
///     let connect = snapshot.function("connect").unwrap();
///     assert_eq!((connect.ok, connect.errors, connect.cancelled, connect.in_flight), (1, 1, 1, 0));
///     assert_eq!(connect.cancelled_after_first_item(), Some(1));
/// }
/// ```
///
/// A call ends exactly once: by a method that takes it, with the stream or body that it is put into, or when it is dropped. A
/// dropped call is `cancelled`; if a panic drops it that began after the call, its outcome is `panic`. The price of all this is paid by
/// functions with `ends_with` alone.
#[must_use = "a call that is dropped ends as `cancelled`"]
pub struct Call {
    call: InFlight,
    /// Whether the thread was already unwinding: in a destructor that runs during a panic, dropping a call is not a panic.
    begun_unwinding: bool,
}

impl Call {
    #[inline]
    pub(crate) fn new(function: &'static Function, timer: Timer) -> Self {
        Call { call: InFlight::new(function, timer), begun_unwinding: thread::panicking() }
    }

    /// Creates a call that has ended, and counts nothing.
    pub(crate) fn ended() -> Self {
        Call { call: InFlight::ended(), begun_unwinding: false }
    }

    /// Ends the call as `ok`, or as `error` if `ok_if` or `error_if` has found one in the value that the function returned.
    pub fn ok(mut self) {
        self.call.end(Outcome::Ok);
    }

    /// Ends the call as `error`.
    pub fn error(mut self) {
        self.call.end(Outcome::Error);
    }

    /// Ends the call as `error` of this kind, such as that of an [`ErrorKind`](trait@crate::ErrorKind).
    ///
    /// There should be few kinds: each is a series of `function_errors_total`.
    pub fn error_of_kind(mut self, kind: &'static str) {
        self.call.note_failure(Failure { kind: Some(kind) });
        self.call.end(Outcome::Error);
    }

    /// Ends the call as `panic`.
    pub fn panicked(mut self) {
        self.call.end(Outcome::Panic);
    }

    /// Ends the call as `cancelled`, or as `error` if one was [noted](Self::note_error).
    pub fn cancelled(mut self) {
        self.call.end(Outcome::Cancelled);
    }

    /// Notes an error, of this kind if there is one: however the call ends, except by a panic, its outcome is `error`. The kind of the
    /// first error counts.
    pub fn note_error(&mut self, kind: Option<&'static str>) {
        self.call.note_failure(Failure { kind });
    }

    /// Begins a part of the call that counts as its duration, such as a poll, if the function measures
    /// [busy time](crate::FunctionBuilder::busy_time); otherwise, all of it counts.
    #[inline]
    pub fn resume(&mut self) {
        self.call.resume();
    }

    /// Ends that part. The end of the call ends it too.
    #[inline]
    pub fn pause(&mut self) {
        self.call.pause();
    }

    /// Notes that a first item was produced: if the call is cancelled from now on, it is cancelled after the first item. Calling it
    /// again changes nothing.
    pub fn first_item(&mut self) {
        self.call.note_item();
    }

    /// Puts the call into `stream`: it ends as `ok` with the stream's end, as `panic` if a poll unwinds, as `cancelled` if the stream
    /// is dropped before its end.
    ///
    /// Items that are an `Err` count as any other; [`try_stream`](Self::try_stream) counts them as errors.
    #[cfg(feature = "futures")]
    #[cfg_attr(docsrs, doc(cfg(feature = "futures")))]
    pub fn stream<S: futures_core::Stream>(self, stream: S) -> Instrumented<S> {
        Instrumented::new(stream, self.into_in_flight(), AnyItem)
    }

    /// Puts the call into `stream` as [`stream`](Self::stream) does. If one of its items is an `Err`, the call ends as `error`, when
    /// the stream ends or is dropped.
    #[cfg(feature = "futures")]
    #[cfg_attr(docsrs, doc(cfg(feature = "futures")))]
    pub fn try_stream<S, T, E>(self, stream: S) -> Instrumented<S, ErrItem>
    where
        S: futures_core::Stream<Item = Result<T, E>>,
    {
        Instrumented::new(stream, self.into_in_flight(), ErrItem)
    }

    /// Puts the call into `body`: it ends as `ok` when the body has no more frames, as `error` with its error, as `panic` if a poll
    /// unwinds, as `cancelled` if the body is dropped before its end, as servers do if a client disconnects.
    ///
    /// A body that is empty ends the call at once: servers do not poll it. Trailers are the end of a body.
    #[cfg(feature = "http-body")]
    #[cfg_attr(docsrs, doc(cfg(feature = "http-body")))]
    pub fn body<B: http_body::Body>(self, body: B) -> Instrumented<B> {
        let mut call = self.into_in_flight();
        super::body::end_if_complete(&mut call, &body);
        Instrumented::new(body, call, AnyItem)
    }

    /// Shows all kinds of an error type from now on.
    #[cfg(feature = "futures")]
    pub(crate) fn declare_kinds(&self, all: AllKinds) {
        self.call.declare_kinds(all);
    }

    /// Ends the call with the outcome of what its function returned, and returns the function; `None` if the call has ended.
    pub(crate) fn end(mut self, outcome: Outcome) -> Option<&'static Function> {
        let function = self.call.function();
        self.call.end(outcome);
        function
    }

    #[cfg(any(feature = "futures", feature = "http-body"))]
    #[inline]
    pub(crate) fn into_in_flight(mut self) -> InFlight {
        self.call.take()
    }
}

impl Drop for Call {
    #[inline]
    fn drop(&mut self) {
        if self.call.is_open() && thread::panicking() && !self.begun_unwinding {
            self.call.end(Outcome::Panic);
        }
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").finish_non_exhaustive()
    }
}
