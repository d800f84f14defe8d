//! A callback that panics or hangs harms nobody but itself.

use super::{LONG, failures, registry, value};
use std::panic::panic_any;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tachometer::{
    FullSnapshot, MetricsRegistry,
    collect::{Collect, Collected, FamilyDescription},
    families::SampleValue,
};

/// Hardly any time.
const SHORT: Duration = Duration::from_millis(1);

/// Panics when it is dropped.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("dropped");
    }
}

#[test]
fn one_that_panics_is_absent_and_counted_and_asked_again() {
    let registry = registry(LONG);
    let panics = Arc::new(AtomicBool::new(false));
    let read = Arc::clone(&panics);
    registry.callback_gauge("bad", "Panics at times", move || {
        if read.load(Ordering::Relaxed) {
            panic_any(Bomb);
        }
        1.0
    });
    registry.callback_gauge("good", "Never does", || 2.0);
    for (times, is_bad) in [(0, false), (1, true), (2, true), (2, false)] {
        panics.store(is_bad, Ordering::Relaxed);
        let snapshot = registry.snapshot_all();
        assert_eq!(value(&snapshot, "bad").is_none(), is_bad);
        assert_eq!(value(&snapshot, "good"), Some(&SampleValue::Quantity(2.0)));
        assert_eq!(failures(&snapshot, "bad", "panic"), times);
        assert_eq!(failures(&snapshot, "good", "panic"), 0);
        assert_eq!(failures(&snapshot, "bad", "timeout"), 0);
    }
}

#[test]
fn the_text_of_one_that_fails_is_not_that_of_others_under_its_name() {
    let registry = registry(LONG);
    let fails = Arc::new(AtomicBool::new(false));
    let read = Arc::clone(&fails);
    registry.callback_gauge("http", "Text of the callback", move || {
        assert!(!read.load(Ordering::Relaxed), "it fails");
        1.0
    });
    registry.register_minmax("http").update(7);
    let helps = || {
        let text = registry.snapshot_all().to_prometheus_format();
        let helps = text.lines().filter(|line| line.starts_with("# HELP http"));
        helps.map(str::to_owned).collect::<Vec<_>>()
    };
    let own = ["# HELP http_max The largest value of http.", "# HELP http_min The smallest value of http."];
    assert_eq!(helps(), [&["# HELP http Text of the callback"][..], &own].concat());
    fails.store(true, Ordering::Relaxed);
    assert_eq!(helps(), own);
}

/// Has two families, and panics between them.
struct Halfway;

impl Collect for Halfway {
    fn families(&self) -> Vec<FamilyDescription> {
        vec![FamilyDescription::gauge("half", "One"), FamilyDescription::gauge("whole", "The other")]
    }

    fn collect(&self, into: &mut Collected<'_>) {
        into.gauge("half", &[], 1.0);
        panic!("halfway");
    }
}

#[test]
fn a_collector_that_panics_has_added_nothing() {
    let registry = registry(LONG);
    registry.collect_from(Halfway);
    let snapshot = registry.snapshot_all();
    assert!(snapshot.declared.is_empty());
    assert_eq!(failures(&snapshot, "half", "panic"), 1);
}

/// A gauge that waits until it is told to go on.
struct Stuck {
    begun: Receiver<()>,
    go_on: Sender<()>,
    times: Arc<AtomicU32>,
}

fn stuck(registry: &MetricsRegistry, name: &str) -> Stuck {
    let ((start, begun), (go_on, wait)) = (mpsc::channel(), mpsc::channel::<()>());
    let times = Arc::new(AtomicU32::new(0));
    let (wait, counted) = (Mutex::new(wait), Arc::clone(&times));
    registry.callback_gauge(name, "Waits", move || {
        counted.fetch_add(1, Ordering::Relaxed);
        // The test may have ended.
        let _ = start.send(());
        let _ = wait.lock().expect("nobody panics").recv();
        5.0
    });
    Stuck { begun, go_on, times }
}

impl Stuck {
    /// Takes snapshots until one has left it running.
    fn hang(&self, registry: &MetricsRegistry) -> FullSnapshot {
        loop {
            let snapshot = registry.snapshot_all();
            if self.begun.try_recv().is_ok() {
                return snapshot;
            }
        }
    }
}

