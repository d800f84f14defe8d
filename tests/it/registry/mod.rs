//! A registry of one's own: what it registers, reads and exports.

mod declaring;
mod differences;
mod exporter;
mod exporting;
mod files;
mod listing;
mod places;
mod registering;
mod runs;
mod scope;

use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Barrier, LazyLock, Mutex};
use std::thread;
use std::time::{Duration, Instant};
use tachometer::{Error, ExportHandle, FullSnapshot, MetricsRegistry};

/// Nothing here takes nearly as long; what does has hung.
const HUNG: Duration = Duration::from_secs(50);
const SHORT: Duration = Duration::from_millis(1);
/// Longer than any test: what waits for it would hang.
const LONG: Duration = Duration::from_secs(4_000);

fn registry() -> MetricsRegistry {
    MetricsRegistry::new(LONG)
}

/// What `work` returns, or a panic if it hangs.
fn in_time<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, receiver) = mpsc::channel();
    let worker = thread::spawn(move || {
        let _ = sender.send(work());
    });
    match receiver.recv_timeout(HUNG) {
        Ok(result) => result,
        Err(RecvTimeoutError::Timeout) => panic!("it hangs"),
        Err(RecvTimeoutError::Disconnected) => panic::resume_unwind(worker.join().expect_err("it panicked")),
    }
}

/// A callback that sends every snapshot it gets, and the other end.
fn sending() -> (impl FnMut(FullSnapshot) + Send + 'static, Receiver<FullSnapshot>) {
    let (sender, receiver) = mpsc::channel();
    let send = move |snapshot| {
        let _ = sender.send(snapshot);
    };
    (send, receiver)
}

/// Everything that comes until the callback is dropped.
fn rest_of(receiver: &Receiver<FullSnapshot>) -> Vec<FullSnapshot> {
    let mut rest = Vec::new();
    loop {
        match receiver.recv_timeout(HUNG) {
            Ok(snapshot) => rest.push(snapshot),
            Err(RecvTimeoutError::Disconnected) => return rest,
            Err(RecvTimeoutError::Timeout) => panic!("the export neither goes on nor ends"),
        }
    }
}

#[track_caller]
fn panic_of<T>(body: impl FnOnce() -> T) -> String {
    let Err(payload) = catch_unwind(AssertUnwindSafe(body)) else { panic!("it did not panic") };
    match payload.downcast::<String>() {
        Ok(message) => *message,
        Err(payload) => (*payload.downcast::<&str>().expect("a panic has a text")).to_owned(),
    }
}

#[track_caller]
fn refusal<T>(result: Result<T, Error>) -> String {
    match result {
        Ok(_) => panic!("it was not refused"),
        Err(error) => error.to_string(),
    }
}

#[track_caller]
fn assert_names(error: &str, parts: &[&str]) {
    for part in parts {
        assert!(error.contains(part), "no {part:?} in: {error}");
    }
}

/// A message without what it says of places in the source: ` (src/jobs.rs:7:9)`.
fn without_places(message: &str) -> String {
    let mut rest = message;
    let mut kept = String::new();
    while let Some((before, after)) = rest.split_once(" (") {
        kept.push_str(before);
        match after.split_once(')') {
            Some((place, after)) if place.contains(".rs:") => rest = after,
            _ => {
                kept.push_str(" (");
                rest = after;
            }
        }
    }
    kept + rest
}
