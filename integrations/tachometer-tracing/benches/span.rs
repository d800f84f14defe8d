//! What a span costs: below `Registry` alone, with a layer that does nothing, and with this layer.
//!
//!     cargo bench -p tachometer-tracing -- --rounds 21
//!
//! Each subscriber is the global one of a process of its own, as in programs: a second one in the same process would make every
//! callsite ask both. The processes take turns, so that what else the machine does meets all of them. Prints nanoseconds a span.

use std::env;
use std::hint::black_box;
use std::process::Command;
use std::time::Instant;
use tracing::{Dispatch, Subscriber, dispatcher, info_span};
use tracing_subscriber::Registry;
use tracing_subscriber::layer::{Layer, SubscriberExt};

const SUBSCRIBERS: [&str; 5] = ["registry", "empty layer", "layer", "layer, busy time", "layer, one label"];
const SPANS: u32 = 20_000;
const REPETITIONS: usize = 25;

struct Empty;

impl<S: Subscriber> Layer<S> for Empty {}

fn subscriber(name: &str) -> Dispatch {
    let registry = Registry::default();
    let layer = tachometer_tracing::layer();
    match name {
        "registry" => Dispatch::new(registry),
        "empty layer" => Dispatch::new(registry.with(Empty)),
        "layer" => Dispatch::new(registry.with(layer)),
        "layer, busy time" => Dispatch::new(registry.with(layer.busy_time())),
        "layer, one label" => Dispatch::new(registry.with(layer.label("tenant"))),
        _ => panic!("no subscriber {name:?}: {SUBSCRIBERS:?}"),
    }
}

#[inline(never)]
fn open_spans() {
    for index in 0..SPANS {
        let _entered = info_span!("work", tenant = "north").entered();
        black_box(index);
    }
}

/// Returns the nanoseconds of a span in the least disturbed repetition.
fn measure(name: &str) -> f64 {
    dispatcher::set_global_default(subscriber(name)).expect("the process has no other subscriber");
    let time = |_| {
        let begun = Instant::now();
        open_spans();
        begun.elapsed().as_nanos() as f64 / f64::from(SPANS)
    };
    (0..REPETITIONS).map(time).fold(f64::INFINITY, f64::min)
}

fn measure_in_process(name: &str) -> f64 {
    let program = env::current_exe().expect("the program has a path");
    let output = Command::new(program).args(["--measure", name]).output().expect("the program starts");
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().parse().expect("it prints a number")
}

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let value = |option: &str| {
        let index = arguments.iter().position(|argument| argument == option)?;
        arguments.get(index + 1)
    };
    if let Some(name) = value("--measure") {
        println!("{}", measure(name));
        return;
    }
    let rounds: usize = value("--rounds").map_or(5, |rounds| rounds.parse().expect("a number of rounds"));
    let mut times = [const { Vec::new() }; SUBSCRIBERS.len()];
    for _ in 0..rounds {
        for (name, times) in SUBSCRIBERS.iter().zip(&mut times) {
            times.push(measure_in_process(name));
        }
    }
    println!("| subscriber | least ns | median ns | median above `registry` |\n| --- | --- | --- | --- |");
    let mut base = 0.0;
    for (name, times) in SUBSCRIBERS.iter().zip(&mut times) {
        times.sort_by(f64::total_cmp);
        let (least, median) = (times[0], times[rounds / 2]);
        if *name == "registry" {
            base = median;
        }
        println!("| {name} | {least:.1} | {median:.1} | {:+.1} |", median - base);
    }
}
