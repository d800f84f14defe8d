//! Percentiles of this program, to compare with those that Prometheus computes from native histograms.
//!
//! ```text
//! cargo run --release -p tachometer-workspace --example native [-- ADDRESS]
//! prometheus --config.file examples/prometheus.yml --enable-feature=native-histograms
//! ```
//!
//! Each snapshot, so each scrape, makes the same calls once more: their durations are made up by a mock clock. So the percentiles never
//! change. The program prints them first, one line for each, as the question to Prometheus and the answer of `percentile()`:
//!
//! ```text
//! histogram_quantile(0.9, function_duration_seconds{function="wide"}) 0.4725
//! ```
//!
//! Some calls fail, and some values are given a trace, so there are exemplars, with new traces at each scrape.
//!
//! Then it prints the address it listens on, 127.0.0.1:9464 by default, and runs until SIGTERM or Ctrl-C. Prometheus from 3.8 on needs
//! `scrape_native_histograms: true` in the configuration of the job, and no feature flag.

use signal_hook::consts::{SIGINT, SIGTERM};
use std::cell::Cell;
use std::error::Error;
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Duration;
use tachometer::{
    CallbackGauge, Counter, Histogram, HistogramSnapshot, MockClock, TraceContext, buckets, instrumented,
    metrics,
};

/// Durations from a hundred nanoseconds to ten seconds.
#[instrumented(name = "wide")]
fn wide(clock: MockClock, time: Duration) {
    clock.advance(time);
}

/// Shorter than the shortest bound of its classic buckets.
#[instrumented(name = "short", buckets = [0.001, 0.01])]
fn short(clock: MockClock, time: Duration) {
    clock.advance(time);
}

/// Some take no time at all, which the zero bucket counts.
#[instrumented(name = "zero")]
fn zero(clock: MockClock, time: Duration) {
    clock.advance(time);
}

/// Without native buckets: a classic histogram beside native ones, in one family.
#[instrumented(name = "classic", native = false)]
fn classic(clock: MockClock, time: Duration) {
    clock.advance(time);
}

/// Has not been called.
#[instrumented(name = "idle")]
fn idle() {}

/// Fails. Each call is the last error, and the exemplar of its bucket.
#[instrumented(name = "fails")]
fn fails(clock: MockClock, time: Duration) -> Result<(), &'static str> {
    clock.advance(time);
    Err("it fails")
}

thread_local! {
    /// The number in the current trace. A program asks its tracing library.
    static TRACE: Cell<u64> = const { Cell::new(0) };
}

/// Begins a trace.
fn next_trace() -> TraceContext {
    static LAST: AtomicU64 = AtomicU64::new(0);
    TRACE.set(LAST.fetch_add(1, Ordering::Relaxed) + 1);
    current_trace()
}

fn current_trace() -> TraceContext {
    let number = TRACE.get().to_be_bytes();
    let mut trace_id = [0xab; 16];
    trace_id[8..].copy_from_slice(&number);
    TraceContext { trace_id, span_id: number }
}

metrics! {
    static JOBS: Counter = Counter::new("jobs_total", "Jobs");
    static WAITS: Histogram =
        Histogram::of_time("waits_seconds", "Waits", &const { buckets::seconds([0.01, 0.1, 1.0]) });
    static SIZES: Histogram = Histogram::new("sizes_bytes", "Sizes", &[100, 10_000]).native(2);
    static CALLED: CallbackGauge = CallbackGauge::new("calls_made", "Calls of each function at each scrape", call_all);
}

const CALLS: u32 = 500;

/// Calls all functions, with the same durations each time.
fn call_all() -> f64 {
    let clock = MockClock::new();
    let _entered = clock.enter();
    for call in 0..CALLS {
        // From 0 to 1, in an order that looks random.
        let place = f64::from(call * 181 % CALLS) / f64::from(CALLS);
        wide(clock, Duration::from_secs_f64(10_f64.powf(place * 8.0 - 7.0)));
        short(clock, Duration::from_nanos(10 + u64::from(call)));
        zero(clock, Duration::from_micros(u64::from(call.saturating_sub(CALLS / 4))));
        classic(clock, Duration::from_secs_f64(10_f64.powf(place * 6.0 - 5.0)));
        let wait_millis = u64::from(call * call / 100);
        if call % 100 == 17 {
            WAITS.observe_with(wait_millis * 1_000_000, next_trace());
        } else {
            WAITS.observe_duration(Duration::from_millis(wait_millis));
        }
        SIZES.observe(1 << (call % 40));
    }
    // The bucket of the longest comes last, and its call is the first.
    for millis in [70, 7, 700, 1] {
        next_trace();
        let _ = fails(clock, Duration::from_millis(millis));
    }
    JOBS.add(1);
    JOBS.add_with(2, next_trace());
    if CALLS == 0 {
        idle();
    }
    CALLS.into()
}

/// Prints what Prometheus would be asked for some percentiles of a histogram, and the answers, of which `per_unit` are one.
fn print(series: &str, histogram: &HistogramSnapshot, per_unit: f64) -> io::Result<()> {
    for p in [0.01, 0.25, 0.5, 0.9, 0.99, 1.0] {
        let percentile = histogram.percentile(p) as f64 / per_unit;
        writeln!(io::stdout(), "histogram_quantile({p}, {series}) {percentile}")?;
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:9464".to_owned());
    let is_stopped = Arc::new(AtomicBool::new(false));
    for signal in [SIGTERM, SIGINT] {
        signal_hook::flag::register(signal, Arc::clone(&is_stopped))?;
    }

    tachometer::set_trace_source(|| Some(current_trace()));
    let snapshot = tachometer::snapshot();
    for name in ["wide", "short", "zero", "classic"] {
        let function = snapshot.function(name).ok_or("every function is shown")?;
        print(&format!("function_duration_seconds{{function=\"{name}\"}}"), function.latency(), 1e9)?;
    }
    print("waits_seconds", &WAITS.snapshot(), 1e9)?;
    print("sizes_bytes", &SIZES.snapshot(), 1.0)?;

    let server = tachometer::serve(&*address)?;
    writeln!(io::stdout(), "listening on http://{}/metrics", server.address())?;
    io::stdout().flush()?;
    while !is_stopped.load(Ordering::Relaxed) {
        thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}
