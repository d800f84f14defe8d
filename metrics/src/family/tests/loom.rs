//! Loom models of series that are created, removed, held and evicted.

use crate::family::limits::Limits;
use crate::family::table::{OVERFLOW, Owner, SeriesEntry, SeriesTable};
use crate::sync::{Arc, AtomicU64, Ordering, leak, model};
use loom::thread;
use std::time::Duration;

/// A family with one shared cell for each index.
#[derive(Debug)]
struct Family {
    table: &'static SeriesTable,
    cells: [AtomicU64; 4],
}

impl Owner for Family {
    fn table(&self) -> &SeriesTable {
        self.table
    }

    fn clear(&self, index: usize) {
        // Relaxed: as the cells of threads are set to zero.
        self.cells[index].store(0, Ordering::Relaxed);
    }
}

/// A thread's share of a series it has used.
type Share = Arc<SeriesEntry>;

impl Family {
    fn new(idle_after: Option<Duration>) -> &'static Self {
        let limits = Limits { max_series: 2, idle_after, ..Limits::DEFAULT };
        let table = leak(SeriesTable::new(&["label"], limits));
        let cells = std::array::from_fn(|_| AtomicU64::new(0));
        leak(Family { table, cells })
    }

    /// Updates a series as a thread with a share of it does: checks whether it was removed, then changes a cell.
    fn update(&'static self, text: &[u8], share: &mut Share) {
        if !share.is_active_or_wakes() {
            let found = self.table().find_or_create(text, self, |_| {});
            *share = found.expect("there is room for both");
        }
        self.add(share.index());
    }

    fn make(&'static self, text: &[u8]) -> Share {
        self.table().find_or_create(text, self, |_| {}).expect("there is room for both")
    }

    /// Adds 1 to a cell that only this thread writes, as threads do with their own cells.
    fn add(&self, index: usize) {
        let cell = &self.cells[index];
        cell.store(cell.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
    }

    /// Returns the value of the series, if it is shown.
    fn shows(&self, text: &[u8]) -> Option<u64> {
        let entry = self.table().find(text)?;
        Some(self.cells[entry.index()].load(Ordering::Relaxed))
    }

    fn remove(&self, text: &[u8]) {
        if let Some(entry) = self.table().find(text) {
            self.table().remove(&entry);
        }
    }

    /// Removes all series: loom requires that no share outlives the model.
    fn end(&self) {
        for shown in &*self.table().shown() {
            self.table().remove(&shown.share);
        }
        // The list of the last reader has shares.
        self.table().shown();
    }
}

#[test]
fn an_index_is_used_anew_only_after_the_previous_series_is_unreachable() {
    model(2, || {
        let family = Family::new(None);
        let mut share = family.make(b"a");
        let updates = thread::spawn(move || {
            family.update(b"a", &mut share);
            drop(share);
        });
        let other = thread::spawn(move || {
            family.remove(b"a");
            let share = family.make(b"b");
            assert_ne!(share.index(), OVERFLOW);
            family.add(share.index());
        });
        updates.join().unwrap();
        other.join().unwrap();
        assert_eq!(family.shows(b"b"), Some(1), "what was counted for a removed series is in another");
        assert!(matches!(family.shows(b"a"), None | Some(1)));
        family.end();
    });
}

#[test]
fn a_held_series_comes_back_and_is_the_only_one_of_its_labels() {
    model(2, || {
        let family = Family::new(None);
        let [kept, held] = [(); 2].map(|()| family.table().hold(b"a", family).unwrap());
        let holder = thread::spawn(move || {
            if !held.is_active() {
                held.show();
            }
            family.add(held.index());
            SeriesEntry::release(&held);
        });
        let other = thread::spawn(move || {
            family.remove(b"a");
            let again = family.table().hold(b"a", family).unwrap();
            assert!(again.is_active());
            SeriesEntry::release(&again);
        });
        holder.join().unwrap();
        other.join().unwrap();
        assert_eq!(family.shows(b"a"), Some(1), "it is the same series all the time");
        // A series that was removed while held is dropped with its last handle, and its count with it.
        family.end();
        assert_eq!(family.shows(b"a"), None);
        SeriesEntry::release(&kept);
        drop(kept);
        let new = family.make(b"a");
        assert_eq!(family.shows(b"a"), Some(0));
        drop(new);
        family.end();
    });
}

#[test]
fn an_idle_series_goes_or_stays_and_an_update_afterwards_is_shown() {
    model(2, || {
        let family = Family::new(Some(Duration::ZERO));
        let mut share = family.make(b"a");
        let updates = thread::spawn(move || {
            family.update(b"a", &mut share);
            share
        });
        // The first reader makes it idle and hides it, since the idle time is zero.
        family.table().shown();
        let mut share = updates.join().unwrap();
        family.update(b"a", &mut share);
        assert!(matches!(family.shows(b"a"), Some(1 | 2)));
        drop(share);
        family.end();
    });
}
