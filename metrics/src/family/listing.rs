//! The list of the series that readers share: it is kept, and what is added or removed is merged in for the next reader.

use crate::labels::SeriesLabels;
use crate::sync::unmodelled::Arc;

/// A series that is shown, with what a reader needs of it.
#[derive(Debug, Clone)]
pub(super) struct Listed<S> {
    pub(super) labels: SeriesLabels,
    index: u32,
    /// The index belongs to the series for as long as the share is kept.
    pub(super) share: S,
}

impl<S> Listed<S> {
    pub(super) fn new(labels: &SeriesLabels, index: u32, share: S) -> Self {
        Listed { labels: labels.clone(), index, share }
    }

    #[inline]
    pub(super) fn index(&self) -> usize {
        self.index as usize
    }
}

/// The items of a table, as the last reader has sorted them, and what has changed since.
///
/// It keeps no more items than twice those that this reader has seen, for if more are added, the list is forgotten.
#[derive(Debug)]
pub(super) struct Listing<T> {
    sorted: Option<Arc<Vec<T>>>,
    /// Empty if there is no list.
    added: Vec<T>,
    /// Whether an item may have been removed.
    has_removed: bool,
    /// The number of changes so far.
    changes: u64,
}

impl<T> Default for Listing<T> {
    fn default() -> Self {
        Listing { sorted: None, added: Vec::new(), has_removed: false, changes: 0 }
    }
}

impl<T: Clone> Listing<T> {
    /// Adds an item. Nothing is kept if no reader has needed a list.
    pub(super) fn add(&mut self, item: impl FnOnce() -> T) {
        match &self.sorted {
            Some(sorted) if self.added.len() < sorted.len() => {
                self.added.push(item());
                self.changes += 1;
            }
            _ => self.forget(),
        }
    }

    /// Records that an item was removed, which the next reader finds.
    pub(super) fn remove(&mut self) {
        self.has_removed = true;
        self.changes += 1;
    }

    /// Forgets the list.
    pub(super) fn forget(&mut self) {
        *self = Listing { changes: self.changes + 1, ..Listing::default() };
    }

    /// Returns the list, if nothing has changed since.
    pub(super) fn complete(&self) -> Option<Arc<Vec<T>>> {
        self.sorted.as_ref().filter(|_| self.added.is_empty() && !self.has_removed).map(Arc::clone)
    }

    /// Returns all items for which `is_there` holds, to be sorted, and the number of changes so far. If there is a list, its items
    /// come first, in order; otherwise they are among those that `all` returns.
    pub(super) fn items<I: Iterator<Item = T>>(
        &self,
        all: impl FnOnce() -> I,
        is_there: impl Fn(&T) -> bool,
    ) -> (Vec<T>, u64) {
        let items = match &self.sorted {
            Some(sorted) => sorted.iter().chain(&self.added).filter(|item| is_there(item)).cloned().collect(),
            None => all().filter(is_there).collect(),
        };
        (items, self.changes)
    }

    /// Keeps the sorted list of the items after so many changes, if there were no others.
    pub(super) fn keep(&mut self, sorted: &Arc<Vec<T>>, changes: u64) {
        if self.changes == changes {
            *self = Listing { sorted: Some(Arc::clone(sorted)), changes, ..Listing::default() };
        }
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    /// Sorts the items of a listing as a reader does.
    fn read(listing: &mut Listing<u8>, all: &[u8]) -> Arc<Vec<u8>> {
        listing.complete().unwrap_or_else(|| {
            let (mut items, changes) = listing.items(|| all.iter().copied(), |item| all.contains(item));
            items.sort_unstable();
            let sorted = Arc::new(items);
            listing.keep(&sorted, changes);
            sorted
        })
    }

    #[test]
    fn readers_share_a_list_until_it_changes() {
        let mut listing = Listing::default();
        listing.add(|| 3);
        listing.add(|| 1);
        let first = read(&mut listing, &[3, 1]);
        assert_eq!(*first, [1, 3]);
        assert!(Arc::ptr_eq(&first, &read(&mut listing, &[])));
        listing.add(|| 2);
        assert_eq!(*read(&mut listing, &[3, 1, 2]), [1, 2, 3]);
        listing.remove();
        assert_eq!(*read(&mut listing, &[3, 2]), [2, 3]);
        listing.forget();
        assert_eq!(*read(&mut listing, &[3, 4]), [3, 4]);
        assert_eq!(*first, [1, 3]);
        assert_eq!(Arc::strong_count(&first), 1);
    }

    #[test]
    fn a_list_that_was_sorted_during_a_change_is_not_kept() {
        for change in [|listing: &mut Listing<u8>| listing.add(|| 7), Listing::remove, Listing::forget] {
            let mut listing = Listing::default();
            let (items, changes) = listing.items(|| [1].into_iter(), |_| true);
            change(&mut listing);
            listing.keep(&Arc::new(items), changes);
            assert_eq!(listing.complete(), None);
        }
    }

    #[test]
    fn what_is_added_while_it_is_sorted_is_merged_in_later() {
        let mut listing = Listing::default();
        read(&mut listing, &[3, 5]);
        listing.add(|| 4);
        let (items, changes) = listing.items(|| [].into_iter(), |_| true);
        listing.add(|| 6);
        listing.keep(&Arc::new(items), changes);
        assert_eq!(*read(&mut listing, &[3, 4, 5, 6]), [3, 4, 5, 6]);
    }

    #[test]
    fn a_list_that_nobody_reads_does_not_grow() {
        let mut listing = Listing::default();
        read(&mut listing, &[1, 2]);
        for item in 3..100 {
            listing.add(|| item);
            assert!(listing.added.len() <= 2);
            listing.remove();
        }
        assert!(listing.sorted.is_none());
        assert_eq!(*read(&mut listing, &[8, 9]), [8, 9]);
    }
}
