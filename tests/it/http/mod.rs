//! The endpoint, over real sockets: what it answers, how it is told to stop, and what it withstands.

mod answers;
mod client;
mod crowds;
mod deadlines;
mod embedded;
mod own_metrics;
mod page;
#[cfg(target_os = "linux")]
mod scarcity;
mod stopping;
#[cfg(unix)]
mod unix;
mod views;

use client::{Answer, Client, ask, get};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};
use tachometer::families::{Number, Value};
use tachometer::{Endpoint, Error, MetricsRegistry, http::Server};

/// Nothing here takes nearly as long; what does has hung.
const HUNG: Duration = Duration::from_secs(50);
/// Longer than any test: what waits for it would hang.
const LONG: Duration = Duration::from_secs(4_000);
/// A deadline that a test waits for.
const SHORT: Duration = Duration::from_millis(50);

const BEGIN_OF_REQUEST: &str = "GET /metrics HTTP/1.1\r\nHost: x\r\n";
const REST_OF_REQUEST: &str = "\r\n";
const REQUEST: &str = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";
const HEALTHY: &str = "GET /healthy HTTP/1.1\r\nHost: x\r\n\r\n";

fn registry() -> MetricsRegistry {
    MetricsRegistry::new(LONG)
}

/// A registry whose text is longer than what the system takes of an answer that nobody reads.
fn huge_registry() -> MetricsRegistry {
    let registry = registry();
    registry.register_counter("jobs").add(3);
    registry.describe("jobs", "x".repeat(HUGE));
    registry
}

/// More than the buffers of two sockets hold.
const HUGE: usize = 8 * 1024 * 1024;

/// An endpoint whose deadlines are further away than the end of the test.
fn endpoint(registry: &MetricsRegistry) -> Endpoint {
    Endpoint::new()
        .path("/metrics", registry)
        .health_path("/healthy")
        .request_deadline(LONG)
        .response_deadline(LONG)
        .patience(LONG)
}

fn serve(endpoint: &Endpoint) -> Server {
    endpoint.serve("127.0.0.1:0").expect("a free port")
}

/// What a registry shows as the series of this name and these labels; of a histogram, how many values it has.
fn shown(registry: &MetricsRegistry, name: &str, labels: &[(&str, &str)]) -> Option<u64> {
    let snapshot = registry.snapshot_all();
    let family = snapshot.families().into_iter().find(|family| family.name == name)?;
    let series = family.series.iter().find(|series| series.labels.iter().eq(labels.iter().copied()))?;
    match &series.value {
        Value::Number(Number::Unsigned(number)) => Some(*number),
        Value::Number(Number::Signed(level)) => u64::try_from(*level).ok(),
        Value::Histogram(distribution) => Some(distribution.count()),
        other => panic!("{name} is {other:?}"),
    }
}

fn scrapes(registry: &MetricsRegistry, format: &str, result: &str) -> Option<u64> {
    shown(registry, "tachometer_scrapes_total", &[("format", format), ("result", result)])
}

/// Returns when it has become true, and panics if it does not.
#[track_caller]
fn until(what: &str, condition: impl Fn() -> bool) {
    let begin = Instant::now();
    while !condition() {
        assert!(begin.elapsed() < HUNG, "it never came to this: {what}");
        thread::yield_now();
    }
}

/// What `work` returns, or a panic if it hangs.
#[track_caller]
fn in_time<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let _ = sender.send(work());
    });
    receiver.recv_timeout(HUNG).expect("it hangs, or it panicked")
}

#[track_caller]
fn refusal<T>(result: Result<T, Error>) -> String {
    match result {
        Ok(_) => panic!("it was not refused"),
        Err(error) => error.to_string(),
    }
}
