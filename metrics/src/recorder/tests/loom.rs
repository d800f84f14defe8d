//! Loom models of the recording protocols: `bash .ci/loom`.

#![expect(unsafe_code, reason = "hands cells of loom from thread to thread")]

use crate::buckets::table::BucketTable;
use crate::recorder::arena::Arena;
use crate::recorder::block::{Block, BlockReading, ExemplarReading};
use crate::recorder::call_cells::CallCells;
use crate::recorder::cell_sums::CellSums;
use crate::recorder::epoch::{Epoch, window_of};
use crate::recorder::exemplar_cells::ExemplarCells;
use crate::recorder::outcome::Outcome;
use crate::recorder::shards::Shards;
use crate::recorder::traced_cell::TracedCall;
use crate::recorder::writer::WriterPool;
use crate::sync::{List, exploring_attempts, leak, model};
use crate::trace_context::TraceContext;
use loom::cell::UnsafeCell;
use loom::thread;

static TABLE: BucketTable = BucketTable::new(&[5]);

/// A block's reading, with its cells as classic buckets.
#[derive(Debug, PartialEq)]
struct Shown {
    reading: BlockReading,
    buckets: Vec<u64>,
}

impl Shown {
    fn of(mut reading: BlockReading) -> Self {
        let mut sums = CellSums::default();
        sums.add(&TABLE, &reading);
        (reading.version, reading.cells, reading.unfiled) = Default::default();
        Shown { reading, buckets: sums.take(&TABLE).0 }
    }
}

/// A call's outcome, and its duration if it is timed.
type Call = (Outcome, Option<u64>);

/// Returns the expected reading of a block after `calls`, with no call in flight.
fn after(calls: &[Call]) -> Shown {
    let mut reading = BlockReading { extremes: NOTHING, recent: NOTHING, ..Default::default() };
    let mut buckets = vec![0; TABLE.buckets()];
    for &(outcome, nanos) in calls {
        reading.started += 1;
        reading.ended += 1;
        if let Some(nanos) = nanos {
            reading.sum += nanos;
            buckets[TABLE.find(nanos)] += 1;
            widen(&mut reading.extremes, nanos);
        }
        if let Some(failure) = outcome.failure_index() {
            reading.failed[failure as usize] += 1;
        }
    }
    Shown { reading, buckets }
}

/// The extremes of no calls.
const NOTHING: [u64; 2] = [u64::MAX, 0];

fn widen([min, max]: &mut [u64; 2], nanos: u64) {
    (*min, *max) = ((*min).min(nanos), (*max).max(nanos));
}

/// Returns the number of `calls` that a reading shows, if no window has ended. Asserts that every cell is that of this prefix.
fn prefix(reading: BlockReading, calls: &[Call]) -> usize {
    prefix_in_windows(reading, calls, 0, &vec![0; calls.len()])
}

/// As `prefix`, for a reader in `window`, if the calls belong to `windows`.
fn prefix_in_windows(reading: BlockReading, calls: &[Call], window: u64, windows: &[u64]) -> usize {
    let ended = usize::try_from(reading.ended).unwrap();
    let mut expected = after(&calls[..ended]);
    for (&(_, nanos), &of_call) in calls[..ended].iter().zip(windows) {
        assert!(of_call <= window, "a call saw a window that has not begun");
        if window - of_call <= 2 {
            nanos.into_iter().for_each(|nanos| widen(&mut expected.reading.recent, nanos));
        }
    }
    let in_flight = reading.started - expected.reading.started;
    assert!(in_flight <= 1, "a thread has one call in flight, not {in_flight}");
    expected.reading.started = reading.started;
    assert_eq!(Shown::of(reading), expected, "not a prefix of {ended} calls");
    ended
}

/// Runs a writer that makes `calls` while a reader takes `snapshots`.
fn readings_are_prefixes(preemptions: usize, calls: &'static [Call], snapshots: usize) {
    let is_sampled = calls.iter().any(|(_, nanos)| nanos.is_none());
    model(preemptions, move || {
        let epoch: &'static Epoch = leak(Epoch::new());
        let block = Block::new(&TABLE, leak(Arena::new()));
        let writer = thread::spawn(move || {
            calls.iter().for_each(|call| make(block, epoch, *call, is_sampled));
        });
        let reader = thread::spawn(move || {
            let shown = (0..snapshots).map(|_| read(block, epoch, is_sampled, calls)).collect::<Vec<_>>();
            assert!(shown.is_sorted(), "less than before: {shown:?}");
        });
        writer.join().unwrap();
        assert_eq!(
            read(block, epoch, is_sampled, calls),
            calls.len(),
            "what has ended before a snapshot is in it"
        );
        reader.join().unwrap();
    });
}

