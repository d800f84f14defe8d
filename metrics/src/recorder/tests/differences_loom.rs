//! Loom models of differences: readings of the ring alone.

use crate::buckets::table::BucketTable;
use crate::recorder::arena::Arena;
use crate::recorder::block::{Block, BlockReading, Known};
use crate::recorder::epoch::Epoch;
use crate::recorder::outcome::Outcome;
use crate::sync::{leak, model};
use loom::thread;

static TABLE: BucketTable = BucketTable::new(&[5]);

/// Runs a writer that makes a call of each of these durations, of which the first `before` have ended when a reader first reads. The
/// reader reads again, and has `recent` to compare the later ones with. Each third call fails.
fn a_difference_has_the_calls_since(before: usize, durations: &'static [u64], recent: Option<(u64, u64)>) {
    model(2, move || {
        let epoch: &'static Epoch = leak(Epoch::new());
        let block = Block::new(&TABLE, leak(Arena::new()));
        let make = move |(number, nanos): (usize, &u64)| {
            block.start();
            block.end(epoch, if number % 3 == 2 { Outcome::Error } else { Outcome::Ok }, *nanos);
        };
        durations.iter().enumerate().take(before).for_each(make);
        let mut guard = epoch.begin_reading(|| false);
        let mut reading = BlockReading::default();
        block.read(&mut guard, false, &mut reading);
        assert_eq!(reading.ended, before as u64);
        let writer = thread::spawn(move || durations.iter().enumerate().skip(before).for_each(make));
        block.read_since(Known { version: reading.version, recent }, &mut guard, &mut reading);
        let ended = usize::try_from(reading.ended).unwrap();
        let (calls, later) = (&durations[..ended], &durations[before..ended]);
        assert_eq!(reading.sum, calls.iter().sum());
        assert_eq!(reading.failed, [(ended / 3) as u64, 0, 0]);
        assert!((reading.ended..=reading.ended + 1).contains(&reading.started));
        if reading.is_difference {
            assert_eq!(reading.unfiled, later);
        }
        let extremes = [*calls.iter().min().unwrap(), *calls.iter().max().unwrap()];
        let are_within = |(min, max)| later.iter().all(|nanos| (min..=max).contains(nanos));
        if !(reading.is_difference && recent.is_some_and(are_within)) {
            assert_eq!((reading.extremes, reading.recent), (extremes, extremes));
        }
        writer.join().unwrap();
    });
}

#[test]
fn a_difference_has_the_durations_in_the_ring() {
    // The fifth call writes its duration where that of the second is.
    a_difference_has_the_calls_since(1, &[4, 7, 4, 4, 6], None);
}

#[test]
fn a_difference_has_new_extremes_and_failures() {
    a_difference_has_the_calls_since(1, &[4, 7, 1, 5], Some((4, 4)));
}

#[test]
fn a_difference_needs_no_extremes_within_those_known() {
    a_difference_has_the_calls_since(2, &[4, 7, 5, 6, 4, 5], Some((4, 7)));
}
