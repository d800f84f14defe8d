//! The series of a family whose label values are not known at compile time: lookup by label text, removal and eviction.
//!
//! Each series has an index, at which its cells are. A table of all series is protected by a lock. Each thread has a cache of
//! the series it has used: an update of a cached series takes no lock and allocates nothing.
//!
//! # Guarantees
//! 1. An update is counted in the series with exactly its labels. If the family reached its cardinality limit before the update
//!    ended, it may be counted in the overflow series instead.
//! 2. An update that does not race with a removal of its series is never lost: one that starts after the removal sees it, and
//!    the series comes back. An update that races with the removal may be removed with the series.
//! 3. An index is reused only after the previous series at that index has become unreachable. Every path to a series holds a
//!    share of its [`SeriesEntry`]: the caches of threads, handles, readers, their list of what is shown, and updates in progress.
//!    When the last share is dropped, the cells are set to zero and the index becomes free. So the number of indices never exceeds
//!    the number of series that are shown, that are hidden and held, or that were removed and are still in the cache of a thread or
//!    in the list of the last reader.
//! 4. There is at most one series with the same labels. A series that was removed while a handle held it stays in the table,
//!    hidden, and the next use of these labels brings it back.
//!
//! A thread evicts removed series from its cache once they are more than half of it, when it next adds one. A thread that never
//! does keeps the series it has used.

use super::limits::Limits;
use super::listing::{Listed, Listing};
use super::lock::{is_inside, lock};
use crate::atomic::AtomicCounter;
use crate::clock::{self, Ticks};
use crate::labels::{LabelText, Labels, Prehashed, Seeds, SeriesLabels, SeriesText, overflow_text};
use crate::recorder::{MAX_CELLS, PerThread};
use crate::sync::unmodelled;
use crate::sync::{Arc, AtomicU8, AtomicU64, AtomicUsize, Mutex, Ordering};
use std::borrow::Borrow;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::time::Duration;

/// The index of the overflow series. It has no entry: it always exists.
pub(super) const OVERFLOW: usize = 0;

/// The series of a family, and the cache of each thread.
#[derive(Debug)]
pub(super) struct SeriesTable {
    /// The label names of each series.
    names: &'static [&'static str],
    limits: Limits,
    seeds: Seeds,
    series: Mutex<AllSeries>,
    /// Indices that are free again. No other lock is taken while holding this one.
    free: Mutex<Vec<u32>>,
    /// Incremented with each series that is added or removed.
    version: AtomicU64,
    /// The number of series that were removed.
    removals: AtomicU64,
    caches: PerThread<ThreadCache>,
    overflowed: AtomicCounter,
    /// The text of the overflow series.
    overflow_text: &'static [u8],
}

/// Series by their text. The hash is seeded, so that label values from outside cannot be chosen to collide. In a loom model it is
/// not, because each execution must be the same.
#[cfg(not(loom))]
type SeriesByText = HashSet<ByText>;
#[cfg(loom)]
type SeriesByText = HashSet<ByText, BuildHasherDefault<std::hash::DefaultHasher>>;

/// The table of all series, which the lock guards.
#[derive(Debug, Default)]
struct AllSeries {
    /// The series that are shown, and those that are hidden and held.
    by_text: SeriesByText,
    shown_count: usize,
    /// The number of indices that have been used, without the one of the overflow series.
    indices_used: usize,
    /// The series that are shown.
    listing: Listing<Shown>,
}

/// The series that a thread has used, which it finds without a lock.
#[derive(Debug, Default)]
struct ThreadCache {
    /// By the hash of their labels as they are written. A label that is not always written in the same pieces has several
    /// hashes, and its series several entries here.
    by_hash: HashMap<u64, Arc<SeriesEntry>, BuildHasherDefault<Prehashed>>,
    /// All series, if the family has reached its cardinality limit.
    complete: SeriesByText,
    /// The version of the table in which these were all series. Versions start at 1.
    complete_version: u64,
    /// The number of removals when the cache was last cleared of removed series.
    removals: u64,
}

/// A series.
pub(super) struct SeriesEntry {
    text: SeriesText,
    /// The labels that are printed, which snapshots share.
    labels: SeriesLabels,
    index: u32,
    state: AtomicU8,
    /// The number of handles.
    holders: AtomicUsize,
    /// The time at which a reader first found it idle. Only accessed while holding the lock of the table.
    idle_since: unmodelled::Mutex<Option<Ticks>>,
    owner: &'static dyn Owner,
}

/// A series that is shown, with its share.
pub(super) type Shown = Listed<Arc<SeriesEntry>>;

