//! The program on `wasm32-wasip1`, where the system has a clock.

mod program;

use std::time::{Duration, SystemTime};

fn main() {
    let begun = SystemTime::now();
    program::begin();
    let snapshot = program::run();
    assert!(snapshot.timestamp >= begun && snapshot.timestamp <= SystemTime::now());
    for name in program::FUNCTIONS {
        let function = snapshot.function(name).expect("it was called");
        assert_eq!((function.calls(), function.timed()), (1, 1), "{name}");
    }
    assert_eq!(snapshot.function("check_out").expect("it was called").timed(), 3);
    let text = snapshot.to_prometheus_format();
    assert!(text.contains("\ntachometer_clock_info{source=\"os\",resolution=\"1ns\"} 1\n"), "{text}");
    assert!(text.contains("\nshop_packing_seconds_count 2\n"), "{text}");
    let mut created = String::new();
    snapshot.encode(tachometer::Format::OpenMetricsWithCreated, &mut created);
    assert!(created.contains("\nshop_items_sold_created "), "{created}");
    let later = program::run().since(&snapshot);
    assert!(later.elapsed().is_some_and(|elapsed| elapsed < Duration::from_secs(60)));
    assert_eq!(later.function("check_out").expect("it was called").calls(), 3);
    program::use_a_mock_clock();
    program::ask_for_threads();
    assert!(tachometer::set_clock(|| Duration::ZERO).is_err(), "calls were timed");
    tachometer::force_os_clock().expect("it is the one in use");
    println!("wasi: ok");
}
