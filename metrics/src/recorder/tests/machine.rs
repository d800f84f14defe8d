//! What the cells take and how they behave on a real machine; their protocols are proven in `models`.

#![expect(unsafe_code, reason = "calls `Array`, which takes the width it was made with")]

use crate::buckets::table::BucketTable;
use crate::recorder::array::{Array, FIRST_PIECE, piece_of};
use crate::recorder::block::{Block, BlockReading};
use crate::recorder::epoch::Epoch;
use crate::recorder::outcome::Outcome;
use crate::recorder::slot::Number;
use crate::recorder::writer::{Writer, Writers};
use crate::sync::{AtomicBool, AtomicU64, Ordering};
use std::sync::Barrier;
use std::thread;

/// As many bounds as functions have that name none.
static TABLE: BucketTable =
    BucketTable::new(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22]);

#[test]
fn memory_is_as_promised() {
    assert!(Block::layout(&TABLE).size() <= 1024);
    assert!(size_of::<Writer>() <= 16 * 1024);
}

#[test]
fn threads_that_come_and_go_share_the_writers_of_the_most_at_once() {
    const AT_ONCE: usize = 20;
    let writers = Writers::new();
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
fn a_writer_finds_its_blocks_under_any_number() {
    let writers = Writers::new();
    let writer = writers.lease();
    let numbers = [1, 2, 31, 32, 8_191, 8_192, 20_000, 100_000];
    let blocks = numbers.map(|number| (Number::chosen(number), Block::new(&TABLE)));
    for (number, block) in &blocks {
        assert!(writer.get(number).is_none());
        writer.set(number, *block);
    }
    for (number, block) in &blocks {
        assert!(writer.get(number).is_some_and(|found| found.is(*block)), "{number:?}");
    }
    for empty in [0, 50_000] {
        assert!(writer.get(&Number::<Block>::chosen(empty)).is_none());
    }
}

#[test]
fn a_writer_that_never_pauses_is_read_after_a_few_attempts() {
    let block = Block::new(&TABLE);
    let epoch = Epoch::new();
    let done = AtomicBool::new(false);
    let most_attempts = thread::scope(|scope| {
        scope.spawn(|| {
            // Relaxed: nothing is handed over by it.
            while !done.load(Ordering::Relaxed) {
                block.start();
                block.end(&epoch, Outcome::Ok, 7);
            }
        });
        let mut reading = BlockReading::default();
        let attempts =
            (0..20_000).map(|_| block.read(epoch.raise(|| false).epoch, false, &mut reading)).max();
        done.store(true, Ordering::Relaxed);
        attempts
    });
    // As many calls as a processor's store buffer may hold, and more; eight was the most that was seen.
    assert!(most_attempts < Some(100), "{most_attempts:?} attempts");
}

#[test]
fn pieces_follow_one_another_without_a_gap() {
    let mut expected = (0, 0);
    for behind in 0..10_000 {
        assert_eq!(piece_of(behind), expected, "{behind}");
        expected.1 += 1;
        if expected.1 == FIRST_PIECE << expected.0 {
            expected = (expected.0 + 1, 0);
        }
    }
}

#[test]
fn each_index_has_a_cell_of_its_own_that_stays() {
    const WIDTH: usize = 7;
    let array: Array<AtomicU64> = Array::new(WIDTH);
    for index in (0_usize..300).rev() {
        // SAFETY: it was made with this width.
        let cell = unsafe { array.get_or_make(WIDTH, index) };
        assert_eq!(cell.swap(index as u64 + 1, Ordering::Relaxed), 0, "{index} was used before");
    }
    for index in 0_usize..300 {
        // SAFETY: it was made with this width.
        let cell = unsafe { array.get(WIDTH, index) };
        assert_eq!(cell.map(|cell| cell.load(Ordering::Relaxed)), Some(index as u64 + 1));
    }
    // SAFETY: it was made with this width.
    assert!(unsafe { array.get(WIDTH, 1_000) }.is_none(), "nobody has asked for it");
}
