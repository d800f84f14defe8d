//! What each option does.

use super::*;
use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, Ordering};

const BOUNDS: [f64; 2] = [0.25, 2.0];

#[instrumented(
    name = "quoted \"name\"\n",
    labels(tier = "go\\ld", shard = -3, r#type = 1_000, primary = true),
    buckets = [0.000_001, 1e-3, 10,],
)]
fn everything() {}

#[instrumented(buckets = BOUNDS)]
fn constant_bounds() {}

struct Cart;

#[instrumented(name = "Basket", labels(kind = "default"))]
impl Cart {
    fn add() {}
    #[instrumented(labels(kind = "own"))]
    fn remove() {}
    #[instrumented(name = "whole_name")]
    fn pay() {}
    #[instrumented(skip)]
    fn skipped() {}
}

#[instrumented(name = "Basket")]
impl Default for Cart {
    fn default() -> Self {
        Cart
    }
}

#[test]
fn labels_and_names_are_as_they_were_written() {
    everything();
    let function = counted("quoted \"name\"\n");
    let labels: Vec<(&str, &str)> =
        function.labels.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(labels, [("tier", "go\\ld"), ("shard", "-3"), ("type", "1000"), ("primary", "true")]);
    assert_eq!(function.latency().boundaries, [1_000, 1_000_000, 10_000_000_000, u64::MAX]);
    let text = super::snapshot().to_prometheus_format();
    let line = format!(
        "function_calls_total{{function=\"quoted \\\"name\\\"\\n\",module=\"{}\",tier=\"go\\\\ld\",shard=\"-3\",\
         type=\"1000\",primary=\"true\",outcome=\"ok\"}} 1\n",
        module_path!()
    );
    assert!(text.contains(&line), "{text}");

    constant_bounds();
    assert_eq!(counted("constant_bounds").latency().boundaries, [250_000_000, 2_000_000_000, u64::MAX]);
}

#[test]
fn options_of_a_block_are_defaults() {
    Cart::add();
    Cart::remove();
    Cart::pay();
    Cart::skipped();
    let _ = <Cart as Default>::default();
    let kind = |name: &str| counted(name).labels.first().map(|(_, value)| value.clone());
    assert_eq!(kind("Basket::add").as_deref(), Some("default"));
    assert_eq!(kind("Basket::remove").as_deref(), Some("own"));
    assert_eq!(kind("whole_name").as_deref(), Some("default"));
    assert_eq!(counted("<Basket as Default>::default").ok, 1);
    assert!(super::snapshot().functions.iter().all(|function| !function.function.contains("skipped")));
}

static OWN: LazyLock<MetricsRegistry> = LazyLock::new(|| MetricsRegistry::new(Duration::MAX));
static EVALUATIONS: OnceLock<()> = OnceLock::new();

fn own() -> &'static MetricsRegistry {
    EVALUATIONS.set(()).expect("the registry is asked for once");
    &OWN
}

#[instrumented(registry = own())]
fn elsewhere(number: u32) -> u32 {
    number
}

static QUESTIONS: AtomicU32 = AtomicU32::new(0);

fn asked_for() -> &'static MetricsRegistry {
    QUESTIONS.fetch_add(1, Ordering::Relaxed);
    thread::yield_now();
    &OWN
}

#[instrumented(registry = asked_for())]
fn called_by_many() {}

#[test]
fn threads_that_make_the_first_call_together_ask_once() {
    let together = Barrier::new(8);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                together.wait();
                called_by_many();
            });
        }
    });
    assert_eq!(QUESTIONS.load(Ordering::Relaxed), 1);
    assert_eq!(OWN.snapshot_all().function("called_by_many").unwrap().ok, 8);
}

#[instrumented(registry = &OWN)]
async fn elsewhere_too() {}

#[test]
fn another_registry_is_asked_for_once() {
    assert_eq!(elsewhere(1) + elsewhere(2), 3);
    assert!(poll(pin!(elsewhere_too())).is_ready());
    let snapshot = OWN.snapshot_all();
    assert_eq!(snapshot.function("elsewhere").unwrap().ok, 2);
    assert_eq!(snapshot.function("elsewhere_too").unwrap().ok, 1);
    assert!(super::snapshot().function("elsewhere").is_none());
}
