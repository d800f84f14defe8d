//! Which calls take an exemplar, by a clock and a source of traces that the tests control.

use crate::buckets::table::BucketTable;
use crate::recorder::arena::Arena;
use crate::recorder::block::{Block, ExemplarReading};
use crate::recorder::epoch::Epoch;
use crate::recorder::outcome::Outcome;
use crate::recorder::traced_cell::TracedCall;
use crate::recorder::tracing_hook::{TracingHook, set_tracing_hook};
use crate::sync::leak;
use crate::trace_context::TraceContext;
use std::cell::Cell;

static TABLE: BucketTable = BucketTable::new(&[10, 20, 30]);

const SECOND: u64 = 1_000_000_000;

thread_local! {
    /// The time of day.
    static NOW: Cell<u64> = const { Cell::new(0) };
    static LOOKS_AT_CLOCK: Cell<u32> = const { Cell::new(0) };
    /// The number in the current trace; 0 if there is none.
    static TRACE: Cell<u8> = const { Cell::new(0) };
    static ASKED: Cell<u32> = const { Cell::new(0) };
}

fn trace(number: u8) -> TraceContext {
    TraceContext { trace_id: [number; 16], span_id: [number; 8] }
}

/// One thread's calls of a function.
struct Calls {
    block: Block,
    epoch: &'static Epoch,
}

impl Calls {
    /// Begins at the time of 100 s.
    fn new() -> Self {
        Calls::in_block(Block::new(&TABLE, leak(Arena::new())))
    }

    fn in_block(block: Block) -> Self {
        set_tracing_hook(TracingHook {
            trace: || {
                ASKED.set(ASKED.get() + 1);
                Some(TRACE.get()).filter(|number| *number > 0).map(trace)
            },
            now: || {
                LOOKS_AT_CLOCK.set(LOOKS_AT_CLOCK.get() + 1);
                NOW.get()
            },
        });
        NOW.set(100 * SECOND);
        Calls { block, epoch: leak(Epoch::new()) }
    }

    /// Makes a call that ends on the slow path. Returns whether the program was asked for its trace.
    fn slow(&self, number: u8, outcome: Outcome, nanos: u64) -> bool {
        let before = ASKED.get();
        TRACE.set(number);
        self.block.start();
        self.block.end_slow::<false>(self.epoch, outcome, nanos);
        ASKED.get() > before
    }

    fn ok(&self, number: u8, nanos: u64) -> bool {
        self.slow(number, Outcome::Ok, nanos)
    }

    fn read_in(&self, window: u64) -> ExemplarReading {
        let mut reading = ExemplarReading::default();
        self.block.read_exemplars(window, &mut reading);
        reading.buckets.sort_unstable_by_key(|(bucket, _)| *bucket);
        reading
    }

    /// Returns the numbers of the calls that are the exemplars of buckets.
    fn of_buckets(&self) -> Vec<(usize, u8)> {
        self.read_in(0).buckets.iter().map(|(bucket, call)| (*bucket, number_of(call))).collect()
    }

    fn slowest_in(&self, window: u64) -> Option<u8> {
        self.read_in(window).slowest.as_ref().map(number_of)
    }
}

fn number_of(call: &TracedCall) -> u8 {
    assert_eq!(call.trace, trace(call.trace.span_id[0]));
    call.trace.span_id[0]
}

#[test]
fn the_exemplar_of_a_bucket_is_replaced_after_ten_seconds() {
    let calls = Calls::new();
    assert!(calls.ok(1, 25), "the longest so far");
    assert!(calls.ok(2, 5), "the first of its bucket");
    assert!(!calls.ok(3, 6) && !calls.ok(4, 24));
    NOW.set(NOW.get() + 10 * SECOND - 1);
    assert!(!calls.ok(5, 7) && !calls.ok(6, 8));
    NOW.set(NOW.get() + SECOND);
    // The next look may be some slow paths away.
    let taken = (7..100).find(|number| calls.ok(*number, 9)).expect("one is taken");
    assert_eq!(calls.of_buckets(), [(0, taken), (2, 1)]);
    assert!(!calls.ok(101, 9));
    NOW.set(50 * SECOND);
    assert!((102..200).any(|number| calls.ok(number, 9)), "the clock was set back");
    assert_eq!(calls.slowest_in(0), Some(1));
}

