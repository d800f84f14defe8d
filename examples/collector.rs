//! The cells by hand, as a server would use them, without an annotated function.
//!
//! ```text
//! cargo run --release --example collector
//! ```
//!
//! Four workers answer made-up requests for five seconds. Every two seconds the registry shows what came since the last
//! time, on stderr. stdout gets how fast a counter counts, a blank line, and the registry as Prometheus text.

use rand::RngExt;
use std::io::{self, Write};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};
use tachometer::{AtomicCounter, AtomicHistogram, AtomicMinMax, MetricsCollector, MetricsRegistry};

const WORKERS: u32 = 4;

/// Microseconds.
const LATENCY_BOUNDS: [u64; 6] = [250, 500, 1_000, 2_500, 5_000, 10_000];

/// What the workers of a server count. Handles of a registry, so whatever is counted here is exported.
struct Server {
    http: Arc<MetricsCollector>,
    latency: Arc<AtomicHistogram<{ LATENCY_BOUNDS.len() }>>,
    /// Of the same name: it is printed as `http_latency_min` and `http_latency_max`.
    extremes: Arc<AtomicMinMax>,
    body: Arc<AtomicMinMax>,
}

impl Server {
    fn new(registry: &MetricsRegistry) -> Self {
        registry.describe("response_bytes", "Size of a response body in bytes.");
        Server {
            http: registry.register_collector("http"),
            latency: registry.register_histogram("http_latency", LATENCY_BOUNDS),
            extremes: registry.register_minmax("http_latency"),
            body: registry.register_minmax("response_bytes"),
        }
    }

    /// A client connects, asks a few times and leaves.
    fn serve(&self) {
        let mut rng = rand::rng();
        let _connection = self.http.connection();
        for _ in 0..rng.random_range(1..10) {
            let begin = Instant::now();
            self.http.record_request();
            thread::sleep(Duration::from_micros(rng.random_range(100..4_000)));
            if rng.random_bool(0.05) {
                self.http.record_error();
            } else {
                let bytes = rng.random_range(200..20_000);
                self.http.record_bytes(bytes);
                self.body.update(bytes);
            }
            let micros = u64::try_from(begin.elapsed().as_micros()).unwrap_or(u64::MAX);
            self.latency.record(micros);
            self.extremes.update(micros);
        }
    }
}

fn main() -> io::Result<()> {
    let registry = MetricsRegistry::new(Duration::from_secs(2));
    let server = Server::new(&registry);
    let mut earlier = registry.snapshot_all();
    registry.start_export_thread(move |now| {
        eprintln!("{}", now.since(&earlier));
        earlier = now;
    });

    let end = Instant::now() + Duration::from_secs(5);
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                while Instant::now() < end {
                    server.serve();
                }
            });
        }
    });
    registry.stop();

    let mut stdout = io::stdout().lock();
    writeln!(stdout, "One counter, one run, on this machine (a loop of increments and nothing else):")?;
    for threads in [1, WORKERS] {
        let millions = increments_per_second(threads) / 1e6;
        writeln!(stdout, "{threads} thread(s): {millions:8.1} million increments a second in all")?;
    }
    writeln!(stdout)?;
    write!(stdout, "{}", registry.snapshot_all().to_prometheus_format())
}

/// How often a second `threads` threads together increment one counter, all of them at once.
fn increments_per_second(threads: u32) -> f64 {
    const INCREMENTS: u32 = 10_000_000;
    let counter = AtomicCounter::new();
    let begin = Instant::now();
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| (0..INCREMENTS).for_each(|_| counter.increment()));
        }
    });
    let elapsed = begin.elapsed();
    assert_eq!(counter.get(), u64::from(threads) * u64::from(INCREMENTS), "none is lost");
    f64::from(threads) * f64::from(INCREMENTS) / elapsed.as_secs_f64()
}