/// The series has been updated since a reader last checked.
const ACTIVE: u8 = 2;
/// The series has not been updated since a reader last checked.
const IDLE: u8 = 1;
/// The series was removed, or has expired.
const HIDDEN: u8 = 0;

/// The family that a table belongs to.
pub(super) trait Owner: fmt::Debug + Send + Sync {
    /// Returns the table of its series.
    fn table(&self) -> &SeriesTable;

    /// Sets the cells at `index` to zero. No thread uses them during the call. Later uses are ordered after it.
    fn clear(&self, index: usize);
}

/// An entry, hashed and compared by its text.
#[derive(Debug, Clone)]
struct ByText(Arc<SeriesEntry>);

impl Borrow<[u8]> for ByText {
    #[inline]
    fn borrow(&self) -> &[u8] {
        self.0.text()
    }
}

impl Hash for ByText {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.text().hash(state);
    }
}

impl PartialEq for ByText {
    fn eq(&self, other: &Self) -> bool {
        self.0.text() == other.0.text()
    }
}

impl Eq for ByText {}

impl SeriesEntry {
    #[inline]
    pub(super) fn index(&self) -> usize {
        self.index as usize
    }

    fn listed(this: &Arc<Self>) -> Shown {
        Listed::new(&this.labels, this.index, Arc::clone(this))
    }

    /// Returns the bytes of the [`LabelText`] of its labels.
    pub(super) fn text(&self) -> &[u8] {
        self.text.bytes()
    }

    /// Returns whether an update needs nothing but the cells.
    #[inline]
    pub(super) fn is_active(&self) -> bool {
        self.state() == ACTIVE
    }

    /// Returns whether the series is active, after making an idle one active. Returns `false` if it was removed.
    #[inline]
    pub(super) fn is_active_or_wakes(&self) -> bool {
        self.is_active() || self.wake()
    }

    #[inline]
    fn state(&self) -> u8 {
        // Relaxed, here and at every write of the state: it is one atomic, so an update that starts after a removal sees the
        // removal, and no other memory is reached through it. The cells of a reused index are guarded by shares.
        self.state.load(Ordering::Relaxed)
    }

    /// Changes the state, if it is `from`. Returns whether it was.
    fn change_state(&self, from: u8, to: u8) -> bool {
        self.state.compare_exchange(from, to, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }

    /// Makes an idle series active. Returns `false` if it is hidden.
    #[cold]
    fn wake(&self) -> bool {
        self.change_state(IDLE, ACTIVE) || self.is_active()
    }
}

/// Frees the index when the last share is dropped.
impl Drop for SeriesEntry {
    fn drop(&mut self) {
        // All other uses of the cells happen before this: each user has dropped its share since.
        self.owner.clear(self.index());
        // The next series at this index takes it from there, under the lock.
        lock(&self.owner.table().free).push(self.index);
    }
}

impl SeriesTable {
    /// Creates an empty table. It uses only the system's allocator: the program's allocator may be waiting for this table.
    pub(super) fn new(names: &'static [&'static str], limits: Limits) -> Self {
        SeriesTable {
            names,
            limits,
            seeds: Seeds::new(),
            series: Mutex::new(AllSeries::default()),
            free: Mutex::new(Vec::new()),
            version: AtomicU64::new(1),
            removals: AtomicU64::new(0),
            caches: PerThread::new(),
            overflowed: AtomicCounter::new(),
            overflow_text: overflow_text(names.len()),
        }
    }

    /// Returns how many updates, and requests for handles, have gone to the overflow series.
    pub(super) fn overflowed(&self) -> u64 {
        self.overflowed.get()
    }

    /// Returns the index for an update of the series with these labels, if it is in this thread's cache and active. The index belongs
    /// to the series until this thread uses another series of the family. Otherwise returns the hash of the labels.
    #[inline]
    pub(super) fn cached_index(&self, labels: &impl Labels) -> Result<usize, u64> {
        let (hash, is_packed) = self.seeds.hash_labels(labels);
        let index = self.caches.look(|cache| {
            let entry = cache.by_hash.get(&hash).filter(|entry| entry.text.is_of(labels, is_packed))?;
            entry.is_active_or_wakes().then_some(entry.index())
        });
        index.flatten().ok_or(hash)
    }