fn make(block: Block, epoch: &Epoch, (outcome, nanos): Call, is_sampled: bool) {
    block.start();
    match nanos {
        Some(nanos) if is_sampled => block.end_slow::<true>(epoch, outcome, nanos),
        Some(nanos) => block.end(epoch, outcome, nanos),
        None => block.end_untimed(epoch, outcome),
    }
}

/// Takes a snapshot, and returns the number of `calls` that it shows.
fn read(block: Block, epoch: &'static Epoch, is_sampled: bool, calls: &[Call]) -> usize {
    let mut reading = BlockReading::default();
    let attempts = block.read(&mut epoch.begin_reading(|| false), is_sampled, &mut reading);
    // Each attempt but the last was overtaken by a call's end or by its filing. loom may show a writer the old epoch forever, so
    // there may be two attempts for each call.
    assert!(attempts as usize <= 2 * calls.len() + 1, "{attempts} attempts");
    prefix(reading, calls)
}

#[test]
fn a_reading_of_calls_of_every_kind_is_a_prefix() {
    readings_are_prefixes(2, &[(Outcome::Ok, Some(6)), (Outcome::Error, Some(1))], 2);
}

#[test]
fn a_reading_of_failures_and_extremes_is_a_prefix() {
    readings_are_prefixes(
        1,
        &[(Outcome::Error, Some(5)), (Outcome::Error, Some(4)), (Outcome::Error, Some(7))],
        1,
    );
}

#[test]
fn a_reading_of_plain_calls_is_a_prefix() {
    readings_are_prefixes(2, &[(Outcome::Ok, Some(4)); 3], 1);
}

#[test]
fn a_reading_of_a_ring_that_is_full_is_a_prefix() {
    exploring_attempts(1, || {
        const PLAIN: Call = (Outcome::Ok, Some(4));
        readings_are_prefixes(1, &[PLAIN, PLAIN, PLAIN, (Outcome::Ok, Some(7))], 1);
    });
}

#[test]
fn a_reading_of_sampled_calls_is_a_prefix() {
    readings_are_prefixes(
        2,
        &[(Outcome::Ok, Some(4)), (Outcome::Error, None), (Outcome::Ok, None), (Outcome::Ok, Some(6))],
        1,
    );
}

#[test]
fn a_reading_between_sampled_calls_is_a_prefix() {
    readings_are_prefixes(2, &[(Outcome::Ok, Some(6)), (Outcome::Error, None)], 2);
}

/// Runs a writer that makes `calls` while a reader takes a snapshot for each of `rotations`, which specifies whether the
/// snapshot ends a window. At last one more window ends.
fn recent_extremes_are_those_of_the_windows(
    preemptions: usize,
    calls: &'static [Call],
    rotations: &'static [bool],
) {
    let is_sampled = calls.iter().any(|(_, nanos)| nanos.is_none());
    model(preemptions, move || {
        let epoch: &'static Epoch = leak(Epoch::new());
        let block = Block::new(&TABLE, leak(Arena::new()));
        let snapshot = move |rotates| {
            let mut guard = epoch.begin_reading(|| rotates);
            let mut reading = BlockReading::default();
            block.read(&mut guard, is_sampled, &mut reading);
            (window_of(guard.epoch), reading)
        };
        let writer = thread::spawn(move || {
            let window_after = |call: &Call| {
                make(block, epoch, *call, is_sampled);
                block.window()
            };
            calls.iter().map(window_after).collect::<Vec<_>>()
        });
        let reader =
            thread::spawn(move || rotations.iter().map(|rotates| snapshot(*rotates)).collect::<Vec<_>>());
        let windows = writer.join().unwrap();
        assert!(windows.is_sorted(), "a later call belongs to an earlier window");
        let mut readings = reader.join().unwrap();
        readings.push(snapshot(true));
        let rotated = rotations.iter().filter(|rotates| **rotates).count() as u64 + 1;
        assert_eq!(readings.last().map(|(window, _)| *window), Some(rotated));
        let shown = readings
            .into_iter()
            .map(|(window, reading)| prefix_in_windows(reading, calls, window, &windows))
            .collect::<Vec<_>>();
        assert!(shown.is_sorted() && shown.ends_with(&[calls.len()]), "less than before: {shown:?}");
    });
}

#[test]
fn recent_extremes_are_those_of_the_calls_of_a_window() {
    recent_extremes_are_those_of_the_windows(2, &[(Outcome::Ok, Some(4)), (Outcome::Ok, Some(7))], &[true]);
}

