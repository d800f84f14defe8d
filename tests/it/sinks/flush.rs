use super::*;
use std::sync::mpsc::{self, Receiver, Sender};

/// A sink that sends the number of jobs at each export.
fn sending(jobs: Sender<u64>) -> impl FnMut(&tachometer::FullSnapshot) -> std::io::Result<()> {
    move |snapshot| {
        jobs.send(snapshot.counters["jobs"]).unwrap();
        Ok(())
    }
}

#[test]
fn a_flush_exports_to_each_sink_what_was_counted_before_it() {
    let registry = registry();
    let jobs = registry.register_counter("jobs");
    let (first, firsts) = mpsc::channel();
    let (second, seconds) = mpsc::channel();
    let exporter =
        registry.exporter().to("first", sending(first)).to("second", sending(second)).start().unwrap();
    for count in 1..=3 {
        jobs.increment();
        assert!(exporter.flush(HUNG));
        assert_eq!([&firsts, &seconds].map(Receiver::try_recv), [Ok(count); 2]);
    }
    drop(exporter);
    assert_eq!([firsts, seconds].map(|counts| counts.into_iter().collect::<Vec<_>>()), [[3]; 2]);
}

#[test]
fn a_flush_does_not_count_a_run_in_progress() {
    let registry = registry();
    let jobs = registry.register_counter("jobs");
    let (begun, begins) = mpsc::channel();
    let (go, goes) = mpsc::channel::<()>();
    let sink = move |snapshot: &tachometer::FullSnapshot| {
        begun.send(snapshot.counters["jobs"]).unwrap();
        // After the test, at once.
        let _ = goes.recv();
        Ok(())
    };
    let exporter = Arc::new(registry.exporter().to("sink", sink).start().unwrap());
    let flushing = |exporter: &Arc<tachometer::export::Exporter>| {
        let exporter = Arc::clone(exporter);
        std::thread::spawn(move || exporter.flush(HUNG))
    };
    let first = flushing(&exporter);
    assert_eq!(begins.recv(), Ok(0));
    // The run in progress has read its snapshot already.
    jobs.increment();
    let second = flushing(&exporter);
    // A flush that cannot end in time says so.
    assert!(!exporter.flush(Duration::from_millis(1)));
    go.send(()).unwrap();
    assert_eq!(begins.recv(), Ok(1));
    drop(go);
    assert!(first.join().unwrap() && second.join().unwrap());
}

#[test]
fn a_flush_from_inside_a_sink_waits_for_nothing() {
    let registry = registry();
    registry.register_counter("jobs");
    let shared = Arc::new(Mutex::new(None::<tachometer::export::Exporter>));
    let inside = Arc::clone(&shared);
    let (result, results) = mpsc::channel();
    let (other, others) = mpsc::channel();
    let sink = move |_: &tachometer::FullSnapshot| {
        if let Ok(mut exporter) = inside.try_lock()
            && let Some(exporter) = exporter.take()
        {
            result.send((exporter.flush(HUNG), exporter)).unwrap();
        }
        Ok(())
    };
    let exporter = registry.exporter().every(Duration::from_millis(1)).to("sink", sink).start().unwrap();
    let second = registry.exporter().to("other", sending(other)).start().unwrap();
    *shared.lock().unwrap() = Some(exporter);
    let (is_flushed, exporter) = results.recv().unwrap();
    assert!(!is_flushed);
    drop((exporter, second));
    assert_eq!(others.into_iter().count(), 1);
}

#[test]
fn a_flush_after_the_end_returns_at_once() {
    let registry = registry();
    let exporter = registry.exporter().to("sink", |_| Ok(())).start().unwrap();
    exporter.stop();
    assert!(exporter.flush(HUNG));
}
