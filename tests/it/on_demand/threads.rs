//! Where callbacks run, and what they may do there.

use super::{LONG, failures, registry, value};
use crate::itself;
use std::cell::OnceCell;
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, Weak};
use std::{env, thread};
use tachometer::{Counter, MetricsRegistry, families::SampleValue, instrumented, metrics};

#[test]
fn a_callback_may_take_snapshots_which_leave_callbacks_out() {
    let (outer, inner) = (Arc::new(registry(LONG)), Arc::new(registry(LONG)));
    inner.callback_gauge("inner", "Of another registry", || 1.0);
    inner.register_counter("counted").add(3);
    let (own, other) = (Arc::downgrade(&outer), Arc::clone(&inner));
    outer.callback_gauge("outer", "Takes snapshots", move || {
        let own = own.upgrade().expect("it is read").snapshot_all();
        let other = other.snapshot_all();
        assert!(own.declared.is_empty() && other.declared.is_empty());
        other.counters["counted"] as f64
    });
    let snapshot = outer.snapshot_all();
    assert_eq!(value(&snapshot, "outer"), Some(&SampleValue::Quantity(3.0)));
    assert_eq!(failures(&snapshot, "outer", "panic"), 0);
}

#[test]
fn a_callback_may_register_which_the_next_snapshot_shows() {
    let registry = Arc::new(registry(LONG));
    let own = Arc::downgrade(&registry);
    registry.callback_gauge("parent", "Registers others", move || {
        let own = own.upgrade().expect("it is read");
        own.register_counter("child_counter").increment();
        let is_new = own.try_callback_gauge("child", "Of a callback", || 7.0).is_ok();
        own.set_callback_timeout(LONG);
        f64::from(u8::from(is_new))
    });
    let first = registry.snapshot_all();
    assert_eq!(value(&first, "parent"), Some(&SampleValue::Quantity(1.0)));
    assert_eq!(value(&first, "child"), None);
    assert_eq!(first.counters["child_counter"], 1);
    let second = registry.snapshot_all();
    assert_eq!(value(&second, "child"), Some(&SampleValue::Quantity(7.0)));
    assert_eq!(value(&second, "parent"), Some(&SampleValue::Quantity(0.0)));
}

#[test]
fn a_callback_may_drop_the_registry() {
    let registry = Arc::new(Mutex::new(Some(Arc::new(registry(LONG)))));
    let own: Arc<MetricsRegistry> = registry.lock().unwrap().clone().expect("it is there");
    let (held, weak): (_, Weak<_>) = (Arc::clone(&registry), Arc::downgrade(&own));
    own.callback_gauge("last", "Lets go of it", move || {
        drop(held.lock().unwrap().take());
        1.0
    });
    assert_eq!(value(&own.snapshot_all(), "last"), Some(&SampleValue::Quantity(1.0)));
    drop(own);
    assert!(weak.upgrade().is_none());
}

#[test]
fn its_thread_ends_with_the_registry() {
    /// Tells of the end of its thread.
    struct AtTheEnd(Sender<()>);

    impl Drop for AtTheEnd {
        fn drop(&mut self) {
            let _ = self.0.send(());
        }
    }

    thread_local!(static AT_THE_END: OnceCell<AtTheEnd> = const { OnceCell::new() });
    let registry = registry(LONG);
    let (end, ended) = mpsc::channel();
    registry.callback_gauge("here", "Leaves something on its thread", move || {
        AT_THE_END.with(|at_the_end| {
            at_the_end.get_or_init(|| AtTheEnd(end.clone()));
        });
        1.0
    });
    for _ in 0..2 {
        registry.snapshot_all();
        assert!(ended.try_recv().is_err(), "it waits for the next snapshot");
    }
    drop(registry);
    ended.recv().expect("it has ended");
}

metrics! {
    static ASKED: Counter = Counter::new("asked_in_callback_total", "Counted by a callback");
}

#[instrumented]
fn called_by_a_callback() {}

#[test]
fn what_a_callback_counts_is_in_the_same_snapshot() {
    tachometer::global().callback_gauge("counts", "Counts", || {
        called_by_a_callback();
        ASKED.increment();
        ASKED.get() as f64
    });
    tachometer::global().set_callback_timeout(LONG);
    let taken = tachometer::snapshot();
    let (Some(SampleValue::Quantity(said)), Some(SampleValue::Count(shown))) =
        (value(&taken, "counts"), value(&taken, "asked_in_callback_total"))
    else {
        panic!("both are shown: {taken}");
    };
    // Another test may have taken a snapshot meanwhile.
    assert!(*said >= 1.0 && *shown as f64 >= *said);
    let calls = taken.function("called_by_a_callback").expect("it is annotated").ok;
    assert!(calls as f64 >= *said);
}

#[test]
fn one_thread_asks_all_of_them_in_every_snapshot() {
    let registry = registry(LONG);
    let threads = Arc::new(Mutex::new(Vec::new()));
    for name in ["one", "two"] {
        let threads = Arc::clone(&threads);
        registry.callback_gauge(name, "Says where it runs", move || {
            threads.lock().unwrap().push(thread::current().id());
            assert_eq!(thread::current().name(), Some("tachometer-callbacks"));
            1.0
        });
    }
    registry.snapshot_all();
    registry.snapshot_all();
    let mut threads = threads.lock().unwrap().clone();
    assert_eq!(threads.len(), 4);
    threads.dedup();
    assert_eq!(threads.len(), 1);
}

/// Says that this process is the one whose threads are too large for the system.
const MARK: &str = "TACHOMETER_TEST_WITHOUT_THREADS";

#[test]
#[cfg_attr(windows, ignore = "the test harness runs no test there without a thread")]
fn without_a_thread_callbacks_are_absent_and_nothing_else_is() {
    const NAME: &str = "on_demand::threads::without_a_thread_callbacks_are_absent_and_nothing_else_is";
    if env::var_os(MARK).is_none() {
        // A stack that no system has room for, read when the first thread is started.
        let output = itself::command()
            .args([NAME, "--exact", "--nocapture", "--test-threads", "1"])
            .env(MARK, "1")
            .env("RUST_MIN_STACK", (1_u64 << 60).to_string())
            .output()
            .expect("this test can be run");
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && text.contains("1 passed"), "{output:?}");
        return;
    }
    assert!(thread::Builder::new().spawn(|| {}).is_err(), "there must be no thread for this test");
    let registry = registry(LONG);
    registry.callback_gauge("asked", "On a thread", || 1.0);
    registry.register_counter("counted").add(2);
    for times in 1..=2 {
        let snapshot = registry.snapshot_all();
        assert_eq!((value(&snapshot, "asked"), snapshot.counters["counted"]), (None, 2));
        assert_eq!(failures(&snapshot, "asked", "no_thread"), times);
        assert_eq!(failures(&snapshot, "asked", "timeout"), 0);
    }
}
