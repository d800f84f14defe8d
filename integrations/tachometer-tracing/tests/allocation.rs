//! The layer allocates nothing for a span. In a process of its own: the counter is the allocator.

use allocation_counter::measure;
use tracing::{info_span, subscriber};
use tracing_subscriber::Registry;
use tracing_subscriber::layer::SubscriberExt;

fn open_spans() {
    for tenant in ["north", "south"] {
        let span = info_span!("work", tenant, error = tracing::field::Empty);
        span.in_scope(|| tracing::error!("refused"));
        span.record("error", true);
    }
}

#[test]
fn spans_with_and_without_labels_allocate_nothing() {
    for layer in [tachometer_tracing::layer(), tachometer_tracing::layer().busy_time().label("tenant")] {
        subscriber::with_default(Registry::default().with(layer), || {
            // The first spans of a callsite and of a thread do.
            open_spans();
            assert_eq!(measure(open_spans).count_total, 0);
        });
    }
    assert!(measure(|| drop(vec![1])).count_total > 0, "the counter counts");
}
