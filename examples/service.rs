//! A small service under a made-up load, for Prometheus to scrape.
//!
//! ```text
//! cargo run --release --example service [-- --listen ADDRESS] [--seconds N]
//! prometheus --config.file examples/prometheus.yml
//! ```
//!
//! It listens on 127.0.0.1:9464 unless told otherwise; with port 0 the system chooses one. The first line of stdout says which
//! it is. It runs until SIGTERM or Ctrl-C, or for so many seconds. Then the orders that are being worked on are finished, and
//! stdout gets the metrics as they are at the end: nothing that came after the last scrape is lost.

use rand::RngExt;
use signal_hook::consts::{SIGINT, SIGTERM};
use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use tachometer::{ErrorKind, instrumented};

const WORKERS: usize = 4;

/// What may be wrong with an order. Its kinds are a label, so that one sees which it is.
#[derive(Debug, ErrorKind)]
enum OrderError {
    EmptyCart,
    UnknownProduct,
    CardRefused,
}

/// What it costs.
#[instrumented]
fn price(product: u32) -> Result<u32, OrderError> {
    work(20..200);
    if product.is_multiple_of(50) { Err(OrderError::UnknownProduct) } else { Ok(product % 90 + 10) }
}

/// Charges a card, by one of two banks of which one is slower.
#[instrumented(labels(bank = bank))]
fn charge(bank: &str, cents: u32) -> Result<u32, OrderError> {
    work(if bank == "swift" { 200..2_000 } else { 1_000..20_000 });
    if cents.is_multiple_of(13) { Err(OrderError::CardRefused) } else { Ok(cents) }
}

#[instrumented]
fn order(bank: &str, products: &[u32]) -> Result<u32, OrderError> {
    if products.is_empty() {
        return Err(OrderError::EmptyCart);
    }
    let prices: Result<Vec<u32>, OrderError> = products.iter().map(|product| price(*product)).collect();
    charge(bank, prices?.iter().sum())
}

/// Takes so many microseconds.
fn work(micros: std::ops::Range<u64>) {
    thread::sleep(Duration::from_micros(rand::random_range(micros)));
}

/// Orders things until it is told to stop, or the time is over. Returns how many times.
fn shop(is_stopped: &AtomicBool, end: Option<Instant>) -> u64 {
    let mut orders = 0;
    let registry = tachometer::global();
    let (revenue, open) =
        (registry.register_counter("revenue_cents_total"), registry.register_gauge("open_orders"));
    while !is_stopped.load(Ordering::Relaxed) && end.is_none_or(|end| Instant::now() < end) {
        let mut rng = rand::rng();
        let products: Vec<u32> = (0..rng.random_range(0..6)).map(|_| rng.random_range(1..1_000)).collect();
        let bank = if rng.random_bool(0.7) { "swift" } else { "solid" };
        let _open = open.track();
        // What went wrong is counted.
        if let Ok(cents) = order(bank, &products) {
            revenue.add(cents.into());
        }
        orders += 1;
    }
    orders
}

/// What stands behind the options.
struct Arguments {
    listen: String,
    seconds: Option<u64>,
}

impl Arguments {
    fn read(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut read = Arguments { listen: "127.0.0.1:9464".to_owned(), seconds: None };
        while let Some(name) = arguments.next() {
            let value = arguments.next().ok_or_else(|| format!("{name} of what?"));
            match name.as_str() {
                "--listen" => read.listen = value?,
                "--seconds" => {
                    let seconds = value?;
                    read.seconds =
                        Some(seconds.parse().map_err(|error| format!("--seconds {seconds}: {error}"))?);
                }
                other => {
                    return Err(format!("{other} is no option: there are --listen ADDRESS and --seconds N"));
                }
            }
        }
        Ok(read)
    }
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let is_stopped = Arc::new(AtomicBool::new(false));
    for signal in [SIGTERM, SIGINT] {
        signal_hook::flag::register(signal, Arc::clone(&is_stopped))?;
    }
    let registry = tachometer::global();
    registry.describe("revenue_cents_total", "What was charged, in cents.");
    registry.describe("open_orders", "Orders that are being worked on.");

    let _print = tachometer::print_on_exit();
    let server = tachometer::serve(&*arguments.listen)?;
    writeln!(io::stdout(), "listening on http://{}/metrics", server.address())?;
    // Somebody may wait for this line, behind a pipe.
    io::stdout().flush()?;

    // An end that is further away than the clock goes is none.
    let end = arguments.seconds.and_then(|seconds| Instant::now().checked_add(Duration::from_secs(seconds)));
    let orders: u64 = thread::scope(|scope| {
        let workers: Vec<_> = (0..WORKERS).map(|_| scope.spawn(|| shop(&is_stopped, end))).collect();
        workers.into_iter().map(|worker| worker.join().unwrap_or_default()).sum()
    });
    writeln!(io::stdout(), "{orders} orders")?;
    Ok(())
}

fn main() -> ExitCode {
    let arguments = match Arguments::read(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(message) => {
            eprintln!("{message}");
            return ExitCode::from(2);
        }
    };
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