#[test]
fn one_that_hangs_is_left_out_and_is_not_started_again_while_it_runs() {
    let registry = registry(SHORT);
    let stuck = stuck(&registry, "stuck");
    let snapshot = stuck.hang(&registry);
    assert_eq!(value(&snapshot, "stuck"), None);
    let before = failures(&snapshot, "stuck", "timeout");
    assert!(before >= 1);
    registry.callback_gauge("after", "Registered since", || 1.0);
    // It is not waited for any more: that would take a minute.
    registry.set_callback_timeout(LONG);
    for times in 1..=3 {
        let snapshot = registry.snapshot_all();
        assert_eq!(value(&snapshot, "stuck"), None);
        assert_eq!(value(&snapshot, "after"), Some(&SampleValue::Quantity(1.0)));
        assert_eq!(failures(&snapshot, "stuck", "timeout"), before + times);
    }
    assert_eq!(stuck.times.load(Ordering::Relaxed), 1);
    // Once it has returned it is as any other.
    for _ in 0..2 {
        stuck.go_on.send(()).expect("it waits");
    }
    let answer = loop {
        if let Some(answer) = value(&registry.snapshot_all(), "stuck") {
            break answer.clone();
        }
    };
    assert_eq!(answer, SampleValue::Quantity(5.0));
    assert_eq!(stuck.times.load(Ordering::Relaxed), 2);
}

#[test]
fn others_of_the_same_snapshot_are_asked_while_one_hangs() {
    // A third of it is what each has for its own.
    let registry = registry(Duration::from_secs(3));
    let first = stuck(&registry, "a_first");
    let go_on = Mutex::new(first.go_on);
    // The second ends what the first waits for: behind it, both would be absent.
    registry.callback_gauge("b_second", "Does not wait", move || {
        let _ = go_on.lock().expect("nobody panics").send(());
        6.0
    });
    let snapshot = registry.snapshot_all();
    assert_eq!(value(&snapshot, "b_second"), Some(&SampleValue::Quantity(6.0)));
    assert_eq!(value(&snapshot, "a_first"), Some(&SampleValue::Quantity(5.0)));
    assert_eq!(failures(&snapshot, "a_first", "timeout"), 0);
}

#[test]
fn even_where_all_hang_each_is_begun() {
    let registry = registry(Duration::from_secs(2));
    let all: Vec<Stuck> = (0..4).map(|number| stuck(&registry, &format!("stuck_{number}"))).collect();
    let snapshot = registry.snapshot_all();
    assert!(snapshot.declared.is_empty());
    for (number, stuck) in all.iter().enumerate() {
        stuck.begun.recv_timeout(LONG).expect("it was begun");
        assert_eq!(failures(&snapshot, &format!("stuck_{number}"), "timeout"), 1);
    }
}

#[test]
fn a_registry_is_dropped_while_one_hangs_which_then_is_dropped_too() {
    /// Tells of its end.
    struct Last(Sender<()>);

    impl Drop for Last {
        fn drop(&mut self) {
            let _ = self.0.send(());
            panic!("nobody is harmed by this");
        }
    }

    let registry = registry(SHORT);
    let ((start, started), (go_on, wait), (end, ended)) =
        (mpsc::channel(), mpsc::channel::<()>(), mpsc::channel());
    let (wait, last) = (Mutex::new(wait), Last(end));
    registry.callback_gauge("stuck", "Waits", move || {
        let _ = (&last, start.send(()), wait.lock().expect("nobody panics").recv());
        1.0
    });
    while started.try_recv().is_err() {
        registry.snapshot_all();
    }
    drop(registry);
    assert!(ended.try_recv().is_err(), "it still waits");
    go_on.send(()).expect("it waits");
    ended.recv().expect("it is dropped");
}

#[test]
fn without_any_time_nobody_is_asked() {
    let registry = registry(Duration::ZERO);
    registry.callback_gauge("never", "Is not asked", || unreachable!());
    registry.register_counter("counted").increment();
    let text = registry.snapshot_all().to_prometheus_format();
    assert_eq!(text, "# HELP counted Counter counted.\n# TYPE counted counter\ncounted 1\n");
}

#[test]
fn more_time_than_a_clock_can_tell_is_no_mistake() {
    let registry = registry(Duration::MAX);
    registry.callback_gauge("patient", "Has all the time", || 1.0);
    assert_eq!(value(&registry.snapshot_all(), "patient"), Some(&SampleValue::Quantity(1.0)));
}
