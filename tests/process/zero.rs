//! Functions that nobody has called are printed at zero, with all their outcomes: `.ci/run` runs this in a release build
//! as well. In a process of its own, for these are all functions that it has.
#![cfg(not(target_family = "wasm"))]
#![forbid(unsafe_code)]
#![allow(dead_code, reason = "that nobody calls them is the point")]

use std::sync::LazyLock;
use std::time::Duration;
use tachometer::{FunctionSnapshot, MetricsRegistry, instrumented};

#[instrumented]
fn free() {}

fn outer() {
    #[instrumented]
    fn nested() {}
}

#[instrumented]
fn generic<T: Default>() -> T {
    T::default()
}

#[instrumented(name = "named", labels(tier = "gold"), buckets = [0.1, 1])]
async fn later(number: u32) -> Result<u32, u32> {
    Err(number)
}

struct Cart;

impl Cart {
    #[instrumented]
    fn lone() {}
}

#[instrumented]
impl Cart {
    fn in_a_block() {}
}

struct Shelf<T>(T);

#[instrumented]
impl<T> Shelf<T> {
    fn of_a_generic_type() {}
}

#[instrumented]
impl Default for Cart {
    fn default() -> Self {
        Cart
    }
}

trait Total {
    #[instrumented]
    fn total(&self) -> u32 {
        0
    }
}

static OWN: LazyLock<MetricsRegistry> = LazyLock::new(|| MetricsRegistry::new(Duration::MAX));

#[instrumented(registry = &OWN)]
fn elsewhere() {}

#[test]
fn functions_are_there_before_their_first_call() {
    let snapshot = tachometer::snapshot();
    let names: Vec<&str> = snapshot.functions.iter().map(|function| function.function.as_str()).collect();
    let expected = [
        "<Cart as Default>::default",
        "Cart::in_a_block",
        "Cart::lone",
        "Shelf::of_a_generic_type",
        "Total::total",
        "free",
        "generic",
        "named",
        "outer::nested",
    ];
    assert_eq!(names, expected);
    assert!(snapshot.functions.iter().all(|function| function.calls() == 0 && function.in_flight == 0));

    let text = snapshot.to_prometheus_format();
    for name in expected {
        let tier = if name == "named" { ",tier=\"gold\"" } else { "" };
        let labels = format!("function=\"{name}\",module=\"zero\"{tier}");
        for outcome in ["ok", "error", "panic", "cancelled"] {
            let line = format!("\nfunction_calls_total{{{labels},outcome=\"{outcome}\"}} 0\n");
            assert!(text.contains(&line), "no {line:?} in: {text}");
        }
        for line in [
            format!("\nfunction_calls_in_flight{{{labels}}} 0\n"),
            format!("\nfunction_duration_seconds_bucket{{{labels},le=\"+Inf\"}} 0\n"),
            format!("\nfunction_duration_seconds_count{{{labels}}} 0\n"),
        ] {
            assert!(text.contains(&line), "no {line:?} in: {text}");
        }
    }
    assert!(!text.contains("function_duration_min_seconds"), "{text}");
    assert_eq!(snapshot.to_string(), "no metrics yet\n");
    assert_eq!(OWN.snapshot_all().function("elsewhere").map(FunctionSnapshot::calls), Some(0));
}
