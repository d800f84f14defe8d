//! The call site: a `static` in each instrumented function, which finds the function's cells without looking.

use crate::cells::{Block, Outcome};
use crate::function::{Description, Function, Label};
use crate::registry::{MetricsRegistry, attach_to_global};
use crate::sync::const_unless_loom;
use crate::sync::unmodelled::OnceLock;
use std::cell::Cell;
use std::ptr;

/// An instrumented function's `static`.
#[derive(Debug)]
pub struct Site {
    function: Function,
    /// `None`: the global one.
    registry: Option<fn() -> &'static MetricsRegistry>,
    /// Set once the registry reads the function.
    attached: OnceLock<()>,
}

thread_local! {
    /// The site whose registry this thread is asking for.
    static ATTACHING: Cell<*const Site> = const { Cell::new(ptr::null()) };
}

impl Site {
    const_unless_loom! {
        /// A function of the global registry.
        #[must_use]
        pub const fn new(description: Description) -> Self {
            Site::attached_by(None, description)
        }
    }

    const_unless_loom! {
        /// A function of the registry that `registry` returns; it is asked once, at the first call.
        #[must_use]
        pub const fn in_registry(description: Description, registry: fn() -> &'static MetricsRegistry) -> Self {
            Site::attached_by(Some(registry), description)
        }
    }

    const_unless_loom! {
        const fn attached_by(registry: Option<fn() -> &'static MetricsRegistry>, description: Description) -> Self {
            Site { function: Function::new(description), registry, attached: OnceLock::new() }
        }
    }

    /// The calls of this function whose labels have these values; `labels` has one for each. The caller
    /// [attaches](Self::attach) the function itself.
    pub(super) fn with_labels(&self, labels: &'static [Label]) -> Self {
        let description = Description { labels, ..self.function.description };
        Site { function: Function::new(description), registry: None, attached: OnceLock::from(()) }
    }

    pub(super) fn function(&self) -> &Function {
        &self.function
    }

    /// A call begins. Returns the block that it is to be ended in; `None` where it is to be [ended](Self::end) on
    /// whichever thread that will be.
    #[inline]
    pub(super) fn start(&'static self) -> Option<Block> {
        self.function.cells.start().or_else(|| self.start_first())
    }

    /// A call begins on a thread that has not called the function before.
    #[cold]
    fn start_first(&'static self) -> Option<Block> {
        self.attach();
        self.function.cells.start_first()
    }

    #[cold]
    pub(super) fn end_first(&self, outcome: Outcome, nanos: u64) {
        self.function.cells.end_first(outcome, nanos);
    }

    #[inline]
    pub(super) fn end(&self, outcome: Outcome, nanos: u64) {
        self.function.cells.end(outcome, nanos);
    }

    /// Has the registry read this function. Threads that make its first calls together wait for one of them, so that no
    /// call can end before a snapshot would find it. A call from inside the registry's own expression does not wait for
    /// itself: the function will be attached when that is done.
    pub(super) fn attach(&'static self) {
        if ATTACHING.get() == ptr::from_ref(self) {
            return;
        }
        self.attached.get_or_init(|| match self.registry {
            None => attach_to_global(&self.function),
            Some(registry) => {
                let outer = RestoreOnDrop(ATTACHING.replace(self));
                registry().attach(&self.function);
                drop(outer);
            }
        });
    }
}

/// What this thread was attaching before; set again also if the registry's expression panics.
struct RestoreOnDrop(*const Site);

impl Drop for RestoreOnDrop {
    fn drop(&mut self) {
        ATTACHING.set(self.0);
    }
}