#[test]
fn recent_extremes_are_those_of_the_calls_of_several_windows() {
    recent_extremes_are_those_of_the_windows(
        1,
        &[(Outcome::Ok, Some(7)), (Outcome::Ok, Some(4)), (Outcome::Ok, Some(6))],
        &[true, true],
    );
}

#[test]
fn a_writer_may_miss_windows() {
    recent_extremes_are_those_of_the_windows(
        1,
        &[(Outcome::Ok, Some(4)), (Outcome::Ok, Some(5))],
        &[true, true, true],
    );
}

/// Returns a block with a call, whose writer has missed the begin of two windows since.
fn two_windows_after(call: Call) -> (&'static Epoch, Block) {
    let epoch: &'static Epoch = leak(Epoch::new());
    let block = Block::new(&TABLE, leak(Arena::new()));
    make(block, epoch, call, false);
    drop(epoch.begin_reading(|| true));
    drop(epoch.begin_reading(|| true));
    (epoch, block)
}

#[test]
fn a_copy_shows_what_is_recent_to_its_reader() {
    static CALLS: [Call; 2] = [(Outcome::Ok, Some(4)), (Outcome::Ok, Some(5))];
    model(2, || {
        let (epoch, block) = two_windows_after(CALLS[0]);
        // A third window begins before the writer's next call.
        let mut guard = epoch.begin_reading(|| true);
        let writer = thread::spawn(move || make(block, epoch, CALLS[1], false));
        let mut reading = BlockReading::default();
        if block.read_copy_after(|| writer.join().unwrap(), &mut guard, &mut reading) {
            assert_eq!(reading.ended, 1, "a call copies what was before it");
            prefix_in_windows(reading, &CALLS, guard.window(), &[0, 3]);
        }
    });
}

#[test]
fn a_call_begins_a_window_after_others_have_passed() {
    static CALLS: [Call; 2] = [(Outcome::Ok, Some(4)), (Outcome::Ok, Some(5))];
    model(2, || {
        let (epoch, block) = two_windows_after(CALLS[0]);
        // A third window begins during the writer's next call.
        let writer = thread::spawn(move || {
            make(block, epoch, CALLS[1], false);
            block.window()
        });
        let mut guard = epoch.begin_reading(|| true);
        let mut reading = BlockReading::default();
        block.read(&mut guard, false, &mut reading);
        let window = window_of(guard.epoch);
        drop(guard);
        prefix_in_windows(reading, &CALLS, window, &[0, writer.join().unwrap()]);
    });
}

#[test]
fn windows_that_follow_each_other_quickly() {
    exploring_attempts(1, || {
        recent_extremes_are_those_of_the_windows(
            2,
            &[(Outcome::Ok, Some(7)), (Outcome::Ok, Some(4))],
            &[true, true],
        );
    });
}

#[test]
fn an_untimed_call_of_a_sampled_function_may_begin_a_window() {
    recent_extremes_are_those_of_the_windows(
        2,
        &[(Outcome::Ok, Some(4)), (Outcome::Error, None), (Outcome::Ok, Some(6))],
        &[true],
    );
}

/// The call with this number, which is in each part of its exemplar.
fn traced(number: u8) -> TracedCall {
    let trace = TraceContext { trace_id: [number; 16], span_id: [number; 8] };
    TracedCall { trace, nanos: Some(number.into()), time: number.into() }
}

/// Returns the number of the call that is the exemplar of the block; 0 if there is none. Asserts that it is whole.
fn exemplar_in(block: Block) -> u8 {
    let mut reading = ExemplarReading::default();
    block.read_exemplars(0, &mut reading);
    let Some((bucket, call)) = reading.buckets.pop() else { return 0 };
    let number = call.trace.span_id[0];
    assert_eq!((bucket, call), (0, traced(number)), "parts of different calls");
    number
}

#[test]
fn an_exemplar_is_whole() {
    model(2, || {
        let block = Block::new(&TABLE, leak(Arena::new()));
        let writer = thread::spawn(move || {
            // The third is written where the first was.
            (1..=3).for_each(|number| block.take_explicit(number.into(), &traced(number)));
        });
        let reader = thread::spawn(move || {
            let taken = block.exemplars_taken();
            let number = exemplar_in(block);
            assert!((taken..=3).contains(&number.into()), "{number} of {taken}");
        });
        writer.join().unwrap();
        reader.join().unwrap();
        assert_eq!(exemplar_in(block), 3, "what has been taken before a reading is in it");
    });
}

