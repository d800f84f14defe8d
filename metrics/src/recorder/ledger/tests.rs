//! Readings by way of the ledger, beside readings of all cells.

use super::group::{GROUP, GroupReading};
use super::*;
use crate::buckets::table::BucketTable;
use crate::recorder::outcome::{Outcome, Time};
use crate::recorder::reader::Reader;
use crate::recorder::traced_cell::TracedCall;
use crate::recorder::writer::{Writer, WriterPool};
use crate::sync::leak;
use crate::trace_context::TraceContext;

static TABLE: BucketTable = BucketTable::of_time(&[1_000, 2_500, 5_000]);

/// Returns the cells of a function whose calls are sampled at this interval.
fn function(interval: u64) -> &'static CallCells {
    leak(CallCells::new(&TABLE, interval))
}

fn writers<const COUNT: usize>() -> [&'static Writer; COUNT] {
    let pool = leak(WriterPool::new());
    std::array::from_fn(|_| pool.lease())
}

fn call(function: &'static CallCells, writer: &'static Writer, outcome: Outcome, nanos: u64) {
    let block = function.block_of(writer);
    block.start();
    let time = match (function.is_sampled(), function.is_due(block)) {
        (false, _) => Time::OfEach(nanos),
        (true, true) => Time::OfSome(nanos),
        (true, false) => Time::NotTaken,
    };
    CallCells::end_in(block, outcome, time);
}

fn call_on_each(function: &'static CallCells, writers: &[&'static Writer], nanos: u64) {
    for writer in writers {
        call(function, writer, Outcome::Ok, nanos);
    }
}

/// Reads `functions` by way of the ledger, and asserts that the readings are those of all cells.
fn assert_read(ledger: &mut Ledger, functions: &[&'static CallCells], rotates: bool) {
    let mut reader = Reader::begin(|| rotates);
    reader.update(ledger, functions.iter().copied());
    for function in functions {
        let [kept, whole] = [reader.read(function), reader.read_whole(function)].map(|mut reading| {
            reading.exemplars.buckets.sort_unstable_by_key(|(bucket, _)| *bucket);
            format!("{reading:?}")
        });
        assert_eq!(kept, whole);
    }
}

/// Returns the blocks that would be read, by group, and whether by their rings.
fn changes(ledger: &Ledger) -> Vec<(u32, bool)> {
    let changes = ledger.groups.iter().map(|group| group.change(0, false));
    changes.map(|change| (change.blocks, change.is_near)).collect()
}

#[test]
fn only_changed_blocks_are_read() {
    let (function, writers, mut ledger) = (function(1), writers::<11>(), Ledger::new());
    call_on_each(function, &writers, 700);
    assert_read(&mut ledger, &[function], false);
    // The order of the groups is that of their addresses.
    let full = ledger.groups.iter().position(|group| group.len == GROUP).unwrap();
    let expect = |blocks: u32, is_near| {
        let mut expected = vec![(0, true); 2];
        expected[full] = (blocks, is_near);
        expected
    };
    assert_eq!(changes(&ledger), expect(0, true));
    // A call of the third block, and one that has only begun, of the sixth.
    call(function, writers[2], Outcome::Error, 701);
    function.block_of(writers[5]).start();
    assert_eq!(changes(&ledger), expect(0b10_0100, true));
    assert_read(&mut ledger, &[function], false);
    // As many calls as the ring has durations of, then one more.
    for (calls, is_near) in [(15, true), (16, false)] {
        (0..calls).for_each(|_| call(function, writers[0], Outcome::Ok, 7_000));
        assert_eq!(changes(&ledger), expect(1, is_near), "{calls} calls");
        assert_read(&mut ledger, &[function], false);
        assert_eq!(changes(&ledger), expect(0, true));
    }
}

#[test]
fn readings_are_those_of_all_cells() {
    let functions = [1, 1, 1, 3].map(function);
    let (writers, mut ledger) = (writers::<70>(), Ledger::new());
    let mut random = 1_u64;
    let mut below = |bound: u64| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % bound
    };
    for round in 0..400 {
        // Threads come one after the other.
        for writer in &writers[..writers.len().min(1 + round / 4)] {
            for function in functions {
                let calls = match below(40) {
                    0 => below(40),
                    1..8 => below(4),
                    _ => 0,
                };
                for _ in 0..calls {
                    let nanos = below(10) << below(30);
                    let outcome = match below(8) {
                        0 => Outcome::Error,
                        1 => Outcome::Panic,
                        2 => Outcome::Cancelled,
                        _ => Outcome::Ok,
                    };
                    call(function, writer, outcome, nanos);
                }
                if below(50) == 0 {
                    function.block_of(writer).start();
                }
            }
        }
        assert_read(&mut ledger, &functions, below(20) == 0);
    }
    assert!(ledger.groups.len() > functions.len() * (writers.len() / GROUP));
}

