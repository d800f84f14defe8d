//! The handle of a function that was described at run time.

use crate::call::{Call, Timer};
use crate::clock::{self, Ticks};
use crate::instrument::{Site, Stopwatch, Wall, time_of_each};
use crate::recorder::{Outcome, Time};
use std::fmt;
use std::time::Duration;

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

/// The start of a call that was begun by [`DynamicFunction::start`]: eight bytes without a destructor, which an adapter can keep
/// anywhere, for example in an atomic.
#[derive(Debug, Clone, Copy)]
pub struct CallStart(Ticks);

impl CallStart {
    /// Returns the current moment, by the clock that times calls.
    #[inline]
    pub fn now() -> Self {
        CallStart(clock::now())
    }

    /// Returns the time since.
    #[inline]
    pub fn elapsed(self) -> Duration {
        Duration::from_nanos(self.0.elapsed_nanos())
    }

    /// Returns the start as a number that [`from_bits`](Self::from_bits) takes in the same process; it has no unit.
    #[inline]
    pub fn to_bits(self) -> u64 {
        self.0.to_bits()
    }

    /// Returns the start that had these bits.
    #[inline]
    pub fn from_bits(bits: u64) -> Self {
        CallStart(Ticks::from_bits(bits))
    }
}

/// For adapters that keep many calls. These methods do what [`begin`](DynamicFunction::begin) and [`Call`] do in half the time, and leave
/// it to the caller that each call that was started ends exactly once: a call that is not ended stays in flight.
impl DynamicFunction {
    /// Starts a call, which [`end`](Self::end) must end, on any thread.
    #[inline]
    #[must_use = "the call is in flight until `end`"]
    pub fn start(self) -> CallStart {
        self.site.function().start();
        CallStart::now()
    }

    /// Ends a call. Its duration is the time since its start.
    #[inline]
    pub fn end(self, start: CallStart, outcome: Outcome) {
        self.site.function().cells.end(outcome, time_of_each(start.0, start.0.elapsed_nanos()));
    }

    /// Ends a call that was busy for so long.
    #[inline]
    pub fn end_busy(self, busy: Duration, outcome: Outcome) {
        let nanos = u64::try_from(busy.as_nanos()).unwrap_or(u64::MAX);
        self.site.function().cells.end(outcome, Time::OfEach(nanos));
    }

    /// Counts the kind of an error. Call it after the call has ended as [`Outcome::Error`], once.
    pub fn count_error_kind(self, kind: &'static str) {
        self.site.function().error_kinds.add(kind);
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
