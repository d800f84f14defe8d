//! The call site: a `static` in each instrumented function, which finds the function's cells without looking.

use crate::function::{Description, Function, Label};
use crate::recorder::{Block, Outcome, Time};
use crate::registry::{MetricsRegistry, attach_to_global};
use crate::sync::const_unless_loom;
use std::fmt;
use std::marker::PhantomData;

/// An instrumented function's `static`; `S` is what its calls are timed by.
pub struct Site<S> {
    function: Function,
    stopwatch: PhantomData<fn() -> S>,
}

impl<S> Site<S> {
    const_unless_loom! {
        /// A function of the global registry.
        #[must_use]
        pub const fn new(description: Description) -> Self {
            Site::attached_by(description, attach_to_global)
        }
    }

    const_unless_loom! {
        /// A function of the registry that `attach` [names](attach_to); it is asked once.
        #[must_use]
        pub const fn attached_by(description: Description, attach: fn(&'static Function)) -> Self {
            Site { function: Function::new(description, attach), stopwatch: PhantomData }
        }
    }

    /// The calls of this function whose labels have these values; `labels` has one for each.
    pub(super) fn with_labels(&self, labels: &'static [Label]) -> Self {
        Site { function: self.function.with_labels(labels), stopwatch: PhantomData }
    }

    /// The function, to be linked.
    #[must_use]
    pub const fn function(&'static self) -> &'static Function {
        &self.function
    }

    /// Begins a call. Returns the block that it is to be ended in; `None` where it is to be [ended](Self::end) on
    /// whichever thread that will be.
    #[inline]
    pub(super) fn start(&'static self) -> Option<Block> {
        self.function.start()
    }

    /// Whether the call that begins is one whose time is to be taken. On a thread that keeps no block, each is.
    #[inline]
    pub(super) fn is_due(&self, block: Option<Block>) -> bool {
        self.function.is_due(block)
    }

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

/// Has `registry` read `function`.
pub fn attach_to(registry: &'static MetricsRegistry, function: &'static Function) {
    registry.attach(function);
}
