//! `time = "busy"`: the time that a future spends in its polls.

use super::counted;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use tachometer::{MockClock, instrumented};

const WAIT: Duration = Duration::from_secs(1);

fn nanos(nanos: u64) -> Duration {
    Duration::from_nanos(nanos)
}

/// Busy for three nanoseconds in its first poll, which is not its last, and for four in the second.
async fn steps(clock: MockClock) {
    clock.advance(nanos(3));
    let mut is_woken = false;
    poll_fn(|_| if std::mem::replace(&mut is_woken, true) { Poll::Ready(()) } else { Poll::Pending }).await;
    clock.advance(nanos(4));
}

fn poll<F: Future + ?Sized>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Polls a future twice, the second time after a wait.
fn drive<T>(clock: MockClock, future: impl Future<Output = T>) -> Poll<T> {
    let mut future = pin!(future);
    clock.advance(WAIT);
    assert!(poll(future.as_mut()).is_pending());
    clock.advance(WAIT);
    poll(future)
}

#[instrumented(time = "busy")]
async fn busy(clock: MockClock) -> Result<(), ()> {
    steps(clock).await;
    Err(())
}

#[instrumented(time = "wall")]
async fn wall(clock: MockClock) {
    steps(clock).await;
}

#[instrumented(time = "busy", ok_if = |()| false)]
fn made(clock: MockClock) -> impl Future<Output = ()> {
    steps(clock)
}

#[instrumented(time = "busy")]
fn boxed(clock: MockClock) -> Pin<Box<dyn Future<Output = ()>>> {
    Box::pin(steps(clock))
}

struct Methods(MockClock);

#[instrumented(time = "busy")]
impl Methods {
    async fn busy(&self) {
        steps(self.0).await;
    }

    #[instrumented(time = "wall")]
    async fn wall(&self) {
        steps(self.0).await;
    }

    fn sync(&self) {
        self.0.advance(nanos(7));
    }
}

#[test]
fn waiting_is_not_being_busy() {
    let clock = MockClock::new();
    let _entered = clock.enter();
    assert_eq!(drive(clock, busy(clock)), Poll::Ready(Err(())));
    assert_eq!(drive(clock, wall(clock)), Poll::Ready(()));
    assert_eq!(drive(clock, made(clock)), Poll::Ready(()));
    assert_eq!(drive(clock, boxed(clock)), Poll::Ready(()));
    let methods = Methods(clock);
    assert_eq!(drive(clock, methods.busy()), Poll::Ready(()));
    assert_eq!(drive(clock, methods.wall()), Poll::Ready(()));
    methods.sync();
    for name in ["busy", "made", "boxed", "Methods::busy", "Methods::sync"] {
        assert_eq!(counted(name).total_time(), nanos(7), "{name}");
    }
    for name in ["wall", "Methods::wall"] {
        assert_eq!(counted(name).total_time(), WAIT + nanos(7), "{name}");
    }
    assert_eq!((counted("busy").errors, counted("made").errors, counted("boxed").ok), (1, 1, 1));
}

#[instrumented(time = "busy")]
async fn given_up(clock: MockClock) {
    steps(clock).await;
}

#[instrumented(time = "busy")]
async fn breaks(clock: MockClock) {
    steps(clock).await;
    clock.advance(nanos(5));
    panic!("broken");
}

#[test]
fn calls_that_fail_were_busy_for_as_long_as_they_were() {
    let clock = MockClock::new();
    let _entered = clock.enter();
    let mut future = Box::pin(given_up(clock));
    assert!(poll(future.as_mut()).is_pending());
    clock.advance(WAIT);
    drop(future);
    let given_up = counted("given_up");
    assert_eq!((given_up.cancelled, given_up.in_flight, given_up.total_time()), (1, 0, nanos(3)));

    catch_unwind(AssertUnwindSafe(|| drive(clock, breaks(clock)))).unwrap_err();
    let breaks = counted("breaks");
    assert_eq!((breaks.panics, breaks.cancelled, breaks.total_time()), (1, 0, nanos(12)));
}

#[instrumented]
async fn small_by_default() {}

#[instrumented(time = "busy")]
async fn small_and_busy() {}

#[test]
fn only_who_asks_for_it_keeps_more_time() {
    assert_eq!(size_of_val(&small_by_default()), 32);
    assert_eq!(size_of_val(&small_and_busy()), 40);
}
