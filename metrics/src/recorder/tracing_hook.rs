//! The hook by which calls that take an exemplar learn their trace and the time.

use crate::sync::unmodelled::OnceLock;
use crate::trace_context::TraceContext;
use std::cell::Cell;

/// The functions of upper layers that a call with an exemplar needs. Neither may unwind.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TracingHook {
    /// Returns the trace of the call that ends on this thread. May run code of the program, which may call instrumented functions.
    pub(crate) trace: fn() -> Option<TraceContext>,
    /// Returns the time of day, in nanoseconds since 1970.
    pub(crate) now: fn() -> u64,
}

static HOOK: OnceLock<TracingHook> = OnceLock::new();

thread_local! {
    /// Whether this thread is inside [`TracingHook::trace`]. It has no destructor, so it is accessible as long as the thread runs.
    static IS_ASKING: Cell<bool> = const { Cell::new(false) };
}

/// Sets the hook, unless one is set.
pub(crate) fn set_tracing_hook(hook: TracingHook) {
    HOOK.get_or_init(|| hook);
}

/// Returns the hook, if it is set.
#[inline]
pub(super) fn tracing_hook() -> Option<TracingHook> {
    HOOK.get().copied()
}

/// Returns whether the hook is set.
#[inline]
pub(super) fn is_traced() -> bool {
    HOOK.get().is_some()
}

impl TracingHook {
    /// Returns the trace of the call that ends on this thread; `None` if the program is being asked already, for another call.
    pub(super) fn ask(self) -> Option<TraceContext> {
        if IS_ASKING.replace(true) {
            return None;
        }
        let trace = (self.trace)();
        IS_ASKING.set(false);
        trace
    }

    /// Returns whether the call that ends on this thread is one that the program makes while it is being asked.
    pub(super) fn is_asking() -> bool {
        IS_ASKING.get()
    }
}
