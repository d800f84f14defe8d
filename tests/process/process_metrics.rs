//! What the system knows of this process. In a process of its own, for other tests open files and take memory too.
#![cfg(target_os = "linux")]

use std::fs::File;
use std::time::{Duration, SystemTime};
use tachometer::{FullSnapshot, MetricsRegistry, families::SampleValue};

/// A registry that waits for callbacks longer than any test takes.
fn registry() -> MetricsRegistry {
    let registry = MetricsRegistry::new(Duration::from_mins(1));
    registry.set_callback_timeout(Duration::from_mins(1));
    registry
}

fn number(snapshot: &FullSnapshot, name: &str) -> f64 {
    match snapshot.declared.get(name).and_then(|family| family.value()) {
        Some(SampleValue::Sum(number) | SampleValue::Quantity(number)) => *number,
        other => panic!("{name} is {other:?}"),
    }
}

fn of_this_process() -> MetricsRegistry {
    let registry = registry();
    registry.register_process_metrics();
    registry
}

#[test]
fn the_names_and_kinds_are_those_of_other_libraries() {
    let text = of_this_process().snapshot_all().to_prometheus_format();
    let types: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("# TYPE process_")).collect();
    assert_eq!(
        types,
        [
            "cpu_seconds_total counter",
            "max_fds gauge",
            "open_fds gauge",
            "resident_memory_bytes gauge",
            "start_time_seconds gauge",
            "threads gauge",
            "virtual_memory_bytes gauge"
        ]
    );
}

#[test]
fn the_numbers_are_those_of_this_process() {
    let registry = of_this_process();
    let before = registry.snapshot_all();
    let files: Vec<File> = (0..1_000).map(|_| File::open("/dev/null").expect("it is there")).collect();
    let memory = vec![1_u8; 512 << 20];
    let after = registry.snapshot_all();
    let grown = |name: &str| number(&after, name) - number(&before, name);
    // Other tests do the same things beside this one, but not nearly as often.
    assert!((900.0..1_100.0).contains(&grown("process_open_fds")), "{}", grown("process_open_fds"));
    assert!(grown("process_resident_memory_bytes") > f64::from(400 << 20));
    assert!(grown("process_virtual_memory_bytes") > f64::from(400 << 20));
    assert!(grown("process_cpu_seconds_total") > 0.0);
    assert!(grown("process_start_time_seconds").abs() < 1e-9);
    assert!(number(&after, "process_max_fds") >= number(&after, "process_open_fds"));
    assert!(number(&after, "process_threads") >= 2.0, "this one and the one that asks");
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("it is later").as_secs_f64();
    // The system keeps the moment it was booted in whole seconds.
    let age = now - number(&after, "process_start_time_seconds");
    assert!((-2.0..86_400.0).contains(&age), "{age}");
    assert_eq!((files.len(), memory[memory.len() - 1]), (1_000, 1));
}

#[test]
fn they_are_registered_once_and_a_name_that_is_taken_is_an_error() {
    let registry = of_this_process();
    let before = registry.list();
    registry.register_process_metrics();
    assert_eq!(registry.list(), before);
    let error = registry.try_register_gauge("process_threads").expect_err("it is there").to_string();
    assert!(
        error.contains("\"process_threads\" is already a gauge from `register_process_metrics` ("),
        "{error}"
    );
    let registry = self::registry();
    registry.register_gauge("process_threads");
    let error = registry.try_register_process_metrics().expect_err("it is taken").to_string();
    assert!(
        error.contains("cannot register a gauge from `register_process_metrics` \"process_threads\" ("),
        "{error}"
    );
    registry.register_gauge("process_open_fds");
}
