//! The smallest use: annotate functions, show a table every second, print Prometheus text at the end.
//!
//! ```text
//! cargo run --example quickstart
//! ```
//!
//! Four threads run a random workload for some four seconds. The tables go to stderr, the text to stdout.

use rand::RngExt;
use std::pin::pin;
use std::task::{Context, Waker};
use std::thread;
use std::time::{Duration, Instant};
use tachometer::instrumented;

/// Sums the prices of a cart; an empty one is an error.
#[instrumented]
fn checkout(prices: &[u32]) -> Result<u32, &'static str> {
    if prices.is_empty() {
        return Err("nothing to buy");
    }
    work(Duration::from_micros(rand::random_range(50..500)));
    Ok(prices.iter().sum())
}

/// Splits a sum. Without payers it panics, which happens now and then.
#[instrumented(labels(currency = "EUR"))]
fn split(sum: u32, payers: u32) -> u32 {
    sum / payers
}

/// Waits for an answer that never comes. The caller gives up, which drops the future.
#[instrumented]
async fn ask_bank() {
    std::future::pending::<()>().await;
}

fn main() {
    let _print = tachometer::print_on_exit();
    tachometer::global().start_export_thread_every(Duration::from_secs(1), |now| eprintln!("{now}"));
    // The panics below are meant, and counted: there is no need to report each on stderr.
    std::panic::set_hook(Box::new(|_| {}));

    let end = Instant::now() + Duration::from_secs(4);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while Instant::now() < end {
                    visit();
                }
            });
        }
    });
}

fn visit() {
    let mut rng = rand::rng();
    let cart: Vec<u32> = (0..rng.random_range(0..10)).map(|_| rng.random_range(1..1_000)).collect();
    let Ok(sum) = checkout(&cart) else { return };
    let payers = rng.random_range(0..1_000);
    // A panic ends this visit and no other.
    let _ = std::panic::catch_unwind(|| split(sum, payers));
    if rng.random_bool(0.1) {
        // Polled once, and then dropped before it is done.
        let asking = pin!(ask_bank());
        let _ = asking.poll(&mut Context::from_waker(Waker::noop()));
    }
}

/// Keeps the thread busy for `time`.
fn work(time: Duration) {
    let begin = Instant::now();
    while begin.elapsed() < time {
        std::hint::spin_loop();
    }
}
