//! Export threads: when they call, how they stop, what panics and slow callbacks do to them.

use super::*;

#[test]
fn the_first_export_comes_after_one_interval_and_others_follow() {
    let interval = Duration::from_millis(20);
    let registry = MetricsRegistry::new(interval);
    let (sender, receiver) = mpsc::channel();
    let started = Instant::now();
    registry.start_export_thread(move |_| {
        let _ = sender.send(started.elapsed());
    });
    for number in 1..=3 {
        let after = receiver.recv_timeout(HUNG).expect("an export");
        assert!(after >= interval * number, "export {number} after {after:?}");
    }
}

#[test]
fn the_interval_may_differ_from_the_registrys() {
    let registry = registry();
    let (callback, receiver) = sending();
    registry.start_export_thread_every(SHORT, callback);
    receiver.recv_timeout(HUNG).expect("an export");
    receiver.recv_timeout(HUNG).expect("another");
}

#[test]
fn a_stop_does_not_wait_and_exports_the_latest_values() {
    let registry = registry();
    let jobs = registry.register_counter("jobs");
    let (callback, receiver) = sending();
    let handle = registry.start_export_thread(callback);
    jobs.add(7);
    let handle = in_time(move || {
        handle.stop();
        handle
    });
    // The export was made and its thread has ended when `stop` returns. It was the only one: none at the start.
    let last = receiver.try_recv().expect("the last export");
    assert_eq!(last.counters["jobs"], 7);
    assert_eq!(receiver.try_recv(), Err(mpsc::TryRecvError::Disconnected));
    in_time(move || handle.stop());
    in_time(move || registry.stop());
}

#[test]
fn the_registry_stops_all_its_exports() {
    let registry = Arc::new(registry());
    let (callbacks, receivers): (Vec<_>, Vec<_>) = (0..4).map(|_| sending()).unzip();
    for callback in callbacks {
        registry.start_export_thread(callback);
    }
    let gauge = registry.register_gauge("level");
    gauge.set(-3);
    let stopped = Arc::clone(&registry);
    in_time(move || stopped.stop());
    for receiver in receivers {
        let exports: Vec<_> = receiver.try_iter().collect();
        assert_eq!(exports.len(), 1);
        assert_eq!(exports[0].gauges["level"], -3);
        assert_eq!(receiver.try_recv(), Err(mpsc::TryRecvError::Disconnected));
    }
    in_time(move || registry.stop());
}

#[test]
fn one_export_stops_without_the_others() {
    let registry = registry();
    let (first, first_exports) = sending();
    let (second, second_exports) = sending();
    let handle = registry.start_export_thread(first);
    registry.start_export_thread_every(SHORT, second);
    in_time(move || handle.stop());
    assert_eq!(rest_of(&first_exports).len(), 1);
    // An earlier export may be waiting in the channel; a later one can only come from a thread that goes on.
    registry.register_counter("registered_after_the_stop");
    let later = |snapshot: FullSnapshot| !snapshot.counters.is_empty();
    assert!((0..100_000).any(|_| later(second_exports.recv_timeout(HUNG).expect("it goes on"))));
}

#[test]
fn a_dropped_registry_makes_its_last_exports() {
    let registry = registry();
    let jobs = registry.register_counter("jobs");
    let (callback, receiver) = sending();
    drop(registry.start_export_thread(callback));
    jobs.add(9);
    in_time(move || drop(registry));
    assert_eq!(receiver.try_recv().expect("the last export").counters["jobs"], 9);
    assert_eq!(receiver.try_recv(), Err(mpsc::TryRecvError::Disconnected));
}

#[test]
fn a_dropped_handle_leaves_the_export_running() {
    let registry = MetricsRegistry::new(SHORT);
    let (callback, receiver) = sending();
    drop(registry.start_export_thread(callback));
    for _ in 0..3 {
        receiver.recv_timeout(HUNG).expect("an export");
    }
}

#[test]
fn a_handle_outlives_its_registry() {
    let registry = registry();
    let handle = registry.start_export_thread(drop);
    drop(registry);
    in_time(move || handle.stop());
}

#[test]
fn exports_may_start_again_after_a_stop() {
    let registry = Arc::new(registry());
    for _ in 0..3 {
        let (callback, receiver) = sending();
        registry.start_export_thread(callback);
        let registry = Arc::clone(&registry);
        in_time(move || registry.stop());
        assert_eq!(rest_of(&receiver).len(), 1);
    }
}