#[test]
fn the_clock_is_rarely_read_for_calls_that_take_none() {
    let calls = Calls::new();
    calls.ok(1, 25);
    LOOKS_AT_CLOCK.set(0);
    for _ in 0..100_000 {
        assert!(!calls.ok(2, 25), "it is not longer, and the exemplar is not stale");
    }
    assert!(LOOKS_AT_CLOCK.get() < 25, "{} times", LOOKS_AT_CLOCK.get());
    // Calls have become rare. A longer call, with which each window begins, has the next one look.
    calls.ok(3, 26);
    NOW.set(NOW.get() + 10 * SECOND);
    assert!(calls.ok(4, 25));
}

#[test]
fn a_program_without_a_current_trace_is_rarely_asked() {
    let calls = Calls::new();
    assert!(calls.ok(0, 25));
    let asked = (0..1_000).filter(|_| calls.ok(0, 15)).count();
    assert!((1..15).contains(&asked), "{asked} times");
    assert_eq!(calls.read_in(0), ExemplarReading::default());
}

#[test]
fn the_slowest_call_with_a_trace_is_found_if_the_slowest_has_none() {
    let calls = Calls::new();
    calls.ok(0, 29);
    calls.ok(1, 15);
    assert_eq!(calls.slowest_in(0), Some(1));
    calls.slow(2, Outcome::Error, 16);
    assert_eq!(calls.slowest_in(0), Some(2));
    calls.ok(3, 14);
    assert_eq!(calls.slowest_in(0), Some(2));
}

#[test]
fn the_slowest_call_is_recent_in_its_window_and_the_two_after() {
    let calls = Calls::new();
    let rotate = || drop(calls.epoch.begin_reading(|| true));
    calls.ok(1, 29);
    rotate();
    calls.ok(2, 20);
    assert_eq!([1, 2, 3, 4].map(|window| calls.slowest_in(window)), [Some(1), Some(1), Some(2), None]);
    rotate();
    calls.ok(3, 22);
    rotate();
    // In the place of the first.
    calls.ok(4, 21);
    assert_eq!([3, 4, 5, 6].map(|window| calls.slowest_in(window)), [Some(3), Some(3), Some(4), None]);
}

#[test]
fn each_failure_takes_an_exemplar_and_no_cancellation_does() {
    let calls = Calls::new();
    for (number, outcome) in (1..).zip([Outcome::Error, Outcome::Panic, Outcome::Error, Outcome::Panic]) {
        assert!(calls.slow(number, outcome, 5));
    }
    assert!(!calls.slow(5, Outcome::Cancelled, 5));
    // On the fast path, and without a time.
    TRACE.set(6);
    calls.block.start();
    calls.block.end(calls.epoch, Outcome::Error, 5);
    assert_eq!(calls.read_in(0).last_error.as_ref().map(number_of), Some(6));
    TRACE.set(7);
    calls.block.start();
    calls.block.end_untimed(calls.epoch, Outcome::Panic);
    let reading = calls.read_in(0);
    let panic = reading.last_panic.expect("an exemplar");
    assert_eq!((number_of(&panic), panic.nanos), (7, None));
    assert_eq!(calls.of_buckets(), [(0, 6)]);
    assert_eq!(reading.slowest.as_ref().map(number_of), Some(1));
}

#[test]
fn the_program_is_not_asked_for_values_of_histograms() {
    let calls = Calls::in_block(Block::of_values(&TABLE, leak(Arena::new())));
    assert!(!calls.ok(1, 5) && !calls.ok(2, 50));
    assert_eq!(calls.read_in(0), ExemplarReading::default());
    let value = TracedCall { trace: trace(3), nanos: Some(15), time: 1 };
    calls.block.take_explicit(15, &value);
    assert_eq!(calls.of_buckets(), [(1, 3)]);
    calls.block.clear();
    assert!(calls.of_buckets().is_empty());
    calls.block.take_explicit(15, &value);
    assert_eq!(calls.of_buckets(), [(1, 3)]);
}

#[test]
fn buckets_beyond_the_first_64_have_exemplars_too() {
    static BOUNDS: [u64; 100] = {
        let (mut bounds, mut index) = ([0; 100], 0);
        while index < bounds.len() {
            bounds[index] = index as u64;
            index += 1;
        }
        bounds
    };
    static MANY: BucketTable = BucketTable::new(&BOUNDS);
    let calls = Calls::in_block(Block::new(&MANY, leak(Arena::new())));
    calls.ok(1, 99);
    for number in 2..60 {
        calls.ok(number, 70);
        calls.ok(number, 6);
        NOW.set(NOW.get() + SECOND);
    }
    let buckets: Vec<usize> = calls.of_buckets().into_iter().map(|(bucket, _)| bucket).collect();
    assert_eq!(buckets, [6, 70, 99]);
}
