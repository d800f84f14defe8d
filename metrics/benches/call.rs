//! What an annotation costs a call, beside the two clock reads that no way of timing a call can do without.
//!
//! `cargo bench -p tachometer`

#![allow(clippy::unused_async, reason = "futures that are done at their first poll are what is measured")]

use criterion::{Bencher, Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};
use tachometer::{AtomicCounter, AtomicGauge, AtomicHistogram, AtomicMinMax, instrumented};

/// A call that does next to nothing, so that what is added to it is what is measured.
#[inline(never)]
fn bare(number: u64) -> Result<u64, &'static str> {
    if number == u64::MAX { Err("too large") } else { Ok(number + 1) }
}

#[instrumented]
#[inline(never)]
fn annotated(number: u64) -> Result<u64, &'static str> {
    if number == u64::MAX { Err("too large") } else { Ok(number + 1) }
}

async fn bare_async(number: u64) -> Result<u64, &'static str> {
    if number == u64::MAX { Err("too large") } else { Ok(number + 1) }
}

#[instrumented]
async fn annotated_async(number: u64) -> Result<u64, &'static str> {
    if number == u64::MAX { Err("too large") } else { Ok(number + 1) }
}

fn poll_once<F: Future>(future: F) -> Poll<F::Output> {
    pin!(future).poll(&mut Context::from_waker(Waker::noop()))
}

fn sync_calls(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("sync call");
    group.bench_function("bare", |bencher| bencher.iter(|| bare(black_box(7))));
    group.bench_function("two Instant::now around it", |bencher| {
        bencher.iter(|| {
            let begun = Instant::now();
            let value = bare(black_box(7));
            (value, black_box(Instant::now().duration_since(begun)))
        });
    });
    #[cfg(target_arch = "x86_64")]
    group.bench_function("two raw counter reads around it", two_counter_reads);
    group.bench_function("instrumented", |bencher| bencher.iter(|| annotated(black_box(7))));
    group.finish();
}

#[cfg(target_arch = "x86_64")]
fn two_counter_reads(bencher: &mut Bencher<'_>) {
    use core::arch::x86_64::_rdtsc;
    bencher.iter(|| {
        // SAFETY: every x86-64 processor has the instruction, and it only reads a counter.
        let begun = unsafe { _rdtsc() };
        let value = bare(black_box(7));
        // SAFETY: as above.
        let ended = unsafe { _rdtsc() };
        (value, black_box(ended.saturating_sub(begun)))
    });
}

fn async_calls(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("async call");
    group.bench_function("bare", |bencher| bencher.iter(|| poll_once(bare_async(black_box(7)))));
    group.bench_function("instrumented", |bencher| bencher.iter(|| poll_once(annotated_async(black_box(7)))));
    group.finish();
}

fn primitives(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("primitive");
    let counter = AtomicCounter::new();
    group.bench_function("counter increment", |bencher| bencher.iter(|| counter.increment()));
    let gauge = AtomicGauge::new();
    group.bench_function("gauge up and down", |bencher| bencher.iter(|| drop(gauge.track())));
    let histogram = AtomicHistogram::new([10, 50, 100, 500, 1_000, 5_000, 10_000, u64::MAX]);
    group.bench_function("histogram record", |bencher| bencher.iter(|| histogram.record(black_box(420))));
    let extremes = AtomicMinMax::new();
    group.bench_function("min/max update, no new extreme", |bencher| {
        bencher.iter(|| extremes.update(black_box(420)));
    });
    group.finish();
}

fn short() -> Criterion {
    Criterion::default().warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1))
}

criterion_group! {
    name = benches;
    config = short();
    targets = sync_calls, async_calls, primitives
}
criterion_main!(benches);
