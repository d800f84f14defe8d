//! Runtimes of both kinds, several in one registry, and one that is dropped.

#![allow(clippy::float_cmp, reason = "they are small integers")]

use std::collections::BTreeMap;
use std::time::Duration;
use tachometer::MetricsRegistry;
use tachometer_tokio::runtime;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

fn registry() -> &'static MetricsRegistry {
    Box::leak(Box::new(MetricsRegistry::new(Duration::from_secs(10))))
}

/// Returns all samples, by name and labels.
fn read(registry: &MetricsRegistry) -> BTreeMap<String, f64> {
    let text = registry.snapshot_all().to_prometheus_format();
    assert!(!text.contains("tachometer_refused_metric_info"), "{text}");
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| line.rsplit_once(' '))
        .map(|(name, value)| (name.to_owned(), value.parse().unwrap()))
        .collect()
}

fn multi_thread(workers: usize) -> Runtime {
    Builder::new_multi_thread().worker_threads(workers).build().unwrap()
}

#[test]
fn tasks_and_workers_of_several_runtimes_are_told_apart() {
    let registry = registry();
    let (many, one) = (multi_thread(3), Builder::new_current_thread().build().unwrap());
    runtime(many.handle()).name("many").registry(registry).register().unwrap();
    runtime(one.handle()).name("one").registry(registry).register().unwrap();
    // Again, under another name: it is there already.
    runtime(one.handle()).name("again").registry(registry).register().unwrap();

    let (release, released) = oneshot::channel::<()>();
    let task = many.spawn(released);
    let idle = one.spawn(async {});
    let seen = read(registry);
    assert_eq!(seen["tokio_workers{runtime=\"many\"}"], 3.0);
    assert_eq!(seen["tokio_workers{runtime=\"one\"}"], 1.0);
    assert_eq!(seen["tokio_alive_tasks{runtime=\"many\"}"], 1.0);
    assert_eq!(seen["tokio_alive_tasks{runtime=\"one\"}"], 1.0);
    assert_eq!(seen.keys().filter(|name| name.starts_with("tokio_workers{")).count(), 2);
    let workers = seen.keys().filter(|name| name.starts_with("tokio_worker_parks_total{runtime=\"many\""));
    assert_eq!(workers.count(), 3);

    release.send(()).unwrap();
    many.block_on(task).unwrap().unwrap();
    one.block_on(idle).unwrap();
    let later = read(registry);
    assert_eq!(later["tokio_alive_tasks{runtime=\"one\"}"], 0.0);
    for (name, value) in seen.iter().filter(|(name, _)| name.contains("_total{")) {
        assert!(later[name] >= *value, "{name} has decreased");
    }
}

#[test]
fn parks_and_busy_time_are_counters() {
    let registry = registry();
    let one = Builder::new_current_thread().build().unwrap();
    runtime(one.handle()).registry(registry).register().unwrap();
    let parks =
        |seen: &BTreeMap<String, f64>| seen["tokio_worker_parks_total{runtime=\"default\",worker=\"0\"}"];
    let before = parks(&read(registry));
    one.block_on(async {
        let (sender, receiver) = oneshot::channel();
        std::thread::spawn(move || sender.send(()));
        receiver.await.unwrap();
        tokio::task::yield_now().await;
    });
    assert!(parks(&read(registry)) >= before);
    let text = registry.snapshot_all().to_prometheus_format();
    for family in
        ["tokio_worker_parks_total", "tokio_worker_busy_seconds_total", "tokio_worker_park_changes_total"]
    {
        assert!(text.contains(&format!("# TYPE {family} counter\n")), "{text}");
    }
    #[cfg(tokio_unstable)]
    for family in ["tokio_spawned_tasks_total", "tokio_worker_polls_total", "tokio_worker_overflows_total"] {
        assert!(text.contains(&format!("# TYPE {family} counter\n")), "{text}");
    }
}

#[test]
fn the_series_of_a_dropped_runtime_stay_and_a_name_that_is_taken_gets_a_number() {
    let registry = registry();
    let first = multi_thread(2);
    runtime(first.handle()).name("work").registry(registry).register().unwrap();
    let (release, released) = oneshot::channel::<()>();
    let task = first.spawn(released);
    assert_eq!(read(registry)["tokio_alive_tasks{runtime=\"work\"}"], 1.0);
    drop(first);
    assert!(release.send(()).is_err());
    drop(task);
    let second = multi_thread(2);
    runtime(second.handle()).name("work").registry(registry).register().unwrap();
    let seen = read(registry);
    assert_eq!(seen["tokio_alive_tasks{runtime=\"work\"}"], 0.0);
    assert_eq!(seen["tokio_workers{runtime=\"work\"}"], 2.0);
    assert_eq!(seen["tokio_workers{runtime=\"work_2\"}"], 2.0);
}

#[test]
fn another_metric_of_such_a_name_is_an_error() {
    let registry = registry();
    registry.callback_gauge("tokio_workers", "Others", || 1.0);
    let one = Builder::new_current_thread().build().unwrap();
    let error = runtime(one.handle()).registry(registry).register().unwrap_err();
    assert!(error.to_string().contains("tokio_workers"), "{error}");
}
