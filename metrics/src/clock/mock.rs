//! The mock clock for tests.

use super::entered::{self, MOCK, MockTime};
use super::source;
use crate::sync::unmodelled::{AtomicU64, Ordering};
use std::marker::PhantomData;
use std::time::Duration;

/// A clock for tests, whose time stands still until [`advance`](Self::advance)d.
///
/// Threads that have [`enter`](Self::enter)ed it time instrumented calls by it. Other threads keep the real clock, so concurrent
/// tests do not affect each other. Copies refer to the same clock; pass one to each thread that should see its time.
///
/// A call that begins by one clock and ends by another takes no time. While any mock clock is entered, calls on all threads
/// cost a little more.
///
/// ```
/// use std::time::Duration;
/// use tachometer::{MockClock, instrumented};
///
/// #[instrumented]
/// fn slow(clock: MockClock) {
///     clock.advance(Duration::from_millis(250));
/// }
///
/// fn main() {
///     let clock = MockClock::new();
///     let _entered = clock.enter();
///     slow(clock);
///     let snapshot = tachometer::snapshot();
///     assert_eq!(snapshot.function("slow").unwrap().max(), Some(Duration::from_millis(250)));
/// }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct MockClock {
    /// Never freed: a thread may keep it entered for any time.
    nanos: MockTime,
}

/// Keeps a [`MockClock`] entered on the thread that created the guard, until it is dropped.
#[derive(Debug)]
#[must_use = "the thread is back on the real clock as soon as the guard is dropped"]
pub struct MockGuard {
    outer: Option<MockTime>,
    /// A clock must be left on the thread that entered it.
    not_send: PhantomData<*const ()>,
}

impl MockClock {
    /// Creates a clock at time zero. Its eight bytes are never freed.
    #[expect(clippy::new_without_default, reason = "each call creates another clock")]
    pub fn new() -> Self {
        MockClock { nanos: Box::leak(Box::new(AtomicU64::new(0))) }
    }

    /// Advances the clock by `time`, for all threads that have entered it.
    ///
    /// # Panics
    /// Panics if the clock would exceed 292 years.
    pub fn advance(&self, time: Duration) {
        let advanced = |nanos: u64| {
            u64::try_from(time.as_nanos()).ok()?.checked_add(nanos).filter(|sum| sum & MOCK == 0)
        };
        // Relaxed: the time publishes nothing else. A test's own synchronization between its threads orders the updates.
        let updated = self.nanos.fetch_update(Ordering::Relaxed, Ordering::Relaxed, advanced);
        assert!(updated.is_ok(), "the time of a mock clock must not exceed 292 years");
    }

    /// Returns the time that has passed on this clock.
    pub fn elapsed(&self) -> Duration {
        // Relaxed: as in `advance`.
        Duration::from_nanos(self.nanos.load(Ordering::Relaxed))
    }

    /// Makes this thread time its instrumented calls by this clock until the guard is dropped.
    ///
    /// Guards may be nested, and must be dropped in reverse order, as they are if each has its own scope.
    pub fn enter(&self) -> MockGuard {
        source::mock_entered();
        MockGuard { outer: entered::replace(Some(self.nanos)), not_send: PhantomData }
    }
}

impl Drop for MockGuard {
    fn drop(&mut self) {
        entered::replace(self.outer);
        source::mock_left();
    }
}
