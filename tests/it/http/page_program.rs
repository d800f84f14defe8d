//! `page_program ADDRESS [SERIES]` serves a page for `.ci/check_page.py` to look at: a shop under a made-up load, names that a stranger
//! has chosen, and further series of one function.
//!
//! The first line of stdout is the address. Each line of stdin changes something: `fail` has every third charge refused, `stick` begins
//! calls that never end, `well` ends both, `rest` ends the load. It runs until stdin ends.

use rand::RngExt;
use std::cell::Cell;
use std::future::{Future, pending};
use std::io::{self, BufRead, Write};
use std::ops::Range;
use std::panic::catch_unwind;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Waker};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tachometer::{
    CallbackGauge, Counter, ErrorKind, Family, Gauge, Histogram, LabelSet, MockClock, TraceContext,
    instrumented, metrics,
};

const HOSTILE: [&str; 5] = [
    "</script><script>document.title = 'owned'</script>",
    "<img src=x onerror=\"document.title = 'owned'\">",
    "\"'`${document.title = 'owned'}\\",
    "\u{202e}txet\0 <b>bold</b>\u{7f}\r\n",
    "a name that goes on and on and on, without an end in sight, __proto__, constructor, toString, Ünïcödé, 日本語, 🦀🦀🦀🦀🦀🦀🦀🦀🦀🦀",
];

static FAILS: AtomicBool = AtomicBool::new(false);
static STICKS: AtomicBool = AtomicBool::new(false);
static RESTS: AtomicBool = AtomicBool::new(false);
static ORDERS: AtomicU64 = AtomicU64::new(0);

thread_local! {
    static TRACE: Cell<Option<TraceContext>> = const { Cell::new(None) };
}

#[derive(Debug, ErrorKind)]
enum PaymentError {
    CardRefused,
    BankUnreachable,
}

#[derive(LabelSet)]
struct Visit<'a> {
    agent: &'a str,
}

#[derive(LabelSet)]
struct Delivery<'a> {
    town: &'a str,
}

metrics! {
    static REVENUE: Counter = Counter::new("revenue_cents_total", "What was charged, in cents");
    static OPEN: Gauge = Gauge::new("open_orders", "Orders that are being worked on");
    static BASKETS: Histogram = Histogram::new("basket_products", "Products of an order", &[1, 2, 3, 4]);
    static QUEUED: Histogram = Histogram::of_time("queue_seconds", "Time in the queue", &[1_000_000, 100_000_000]);
    static VISITS: Family<Visit<'static>, Counter> = Family::new("visits_total", "<script>document.title = 'owned'</script>");
    static PARCELS: Family<Delivery<'static>, Counter> = Family::new("parcels_total", "Parcels by town").max_series(3);
    static TILL: CallbackGauge = CallbackGauge::new("till_cents", "What is in the till", || panic!("the till is stuck"));
    static FLAG: Gauge = Gauge::new("doors_open", "Whether the doors are open: it changes every second");
}

#[derive(Clone, Copy)]
struct Cart {
    products: u64,
}

#[instrumented]
impl Cart {
    fn add(&mut self, products: u64) {
        self.products += std::hint::black_box(products);
    }

    fn check_out(self, at: usize) -> Result<u64, PaymentError> {
        let _open = OPEN.track();
        work(100..400);
        charge(["swift", "solid"][at % 2], self.products * 90)
    }
}

#[instrumented(labels(bank = bank))]
fn charge(bank: &str, cents: u64) -> Result<u64, PaymentError> {
    work(if bank == "swift" { 400..1_500 } else { 2_000..9_000 });
    let chance = rand::random_range(0..300);
    let share = if FAILS.load(Ordering::Relaxed) { 100 } else { 1 };
    match chance {
        _ if chance < share => Err(PaymentError::CardRefused),
        299 => Err(PaymentError::BankUnreachable),
        _ => Ok(cents),
    }
}

/// Finds most of what is asked for at once.
#[instrumented]
fn search(catalogue: &str) -> Option<usize> {
    work(if rand::random_bool(0.9) { 60..150 } else { 1_500..4_000 });
    catalogue.find('x')
}

#[instrumented]
fn print_label(number: u64) {
    work(50..90);
    assert!(number % 400 != 399, "the printer is out of paper");
}

#[instrumented]
async fn subscribe() {
    pending::<()>().await;
}

