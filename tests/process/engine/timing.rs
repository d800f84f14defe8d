//! Durations by a mock clock, and what the text says of the real one.

use super::counted;
use std::pin::pin;
use std::task::{Context, Waker};
use std::thread;
use std::time::Duration;
use tachometer::{MockClock, instrumented};

const MILLISECOND: Duration = Duration::from_millis(1);

#[instrumented]
fn lasts(clock: MockClock, time: Duration) {
    clock.advance(time);
}

#[test]
fn a_mock_clock_tells_durations_to_the_nanosecond() {
    let clock = MockClock::new();
    let entered = clock.enter();
    for nanos in [1, 999, 1_000, 1_001, 123_456_789, 20_000_000_000] {
        lasts(clock, Duration::from_nanos(nanos));
    }
    drop(entered);
    let shown = counted("lasts");
    assert_eq!(shown.total_time(), Duration::from_nanos(20_123_459_790));
    assert_eq!(shown.min().zip(shown.max()), Some((Duration::from_nanos(1), Duration::from_secs(20))));
    let buckets = &shown.latency().buckets;
    assert_eq!((buckets[0], buckets[1], buckets.last()), (3, 1, Some(&1)));
    assert_eq!(clock.elapsed(), Duration::from_nanos(20_123_459_790));
}

#[instrumented]
fn by_the_mock(clock: MockClock) {
    clock.advance(MILLISECOND);
}

#[instrumented]
fn by_the_real_one(clock: MockClock) {
    clock.advance(Duration::from_secs(1_000_000));
}

#[test]
fn a_mock_clock_is_only_for_threads_that_entered_it() {
    let clock = MockClock::new();
    let _entered = clock.enter();
    thread::spawn(move || by_the_real_one(clock)).join().unwrap();
    thread::spawn(move || {
        let _entered = clock.enter();
        by_the_mock(clock);
    })
    .join()
    .unwrap();
    assert!(counted("by_the_real_one").max().unwrap() < Duration::from_secs(1_000_000));
    assert_eq!(counted("by_the_mock").max(), Some(MILLISECOND));
}

#[instrumented]
fn nested(clock: MockClock) {
    clock.advance(MILLISECOND);
}

#[test]
fn mock_clocks_nest() {
    let (outer, inner) = (MockClock::new(), MockClock::new());
    let _outer = outer.enter();
    {
        let _inner = inner.enter();
        nested(outer);
        nested(inner);
    }
    nested(outer);
    assert_eq!(counted("nested").total_time(), 2 * MILLISECOND);
}

#[instrumented]
async fn cut() {
    std::future::pending::<()>().await;
}

#[test]
fn a_call_between_two_clocks_takes_no_time() {
    let mut context = Context::from_waker(Waker::noop());
    let clock = MockClock::new();
    {
        let mut begun_by_the_mock = Box::pin(cut());
        let entered = clock.enter();
        assert!(begun_by_the_mock.as_mut().poll(&mut context).is_pending());
        clock.advance(MILLISECOND);
        drop(entered);
        drop(begun_by_the_mock);
    }
    {
        let mut begun_by_the_real_one = pin!(cut());
        assert!(begun_by_the_real_one.as_mut().poll(&mut context).is_pending());
        let _entered = clock.enter();
        begun_by_the_real_one.set(cut());
    }
    let shown = counted("cut");
    assert_eq!((shown.cancelled, shown.total_time(), shown.in_flight), (2, Duration::ZERO, 0));
}

#[test]
#[should_panic(expected = "the time of a mock clock must not exceed 292 years")]
fn a_mock_clock_has_an_end() {
    let clock = MockClock::new();
    clock.advance(Duration::from_hours(2_500_000));
    clock.advance(Duration::from_hours(2_500_000));
}

#[instrumented]
fn real() {}

#[test]
fn the_text_names_the_clock() {
    real();
    let text = tachometer::snapshot().to_prometheus_format();
    assert!(text.contains("\n# TYPE tachometer_clock_info gauge\ntachometer_clock_info{source=\""), "{text}");
    let (_, labels) = text.split_once("\ntachometer_clock_info{source=\"").expect("checked above");
    let (source, resolution) = labels.split_once("\",resolution=\"").expect("a resolution");
    if cfg!(target_os = "linux") {
        let kernels =
            std::fs::read_to_string("/sys/devices/system/clocksource/clocksource0/current_clocksource");
        let counter = if cfg!(target_arch = "aarch64") { "arch_sys_counter" } else { "tsc" };
        let has_counter = cfg!(any(target_arch = "aarch64", target_arch = "x86_64"));
        let trusted = has_counter && kernels.is_ok_and(|name| name.trim() == counter);
        assert_eq!(source, if trusted { counter } else { "os" });
    }
    if cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        assert!(resolution.starts_with("1ns\"} 1\n"), "{resolution}");
    }
    let (step, _) = resolution.split_once("ns\"} 1\n").expect("nanoseconds");
    assert!(step.parse::<f64>().is_ok_and(|step| (1.0..=128.0).contains(&step)), "{step}");
    let forced = tachometer::force_os_clock().map_err(|error| error.to_string());
    assert_eq!(forced.is_ok(), source == "os", "{forced:?}");
}
