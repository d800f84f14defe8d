//! The duration of a call that ends with its stream.

use super::*;
use std::time::Duration;
use tachometer::MockClock;

/// A stream that takes a second for each poll, and three before its first.
struct Slow {
    clock: MockClock,
    script: Script<u32>,
}

const SECOND: Duration = Duration::from_secs(1);

impl Stream for Slow {
    type Item = u32;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<u32>> {
        self.clock.advance(SECOND);
        Pin::new(&mut self.script).poll_next(context)
    }
}

fn slow(clock: MockClock) -> Slow {
    clock.advance(3 * SECOND);
    Slow { clock, script: script([Item(1), Wait, End]) }
}

#[instrumented(ends_with = "stream")]
fn wall(clock: MockClock) -> impl Stream<Item = u32> + Unpin {
    slow(clock)
}

#[instrumented(ends_with = "stream", time = "busy")]
fn busy(clock: MockClock) -> impl Stream<Item = u32> + Unpin {
    slow(clock)
}

#[instrumented(ends_with = "stream", time = "busy", sample = 2)]
async fn busy_later(clock: MockClock) -> impl Stream<Item = u32> + Unpin {
    let mut paused = false;
    std::future::poll_fn(
        |_| {
            if std::mem::replace(&mut paused, true) { Poll::Ready(()) } else { Poll::Pending }
        },
    )
    .await;
    slow(clock)
}

fn drain(mut stream: impl Stream<Item = u32> + Unpin, clock: MockClock) {
    for _ in 0..3 {
        clock.advance(10 * SECOND);
        let _ = next(&mut stream);
    }
    clock.advance(100 * SECOND);
}

#[test]
fn a_call_takes_until_the_end_of_its_stream_or_the_time_in_polls() {
    let clock = MockClock::new();
    let _entered = clock.enter();
    drain(wall(clock), clock);
    assert_eq!(counted("wall").total_time(), 36 * SECOND);
    drain(busy(clock), clock);
    assert_eq!(counted("busy").total_time(), 6 * SECOND);
    for _ in 0..2 {
        let mut future = Box::pin(busy_later(clock));
        let mut context = Context::from_waker(Waker::noop());
        assert!(future.as_mut().poll(&mut context).is_pending());
        clock.advance(50 * SECOND);
        let Poll::Ready(stream) = future.as_mut().poll(&mut context) else { panic!("it is ready") };
        drain(stream, clock);
    }
    let function = counted("busy_later");
    assert_eq!((function.calls(), function.timed()), (2, 1));
    assert_eq!(function.total_time(), 6 * SECOND);
    let mut stream = busy(clock);
    assert!(next(&mut stream).is_ready());
    clock.advance(100 * SECOND);
    drop(stream);
    assert_eq!(counted("busy").total_time(), 10 * SECOND, "a poll less, and cancelled");
}
