//! What the system knows of this process. In a process of its own, for other tests open files and take memory too.
#![cfg(any(target_os = "linux", target_os = "macos", target_os = "freebsd", windows))]

use std::fs::File;
use std::time::{Duration, Instant, SystemTime};
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

const CPU: &str = "process_cpu_seconds_total";

fn of_this_process() -> MetricsRegistry {
    let registry = registry();
    registry.register_process_metrics();
    registry
}

/// What follows `process_` in the names of all families, and the systems that do not provide them.
const FAMILIES: [(&str, &str, &[&str]); 7] = [
    ("cpu_seconds_total", "counter", &[]),
    ("max_fds", "gauge", &["windows"]),
    ("open_fds", "gauge", &["freebsd"]),
    ("resident_memory_bytes", "gauge", &[]),
    ("start_time_seconds", "gauge", &["freebsd", "macos"]),
    ("threads", "gauge", &["freebsd", "macos", "windows"]),
    ("virtual_memory_bytes", "gauge", &[]),
];

fn provided(name: &str) -> bool {
    let family = FAMILIES.iter().find(|family| family.0 == name).expect("a family");
    !family.2.contains(&std::env::consts::OS)
}

#[test]
fn the_names_and_kinds_are_those_of_other_libraries() {
    let text = of_this_process().snapshot_all().to_prometheus_format();
    let types: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("# TYPE process_")).collect();
    let expected = FAMILIES.iter().filter(|(name, ..)| provided(name));
    assert_eq!(types, expected.map(|(name, kind, _)| format!("{name} {kind}")).collect::<Vec<_>>());
}

#[test]
fn the_numbers_are_those_of_this_process() {
    let registry = of_this_process();
    let before = registry.snapshot_all();
    let memory = vec![1_u8; 512 << 20];
    let after = registry.snapshot_all();
    let grown = |name: &str| number(&after, name) - number(&before, name);
    // Other tests take memory beside this one, but not nearly as much.
    assert!(grown("process_resident_memory_bytes") > f64::from(400 << 20));
    assert!(grown("process_virtual_memory_bytes") > f64::from(400 << 20));
    // A clock that steps rarely may stand still meanwhile.
    let began = Instant::now();
    while number(&registry.snapshot_all(), CPU) <= number(&before, CPU) {
        assert!(began.elapsed() < Duration::from_secs(50), "no CPU time in 50 s");
    }
    if provided("threads") {
        assert!(number(&after, "process_threads") >= 2.0, "this one and the one that asks");
    }
    if provided("start_time_seconds") {
        assert!(grown("process_start_time_seconds").abs() < 1e-9);
        let now =
            SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("it is later").as_secs_f64();
        // Linux keeps the moment it was booted in whole seconds.
        let age = now - number(&after, "process_start_time_seconds");
        assert!((-2.0..86_400.0).contains(&age), "{age}");
    }
    assert_eq!(memory[memory.len() - 1], 1);
}

#[test]
fn open_files_are_counted() {
    if !provided("open_fds") {
        return;
    }
    let registry = of_this_process();
    let before = registry.snapshot_all();
    let itself = std::env::current_exe().expect("it runs");
    let files: Vec<File> = (0..1_000).map(|_| File::open(&itself).expect("it is there")).collect();
    let after = registry.snapshot_all();
    let opened = number(&after, "process_open_fds") - number(&before, "process_open_fds");
    // Other tests open files beside this one, but not nearly as many.
    assert!((900.0..1_100.0).contains(&opened), "{opened} of {}", files.len());
    if provided("max_fds") {
        assert!(number(&after, "process_max_fds") >= number(&after, "process_open_fds"));
    }
}

#[test]
fn they_are_registered_once_and_a_name_that_is_taken_is_an_error() {
    let registry = of_this_process();
    let before = registry.list();
    registry.register_process_metrics();
    assert_eq!(registry.list(), before);
    let error =
        registry.try_register_gauge("process_resident_memory_bytes").expect_err("it is there").to_string();
    assert!(
        error.contains(
            "\"process_resident_memory_bytes\" is already a gauge from `register_process_metrics` ("
        ),
        "{error}"
    );
    let registry = self::registry();
    registry.register_gauge("process_resident_memory_bytes");
    let error = registry.try_register_process_metrics().expect_err("it is taken").to_string();
    assert!(
        error.contains(
            "cannot register a gauge from `register_process_metrics` \"process_resident_memory_bytes\" ("
        ),
        "{error}"
    );
    registry.register_gauge("process_virtual_memory_bytes");
}
