//! A registry that is installed before anything uses the global one. In a process of its own, and one
//! test: a process has one such moment.

use std::sync::mpsc;
use std::time::Duration;
use tachometer::{MetricsRegistry, global, install, instrumented, snapshot};

#[instrumented]
fn linked_and_not_called_yet() {}

#[test]
fn an_installed_registry_is_the_global_one() {
    // Neither another registry nor a function that nobody has called makes it too late.
    assert!(MetricsRegistry::new(Duration::MAX).snapshot_all().functions.is_empty());
    let registry = MetricsRegistry::new(Duration::from_millis(1));
    let counter = registry.register_counter("registered_before");
    counter.add(2);
    install(registry).expect("nothing has used the global registry");

    assert_eq!(snapshot().counters["registered_before"], 2);
    linked_and_not_called_yet();
    assert_eq!(snapshot().functions[0].calls(), 1);
    assert!(std::sync::Arc::ptr_eq(&counter, &global().register_counter("registered_before")));
    global().register_counter("registered_after").add(5);
    assert_eq!(snapshot().counters["registered_after"], 5);

    // The interval is the installed one's: by the usual ten seconds, two exports would take twenty.
    let (sender, receiver) = mpsc::channel();
    let handle = global().start_export_thread(move |snapshot| {
        let _ = sender.send(snapshot);
    });
    for _ in 0..2 {
        let export = receiver.recv_timeout(Duration::from_secs(9)).expect("an export every millisecond");
        assert_eq!(export.counters["registered_before"], 2);
    }
    handle.stop();

    let second = MetricsRegistry::new(Duration::from_secs(1));
    second.register_counter("from_the_second");
    let error = install(second).expect_err("there is one already").to_string();
    assert!(error.contains("global registry") && error.contains("already"), "{error}");
    assert!(!snapshot().counters.contains_key("from_the_second"));
    assert_eq!(snapshot().counters["registered_before"], 2);
}