#[instrumented(name = "<img src=x onerror=\"document.title = 'owned'\">", labels(agent = agent))]
fn greet(agent: &str) -> Result<(), String> {
    if agent.is_empty() { Err(agent.to_owned()) } else { Ok(()) }
}

#[instrumented(labels(key = key), max_label_sets = 20_000)]
fn look_up(clock: MockClock, key: u64, nanos: u64) -> bool {
    clock.advance(Duration::from_nanos(nanos));
    key > nanos
}

/// Takes so many microseconds.
fn work(micros: Range<u64>) {
    thread::sleep(Duration::from_micros(rand::random_range(micros)));
}

fn poll(future: &mut Pin<Box<dyn Future<Output = ()> + Send>>) {
    assert!(future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
}

fn shop(at: usize) {
    let towns = ["Aachen", "Bonn", "Celle", "Dachau", "Erfurt"];
    loop {
        if RESTS.load(Ordering::Relaxed) {
            thread::sleep(Duration::from_millis(50));
            continue;
        }
        let number = ORDERS.fetch_add(1, Ordering::Relaxed);
        let trace_id = rand::random::<u128>().to_be_bytes();
        TRACE.set(Some(TraceContext { trace_id, span_id: rand::random::<u64>().to_be_bytes() }));
        let mut cart = Cart { products: 0 };
        for _ in 0..rand::random_range(1..6) {
            let _ = search("books, pens, inks");
            cart.add(1);
        }
        BASKETS.observe(cart.products);
        QUEUED.observe_duration(Duration::from_micros(rand::random_range(300..90_000)));
        if let Ok(cents) = cart.check_out(at) {
            REVENUE.add(cents);
            PARCELS.with(&Delivery { town: towns[rand::rng().random_range(0..towns.len())] }).increment();
            let _ = catch_unwind(|| print_label(number));
        }
        if number.is_multiple_of(20) {
            let mut abandoned: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(subscribe());
            poll(&mut abandoned);
        }
    }
}

/// What happens once a second or so.
fn tick() {
    let mut stuck: Vec<Pin<Box<dyn Future<Output = ()> + Send>>> = Vec::new();
    loop {
        for agent in HOSTILE {
            let _ = greet(agent);
            VISITS.with(&Visit { agent }).increment();
        }
        if STICKS.load(Ordering::Relaxed) {
            if stuck.len() < 8 {
                let mut call: Pin<Box<dyn Future<Output = ()> + Send>> = Box::pin(feed());
                poll(&mut call);
                stuck.push(call);
            }
        } else {
            stuck.clear();
        }
        let seconds = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        FLAG.set(i64::from(seconds.is_multiple_of(2)));
        thread::sleep(Duration::from_millis(500));
    }
}

#[instrumented]
async fn feed() {
    pending::<()>().await;
}

/// Each series has calls whose durations are within three octaves, and more of them ten times a second.
fn many(series: u64) {
    let clock = MockClock::new();
    let _entered = clock.enter();
    loop {
        for key in 0..series {
            let octave = 8 + key % 12 + rand::random_range(0..3);
            look_up(clock, key, (1 << octave) + rand::random_range(0..1 << octave));
        }
        thread::sleep(Duration::from_millis(100));
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let address = arguments.next().ok_or("an address is expected")?;
    let series: u64 = arguments.next().map_or(Ok(0), |series| series.parse())?;
    std::panic::set_hook(Box::new(|_| {}));
    tachometer::set_trace_source(|| TRACE.get());
    tachometer::global().register_process_metrics();
    let server = tachometer::serve(&*address)?;
    writeln!(io::stdout(), "http://{}/", server.address())?;
    io::stdout().flush()?;
    if series > 0 {
        thread::spawn(move || many(series));
        RESTS.store(true, Ordering::Relaxed);
    }
    for at in 0..4 {
        thread::spawn(move || shop(at));
    }
    thread::spawn(tick);
    for line in io::stdin().lock().lines() {
        match &*line? {
            "fail" => FAILS.store(true, Ordering::Relaxed),
            "stick" => STICKS.store(true, Ordering::Relaxed),
            "rest" => RESTS.store(true, Ordering::Relaxed),
            "well" => {
                FAILS.store(false, Ordering::Relaxed);
                STICKS.store(false, Ordering::Relaxed);
            }
            other => return Err(format!("unknown: {other}").into()),
        }
    }
    Ok(())
}
