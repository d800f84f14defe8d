//! Polls of futures are counted and timed, slow ones and those that panic too.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use tachometer::{MetricsRegistry, MockClock};
use tachometer_tokio::PollTime;

fn slow(registry: &MetricsRegistry) -> String {
    let text = registry.snapshot_all().to_prometheus_format();
    text.lines().find(|line| line.starts_with("tokio_slow_polls_total{")).unwrap().to_owned()
}

#[test]
fn each_poll_is_timed_and_slow_ones_are_counted() {
    let clock = MockClock::new();
    let _entered = clock.enter();
    let registry = MetricsRegistry::new(Duration::from_secs(10));
    let polls = PollTime::try_in(&registry, "work").unwrap().slow_after(Duration::from_millis(20));
    assert_eq!(slow(&registry), "tokio_slow_polls_total{future=\"work\"} 0");
    let mut times = [1, 20, 19, 300].into_iter();
    let future = poll_fn(|_| match times.next() {
        Some(milliseconds) => {
            clock.advance(Duration::from_millis(milliseconds));
            Poll::<()>::Pending
        }
        None => panic!("after the last poll"),
    });
    let mut future = pin!(polls.measure(future));
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..4 {
        assert!(future.as_mut().poll(&mut context).is_pending());
        clock.advance(Duration::from_secs(1));
    }
    assert!(catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(&mut context))).is_err());
    let seen = polls.snapshot();
    assert_eq!((seen.total(), seen.sum()), (5, 340_000_000));
    assert_eq!(slow(&registry), "tokio_slow_polls_total{future=\"work\"} 2");
    // Another one of the same name is the same series.
    assert_eq!(PollTime::try_in(&registry, "work").unwrap().snapshot().total(), 5);
}

#[test]
fn a_poll_allocates_nothing() {
    let registry = MetricsRegistry::new(Duration::from_secs(10));
    let polls = PollTime::try_in(&registry, "work").unwrap();
    let poll = || {
        let mut future = pin!(polls.measure(std::future::ready(7)));
        assert!(future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
    };
    // The first one of a thread does.
    poll();
    assert_eq!(allocation_counter::measure(poll).count_total, 0);
}
