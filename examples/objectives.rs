//! Objectives: the rule file for Prometheus on stdout.
//!
//!     cargo run -p tachometer-examples --example objectives >rules.yml
//!
//! With `--metrics` it prints the metrics instead.

use tachometer::{Histogram, buckets, instrumented, metrics};

/// Takes an order: 99.9 % are to succeed, and 99 % are to take at most a quarter of a second.
#[instrumented(slo(success = 99.9, latency = (0.25, 99.0)))]
fn order(amount: u32) -> Result<u32, &'static str> {
    if amount == 0 { Err("nothing to buy") } else { Ok(amount) }
}

/// Has no objective.
#[instrumented]
fn browse() {}

metrics! {
    static DELIVERY: Histogram =
        Histogram::of_time("delivery_seconds", "Time of deliveries", &const { buckets::seconds([1.0, 3_600.0]) })
            .slo(3_600.0, 95.0);
}

fn main() {
    browse();
    let _ = (order(0), order(7));
    DELIVERY.observe(1_800_000_000_000);
    if std::env::args().any(|argument| argument == "--metrics") {
        print!("{}", tachometer::snapshot().to_prometheus_format());
    } else {
        print!("{}", tachometer::slo_rules());
    }
}
