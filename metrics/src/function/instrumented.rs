//! An instrumented function: its description and its cells.

use super::description::{Description, Label};
use super::error_kinds::ErrorKinds;
use super::stages::Cancellations;
use crate::recorder::{Block, CallCells};
use crate::sync::unmodelled::OnceLock;
use crate::sync::{List, const_unless_loom};
use std::cell::Cell;
use std::ptr;

/// An instrumented function with its cells.
#[derive(Debug)]
pub struct Function {
    pub(crate) cells: CallCells,
    pub(crate) description: Description,
    /// Used instead of its own cells if labels are evaluated at each call.
    pub(crate) labelled: List<LabelledCalls>,
    pub(crate) error_kinds: ErrorKinds,
    /// Used if calls may end later than they return.
    pub(crate) cancellations: Cancellations,
    attach: Attach,
    /// Set once a registry reads the function.
    attached: OnceLock<()>,
}

/// The calls of a function with the same label values.
#[derive(Debug)]
pub(crate) struct LabelledCalls {
    /// The function with cells of its own and a value for each label.
    pub(crate) function: &'static Function,
    /// Whether these are the calls of the overflow series.
    pub(crate) is_overflow: bool,
}

/// Adds a function to its registry.
pub(crate) type Attach = fn(&'static Function);

thread_local! {
    /// The function that this thread is attaching.
    static ATTACHING: Cell<*const Function> = const { Cell::new(ptr::null()) };
}

impl Function {
    const_unless_loom! {
        pub(crate) const fn new(description: Description, attach: Attach) -> Self {
            Function {
                cells: CallCells::new(description.buckets, description.sample),
                description,
                labelled: List::new(),
                error_kinds: ErrorKinds::new(),
                cancellations: Cancellations::new(),
                attach,
                attached: OnceLock::new(),
            }
        }
    }

    /// Begins a call. Returns the block in which to end it; `None` on a thread without blocks.
    #[inline]
    pub(crate) fn start(&'static self) -> Option<Block> {
        self.cells.start().or_else(|| self.start_first())
    }

    /// Returns whether the call that begins is to be timed. On a thread without blocks, each call is.
    #[inline]
    pub(crate) fn is_due(&self, block: Option<Block>) -> bool {
        block.is_none_or(|block| self.cells.is_due(block))
    }

    /// Begins the first call of the function on a thread.
    #[cold]
    fn start_first(&'static self) -> Option<Block> {
        self.attach();
        self.cells.start_first()
    }

    /// Adds this function to its registry, if it is not there yet. Threads that make the first calls at the same time wait for one
    /// of them, so that no call can end before a snapshot would find it. A call from inside the registry's own expression does
    /// not wait for itself: the function is attached after the expression was evaluated.
    pub(crate) fn attach(&'static self) {
        if ATTACHING.get() == ptr::from_ref(self) {
            return;
        }
        self.attached.get_or_init(|| {
            let outer = RestoreOnDrop(ATTACHING.replace(self));
            (self.attach)(self);
            drop(outer);
        });
    }

    /// Creates a function for the calls of this one with `labels`, which must all have a value. The caller attaches this
    /// function, never the new one.
    pub(crate) fn with_labels(&self, labels: &'static [Label]) -> Self {
        Function::new(Description { labels, ..self.description }, |_| {})
    }
}

/// Restores the function that this thread was attaching before, even if the registry's expression panics.
struct RestoreOnDrop(*const Function);

impl Drop for RestoreOnDrop {
    fn drop(&mut self) {
        ATTACHING.set(self.0);
    }
}
