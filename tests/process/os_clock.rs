//! The operating system's clock on request, in a process of its own: it is asked for before the first call.

use std::thread;
use std::time::{Duration, Instant};
use tachometer::{force_os_clock, instrumented};

#[instrumented]
fn spins(time: Duration) {
    let begun = Instant::now();
    while begun.elapsed() < time {
        thread::yield_now();
    }
}

#[test]
fn calls_are_timed_by_the_clock_that_was_asked_for() {
    force_os_clock().expect("nothing has been timed yet");
    let begun = Instant::now();
    spins(Duration::from_micros(300));
    force_os_clock().expect("it is the one in use");
    spins(Duration::from_millis(2));
    let outside = begun.elapsed();
    let snapshot = tachometer::snapshot();
    let spins = snapshot.function("spins").unwrap();
    assert!(spins.min().unwrap() >= Duration::from_micros(300));
    let inside = spins.total_time();
    assert!((Duration::from_micros(2_300)..=outside).contains(&inside), "{inside:?} in {outside:?}");
    let text = snapshot.to_prometheus_format();
    // The step of the system's clock, which on Windows and Apple's systems is more than its unit.
    let has_unit_steps = cfg!(target_os = "linux") && cfg!(target_arch = "x86_64");
    let resolution = if has_unit_steps { "1ns\"} 1\n" } else { "" };
    let line = format!("\ntachometer_clock_info{{source=\"os\",resolution=\"{resolution}");
    assert!(text.contains(&line), "no {line:?} in: {text}");
}
