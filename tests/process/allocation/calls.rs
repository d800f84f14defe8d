//! An instrumented call allocates nothing after its first; nor does a shared cell.

use super::ALLOCATIONS;
use futures_core::Stream;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use tachometer::{
    AtomicHistogram, AtomicMinMax, Counter, Family, Gauge, Histogram, LabelSet, MetricsCollector,
    TraceContext, instrumented, metrics,
};

#[instrumented]
fn sync(number: u32) -> Result<u32, u32> {
    if number.is_multiple_of(2) { Ok(number) } else { Err(number) }
}

#[instrumented]
async fn later(number: u32) -> u32 {
    number
}

/// Counts down.
struct Down(u32);

impl Stream for Down {
    type Item = Result<u32, u32>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let next = self.0.checked_sub(1);
        self.0 = next.unwrap_or_default();
        Poll::Ready(next.map(|next| if next == 1 { Err(next) } else { Ok(next) }))
    }
}

#[instrumented(ends_with = "stream")]
fn streamed(items: u32) -> impl Stream<Item = Result<u32, u32>> + Unpin {
    Down(items)
}

fn streams(items: u32) {
    for polls in 0..items + 2 {
        let mut stream = streamed(items);
        for _ in 0..polls {
            let _ = Pin::new(&mut stream).poll_next(&mut Context::from_waker(Waker::noop()));
        }
    }
}

#[instrumented(labels(tenant = tenant, shard = number % 3, is_first = number == 0))]
fn labelled(tenant: &str, number: u32) {}

#[instrumented(labels(tenant = tenant), max_label_sets = 1)]
fn overflowing(tenant: &str) {}

#[instrumented(labels(tier = "gold"))]
fn in_place() -> impl Sized {}

#[derive(LabelSet)]
struct Tenant<'a> {
    tenant: &'a str,
    shard: u32,
}

#[derive(LabelSet)]
struct Known {
    is_first: bool,
}

metrics! {
    static ANSWERS: Counter = Counter::new("answers_total", "Answers");
    static BY_TENANT: Family<Tenant<'static>, Counter> = Family::new("tenants_total", "By tenant");
    static SIZES: Family<Tenant<'static>, Histogram> = Family::histogram("sizes_bytes", "Sizes", &[10, 100]);
    static OPEN: Family<Known, Gauge> = Family::new("open", "Open");
    static TRACED: Counter = Counter::new("traced_total", "Traced");
    static TRACED_SIZES: Histogram = Histogram::new("traced_bytes", "Traced sizes", &[10, 100]);
}

/// More than is written down on the stack.
const LONG: &str = "a tenant whose name is long, and longer than anybody would have thought when the tables were made, \
                    but who has a right to be counted, as everybody has, without a word";

fn metrics_of_ones_own(number: u32) {
    ANSWERS.increment();
    for tenant in ["one", "another", LONG] {
        BY_TENANT.with(&Tenant { tenant, shard: number % 3 }).increment();
        SIZES.with(&Tenant { tenant, shard: number % 3 }).observe(20);
    }
    OPEN.with(&Known { is_first: number == 0 }).set(3);
}

#[test]
fn updates_of_series_that_were_used_before_allocate_nothing() {
    (0..4).for_each(metrics_of_ones_own);
    let held = BY_TENANT.hold(&Tenant { tenant: LONG, shard: 1 });
    let before = ALLOCATIONS.get();
    for number in 0..1_000 {
        metrics_of_ones_own(number);
        held.increment();
    }
    assert_eq!(ALLOCATIONS.get() - before, 0);
}

const TRACE: TraceContext = TraceContext { trace_id: [7; 16], span_id: [9; 8] };

/// Each error takes an exemplar.
#[test]
fn exemplars_allocate_nothing() {
    tachometer::set_trace_source(|| Some(TRACE));
    let traced = |number: u32| {
        let _ = sync(number);
        TRACED.add_with(1, TRACE);
        TRACED_SIZES.observe_with(number.into(), TRACE);
        BY_TENANT.with(&Tenant { tenant: LONG, shard: 7 }).add_with(1, TRACE);
    };
    (0..4).for_each(traced);
    let before = ALLOCATIONS.get();
    (0..1_000).for_each(traced);
    assert_eq!(ALLOCATIONS.get() - before, 0);
    let snapshot = tachometer::snapshot();
    assert!(snapshot.function("sync").unwrap().exemplars().last_error().is_some());
    assert_eq!(TRACED_SIZES.snapshot().exemplars().len(), 3);
    assert!(snapshot.declared["traced_total"].series[0].exemplar().is_some());
}

#[test]
fn calls_allocate_nothing_after_the_first() {
    let mut context = Context::from_waker(Waker::noop());
    let mut everything = |number| {
        let _ = sync(number);
        let _ = pin!(later(number)).poll(&mut context);
        let _ = in_place();
        labelled("tenant", number);
        overflowing("first");
        overflowing("another");
        streams(3);
    };
    (0..4).for_each(&mut everything);
    let histogram = AtomicHistogram::new([10, 100]);
    let (extremes, collector) = (AtomicMinMax::new(), MetricsCollector::new());
    let before = ALLOCATIONS.get();
    for number in 0..1_000 {
        everything(number);
        histogram.record(u64::from(number));
        extremes.update(u64::from(number));
        collector.record_request();
        let _open = collector.connection();
        let _ = (collector.snapshot(), extremes.range());
    }
    assert_eq!(ALLOCATIONS.get() - before, 0);
    assert!(!tachometer::snapshot().functions.is_empty());
    assert!(ALLOCATIONS.get() > before, "the allocator counts");
}
