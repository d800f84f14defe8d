//! Watches of one thread, beside other threads that do the same.

use std::io;
use std::pin::pin;
use std::sync::Barrier;
use std::task::{Context, Poll, Waker};
use std::thread;
use tachometer::testing::{self, Difference, function, metric};
use tachometer::{Counter, ErrorKind, Family, Gauge, Histogram, LabelSet, instrumented, metrics};

#[derive(LabelSet)]
struct Hand {
    hand: &'static str,
}

metrics! {
    static PRESSED: Counter = Counter::new("presses_total", "Presses");
    static BY_HAND: Family<Hand, Counter> = Family::new("hands_total", "Presses by hand");
    static FORCE: Histogram = Histogram::new("force", "Force", &[1, 10, 100]);
    static DOWN: Gauge = Gauge::new("buttons_down", "Buttons that are down");
}

#[derive(Debug, ErrorKind)]
enum Stuck {
    Jammed,
    #[error_kind(transparent)]
    Io(io::Error),
}

#[instrumented(labels(hand = hand))]
fn press(hand: &'static str, fails: bool) -> Result<(), Stuck> {
    PRESSED.increment();
    BY_HAND.with(&Hand { hand }).increment();
    FORCE.observe(5);
    drop(DOWN.track());
    if fails { Err(Stuck::Jammed) } else { Ok(()) }
}

#[instrumented]
async fn wait_for(ready: bool) {
    if !ready {
        std::future::pending::<()>().await;
    }
}

fn message(result: Result<(), Difference>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn tests_that_call_one_function_at_once_each_see_their_own_calls() {
    const ROUNDS: usize = 100;
    let begin = Barrier::new(3);
    for _ in 0..ROUNDS {
        thread::scope(|scope| {
            for calls in 1..=3 {
                let begin = &begin;
                scope.spawn(move || {
                    begin.wait();
                    let watch = testing::watch_thread();
                    for _ in 0..calls {
                        press("left", false).unwrap();
                        press("right", true).unwrap_err();
                    }

                    watch.assert(function("press").ok(calls).errors_of_kind("jammed", calls));
                    watch.assert(function("press").with("hand", "left").ok(calls));
                    watch.assert(metric("presses_total").by(2 * calls));
                    watch.assert(metric("hands_total").with("hand", "right").by(calls));
                    watch.assert(metric("force").observations(2 * calls).sum(10 * calls));
                    watch.assert_only(&["press", "presses_total", "hands_total", "force"]);
                });
            }
        });
    }
    let _ = Stuck::Io(io::ErrorKind::NotFound.into());
}

#[test]
fn a_watch_of_all_threads_sees_those_that_the_test_started_and_one_of_a_thread_does_not() {
    #[instrumented(name = "started")]
    fn started() {}
    let (all, own) = (testing::watch(), testing::watch_thread());
    thread::scope(|scope| scope.spawn(started).join()).unwrap();
    all.assert(function("started").ok(1));
    own.assert(function("started").not_called());
    let text = message(own.check(function("started").ok(1)));
    assert!(text.contains("is not as expected on this thread, since the watch at"), "{text}");
}

#[test]
fn what_threads_share_is_refused_and_so_is_another_thread() {
    let watch = testing::watch_thread();
    let text = message(watch.check(metric("buttons_down").at(0)));
    assert!(text.contains("all threads share it") && text.contains("testing::watch()"), "{text}");
    let text = thread::scope(|scope| scope.spawn(|| message(watch.check(function("press").ok(0)))).join());
    assert!(text.unwrap().contains("is limited to the thread that started it"));
}

#[test]
fn calls_that_began_before_are_never_less_than_none_in_flight() {
    let mut context = Context::from_waker(Waker::noop());
    let mut call = Box::pin(wait_for(false));
    assert!(call.as_mut().poll(&mut context).is_pending());
    let (all, own) = (testing::watch(), testing::watch_thread());
    drop(call);
    for watch in [all, own] {
        watch.assert(function("wait_for").cancelled(1).in_flight(-1));
        let text = message(watch.check(function("wait_for").cancelled(1)));
        assert!(text.contains("begun before         0        1  <--"), "{text}");
        assert!(!text.contains("-1"), "{text}");
        assert!(watch.changes().function("wait_for").unwrap().in_flight >= 0);
    }
    assert!(matches!(pin!(wait_for(true)).poll(&mut context), Poll::Ready(())));
}
