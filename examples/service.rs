//! A small service under a made-up load, for Prometheus to scrape.
//!
//! ```text
//! cargo run --release -p tachometer-workspace --example service [-- --listen ADDRESS] [--seconds N]
//! prometheus --config.file examples/prometheus.yml
//! ```
//!
//! Its functions are annotated. Further metrics are declared in `metrics!`: revenue by bank and sales by town, open orders, products per
//! order, and the stock, which a callback reads at each scrape.
//!
//! By default it listens on 127.0.0.1:9464; with port 0 the system chooses a port. The first line of stdout shows the address. It runs
//! until SIGTERM or Ctrl-C, or for N seconds. Then it finishes the orders in progress and prints its metrics to stdout, so nothing
//! that came after the last scrape is lost.

use rand::RngExt;
use signal_hook::consts::{SIGINT, SIGTERM};
use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use tachometer::{
    CallbackGauge, Counter, ErrorKind, Family, Gauge, Histogram, LabelSet, LabelValue, instrumented, metrics,
};

const WORKERS: usize = 4;

/// What may be wrong with an order. Its kinds are a label, so that one sees which it is.
#[derive(Debug, ErrorKind)]
enum OrderError {
    EmptyCart,
    UnknownProduct,
    CardRefused,
}

/// Of two banks one is slower.
#[derive(Debug, Clone, Copy, LabelValue)]
enum Bank {
    Swift,
    Solid,
}

/// All sets of these labels are known: each has a series from the start.
#[derive(LabelSet)]
struct Payment {
    bank: Bank,
    /// Whether it was made at the first attempt.
    at_once: bool,
}

/// Towns are known when somebody orders from there.
#[derive(LabelSet)]
struct Delivery<'a> {
    town: &'a str,
}

metrics! {
    static REVENUE: Family<Payment, Counter> = Family::new("revenue_cents_total", "What was charged, in cents");
    static SOLD: Family<Delivery<'static>, Counter> =
        Family::new("products_sold_total", "Products that were sold, by where they go").max_series(100);
    static BASKETS: Histogram = Histogram::new("basket_products", "Products of an order", &[1, 2, 3, 4]);
    static OPEN: Gauge = Gauge::new("open_orders", "Orders that are being worked on");
    static IN_STOCK: CallbackGauge =
        CallbackGauge::new("stock_products", "Products in stock", || STOCK.load(Ordering::Relaxed) as f64);
}

/// The store keeps count of this anyway.
static STOCK: AtomicI64 = AtomicI64::new(FULL);
const FULL: i64 = 10_000;

const TOWNS: [&str; 5] = ["Aachen", "Bonn", "Celle", "Dachau", "Erfurt"];

/// What it costs.
#[instrumented]
fn price(product: u32) -> Result<u32, OrderError> {
    work(20..200);
    if product.is_multiple_of(50) { Err(OrderError::UnknownProduct) } else { Ok(product % 90 + 10) }
}

/// Charges a card.
#[instrumented(labels(bank = bank))]
fn charge(bank: Bank, cents: u32) -> Result<u32, OrderError> {
    work(match bank {
        Bank::Swift => 200..2_000,
        Bank::Solid => 1_000..20_000,
    });
    if cents.is_multiple_of(13) { Err(OrderError::CardRefused) } else { Ok(cents) }
}

#[instrumented]
fn order(bank: Bank, products: &[u32]) -> Result<u32, OrderError> {
    if products.is_empty() {
        return Err(OrderError::EmptyCart);
    }
    let prices: Result<Vec<u32>, OrderError> = products.iter().map(|product| price(*product)).collect();
    let cents = prices?.iter().sum();
    let (cents, at_once) = match charge(bank, cents) {
        Ok(cents) => (cents, true),
        Err(_) => (charge(bank, cents + 1)?, false),
    };
    REVENUE.with(&Payment { bank, at_once }).add(cents.into());
    Ok(cents)
}

/// Takes so many microseconds.
fn work(micros: std::ops::Range<u64>) {
    thread::sleep(Duration::from_micros(rand::random_range(micros)));
}

/// Takes products from the stock, which is filled again before it is empty.
fn sell(products: usize) {
    let sold = i64::try_from(products).unwrap_or(i64::MAX);
    if STOCK.fetch_sub(sold, Ordering::Relaxed) < FULL / 10 {
        STOCK.store(FULL, Ordering::Relaxed);
    }
}

/// Orders things until it is told to stop, or the time is over. Returns how many times.
fn shop(is_stopped: &AtomicBool, end: Option<Instant>) -> u64 {
    let mut orders = 0;
    while !is_stopped.load(Ordering::Relaxed) && end.is_none_or(|end| Instant::now() < end) {
        let mut rng = rand::rng();
        let products: Vec<u32> = (0..rng.random_range(0..6)).map(|_| rng.random_range(1..1_000)).collect();
        let bank = if rng.random_bool(0.7) { Bank::Swift } else { Bank::Solid };
        let town = TOWNS[rng.random_range(0..TOWNS.len())];
        let _open = OPEN.track();
        BASKETS.observe(products.len() as u64);
        // What went wrong is counted.
        if order(bank, &products).is_ok() {
            SOLD.with(&Delivery { town }).add(products.len() as u64);
            sell(products.len());
        }
        orders += 1;
    }
    orders
}

/// The values of the options.
struct Arguments {
    listen: String,
    seconds: Option<u64>,
}

impl Arguments {
    fn read(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut read = Arguments { listen: "127.0.0.1:9464".to_owned(), seconds: None };
        while let Some(name) = arguments.next() {
            let value = arguments.next().ok_or_else(|| format!("{name} needs a value"));
            match name.as_str() {
                "--listen" => read.listen = value?,
                "--seconds" => {
                    let seconds = value?;
                    read.seconds =
                        Some(seconds.parse().map_err(|error| format!("--seconds {seconds}: {error}"))?);
                }
                other => {
                    return Err(format!(
                        "unknown option {other}; the options are --listen ADDRESS and --seconds N"
                    ));
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