#[test]
fn a_counter_has_what_its_exemplar_shows() {
    model(2, || {
        let writers: &'static WriterPool = leak(WriterPool::new());
        let sums: &'static Shards = leak(Shards::with_key(1));
        let exemplars: &'static ExemplarCells = leak(ExemplarCells::with_key(2));
        let writer = thread::spawn(move || {
            let writer = writers.lease();
            for number in 1..=3 {
                sums.change_by(writer, 0, 1);
                exemplars.give_by(writer, 0, &traced(number));
            }
            writers.hand_back(writer);
        });
        let reader = thread::spawn(move || {
            let shown = exemplars.latest(0);
            let sum = sums.sum(0);
            if let Some(call) = shown {
                let number = call.trace.span_id[0];
                assert_eq!(call, traced(number), "parts of different calls");
                assert!(sum >= number.into(), "{number} is not in {sum}");
            }
        });
        writer.join().unwrap();
        reader.join().unwrap();
        assert_eq!((exemplars.latest(0), sums.sum(0)), (Some(traced(3)), 3));
    });
}

#[test]
fn a_lease_hands_on_what_was_written() {
    model(2, || {
        let writers: &'static WriterPool = leak(WriterPool::new());
        let epoch: &'static Epoch = leak(Epoch::new());
        let cells: &'static CallCells = leak(CallCells::with_key(&TABLE, 1));
        let call = move |nanos| {
            let writer = writers.lease();
            let block = cells.block_of(writer);
            block.start();
            block.end(epoch, Outcome::Ok, nanos);
            writers.hand_back(writer);
        };
        // Two are free from the start, so a thread may reserve one because of another thread's end and then lease the other.
        for writer in [writers.lease(), writers.lease()] {
            writers.hand_back(writer);
        }
        let threads =
            [thread::spawn(move || [4, 5].into_iter().for_each(call)), thread::spawn(move || call(7))];
        for thread in threads {
            thread.join().unwrap();
        }
        let mut guard = epoch.begin_reading(|| false);
        let (mut ended, mut sum) = (0, 0);
        for block in cells.blocks() {
            let mut reading = BlockReading::default();
            block.read(&mut guard, false, &mut reading);
            sum += reading.sum;
            ended += Shown::of(reading).buckets.iter().sum::<u64>();
        }
        assert_eq!((ended, sum), (3, 16));
        assert_eq!(writers.count(), 2, "a thread missed a free writer");
    });
}

#[test]
fn additions_are_in_every_later_sum() {
    additions_stay_in_sums(0);
}

#[test]
fn additions_in_a_later_chunk_are_in_every_later_sum() {
    additions_stay_in_sums(1);
}

fn additions_stay_in_sums(index: usize) {
    model(2, move || {
        let writers: &'static WriterPool = leak(WriterPool::new());
        let shards: &'static Shards = leak(Shards::with_key(1));
        let add = move |amount| {
            let writer = writers.lease();
            shards.change_by(writer, index, amount);
            writers.hand_back(writer);
        };
        let threads =
            [thread::spawn(move || [1, 2].into_iter().for_each(add)), thread::spawn(move || add(4))];
        let seen = shards.sum(index);
        let [first, second] = threads;
        first.join().unwrap();
        let later = shards.sum(index);
        assert!(later >= seen && [3, 7].contains(&later), "{seen}, then {later}");
        second.join().unwrap();
        assert_eq!(shards.sum(index), 7);
    });
}

/// A value that loom watches: the model fails unless the write happens before each read.
#[derive(Debug)]
struct Watched(UnsafeCell<u64>);

// SAFETY: written before it is shared and only read afterwards; the model proves it.
unsafe impl Send for Watched {}
// SAFETY: as above.
unsafe impl Sync for Watched {}

impl Watched {
    fn new(value: u64) -> Self {
        let cell = UnsafeCell::new(0);
        // SAFETY: no other thread has a reference to the cell yet.
        cell.with_mut(|place| unsafe { *place = value });
        Watched(cell)
    }

    fn get(&self) -> u64 {
        // SAFETY: it is not written after it has been shared.
        self.0.with(|place| unsafe { *place })
    }
}

#[test]
fn a_list_shows_whole_values() {
    model(3, || {
        let list: &'static List<Watched> = leak(List::new());
        let push = |value| {
            thread::spawn(move || {
                list.push(Watched::new(value));
            })
        };
        let pushing = [push(1), push(2)];
        let reader = thread::spawn(move || {
            let before = list.iter().count();
            let seen: Vec<u64> = list.iter().map(Watched::get).collect();
            assert!(seen.len() >= before, "a value is gone");
        });
        for thread in pushing {
            thread.join().unwrap();
        }
        reader.join().unwrap();
        assert_eq!(list.iter().map(Watched::get).sum::<u64>(), 3);
    });
}
