//! The call site: a `static` in each instrumented function, which finds the function's cells without looking.

use super::call::OpenCall;
use crate::function::{Description, Function};
use crate::registry::{MetricsRegistry, global};
use crate::sync::OnceLock;

/// An instrumented function's `static`.
#[derive(Debug)]
pub struct Site {
    description: Description,
    registry: fn() -> &'static MetricsRegistry,
    /// Set by the first call.
    function: OnceLock<&'static Function>,
}

impl Site {
    /// A function of the global registry.
    #[must_use]
    pub const fn new(description: Description) -> Self {
        Site::in_registry(description, global)
    }

    /// A function of the registry that `registry` returns; it is asked once, at the first call.
    #[must_use]
    pub const fn in_registry(description: Description, registry: fn() -> &'static MetricsRegistry) -> Self {
        Site { description, registry, function: OnceLock::new() }
    }

    /// A call begins.
    #[inline]
    pub(super) fn begin(&'static self) -> OpenCall {
        let function = match self.function.get() {
            Some(function) => function,
            None => self.register(),
        };
        OpenCall::begin(function)
    }

    #[cold]
    fn register(&'static self) -> &'static Function {
        // Threads that come here together wait for the first: the registry is asked for once.
        self.function.get_or_init(|| (self.registry)().register_function(&self.description))
    }
}
