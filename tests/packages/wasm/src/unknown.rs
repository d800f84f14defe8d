//! The program on `wasm32-unknown-unknown`, as a library that `unknown.mjs` calls.

#![cfg(target_arch = "wasm32")]

mod program;

use std::panic;
use std::time::{Duration, SystemTime};
use tachometer::Format;

#[link(wasm_import_module = "driver")]
unsafe extern "C" {
    /// Returns the milliseconds since 1970.
    safe fn now() -> f64;
    /// Takes a text of this process.
    safe fn print(text: *const u8, length: usize);
}

fn print_text(text: &str) {
    print(text.as_ptr(), text.len());
}

fn clock() -> Duration {
    Duration::from_secs_f64(now() / 1_000.0)
}

/// Without a clock: everything is counted, and nothing is timed. Prints the Prometheus text.
#[unsafe(no_mangle)]
extern "C" fn count() {
    panic::set_hook(Box::new(|panic| print_text(&format!("{panic}"))));
    program::begin();
    let snapshot = program::run();
    assert_eq!(snapshot.timestamp, SystemTime::UNIX_EPOCH);
    for name in program::FUNCTIONS {
        let function = snapshot.function(name).expect("it was called");
        assert_eq!((function.calls(), function.timed(), function.in_flight), (1, 0, 0), "{name}");
        assert_eq!((function.max(), function.total_time()), (None, Duration::ZERO), "{name}");
    }
    let text = snapshot.to_prometheus_format();
    for line in [
        "tachometer_clock_info{source=\"none\"} 1",
        "function_duration_seconds_count{function=\"check_out\",module=\"tachometer_wasm::program\"} 0",
        // The time that was given was observed, the timer without a clock was not.
        "shop_packing_seconds_count 1",
    ] {
        assert!(text.contains(&format!("\n{line}\n")), "no {line:?} in {text}");
    }
    let mut created = String::new();
    snapshot.encode(Format::OpenMetricsWithCreated, &mut created);
    assert!(!created.contains("_created "), "{created}");
    let second = program::run();
    assert_eq!(second.since(&snapshot).function("check_out").expect("it was called").calls(), 3);
    program::use_a_mock_clock();
    program::ask_for_threads();
    let error = tachometer::force_os_clock().expect_err("there is no clock");
    assert_eq!(error.kind(), tachometer::error::Kind::Unsupported);
    print_text(&tachometer::snapshot().to_prometheus_format());
}

/// With a clock of the program: everything is timed. Prints the Prometheus text.
#[unsafe(no_mangle)]
extern "C" fn time() {
    let before = tachometer::snapshot();
    let begun = clock();
    tachometer::set_clock(clock).expect("no call was timed");
    let snapshot = program::run();
    let since = snapshot.since(&before);
    for name in ["check_out", "labelled", "deferred", "inner"] {
        let function = since.function(name).expect("it was called");
        assert_eq!(function.timed(), function.calls(), "{name}");
    }
    let time = snapshot.timestamp.duration_since(SystemTime::UNIX_EPOCH).expect("later");
    assert!(time >= begun && time <= clock());
    let text = snapshot.to_prometheus_format();
    assert!(text.contains("\ntachometer_clock_info{source=\"program\"} 1\n"), "{text}");
    assert!(tachometer::set_clock(clock).is_err());
    print_text(&text);
}
