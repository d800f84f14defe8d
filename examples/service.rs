//! A small service under a made-up load, for Prometheus to scrape.
//!
//! ```text
//! cargo run --release -p tachometer-workspace --example service [-- --listen ADDRESS] [--seconds N] [--rules FILE]
//! prometheus --config.file examples/prometheus.yml --enable-feature=exemplar-storage
//! ```
//!
//! It has something for every panel of `dashboards/`. Its functions are annotated: they fail with errors of several kinds, one panics now
//! and then, and of two futures that race the loser is cancelled. Each order has a trace, which exemplars show. Further metrics are declared
//! in `metrics!`: revenue by bank and sales by town, open orders, products per order, and the stock, which a callback reads at each
//! scrape. Some functions and a histogram have objectives; `--rules` writes the rules for them to a file, as `examples/service.rules.yml` was
//! written. The metrics of the process are registered, and an exporter prints a line of status every ten seconds.
//!
//! By default it listens on 127.0.0.1:9464; with port 0 the system chooses a port. The first line of stdout shows the addresses. It runs
//! until SIGTERM or Ctrl-C, or for N seconds. Then it finishes the orders in progress and prints its metrics to stdout, so nothing
//! that came after the last scrape is lost.

use rand::RngExt;
use signal_hook::consts::{SIGINT, SIGTERM};
use std::cell::Cell;
use std::error::Error;
use std::io::{self, Write};
use std::panic::{catch_unwind, resume_unwind};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Duration, Instant};
use std::{fs, thread};
use tachometer::{
    CallbackGauge, Counter, ErrorKind, Family, FullSnapshot, Gauge, Histogram, LabelSet, LabelValue,
    TraceContext, buckets, instrumented, metrics,
};
use tokio::runtime::{Builder, Runtime};

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

#[derive(Debug, Clone, Copy, LabelValue)]
enum Carrier {
    Post,
    Pigeon,
}

/// All sets of these labels are known: each has a series from the start.
#[derive(LabelSet)]
struct Payment {
    bank: Bank,
    /// Whether it was made at the first attempt.
    at_once: bool,
}

/// Towns are known from their first order on.
#[derive(LabelSet)]
struct Delivery<'a> {
    town: &'a str,
}

metrics! {
    static REVENUE: Family<Payment, Counter> = Family::new("revenue_cents_total", "What was charged, in cents");
    static SOLD: Family<Delivery<'static>, Counter> =
        Family::new("products_sold_total", "Products that were sold, by where they go").max_series(100);
    static BASKETS: Histogram = Histogram::new("basket_products", "Products of an order", &[1, 2, 3, 4]);
    /// 99 % are to take at most 50 ms.
    static PARCELS: Histogram =
        Histogram::of_time("parcel_seconds", "From an order to its parcel", &const { buckets::seconds([0.01, 0.025, 0.05]) })
            .slo(0.05, 99.0);
    static OPEN: Gauge = Gauge::new("open_orders", "Orders that are being worked on");
    static IN_STOCK: CallbackGauge =
        CallbackGauge::new("stock_products", "Products in stock", || STOCK.load(Ordering::Relaxed) as f64);
}

/// The store keeps count of this anyway.
static STOCK: AtomicI64 = AtomicI64::new(FULL);
const FULL: i64 = 10_000;

const TOWNS: [&str; 5] = ["Aachen", "Bonn", "Celle", "Dachau", "Erfurt"];

/// Looks up what a product costs: 97 % are to succeed.
#[instrumented(slo(success = 97.0))]
fn price(product: u32) -> Result<u32, OrderError> {
    work(20..200);
    if product.is_multiple_of(50) { Err(OrderError::UnknownProduct) } else { Ok(product % 90 + 10) }
}

/// Charges a card: 95 % are to succeed, and 80 % are to take at most 10 ms.
#[instrumented(labels(bank = bank), slo(success = 95.0, latency = (0.01, 80.0)))]
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

/// Prints the receipt, and panics if the printer has no paper. The message of the panic hook is left out: it would fill the terminal.
#[instrumented]
fn print_receipt() {
    if rand::random_ratio(1, 1_000) {
        resume_unwind(Box::new("out of paper"));
    }
}

