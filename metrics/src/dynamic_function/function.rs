//! The handle of a function that was described at run time.

use crate::call::{Call, Timer};
use crate::instrument::{Site, Stopwatch, Wall};
use std::fmt;

/// A function that was described at run time. Its calls are counted and timed as those of an [instrumented](macro@crate::instrumented)
/// function are: exactly, by outcome, without a lock.
///
/// It is for code that cannot be annotated: the operations of a protocol or an interpreter, the spans of another instrumentation.
/// [`MetricsRegistry::function`](crate::MetricsRegistry::function) creates one.
///
/// ```
/// use std::time::Duration;
/// use tachometer::MetricsRegistry;
///
/// # fn main() -> Result<(), tachometer::Error> {
/// let registry = MetricsRegistry::new(Duration::from_secs(10));
/// let select = registry.function("SELECT").module("sql").register()?;
///
/// let query = select.begin();
/// // …
/// query.ok();
/// select.begin().error_of_kind("deadlock");
/// drop(select.begin()); // the client went away
///
/// let snapshot = registry.snapshot_all();
/// let select = snapshot.function("SELECT").unwrap();
/// assert_eq!((select.ok, select.errors, select.cancelled), (1, 1, 1));
/// # Ok(())
/// # }
/// ```
///
/// It is as small as a reference. The function itself is never freed.
#[derive(Clone, Copy)]
pub struct DynamicFunction {
    site: &'static Site<Wall>,
    /// Whether only the time in polls is measured.
    is_busy: bool,
}

impl DynamicFunction {
    pub(super) fn new(site: &'static Site<Wall>, is_busy: bool) -> Self {
        DynamicFunction { site, is_busy }
    }

    /// Begins a call, which may end on another thread.
    ///
    /// It neither locks nor looks anything up; the first call on each thread allocates the cells of this function.
    #[inline]
    pub fn begin(self) -> Call {
        let function = self.site.function();
        function.start();
        let timer = if self.is_busy { Timer::busy(0) } else { Wall::start(|| true).timer() };
        Call::new(function, timer)
    }
}

impl fmt::Debug for DynamicFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let description = &self.site.function().description;
        f.debug_struct("DynamicFunction")
            .field("module", &description.module)
            .field("name", &description.name)
            .field("labels", &description.labels)
            .finish_non_exhaustive()
    }
}
