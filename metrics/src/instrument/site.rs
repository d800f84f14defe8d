//! The call site: a `static` in each instrumented function that holds the function's cells.

use crate::function::{Description, Function, Label};
use crate::recorder::{Block, Outcome, Time};
use crate::registry::{MetricsRegistry, attach_to_global};
use crate::sync::const_unless_loom;
use std::fmt;
use std::marker::PhantomData;

/// The call site of an instrumented function; `S` is the stopwatch of its calls.
pub struct Site<S> {
    function: Function,
    stopwatch: PhantomData<fn() -> S>,
}

impl<S> Site<S> {
    const_unless_loom! {
        /// Creates the call site of a function of the global registry.
        #[must_use]
        pub const fn new(description: Description) -> Self {
            Site::attached_by(description, attach_to_global)
        }
    }

    const_unless_loom! {
        /// Creates the call site of a function that `attach` [adds](attach_to) to its registry; it is called once.
        #[must_use]
        pub const fn attached_by(description: Description, attach: fn(&'static Function)) -> Self {
            Site { function: Function::new(description, attach), stopwatch: PhantomData }
        }
    }

    /// Creates a call site for calls with these labels, which must all have a value.
    pub(super) fn with_labels(&self, labels: &'static [Label]) -> Self {
        Site { function: self.function.with_labels(labels), stopwatch: PhantomData }
    }

    /// Returns the function, for the linker section.
    #[must_use]
    pub const fn function(&'static self) -> &'static Function {
        &self.function
    }

    /// Begins a call. Returns the block in which to end it; `None` on a thread without blocks. A call that may change threads is
    /// [ended](Self::end) without it.
    #[inline]
    pub(super) fn start(&'static self) -> Option<Block> {
        self.function.start()
    }

    /// Returns whether the call that begins is to be timed. On a thread without blocks, each call is.
    #[inline]
    pub(super) fn is_due(&self, block: Option<Block>) -> bool {
        self.function.is_due(block)
    }

    /// Ends a call on any thread.
    #[inline]
    pub(super) fn end(&self, outcome: Outcome, time: Time) {
        self.function.cells.end(outcome, time);
    }
}

impl<S> fmt::Debug for Site<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Site").field(&self.function).finish()
    }
}

/// Adds `function` to `registry`.
pub fn attach_to(registry: &'static MetricsRegistry, function: &'static Function) {
    registry.attach(function);
}
