//! A call in flight whose function has returned.

use super::timer::Timer;
#[cfg(feature = "futures")]
use crate::function::AllKinds;
use crate::function::{Function, Stage};
use crate::recorder::Outcome;
use std::fmt;
#[cfg(any(feature = "futures", feature = "http-body"))]
use std::mem;

/// A call that ends once: by [`end`](Self::end), or as `cancelled` when it is dropped.
pub(crate) struct InFlight {
    /// `None` after the call has ended.
    open: Option<Open>,
}

/// A failure, after which a call does not end as `ok`.
#[derive(Debug, Clone, Copy)]
pub struct Failure {
    /// The kind of the error, if it has one.
    pub kind: Option<&'static str>,
}

struct Open {
    function: &'static Function,
    timer: Timer,
    /// Whether an item was produced.
    has_item: bool,
    /// The first failure.
    failure: Option<Failure>,
}

impl InFlight {
    #[inline]
    pub(crate) fn new(function: &'static Function, timer: Timer) -> Self {
        InFlight { open: Some(Open { function, timer, has_item: false, failure: None }) }
    }

    /// Creates one that has ended, and counts nothing.
    #[inline]
    pub(super) fn ended() -> Self {
        InFlight { open: None }
    }

    /// Takes the call out of `self`, which then is one that has ended.
    #[cfg(any(feature = "futures", feature = "http-body"))]
    #[inline]
    pub(super) fn take(&mut self) -> Self {
        mem::replace(self, InFlight::ended())
    }

    /// Returns whether the call has not ended.
    #[inline]
    pub(super) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Returns the function, until the call has ended.
    pub(super) fn function(&self) -> Option<&'static Function> {
        self.open.as_ref().map(|open| open.function)
    }

    /// Shows all kinds of an error type from now on.
    #[cfg(feature = "futures")]
    pub(super) fn declare_kinds(&self, all: AllKinds) {
        if let Some(open) = &self.open {
            open.function.error_kinds.declare(all);
        }
    }

    /// Notes an item: if the call is cancelled, that is after the first item.
    #[inline]
    pub(super) fn note_item(&mut self) {
        if let Some(open) = &mut self.open {
            open.has_item = true;
        }
    }

    /// Notes a failure: however the call ends, except by a panic, its outcome is `error`. The first failure's kind counts.
    #[cold]
    pub(super) fn note_failure(&mut self, failure: Failure) {
        if let Some(open) = &mut self.open {
            open.failure.get_or_insert(failure);
        }
    }

    /// Begins a part of the call that counts as its duration, if only such parts do.
    #[inline]
    pub(super) fn resume(&mut self) {
        if let Some(open) = &mut self.open {
            open.timer.resume();
        }
    }

    /// Ends that part.
    #[inline]
    pub(super) fn pause(&mut self) {
        if let Some(open) = &mut self.open {
            open.timer.pause();
        }
    }

    /// Ends the call, unless it has ended.
    #[inline]
    pub(super) fn end(&mut self, outcome: Outcome) {
        // In place: a copy would be read in larger pieces than it was just written in, for which the processor waits.
        if let Some(open) = &mut self.open {
            open.end(outcome);
            self.open = None;
        }
    }

    /// Runs a poll of the stream or body that holds the call. If it unwinds, the call ends with a panic.
    #[cfg(any(feature = "futures", feature = "http-body"))]
    #[inline]
    pub(super) fn poll<R>(&mut self, poll: impl FnOnce(&mut InFlight) -> R) -> R {
        self.resume();
        let unwind = EndOnUnwind(self);
        let polled = poll(unwind.0);
        unwind.0.pause();
        // Not unwinding: the call goes on, or has ended and cannot end again.
        mem::forget(unwind);
        polled
    }
}

impl Open {
    /// Ends the call. Not inlined in every stream: a call ends once, an item may come a million times.
    #[inline(never)]
    fn end(&mut self, outcome: Outcome) {
        self.timer.pause();
        let Open { function, ref timer, has_item, failure } = *self;
        let outcome = match (outcome, failure) {
            (Outcome::Ok | Outcome::Cancelled, Some(_)) => Outcome::Error,
            (outcome, _) => outcome,
        };
        // On whichever thread this is.
        function.cells.end(outcome, timer.time());
        // After the call has ended: a reader that sees the kind or the stage sees the end of the call.
        match (outcome, failure) {
            (Outcome::Error, Some(Failure { kind: Some(kind) })) => function.error_kinds.add(kind),
            (Outcome::Cancelled, _) => {
                let stage = if has_item { Stage::AfterFirstItem } else { Stage::BeforeFirstItem };
                function.cancellations.add(stage);
            }
            _ => {}
        }
    }
}

/// A guard that ends the call with a panic if a poll unwinds.
#[cfg(any(feature = "futures", feature = "http-body"))]
struct EndOnUnwind<'a>(&'a mut InFlight);

#[cfg(any(feature = "futures", feature = "http-body"))]
impl Drop for EndOnUnwind<'_> {
    #[cold]
    fn drop(&mut self) {
        self.0.end(Outcome::Panic);
    }
}

impl Drop for InFlight {
    #[inline]
    fn drop(&mut self) {
        self.end(Outcome::Cancelled);
    }
}

impl fmt::Debug for InFlight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InFlight").field("has_ended", &self.open.is_none()).finish_non_exhaustive()
    }
}