    /// Returns the index for an update of the series with these labels, which have this hash. The series is created if it does not
    /// exist. Returns the index of the overflow series if the cardinality limit is reached. The index belongs to the series for as
    /// long as the share is kept, or until this thread uses another series of the family.
    pub(super) fn index_for_uncached_update(
        &self,
        labels: &impl Labels,
        hash: u64,
        owner: &'static dyn Owner,
    ) -> (usize, Option<Arc<SeriesEntry>>) {
        let text = LabelText::of(labels, self.names.len());
        let text = text.bytes();
        // Relaxed: an update that starts after a series was added or removed sees the new version.
        let has_no_room = |cache: &ThreadCache| {
            cache.complete_version == self.version.load(Ordering::Relaxed) && !cache.complete.contains(text)
        };
        if self.caches.look(has_no_room) == Some(true) {
            self.overflowed.increment();
            return (OVERFLOW, None);
        }
        let entry = self.find_or_create(text, owner, |_| {});
        if let Some(entry) = &entry {
            self.cache_entry(hash, entry);
        }
        (entry.as_ref().map_or(OVERFLOW, |entry| entry.index()), entry)
    }

    /// Returns the series with this text, held by one more handle. Creates it if it does not exist. Returns `None` if the
    /// cardinality limit is reached.
    pub(super) fn hold(&self, text: &[u8], owner: &'static dyn Owner) -> Option<Arc<SeriesEntry>> {
        self.find_or_create(text, owner, SeriesEntry::add_holder)
    }

    /// Returns the series with this text, after calling `then` with it while holding the lock. Creates it if it does not exist.
    /// Returns `None`, and counts an overflow, if the cardinality limit is reached or this thread holds the lock already.
    pub(super) fn find_or_create(
        &self,
        text: &[u8],
        owner: &'static dyn Owner,
        then: impl FnOnce(&SeriesEntry),
    ) -> Option<Arc<SeriesEntry>> {
        if is_inside() {
            self.overflowed.increment();
            return None;
        }
        let mut series = lock(&self.series);
        let entry = self.find_or_create_in(&mut series, text, owner);
        if let Some(entry) = &entry {
            then(entry);
        } else {
            self.overflowed.increment();
            if series.shown_count >= self.limits.max_series {
                self.cache_all(&series);
            }
        }
        entry
    }

    fn find_or_create_in(
        &self,
        series: &mut AllSeries,
        text: &[u8],
        owner: &'static dyn Owner,
    ) -> Option<Arc<SeriesEntry>> {
        if let Some(ByText(entry)) = series.by_text.get(text) {
            let entry = Arc::clone(entry);
            self.show(series, &entry);
            return Some(entry);
        }
        if series.shown_count >= self.limits.max_series || text == self.overflow_text {
            return None;
        }
        let freed = lock(&self.free).pop();
        let index = freed.or_else(|| {
            series.indices_used += 1;
            u32::try_from(series.indices_used).ok().filter(|_| series.indices_used < MAX_CELLS)
        })?;
        let entry = Arc::new(SeriesEntry {
            text: SeriesText::new(text),
            labels: SeriesLabels::of_text(self.names, text, self.limits.omits_empty_labels),
            index,
            state: AtomicU8::new(ACTIVE),
            holders: AtomicUsize::new(0),
            idle_since: unmodelled::Mutex::new(None),
            owner,
        });
        series.by_text.insert(ByText(Arc::clone(&entry)));
        series.listing.add(|| SeriesEntry::listed(&entry));
        series.shown_count += 1;
        self.bump_version();
        Some(entry)
    }

    /// Makes `entry`, which is in the table, active.
    fn show(&self, series: &mut AllSeries, entry: &SeriesEntry) {
        if !entry.wake() {
            entry.state.store(ACTIVE, Ordering::Relaxed);
            series.listing.forget();
            series.shown_count += 1;
            self.bump_version();
        }
    }

    /// Increments the version, after a series was added or removed. The caller holds the lock.
    fn bump_version(&self) {
        // Relaxed: as in `index_for_uncached_update`; the lock orders the writers.
        self.version.fetch_add(1, Ordering::Relaxed);
    }

    /// Adds `entry` to this thread's cache.
    fn cache_entry(&self, hash: u64, entry: &Arc<SeriesEntry>) {
        self.caches.change(|cache| {
            self.evict_removed(cache);
            cache.by_hash.insert(hash, Arc::clone(entry));
        });
    }

    /// Adds all series to this thread's cache, so that updates that overflow take no lock.
    fn cache_all(&self, series: &AllSeries) {
        self.caches.change(|cache| {
            self.evict_removed(cache);
            cache.complete.clone_from(&series.by_text);
            // Relaxed: the caller holds the lock.
            cache.complete_version = self.version.load(Ordering::Relaxed);
        });
    }

    /// Evicts removed series from a thread's cache, if enough of them were removed since the last time to be worth a scan.
    fn evict_removed(&self, cache: &mut ThreadCache) {
        // Relaxed: a removal that is not visible yet is handled the next time.
        let removals = self.removals.load(Ordering::Relaxed);
        if removals.wrapping_sub(cache.removals) > cache.by_hash.len() as u64 / 2 {
            cache.removals = removals;
            cache.by_hash.retain(|_, entry| entry.state() != HIDDEN);
            // They are not all series any more.
            cache.complete = SeriesByText::default();
            cache.complete_version = 0;
        }
    }

