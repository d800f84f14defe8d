//! The option `span` of `#[instrumented]`: one annotation counts a call and opens a span around it.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use tachometer::instrumented;
use tracing::span::Attributes;
use tracing::{Id, Subscriber};
use tracing_subscriber::Registry;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

#[instrumented(span)]
fn plain(_secret: NotDebug) -> u32 {
    7
}

/// Arguments need no text.
struct NotDebug;

#[instrumented(name = "checkout", span = "warn", labels(kind = "card"))]
async fn named(cents: u32) -> Result<u32, &'static str> {
    tokio::task::yield_now().await;
    if cents == 0 { Err("nothing to pay") } else { Ok(cents) }
}

struct Cart(u32);

#[instrumented(span)]
impl Cart {
    fn total(&self) -> u32 {
        self.0
    }

    async fn empty(&mut self) {
        self.0 = 0;
    }

    fn boxed(&self) -> Pin<Box<dyn Future<Output = Result<u32, ()>> + Send + '_>> {
        Box::pin(async move { Ok(self.0) })
    }
}

/// Notes each new span.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<String>>>);

impl<S: Subscriber> Layer<S> for Notes {
    fn on_new_span(&self, attributes: &Attributes<'_>, _: &Id, _: Context<'_, S>) {
        let metadata = attributes.metadata();
        self.0.lock().unwrap().push(format!("{} {}", metadata.name(), metadata.level()));
    }
}

#[test]
fn one_annotation_counts_and_opens_a_span() {
    let notes = Notes::default();
    let subscriber = Registry::default().with(tachometer_tracing::layer()).with(notes.clone());
    tracing::subscriber::with_default(subscriber, || {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        assert_eq!(plain(NotDebug), 7);
        assert_eq!(runtime.block_on(named(5)), Ok(5));
        assert!(runtime.block_on(named(0)).is_err());
        let mut cart = Cart(3);
        assert_eq!(cart.total(), 3);
        runtime.block_on(cart.empty());
        assert_eq!(runtime.block_on(cart.boxed()), Ok(0));
    });
    let seen = notes.0.lock().unwrap();
    let expected = ["plain INFO", "checkout WARN", "checkout WARN", "total INFO", "empty INFO", "boxed INFO"];
    assert_eq!(*seen, expected);

    let snapshot = tachometer::snapshot();
    let calls = |name: &str| {
        let functions = snapshot.functions.iter().filter(|function| function.function == name);
        functions.map(|function| (function.ok, function.errors)).collect::<Vec<_>>()
    };
    // Once each: the spans are not counted beside.
    assert_eq!(calls("plain"), [(1, 0)]);
    assert_eq!(calls("checkout"), [(1, 1)]);
    assert_eq!((calls("Cart::total"), calls("total")), (vec![(1, 0)], vec![]));
    assert_eq!((calls("Cart::empty"), calls("Cart::boxed")), (vec![(1, 0)], vec![(1, 0)]));
}