/// Asks a carrier what it wants for a parcel.
#[instrumented(labels(carrier = carrier))]
async fn quote(carrier: Carrier) -> u32 {
    tokio::time::sleep(Duration::from_millis(rand::random_range(1..10))).await;
    match carrier {
        Carrier::Post => 499,
        Carrier::Pigeon => 2,
    }
}

/// Takes the carrier that answers first. The other call is cancelled: its future is dropped.
#[instrumented]
async fn ship() -> u32 {
    tokio::select! {
        cents = quote(Carrier::Post) => cents,
        cents = quote(Carrier::Pigeon) => cents,
    }
}

thread_local! {
    /// The trace of the order that this thread works on. A program that is traced has it from its tracing library.
    static TRACE: Cell<Option<TraceContext>> = const { Cell::new(None) };
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

/// Orders something, and has it sent.
fn buy(runtime: &Runtime) {
    let mut rng = rand::rng();
    let products: Vec<u32> = (0..rng.random_range(0..6)).map(|_| rng.random_range(1..1_000)).collect();
    let bank = if rng.random_bool(0.7) { Bank::Swift } else { Bank::Solid };
    let town = TOWNS[rng.random_range(0..TOWNS.len())];
    let _open = OPEN.track();
    let begun = Instant::now();
    TRACE.set(Some(TraceContext { trace_id: rng.random(), span_id: rng.random() }));
    BASKETS.observe(products.len() as u64);
    // What went wrong is counted.
    if order(bank, &products).is_ok() {
        SOLD.with(&Delivery { town }).add(products.len() as u64);
        sell(products.len());
        runtime.block_on(ship());
        PARCELS.observe_duration(begun.elapsed());
        // Without a receipt, the products are sold all the same.
        let _ = catch_unwind(print_receipt);
    }
    TRACE.set(None);
}

/// Orders things until it is told to stop, or the time is over. Returns how many times.
fn shop(is_stopped: &AtomicBool, end: Option<Instant>) -> io::Result<u64> {
    let runtime = Builder::new_current_thread().enable_time().build()?;
    let mut orders = 0;
    while !is_stopped.load(Ordering::Relaxed) && end.is_none_or(|end| Instant::now() < end) {
        buy(&runtime);
        orders += 1;
    }
    Ok(orders)
}

/// Prints how it goes, for a log.
fn print_status(now: &FullSnapshot) -> io::Result<()> {
    let Some(order) = now.function("order") else { return Ok(()) };
    writeln!(io::stderr(), "{} orders so far, {:.1} % failed", order.calls(), 100.0 * order.error_rate())
}

/// The values of the options.
struct Arguments {
    listen: String,
    seconds: Option<u64>,
    rules: Option<String>,
}

impl Arguments {
    fn read(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut read = Arguments { listen: "127.0.0.1:9464".to_owned(), seconds: None, rules: None };
        while let Some(name) = arguments.next() {
            let value = arguments.next().ok_or_else(|| format!("{name} needs a value"));
            match name.as_str() {
                "--listen" => read.listen = value?,
                "--rules" => read.rules = Some(value?),
                "--seconds" => {
                    let seconds = value?;
                    read.seconds =
                        Some(seconds.parse().map_err(|error| format!("--seconds {seconds}: {error}"))?);
                }
                other => {
                    return Err(format!(
                        "unknown option {other}; the options are --listen ADDRESS, --seconds N and --rules FILE"
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
    if let Some(file) = &arguments.rules {
        fs::write(file, tachometer::slo_rules())?;
    }
    tachometer::set_trace_source(|| TRACE.get());
    tachometer::global().register_process_metrics();
    let _print = tachometer::print_on_exit();
    let _status = tachometer::exporter().every(Duration::from_secs(10)).to("status", print_status).start()?;
    let server = tachometer::serve(&*arguments.listen)?;
    let address = server.address();
    writeln!(io::stdout(), "listening on http://{address}/metrics, with a page at http://{address}/")?;
    // Another program may wait for this line, at the other end of a pipe.
    io::stdout().flush()?;

    // An end that is further away than the clock goes is none.
    let end = arguments.seconds.and_then(|seconds| Instant::now().checked_add(Duration::from_secs(seconds)));
    let orders: u64 = thread::scope(|scope| {
        let workers: Vec<_> = (0..WORKERS).map(|_| scope.spawn(|| shop(&is_stopped, end))).collect();
        workers.into_iter().map(|worker| worker.join().unwrap_or(Ok(0))).sum::<io::Result<u64>>()
    })?;
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
