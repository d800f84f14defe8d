//! The memory of the cells, and their behaviour on a real machine. The models in `loom` prove their protocols.

#![expect(unsafe_code, reason = "calls `Array`, which takes the width it was made with")]

use crate::buckets::table::BucketTable;
use crate::recorder::arena::Arena;
use crate::recorder::array::{CellArray, FIRST_CHUNK, locate};
use crate::recorder::block::{Block, BlockReading};
use crate::recorder::epoch::Epoch;
use crate::recorder::outcome::Outcome;
use crate::recorder::slot::SlotKey;
use crate::recorder::writer::{Writer, WriterPool};
use crate::sync::{AtomicBool, AtomicU64, Ordering, leak};
use std::sync::Barrier;
use std::thread;

/// The default bounds of a function.
static TABLE: BucketTable = BucketTable::of_time(&[
    1_000,
    2_500,
    5_000,
    10_000,
    25_000,
    50_000,
    100_000,
    250_000,
    500_000,
    1_000_000,
    2_500_000,
    5_000_000,
    10_000_000,
    25_000_000,
    50_000_000,
    100_000_000,
    250_000_000,
    500_000_000,
    1_000_000_000,
    2_500_000_000,
    5_000_000_000,
    10_000_000_000,
]);

#[test]
fn memory_is_within_the_documented_bounds() {
    let epoch = Epoch::new();
    let block = Block::new(&TABLE, leak(Arena::new()));
    for (octaves, least) in (1..).zip([700_u64, 1_400, 2_800, 5_600]) {
        for nanos in [least, least + 1] {
            block.end(&epoch, Outcome::Ok, nanos);
        }
        assert!(block.size() <= 592 + 96 * octaves, "{} bytes for {octaves} octaves", block.size());
    }
    assert!(size_of::<Writer>() <= 16 * 1024);
}

#[test]
#[cfg_attr(target_family = "wasm", ignore = "there are no threads")]
fn there_are_as_many_writers_as_threads_were_alive_at_once() {
    const AT_ONCE: usize = 20;
    let writers = WriterPool::new();
    for _ in 0..50 {
        let all_there = Barrier::new(AT_ONCE);
        thread::scope(|scope| {
            for _ in 0..AT_ONCE {
                scope.spawn(|| {
                    let writer = writers.lease();
                    all_there.wait();
                    writers.hand_back(writer);
                });
            }
        });
    }
    assert_eq!(writers.count(), AT_ONCE);
}

#[test]
fn a_writer_finds_its_blocks_under_any_key() {
    let writers = WriterPool::new();
    let writer = writers.lease();
    let keys = [1, 2, 31, 32, 8_191, 8_192, 20_000, 100_000];
    let blocks = keys.map(|key| (SlotKey::fixed(key), Block::new(&TABLE, leak(Arena::new()))));
    for (key, block) in &blocks {
        assert!(writer.get(key).is_none());
        writer.set(key, *block);
    }
    for (key, block) in &blocks {
        assert!(writer.get(key).is_some_and(|found| found.ptr_eq(*block)), "{key:?}");
    }
    for empty in [0, 50_000] {
        assert!(writer.get(&SlotKey::<Block>::fixed(empty)).is_none());
    }
}

#[test]
#[cfg_attr(target_family = "wasm", ignore = "there are no threads")]
fn a_writer_that_never_pauses_is_read_after_a_few_attempts() {
    let block = Block::new(&TABLE, leak(Arena::new()));
    let epoch = leak(Epoch::new());
    let done = AtomicBool::new(false);
    let most_attempts = thread::scope(|scope| {
        scope.spawn(|| {
            // Relaxed: it publishes nothing.
            while !done.load(Ordering::Relaxed) {
                block.start();
                block.end(epoch, Outcome::Ok, 7);
            }
        });
        let mut reading = BlockReading::default();
        let attempts =
            (0..20_000).map(|_| block.read(&mut epoch.begin_reading(|| false), false, &mut reading)).max();
        done.store(true, Ordering::Relaxed);
        attempts
    });
    // More than the calls that a store buffer may hold. The maximum observed was eight.
    assert!(most_attempts < Some(100), "{most_attempts:?} attempts");
}

#[test]
fn chunks_follow_one_another_without_a_gap() {
    let mut expected = (0, 0);
    for beyond in 0..10_000 {
        assert_eq!(locate(beyond), expected, "{beyond}");
        expected.1 += 1;
        if expected.1 == FIRST_CHUNK << expected.0 {
            expected = (expected.0 + 1, 0);
        }
    }
}

#[test]
fn each_index_has_a_cell_of_its_own_that_stays() {
    const WIDTH: usize = 7;
    let array: CellArray<AtomicU64> = CellArray::new(WIDTH);
    for index in (0_usize..300).rev() {
        // SAFETY: the array was created with this width.
        let cell = unsafe { array.get_or_create(WIDTH, index) };
        assert_eq!(cell.swap(index as u64 + 1, Ordering::Relaxed), 0, "{index} was used before");
    }
    for index in 0_usize..300 {
        // SAFETY: the array was created with this width.
        let cell = unsafe { array.get(WIDTH, index) };
        assert_eq!(cell.map(|cell| cell.load(Ordering::Relaxed)), Some(index as u64 + 1));
    }
    // SAFETY: the array was created with this width.
    assert!(unsafe { array.get(WIDTH, 1_000) }.is_none(), "its chunk has not been allocated");
}