#[test]
fn what_is_registered_during_an_export_is_in_all_later_ones() {
    let registry = MetricsRegistry::new(SHORT);
    let (callback, receiver) = sending();
    let handle = registry.start_export_thread(callback);
    assert!(receiver.recv_timeout(HUNG).expect("an export").counters.is_empty());
    registry.register_counter("late").add(5);
    registry.register_histogram("late_too", [1]).record(1);
    let has_late = |snapshot: &FullSnapshot| snapshot.counters.get("late") == Some(&5);
    // An export may fall between the registration and the addition.
    (0..100_000)
        .map(|_| receiver.recv_timeout(HUNG).expect("an export"))
        .find(has_late)
        .expect("an export after the addition");
    in_time(move || handle.stop());
    let rest = rest_of(&receiver);
    assert!(rest.iter().all(has_late));
    assert_eq!(rest.last().expect("the last export").histograms["late_too"].total(), 1);
}

#[test]
fn a_panicking_callback_is_counted_and_does_not_end_the_exports() {
    let registry = MetricsRegistry::new(SHORT);
    let (sender, receiver) = mpsc::channel();
    let mut calls = 0;
    let handle = registry.start_export_thread(move |snapshot| {
        calls += 1;
        assert!(calls > 2, "one of the two panics that are meant to be");
        let _ = sender.send(snapshot.to_prometheus_format());
    });
    let text = receiver.recv_timeout(HUNG).expect("an export after two panics");
    assert!(text.contains("\ntachometer_export_panics_total 2\n"), "{text}");
    in_time(move || handle.stop());
    let text = registry.snapshot_all().to_prometheus_format();
    assert!(text.ends_with("tachometer_export_panics_total 2\n"), "{text}");
}

#[test]
fn a_stop_survives_a_callback_that_always_panics() {
    let registry = registry();
    registry.start_export_thread(|_| panic!("a panic that is meant to be"));
    let text = in_time(move || {
        registry.stop();
        registry.snapshot_all().to_prometheus_format()
    });
    assert!(text.ends_with("tachometer_export_panics_total 1\n"), "{text}");
}

#[test]
fn a_panic_that_panics_again_when_dropped_does_not_end_the_exports() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("a second panic that is meant to be");
        }
    }

    let registry = MetricsRegistry::new(SHORT);
    let (sender, receiver) = mpsc::channel();
    let mut calls = 0;
    registry.start_export_thread(move |snapshot| {
        calls += 1;
        if calls == 1 {
            panic::panic_any(Bomb);
        }
        let _ = sender.send(snapshot.to_prometheus_format());
    });
    let text = receiver.recv_timeout(HUNG).expect("an export after the panic");
    assert!(text.contains("tachometer_export_panics_total 1\n"), "{text}");
}

#[test]
fn panics_are_counted_over_all_exports() {
    let registry = registry();
    for _ in 0..3 {
        registry.start_export_thread(|_| panic!("a panic that is meant to be"));
    }
    registry.stop();
    let text = registry.snapshot_all().to_prometheus_format();
    assert!(text.ends_with("tachometer_export_panics_total 3\n"), "{text}");
}

#[test]
fn a_slow_callback_skips_the_ticks_it_missed() {
    let interval = Duration::from_millis(20);
    let registry = MetricsRegistry::new(interval);
    let (sender, receiver) = mpsc::channel();
    let mut calls = 0;
    registry.start_export_thread(move |_| {
        calls += 1;
        let began = Instant::now();
        while calls == 1 && began.elapsed() < interval * 10 {
            thread::yield_now();
        }
        let _ = sender.send(Instant::now());
    });
    let times: Vec<_> = (0..6).map(|_| receiver.recv_timeout(HUNG).expect("an export")).collect();
    // Five exports stand on five ticks after the slow one; run to catch up, they would come at once.
    let span = times[5] - times[0];
    assert!(span >= interval * 4, "five exports in {span:?}");
}

#[test]
fn an_export_may_stop_itself_by_its_handle() {
    let registry = MetricsRegistry::new(SHORT);
    let (give, handle) = mpsc::channel::<ExportHandle>();
    let (sender, receiver) = mpsc::channel();
    give.send(registry.start_export_thread(move |snapshot| {
        let handle = handle.recv_timeout(HUNG).expect("its own handle");
        handle.stop();
        handle.stop();
        let _ = sender.send(snapshot);
    }))
    .expect("the callback takes it");
    assert_eq!(rest_of(&receiver).len(), 1);
    in_time(move || registry.stop());
}

#[test]
fn an_export_may_stop_its_registry() {
    let registry = Arc::new(MetricsRegistry::new(SHORT));
    let (bystander, bystander_exports) = sending();
    registry.start_export_thread_every(LONG, bystander);
    let (sender, receiver) = mpsc::channel();
    let inside = Arc::clone(&registry);
    registry.start_export_thread(move |snapshot| {
        inside.stop();
        let _ = sender.send(snapshot);
    });
    assert_eq!(rest_of(&receiver).len(), 1);
    assert_eq!(rest_of(&bystander_exports).len(), 1);
    in_time(move || registry.stop());
}