    /// Returns the series with this text, if it is shown. Returns `None` if this thread holds the lock: then the call comes from
    /// the allocator.
    pub(super) fn find(&self, text: &[u8]) -> Option<Arc<SeriesEntry>> {
        if is_inside() {
            return None;
        }
        let series = lock(&self.series);
        let ByText(entry) = series.by_text.get(text)?;
        (entry.state() != HIDDEN).then(|| Arc::clone(entry))
    }

    /// Returns the series that are shown, in the order of their labels, after hiding those that have been idle for too long.
    pub(super) fn shown(&self) -> unmodelled::Arc<Vec<Shown>> {
        let mut series = lock(&self.series);
        if let Some(idle_after) = self.limits.idle_after {
            let is_expired = |entry: &&Arc<SeriesEntry>| entry.has_been_idle(idle_after);
            let all = series.by_text.iter().map(|found| &found.0);
            for entry in &all.filter(is_expired).cloned().collect::<Vec<_>>() {
                if entry.change_state(IDLE, HIDDEN) {
                    self.after_hiding(&mut series, entry);
                }
            }
        }
        if let Some(shown) = series.listing.complete() {
            return shown;
        }
        let all = || series.by_text.iter().map(|found| SeriesEntry::listed(&found.0));
        let (mut shown, changes) = series.listing.items(all, |listed| listed.share.state() != HIDDEN);
        // Not while holding the lock: this may take milliseconds.
        drop(series);
        if self.limits.omits_empty_labels {
            shown.sort_by(|one, other| one.labels.cmp(&other.labels));
        } else {
            // All have the same names, which need not be compared.
            shown.sort_by(|one, other| one.labels.cmp_values(&other.labels));
        }
        let shown = unmodelled::Arc::new(shown);
        lock(&self.series).listing.keep(&shown, changes);
        shown
    }

    /// Removes a series. Returns whether it was shown.
    pub(super) fn remove(&self, entry: &Arc<SeriesEntry>) -> bool {
        let mut series = lock(&self.series);
        let was_shown = entry.state.swap(HIDDEN, Ordering::Relaxed) != HIDDEN;
        if was_shown {
            self.after_hiding(&mut series, entry);
        }
        was_shown
    }

    /// Updates the table after `entry` was hidden, and takes it out of the table if no handle holds it.
    fn after_hiding(&self, series: &mut AllSeries, entry: &SeriesEntry) {
        series.shown_count -= 1;
        series.listing.remove();
        // Relaxed: as in `evict_removed`.
        self.removals.fetch_add(1, Ordering::Relaxed);
        self.bump_version();
        if entry.holders.load(Ordering::Relaxed) == 0 {
            series.by_text.remove(entry.text());
        }
    }
}

impl SeriesEntry {
    /// Makes a series that a handle holds active. It stays hidden if this thread holds the lock already.
    #[cold]
    pub(super) fn show(&self) {
        if !self.wake() && !is_inside() {
            let table = self.owner.table();
            table.show(&mut lock(&table.series), self);
        }
    }

    /// Counts one more handle. It is a clone of another one, or the caller holds the lock.
    pub(super) fn add_holder(&self) {
        // Relaxed, here and at every access to `holders`: decisions that depend on it are made while holding the lock.
        self.holders.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts one handle less, and takes a hidden series out of the table after its last handle.
    pub(super) fn release(this: &Arc<Self>) {
        let was_last = this.holders.fetch_sub(1, Ordering::Relaxed) == 1;
        // If this thread holds the lock already, the call comes from the allocator and must not wait. Then the next use of
        // these labels finds the series hidden.
        if !was_last || is_inside() {
            return;
        }
        let mut series = lock(&this.owner.table().series);
        let is_held = this.holders.load(Ordering::Relaxed) > 0;
        let is_this = |found: &ByText| Arc::ptr_eq(&found.0, this);
        if !is_held && this.state() == HIDDEN && series.by_text.get(this.text()).is_some_and(is_this) {
            series.by_text.remove(this.text());
        }
    }

    /// Returns whether readers have found it idle for at least `long`. The caller holds the lock.
    fn has_been_idle(&self, long: Duration) -> bool {
        let mut idle_since = unmodelled::lock(&self.idle_since);
        if self.change_state(ACTIVE, IDLE) {
            *idle_since = Some(clock::now());
        }
        idle_since.is_some_and(|since| u128::from(since.elapsed_nanos()) >= long.as_nanos())
    }
}

impl fmt::Debug for SeriesEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SeriesEntry")
            .field("index", &self.index)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}
