//! Attributes that rewrite what a function returns, or that bring others with them.

use super::*;
use async_trait::async_trait;
use std::sync::atomic::{AtomicU64, Ordering};
use tachometer_test_attributes::adds_another;
use tracing::span;

#[adds_another]
#[instrumented]
async fn added_from_above() {}

#[instrumented]
#[adds_another]
async fn added_from_below() {}

#[instrumented]
#[cfg_attr(all(), adds_another)]
async fn added_under_a_condition() {}

struct Added;

#[instrumented]
impl Added {
    #[adds_another]
    async fn added_in_a_block(&self) {}
}

struct Bounded;

#[instrumented(labels(number = number))]
impl Bounded {
    #[instrumented(max_label_sets = 1)]
    #[adds_another]
    async fn of_a_number(&self, number: u32) {}
}

#[test]
fn a_method_put_last_keeps_the_labels_of_its_block() {
    assert!(poll(pin!(Bounded.of_a_number(1))).is_ready());
    assert!(poll(pin!(Bounded.of_a_number(2))).is_ready());
    let functions = tachometer::snapshot().functions;
    let of_a_number = functions.into_iter().filter(|function| function.function == "Bounded::of_a_number");
    let mut numbers: Vec<String> = of_a_number.map(|function| function.labels[0].1.clone()).collect();
    numbers.sort();
    assert_eq!(numbers, ["1", "__overflow__"]);
}

#[test]
fn an_attribute_that_arrives_later_finds_the_word_async() {
    assert!(poll(pin!(added_from_above())).is_ready());
    assert!(poll(pin!(added_from_below())).is_ready());
    assert!(poll(pin!(added_under_a_condition())).is_ready());
    assert!(poll(pin!(Added.added_in_a_block())).is_ready());
    for name in ["added_from_above", "added_from_below", "added_under_a_condition", "Added::added_in_a_block"]
    {
        assert_eq!(outcomes(name), (1, 0, 0, 0, 0), "{name}");
    }
}

/// Counts how often spans are entered.
#[derive(Default)]
struct Entered(AtomicU64);

impl tracing::Subscriber for &'static Entered {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, _: &tracing::Event<'_>) {}

    fn enter(&self, _: &span::Id) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn exit(&self, _: &span::Id) {}
}

#[async_trait]
trait Save {
    async fn save(&self) -> Result<(), ()>;
}

struct Above;
struct Below;
struct OnBlock;
struct OnBlockBelow;
struct Plain;

#[async_trait]
impl Save for Above {
    #[instrumented]
    #[tracing::instrument(skip_all)]
    async fn save(&self) -> Result<(), ()> {
        tokio::task::yield_now().await;
        Err(())
    }
}

#[async_trait]
impl Save for Below {
    #[tracing::instrument(skip_all)]
    #[instrumented]
    async fn save(&self) -> Result<(), ()> {
        tokio::task::yield_now().await;
        Err(())
    }
}

#[instrumented]
#[async_trait]
impl Save for OnBlock {
    #[tracing::instrument(skip_all)]
    async fn save(&self) -> Result<(), ()> {
        tokio::task::yield_now().await;
        Err(())
    }
}

#[async_trait]
#[instrumented]
impl Save for OnBlockBelow {
    #[tracing::instrument(skip_all)]
    async fn save(&self) -> Result<(), ()> {
        tokio::task::yield_now().await;
        Err(())
    }
}

#[async_trait]
impl Save for Plain {
    #[tracing::instrument(skip_all)]
    async fn save(&self) -> Result<(), ()> {
        tokio::task::yield_now().await;
        Err(())
    }
}

#[instrumented]
#[tracing::instrument(skip_all)]
fn boxed_above() -> Pin<Box<dyn Future<Output = Result<(), ()>> + Send>> {
    Box::pin(async move {
        tokio::task::yield_now().await;
        Err(())
    })
}

#[instrumented]
#[tracing::instrument(skip_all)]
async fn async_above() -> Result<(), ()> {
    tokio::task::yield_now().await;
    Err(())
}

/// How often its span is entered while `future` runs.
fn entered(future: Pin<Box<dyn Future<Output = Result<(), ()>> + Send + '_>>) -> u64 {
    let entered: &'static Entered = Box::leak(Box::default());
    tracing::subscriber::with_default(entered, || {
        let executor = tokio::runtime::Builder::new_current_thread().build().unwrap();
        assert_eq!(executor.block_on(future), Err(()));
    });
    entered.0.load(Ordering::Relaxed)
}

#[test]
fn a_span_covers_each_poll_in_every_order_of_the_attributes() {
    let plain = entered(Plain.save());
    assert!(plain >= 2, "two polls");
    let savers: [(&dyn Save, &str); 4] =
        [(&Above, "Above"), (&Below, "Below"), (&OnBlock, "OnBlock"), (&OnBlockBelow, "OnBlockBelow")];
    for (save, name) in savers {
        assert_eq!(entered(save.save()), plain, "{name}");
        assert_eq!(outcomes(&format!("<{name} as Save>::save")), (0, 1, 0, 0, 0));
    }
    assert_eq!(entered(Box::pin(async { boxed_above().await })), plain);
    assert_eq!(entered(Box::pin(async_above())), plain);
    assert_eq!(outcomes("boxed_above"), (0, 1, 0, 0, 0));
    assert_eq!(outcomes("async_above"), (0, 1, 0, 0, 0));
}