#[test]
fn an_export_may_be_the_last_to_hold_its_registry() {
    let registry = Arc::new(registry());
    let (sender, receiver) = mpsc::channel();
    let inside = Arc::clone(&registry);
    let handle = registry.start_export_thread(move |_| {
        let _ = sender.send(inside.snapshot_all());
    });
    drop(registry);
    in_time(move || handle.stop());
    assert_eq!(rest_of(&receiver).len(), 1);
}

#[test]
fn a_callback_may_register_and_read() {
    let registry = Arc::new(registry());
    let inside = Arc::clone(&registry);
    let handle = registry.start_export_thread(move |_| {
        inside.register_counter("from_inside").increment();
        let _ = inside.snapshot_all();
    });
    in_time(move || handle.stop());
    assert_eq!(registry.snapshot_all().counters["from_inside"], 1);
}

#[test]
fn two_threads_stop_one_handle() {
    let registry = registry();
    let (callback, receiver) = sending();
    let handle = Arc::new(registry.start_export_thread(callback));
    let start = Arc::new(Barrier::new(2));
    let stops = [0, 1].map(|_| {
        let (handle, start) = (Arc::clone(&handle), Arc::clone(&start));
        move || {
            start.wait();
            handle.stop();
        }
    });
    let stops = stops.map(thread::spawn);
    in_time(move || stops.map(|stop| stop.join().expect("it stops")));
    assert_eq!(receiver.try_iter().count(), 1);
}

/// Whoever stops, be it the first or the second, finds the last export made.
fn both_stops_wait_for_the_last_export(stop: impl Fn() + Send + Sync + 'static, body: LastExport) {
    let LastExport { entered, go_on } = body;
    let stop = Arc::new(stop);
    let first_stop = Arc::clone(&stop);
    let first = thread::spawn(move || first_stop());
    entered.recv_timeout(HUNG).expect("the last export has begun");
    let second = thread::spawn(move || {
        stop();
        // Too late for an export that was waited for: it has given up listening.
        go_on.send(()).is_err()
    });
    assert!(in_time(move || second.join()).expect("it stops"), "the second stop did not wait for the export");
    in_time(move || first.join()).expect("it stops");
}

/// The outer ends of a callback that takes its time.
struct LastExport {
    entered: Receiver<()>,
    go_on: mpsc::Sender<()>,
}

fn slow_export() -> (impl FnMut(FullSnapshot) + Send + 'static, LastExport) {
    let (enter, entered) = mpsc::channel();
    let (go_on, listen) = mpsc::channel();
    let mut listen = Some(listen);
    let callback = move |_: FullSnapshot| {
        let _ = enter.send(());
        // A stop that does not wait says so here, and sooner.
        if let Some(listen) = listen.take() {
            let _ = listen.recv_timeout(Duration::from_millis(300));
        }
    };
    (callback, LastExport { entered, go_on })
}

#[test]
fn a_second_stop_of_a_handle_waits_for_the_last_export_too() {
    let registry = registry();
    let (callback, last_export) = slow_export();
    let handle = registry.start_export_thread(callback);
    both_stops_wait_for_the_last_export(move || handle.stop(), last_export);
}

#[test]
fn a_second_stop_of_a_registry_waits_for_the_last_export_too() {
    let registry = registry();
    let (callback, last_export) = slow_export();
    registry.start_export_thread(callback);
    both_stops_wait_for_the_last_export(move || registry.stop(), last_export);
}

#[test]
fn an_interval_of_zero_is_refused_where_it_is_used() {
    let zero = MetricsRegistry::new(Duration::ZERO);
    let error = refusal(zero.try_start_export_thread(drop));
    assert_names(&error, &["interval", "zero"]);
    assert_eq!(panic_of(|| zero.start_export_thread(drop)), error);
    assert_eq!(refusal(registry().try_start_export_thread_every(Duration::ZERO, drop)), error);
    assert_eq!(panic_of(|| registry().start_export_thread_every(Duration::ZERO, drop)), error);
    let (callback, receiver) = sending();
    zero.start_export_thread_every(SHORT, callback);
    receiver.recv_timeout(HUNG).expect("an export");
}

#[test]
fn the_longest_and_the_shortest_interval_work() {
    let longest = MetricsRegistry::new(Duration::MAX);
    let (callback, receiver) = sending();
    longest.start_export_thread(callback);
    in_time(move || longest.stop());
    assert_eq!(rest_of(&receiver).len(), 1);

    let shortest = MetricsRegistry::new(Duration::from_nanos(1));
    let calls = Arc::new(Mutex::new(0_u64));
    let (sender, receiver) = mpsc::sync_channel(0);
    let counted = Arc::clone(&calls);
    shortest.start_export_thread(move |_| {
        *counted.lock().expect("no panic") += 1;
        let _ = sender.send(());
    });
    for _ in 0..3 {
        receiver.recv_timeout(HUNG).expect("an export");
    }
    drop(receiver);
    in_time(move || shortest.stop());
    assert!(*calls.lock().expect("no panic") >= 4);
}