/// The exemplar with this number.
fn traced(number: u8) -> TracedCall {
    let trace = TraceContext { trace_id: [number; 16], span_id: [number; 8] };
    TracedCall { trace, nanos: Some(number.into()), time: number.into() }
}

#[test]
fn exemplars_are_those_of_all_blocks() {
    let (function, writers, mut ledger) = (function(1), writers::<11>(), Ledger::new());
    call_on_each(function, &writers, 700);
    assert_read(&mut ledger, &[function], false);
    // Without a call since the last reading: the program took long to tell its trace.
    for (number, (writer, value)) in (1..).zip([(0, 700), (9, 2_000), (10, 700), (3, 6_000), (0, 701)]) {
        function.block_of(writers[writer]).take_explicit(value, &traced(number));
        assert!(ledger.groups.iter().any(|group| group.change(0, false).exemplars > 0));
        assert_read(&mut ledger, &[function], false);
        let account = function.account();
        let latest = account.exemplars.iter().flat_map(|all| &all.buckets).map(|(_, call)| call.time).max();
        assert_eq!(latest, Some(number.into()));
    }
    // They are kept when a window ends. The clock was set back: the last one is shown, if it is not the latest, from then on.
    function.block_of(writers[9]).take_explicit(2_000, &traced(1));
    for rotates in [true, false, true] {
        assert_read(&mut ledger, &[function], rotates);
        assert_eq!(function.account().exemplars.as_ref().map(|all| all.buckets.len()), Some(3));
    }
}

#[test]
fn a_windows_end_alone_changes_what_is_recent() {
    let (function, writers, mut ledger) = (function(1), writers::<9>(), Ledger::new());
    call_on_each(function, &writers, 700);
    assert_read(&mut ledger, &[function], false);
    for _ in 0..3 {
        assert_read(&mut ledger, &[function], true);
    }
    assert_eq!(function.account().totals.recent, None);
    assert_eq!(function.account().totals.extremes, Some((700, 700)));
}

#[test]
fn sums_that_do_not_fit_are_the_largest_number() {
    let (function, writers, mut ledger) = (function(1), writers::<2>(), Ledger::new());
    for _ in 0..40 {
        call_on_each(function, &writers, u64::MAX / 3);
        assert_read(&mut ledger, &[function], false);
    }
}

#[test]
fn an_update_that_panicked_is_made_good() {
    let (function, writers, mut ledger) = (function(1), writers::<9>(), Ledger::new());
    call_on_each(function, &writers, 700);
    assert_read(&mut ledger, &[function], false);
    // As if it had panicked after it had subtracted a reading.
    function.account().totals.counts.subtract(&ledger.groups[0].reading.counts);
    function.account().cells.subtract(&TABLE, &ledger.groups[0].reading.cells);
    ledger.is_balanced = false;
    call(function, writers[1], Outcome::Ok, 701);
    assert_read(&mut ledger, &[function], false);
}

#[test]
fn what_is_kept_of_a_block_takes_little_memory() {
    let (functions, writers, mut ledger) = ([1; 100].map(function), writers::<64>(), Ledger::new());
    for nanos in [700, 1_400, 2_800] {
        for (function, writer) in
            functions.iter().flat_map(|all| writers.iter().map(move |writer| (all, writer)))
        {
            call(function, writer, Outcome::Ok, nanos);
        }
    }
    assert_read(&mut ledger, &functions, false);
    let readings = ledger.groups.iter().map(|group| size_of::<GroupReading>() + group.reading.cells.size());
    let bytes = ledger.groups.capacity() * size_of::<Group>() + readings.sum::<usize>();
    let blocks = functions.len() * writers.len();
    assert!(bytes <= 90 * blocks, "{} bytes a block", bytes / blocks);
}
