//! One program, several sinks: what it has counted is sent to receivers of OTLP, to a Pushgateway and to StatsD daemons, and
//! printed for CloudWatch.
//!
//! ```text
//! prometheus --config.file examples/prometheus.yml --web.enable-otlp-receiver
//! cargo run --release -p tachometer-workspace --example sinks -- \
//!     otlp http://127.0.0.1:9090/api/v1/otlp/v1/metrics push http://127.0.0.1:9091
//! ```
//!
//! Arguments are pairs of a sink and its URL: `otlp` (protocol buffers, explicit bounds), `otlp-exponential` (the same, compressed, with
//! exponential histograms), `otlp-json`, `push`; or `statsd` or `dogstatsd` and an address (`127.0.0.1:8125`), or `emf` and a namespace. Without arguments, the environment names a receiver of OTLP (`OTEL_EXPORTER_OTLP_ENDPOINT`).
//! At the end, the program prints as Prometheus text what it has sent.

use std::env;
use std::error::Error;
use std::io::{self, Write};
use std::time::Duration;
use tachometer::export::{Otlp, Pushgateway, Statsd, StatsdDialect};
use tachometer::otlp::HistogramAggregation;
use tachometer::{
    Counter, ErrorKind, Family, FloatCounter, Gauge, Histogram, LabelSet, MockClock, buckets, instrumented,
    metrics,
};

#[derive(Debug, ErrorKind)]
enum Fault {
    Refused,
}

/// Durations from a hundred nanoseconds to ten seconds. One call in seven fails.
#[instrumented(name = "charge")]
fn charge(clock: MockClock, call: u32) -> Result<(), Fault> {
    // From 0 to 1, in an order that looks random.
    let place = f64::from(call * 181 % CALLS) / f64::from(CALLS);
    clock.advance(Duration::from_secs_f64(10_f64.powf(place * 8.0 - 7.0)));
    if call.is_multiple_of(7) { Err(Fault::Refused) } else { Ok(()) }
}

const CALLS: u32 = 500;

#[derive(LabelSet)]
struct Order<'a> {
    country: &'a str,
}

metrics! {
    static ORDERS: Family<Order<'static>, Counter> = Family::new("orders_total", "Orders");
    static SPENT: FloatCounter = FloatCounter::new("spent_euros_total", "What customers have spent");
    static BALANCE: Gauge = Gauge::new("balance", "Below zero after a refund");
    static WAITS: Histogram =
        Histogram::of_time("waits_seconds", "Waits", &const { buckets::seconds([0.01, 0.1, 1.0]) });
    static SIZES: Histogram = Histogram::new("sizes_bytes", "Sizes", &[100, 10_000]);
}

fn work() {
    let clock = MockClock::new();
    let _entered = clock.enter();
    for call in 0..CALLS {
        // Counted as an error.
        let _ = charge(clock, call);
        ORDERS.with(&Order { country: ["de", "fr", "\"\\\n ü"][call as usize % 3] }).increment();
        SPENT.add(0.25);
        WAITS.observe_duration(Duration::from_millis(u64::from(call * call / 100)));
        SIZES.observe(1 << (call % 40));
    }
    BALANCE.set(-17);
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut exporter = tachometer::exporter().every(Duration::from_hours(1));
    let arguments: Vec<String> = env::args().skip(1).collect();
    if arguments.is_empty() {
        exporter = exporter.to_otlp(Otlp::from_env());
    }
    for pair in arguments.chunks(2) {
        let [sink, url] = pair else { return Err("a sink has no URL".into()) };
        let otlp = || Otlp::new(url).resource("service.name", "sinks").resource("service.instance.id", sink);
        exporter = match sink.as_str() {
            "otlp" => exporter.to_otlp(otlp()),
            "otlp-exponential" => {
                exporter.to_otlp(otlp().gzip().histograms(HistogramAggregation::Exponential))
            }
            "otlp-json" => exporter.to_otlp(otlp().json()),
            "push" => exporter.to_pushgateway(Pushgateway::new(url, "sinks").grouping_key("instance", "a/b")),
            "statsd" => exporter.to_statsd(url),
            "dogstatsd" => exporter.to_statsd(Statsd::new(url).dialect(StatsdDialect::DogStatsd)),
            "emf" => exporter.to_emf(url),
            other => return Err(format!("`{other}` is no sink: see the head of this program").into()),
        };
    }
    let exporter = exporter.on_error(|sink, error| eprintln!("{sink}: {error}")).start()?;
    work();
    // A last export to each; here the only one.
    exporter.stop();
    io::stdout().write_all(tachometer::snapshot().to_prometheus_format().as_bytes())?;
    Ok(())
}
