//! An instrumented global allocator: it neither recurses nor waits for itself, and every allocation is counted. In a process
//! of its own, for a process has one allocator, and other tests would allocate beside this one.

use std::alloc::{GlobalAlloc, Layout, System};
use std::collections::HashMap;
use std::hint::black_box;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use tachometer::{
    Counter, Family, LabelSet,
    families::SampleValue,
    family::{Held, Series},
    instrumented, metrics,
};

struct Instrumented;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

/// # Safety
/// As [`GlobalAlloc::alloc`].
#[instrumented]
unsafe fn allocate(layout: Layout) -> *mut u8 {
    ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
    // SAFETY: the caller keeps the contract.
    unsafe { System.alloc(layout) }
}

/// # Safety
/// As [`GlobalAlloc::dealloc`].
#[instrumented(labels(kind = "free", is_large = layout.size() >= 128))]
unsafe fn free(pointer: *mut u8, layout: Layout) {
    // SAFETY: the caller keeps the contract.
    unsafe { System.dealloc(pointer, layout) }
}

/// A string, so that it is found in tables, which allocate.
#[derive(LabelSet)]
struct Size {
    class: &'static str,
}

metrics! {
    static BY_SIZE: Family<Size, Counter> = Family::new("allocations_total", "Allocations by size");
    static AT_HAND: Family<Size, Counter> = Family::new("allocations_at_hand_total", "Allocations by a handle");
}

static HANDLE: OnceLock<Series<Counter, Held>> = OnceLock::new();

// SAFETY: hands every request on to the system's allocator as it came, and returns what that returns.
unsafe impl GlobalAlloc for Instrumented {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let class = if layout.size() < 128 { "small" } else { "large" };
        BY_SIZE.with(&Size { class }).increment();
        if let Some(handle) = HANDLE.get() {
            handle.increment();
        }
        // SAFETY: the caller keeps the contract.
        unsafe { allocate(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract.
        unsafe { free(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Instrumented = Instrumented;

#[instrumented]
fn allocates(number: usize) -> Vec<usize> {
    vec![number; number]
}

#[test]
fn every_allocation_is_counted() {
    thread_local! {
        static KEPT: std::cell::RefCell<HashMap<usize, Vec<usize>>> = std::cell::RefCell::default();
    }
    let allocated_before = ALLOCATIONS.load(Ordering::Relaxed);
    let threads: Vec<_> = (0..32)
        .map(|_| {
            thread::spawn(|| {
                // Some are freed when the thread's locals are destroyed.
                for number in 0..100 {
                    KEPT.with_borrow_mut(|kept| kept.insert(number, black_box(allocates(number + 1))));
                }
            })
        })
        .collect();
    while threads.iter().any(|thread| !thread.is_finished()) {
        black_box(tachometer::snapshot());
    }
    for thread in threads {
        thread.join().unwrap();
    }
    let counted_before = ALLOCATIONS.load(Ordering::Relaxed);
    let snapshot = tachometer::snapshot();
    let counted_after = ALLOCATIONS.load(Ordering::Relaxed);
    assert!(counted_before - allocated_before >= 3_200);
    let shown = snapshot.function("allocate").unwrap();
    assert!(
        (counted_before..=counted_after).contains(&shown.ok),
        "{} of {counted_before} to {counted_after}",
        shown.ok
    );
    let by_size = &snapshot.declared["allocations_total"].series;
    let counts = by_size.iter().map(|series| match series.value {
        SampleValue::Count(count) => count,
        ref other => panic!("{other:?}"),
    });
    // Those that the tables themselves made in the middle of an update are in the overflow series.
    let total: u64 = counts.sum();
    assert!(
        (counted_before..=counted_after).contains(&total),
        "{total} of {counted_before} to {counted_after}"
    );
    let freed: u64 = snapshot.functions_named("free").iter().map(|by_size| by_size.ok).sum();
    assert!(freed >= 32 * 100, "{freed}");
    assert_eq!(snapshot.functions_named("free").len(), 2);
    assert_eq!(snapshot.function("allocates").unwrap().ok, 3_200);
    a_handle_does_not_wait_for_the_table();
}

/// Its series was removed, and the table that it would come back to is making a series at that very moment.
fn a_handle_does_not_wait_for_the_table() {
    let handle = HANDLE.get_or_init(|| AT_HAND.hold(&Size { class: "any" }));
    handle.increment();
    for class in ["a", "b", "c"] {
        assert!(AT_HAND.remove(&Size { class: "any" }));
        let before = handle.get();
        AT_HAND.with(&Size { class }).increment();
        assert!(handle.get() > before, "a series is made, which allocates");
        handle.increment();
        assert_eq!(AT_HAND.with(&Size { class: "any" }).get(), handle.get());
    }
}
