//! A clock for tests: its time stands still until it is told to go on.

use super::entered::{self, MOCK, MockTime};
use super::source;
use crate::sync::unmodelled::{AtomicU64, Ordering};
use std::marker::PhantomData;
use std::time::Duration;

/// A clock for tests, whose time stands still until [`advance`](Self::advance)d.
///
/// Threads that [`enter`](Self::enter)ed it time instrumented calls by it; others go on with the real clock, so tests
/// that run side by side do not disturb each other. Copies are one and the same clock; hand one to each thread that
/// should see its time.
///
/// A call whose time begins by one clock and ends by another takes no time. While any mock clock is entered, calls on all
/// threads cost a little more.
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
    /// Never freed: a thread may have it entered for as long as it likes.
    nanos: MockTime,
}

/// Keeps a [`MockClock`] entered on the thread that made it, until it is dropped.
#[derive(Debug)]
#[must_use = "the thread is back on the real clock as soon as the guard is dropped"]
pub struct MockGuard {
    outer: Option<MockTime>,
    /// What was entered on a thread is left on it.
    not_send: PhantomData<*const ()>,
}

impl MockClock {
    /// A clock of its own, at time zero. It takes some bytes that are never given back.
    #[expect(clippy::new_without_default, reason = "each is another clock")]
    pub fn new() -> Self {
        MockClock { nanos: Box::leak(Box::new(AtomicU64::new(0))) }
    }

    /// Lets `time` pass, for all threads that entered this clock.
    ///
    /// # Panics
    /// Where the clock would pass 292 years.
    pub fn advance(&self, time: Duration) {
        let advanced = |nanos: u64| {
            u64::try_from(time.as_nanos()).ok()?.checked_add(nanos).filter(|sum| sum & MOCK == 0)
        };
        // Relaxed: the time stands for itself; what else a test hands between its threads orders the rest.
        let updated = self.nanos.fetch_update(Ordering::Relaxed, Ordering::Relaxed, advanced);
        assert!(updated.is_ok(), "a mock clock goes no further than 292 years");
    }

    /// The time that has passed on this clock.
    pub fn elapsed(&self) -> Duration {
        // Relaxed: as in `advance`.
        Duration::from_nanos(self.nanos.load(Ordering::Relaxed))
    }

    /// Has this thread time its instrumented calls by this clock until the guard is dropped.
    ///
    /// Guards may be nested, and are to be dropped in the reverse order, as they are where each has a scope of its own.
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
