//! The program: what is counted, and what must be shown of it.

use std::future::{Future, ready};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use tachometer::collect::{Collect, Collected, FamilyDescription};
use tachometer::error::Kind;
use tachometer::family::Family;
use tachometer::testing::{self, function, metric};
use tachometer::{
    CallbackGauge, Counter, ErrorKind, FullSnapshot, Gauge, Histogram, Info, LabelSet, LabelValue,
    MetricsRegistry, MockClock, buckets, exporter, instrumented, metrics, time,
};

#[derive(Debug, ErrorKind)]
pub enum Refusal {
    Empty,
    TooLarge,
}

#[derive(Debug, Clone, Copy, LabelValue)]
enum Tier {
    Gold,
    Plain,
}

#[derive(LabelSet)]
struct Of {
    tier: Tier,
}

metrics! {
    static SOLD: Counter = Counter::new("shop_items_sold_total", "Items sold");
    static CARTS: Gauge = Gauge::new("shop_carts", "Open carts");
    static SIZES: Histogram = Histogram::new("shop_cart_size", "Sizes of carts", &[1, 10, 100]);
    static PACKING: Histogram =
        Histogram::of_time("shop_packing_seconds", "Time to pack", &const { buckets::seconds([0.001, 0.01]) });
    static REQUESTS: Family<Of, Counter> = Family::new("shop_requests_total", "Requests by tier");
    static ANSWER: CallbackGauge = CallbackGauge::new("shop_answer", "A value on demand", || 42.0);
    static BUILD: Info = Info::new("shop_build_info", "The build", &[("edition", "wasm")]);
}

#[instrumented]
pub fn check_out(cart: &[u32]) -> Result<u32, Refusal> {
    match cart {
        [] => Err(Refusal::Empty),
        [.., 1_000] => Err(Refusal::TooLarge),
        _ => Ok(cart.iter().sum()),
    }
}

#[instrumented(labels(tier = tier))]
fn labelled(tier: &str) {
    std::hint::black_box(tier);
}

#[instrumented(sample = 4)]
fn sampled() {}

#[instrumented]
async fn deferred() -> u32 {
    ready(time!("inner", 3 + 4)).await
}

struct Stock;

impl Collect for Stock {
    fn families(&self) -> Vec<FamilyDescription> {
        vec![FamilyDescription::gauge("shop_stock", "Items in stock")]
    }

    fn collect(&self, into: &mut Collected<'_>) {
        into.gauge("shop_stock", &[("item", "tea")], 7.0);
        // A snapshot inside a callback calls no callbacks.
        assert!(!tachometer::snapshot().to_prometheus_format().contains("shop_stock{"));
    }
}

/// The functions that are called once in each [`run`].
pub const FUNCTIONS: [&str; 4] = ["labelled", "sampled", "deferred", "inner"];

/// Registers what a program registers at run time.
pub fn begin() {
    // Found by their first use: WebAssembly has no link-time registration.
    ANSWER.show();
    BUILD.show();
    let registry = tachometer::global();
    registry.collect_from(Stock);
    registry.callback_gauge("shop_doors", "Open doors", || 2.0);
    registry.info("shop_zone_info", "Where this runs", &[("zone", "eu")]);
    registry.register_process_metrics();
}

/// Uses everything once. Checks what does not depend on a clock.
pub fn run() -> FullSnapshot {
    let watch = testing::watch();
    assert_eq!(check_out(&[3, 4]).ok(), Some(7));
    assert!(check_out(&[]).is_err() && check_out(&[1_000]).is_err());
    labelled("gold");
    sampled();
    assert_eq!(block_on(deferred()), 7);
    SOLD.add(2);
    CARTS.set(5);
    SIZES.observe(12);
    PACKING.observe_duration(Duration::from_millis(3));
    PACKING.start_timer().stop();
    REQUESTS.with(&Of { tier: Tier::Gold }).increment();
    REQUESTS.with(&Of { tier: Tier::Plain }).add(2);

    watch.assert(
        function("check_out").ok(1).errors(2).errors_of_kind("empty", 1).errors_of_kind("too_large", 1),
    );
    watch.assert(metric("shop_items_sold_total").by(2));
    watch.assert(metric("shop_requests_total").with("tier", "plain").by(2));

    let snapshot = tachometer::snapshot();
    let text = snapshot.to_prometheus_format();
    for line in [
        "shop_carts 5",
        "shop_answer 42.0",
        "shop_doors 2.0",
        "shop_stock{item=\"tea\"} 7.0",
        "shop_build_info{edition=\"wasm\"} 1",
        "shop_zone_info{zone=\"eu\"} 1",
        "tachometer_callback_failures_total{metric=\"shop_stock\",reason=\"panic\"} 0",
        "tachometer_callback_failures_total{metric=\"shop_stock\",reason=\"no_thread\"} 0",
    ] {
        assert!(text.contains(&format!("\n{line}\n")), "no {line:?} in {text}");
    }
    assert!(snapshot.to_openmetrics_format().ends_with("# EOF\n"));
    assert_eq!(FullSnapshot::from_json(&snapshot.to_json()).expect("JSON of a snapshot"), snapshot);
    let exposition =
        tachometer::expose([("accept-encoding", "gzip"), ("accept", "application/openmetrics-text")]);
    assert_eq!(exposition.content_encoding, Some("gzip"));
    assert_eq!(exposition.body[..2], [0x1f, 0x8b]);
    assert!(snapshot.to_string().contains("check_out"));
    snapshot
}

/// A mock clock works whether or not there is a real one.
pub fn use_a_mock_clock() {
    #[instrumented]
    fn by_the_mock(clock: MockClock) {
        clock.advance(Duration::from_millis(250));
    }

    let clock = MockClock::new();
    let entered = clock.enter();
    by_the_mock(clock);
    drop(entered);
    let snapshot = tachometer::snapshot();
    let by_the_mock = snapshot.function("use_a_mock_clock::by_the_mock").expect("a function");
    assert_eq!((by_the_mock.timed(), by_the_mock.max()), (1, Some(Duration::from_millis(250))));
}

/// What needs a thread is an error, and what is dropped afterwards does no harm.
pub fn ask_for_threads() {
    let registry = MetricsRegistry::new(Duration::from_secs(10));
    let error = registry.try_start_export_thread(drop).expect_err("there are no threads");
    assert_eq!(error.kind(), Kind::ThreadSpawn);
    assert_eq!(error.to_string(), "failed to spawn the export thread: this target has no threads");
    let error = exporter().to("nowhere", |_| Ok(())).start().expect_err("there are no threads");
    assert_eq!(error.kind(), Kind::ThreadSpawn);
    registry.stop();
    drop(registry);
    let _ = tachometer::print_on_exit();
}

fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return value;
        }
    }
}
