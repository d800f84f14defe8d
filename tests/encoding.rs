//! Rendering into a text that has the room allocates nothing for a series.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::LazyLock;
use std::time::Duration;
use tachometer::{Format, FullSnapshot, MetricsRegistry, instrumented};

struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

// SAFETY: hands every request on to the system's allocator as it came, and returns what that returns. The count is a
// thread-local without a destructor, which allocates nothing itself.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract of `dealloc`; `pointer` came from `System`.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller keeps the contract of `realloc`; `pointer` came from `System`.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

static REGISTRY: LazyLock<MetricsRegistry> = LazyLock::new(|| MetricsRegistry::new(Duration::MAX));

struct Odd;

fn kind(_: &Odd) -> &'static str {
    "odd \"number\""
}

#[instrumented(labels(number = number), max_label_sets = 10000, error_kind = kind, registry = &REGISTRY)]
fn handle(number: u32) -> Result<(), Odd> {
    if number.is_multiple_of(2) { Ok(()) } else { Err(Odd) }
}

/// A snapshot with so many sets of labels, each with some thirty series.
fn snapshot_of(sets: u32) -> FullSnapshot {
    for number in 0..sets {
        let _ = handle(number);
    }
    REGISTRY.snapshot_all()
}

fn allocations(snapshot: &FullSnapshot, format: Format, text: &mut String) -> u64 {
    text.clear();
    let before = ALLOCATIONS.get();
    snapshot.encode(format, text);
    ALLOCATIONS.get() - before
}

#[test]
fn ten_times_the_series_take_but_a_few_allocations_more() {
    let few = snapshot_of(100);
    let many = snapshot_of(1_000);
    for format in [Format::Prometheus, Format::OpenMetrics, Format::OpenMetricsWithCreated] {
        let mut text = String::new();
        allocations(&many, format, &mut text);
        let of_few = allocations(&few, format, &mut text);
        let of_many = allocations(&many, format, &mut text);
        // Lists of series double until all fit in: seven families, four times at most.
        assert!(of_many - of_few <= 7 * 4, "{format:?}: {of_few} and then {of_many}");
        assert!((1..200).contains(&of_few), "{format:?}: {of_few}");
        assert!(text.lines().count() > 30_000, "the text is whole");
    }
}
