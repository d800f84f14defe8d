//! The series of a family whose sets of labels are not known while compiling: finding them by their text, and letting them
//! go.
//!
//! Each series has an index, under which its cells are. There is one table of all series, behind a lock, and each thread has
//! one of those it has used: an update of a series that its thread has used before takes no lock and allocates nothing.
//!
//! # What is guaranteed
//! 1. An update counts for the series of its very labels; or, where the family was full before the update ended, for the
//!    overflow series.
//! 2. An update that does not run at the same time as a removal of its series is lost to none: whoever begins one
//!    behind a removal sees it, and the series comes back. One that does run at that time may go with what was removed.
//! 3. An index is used for another series only when nobody can reach the one before any more. Whoever can holds a share of
//!    its [`Entry`]: the tables of threads, handles, readers, and updates on their way. With the last share, the cells are set
//!    to zero and the index is free. So there are no more indices than series that are shown, that are hidden and held, or that
//!    were removed and are still in the table of a thread.
//! 4. There is at most one series of the same labels: one that was removed while a handle was held stays in the table,
//!    hidden, and whoever uses these labels again brings back that one.
//!
//! A thread lets go of removed series when it next looks into the table of all. One that never does holds those it has used.

use super::lock::{is_inside, lock};
use crate::atomic::AtomicCounter;
use crate::clock::{self, Ticks};
use crate::labels::{LabelText, Labels, Prehashed, Seeds, is_text_of, overflow_text};
use crate::recorder::{MAX_CELLS, PerThread};
use crate::sync::unmodelled;
use crate::sync::{Arc, AtomicU8, AtomicU64, AtomicUsize, Mutex, Ordering};
use std::borrow::Borrow;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::time::Duration;

/// The index of what comes beyond the bound. There is no entry for it: it is always there.
pub(super) const OVERFLOW: usize = 0;

/// All series of a family.
#[derive(Debug)]
pub(super) struct Table {
    /// How many labels a series has.
    labels: usize,
    /// How many may be shown, without the overflow series.
    most: usize,
    seeds: Seeds,
    /// After how long without an update a series is hidden.
    idle_after: Option<Duration>,
    listed: Mutex<Listed>,
    /// Indices that were used and are not any more. Whoever holds this lock takes no other.
    free: Mutex<Vec<usize>>,
    /// Another with each series that comes or goes.
    version: AtomicU64,
    /// How many have gone.
    removals: AtomicU64,
    used: PerThread<Used>,
    overflowed: AtomicCounter,
    /// The text of the overflow series.
    overflow_text: &'static [u8],
}

/// Series by their text. Nobody can choose texts whose hashes collide; but a model must be the same in each execution.
#[cfg(not(loom))]
type Texts = HashSet<Found>;
#[cfg(loom)]
type Texts = HashSet<Found, BuildHasherDefault<std::hash::DefaultHasher>>;

/// What the lock guards.
#[derive(Debug, Default)]
struct Listed {
    /// Those that are shown, and those that are hidden and held.
    all: Texts,
    shown: usize,
    /// How many indices have been used, but for the one of the overflow series.
    used: usize,
}

/// The series that a thread has used.
#[derive(Debug, Default)]
struct Used {
    /// By the hash of their labels as they stand. One that writes itself in other pieces at times is there under several.
    found: HashMap<u64, Arc<Entry>, BuildHasherDefault<Prehashed>>,
    /// All there are, where no other has room.
    all: Texts,
    /// The version in which these were all; versions begin with 1.
    complete_in: u64,
    /// How many had gone when those that had were last let go of.
    removals: u64,
}

/// A series.
pub(super) struct Entry {
    /// The bytes of a [`LabelText`].
    text: Box<[u8]>,
    index: usize,
    state: AtomicU8,
    /// How many handles there are.
    holders: AtomicUsize,
    /// Since when it has been idle, as far as readers know. Only used while the table is locked.
    idle_since: unmodelled::Mutex<Option<Ticks>>,
    owner: &'static dyn Owner,
}

/// It has been updated since a reader last looked.
const ACTIVE: u8 = 2;
/// It has not.
const IDLE: u8 = 1;
/// It was removed.
const HIDDEN: u8 = 0;

/// Whose series they are.
pub(super) trait Owner: fmt::Debug + Send + Sync {
    fn table(&self) -> &Table;
    /// Sets the cells at `index` to zero. Nobody uses them meanwhile, and whoever does afterwards does so after this.
    fn clear(&self, index: usize);
}

/// An entry by its text.
#[derive(Debug, Clone)]
struct Found(Arc<Entry>);

impl Borrow<[u8]> for Found {
    #[inline]
    fn borrow(&self) -> &[u8] {
        &self.0.text
    }
}

impl Hash for Found {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.text.hash(state);
    }
}

impl PartialEq for Found {
    fn eq(&self, other: &Self) -> bool {
        self.0.text == other.0.text
    }
}

impl Eq for Found {}

impl Entry {
    pub(super) fn index(&self) -> usize {
        self.index
    }

    pub(super) fn text(&self) -> &[u8] {
        &self.text
    }

    /// Whether an update needs nothing but the cells.
    #[inline]
    pub(super) fn is_active(&self) -> bool {
        self.state() == ACTIVE
    }

    /// The same, where a reader may have looked meanwhile and found it idle. False where it was removed.
    #[inline]
    pub(super) fn is_active_or_wakes(&self) -> bool {
        self.is_active() || self.wake()
    }

    #[inline]
    fn state(&self) -> u8 {
        // Relaxed, here and wherever the state is written: whoever begins an update after a removal sees it, for it is one
        // cell; and no other memory is found by it. The cells of an index that is used anew are guarded by shares.
        self.state.load(Ordering::Relaxed)
    }

    fn change_state(&self, from: u8, to: u8) -> bool {
        self.state.compare_exchange(from, to, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }

    /// Makes an idle series an active one. False where it is hidden.
    #[cold]
    fn wake(&self) -> bool {
        self.change_state(IDLE, ACTIVE) || self.is_active()
    }
}

/// The last share is gone.
impl Drop for Entry {
    fn drop(&mut self) {
        // What others did with the cells happens before: each of them has given up a share since.
        self.owner.clear(self.index);
        // Whoever uses the index anew has it from there.
        lock(&self.owner.table().free).push(self.index);
    }
}

impl Table {
    /// Asks only the system's allocator: the program's may be waiting for this table.
    pub(super) fn new(labels: usize, most: usize, idle_after: Option<Duration>) -> Self {
        Table {
            labels,
            most,
            seeds: Seeds::new(),
            idle_after,
            listed: Mutex::new(Listed::default()),
            free: Mutex::new(Vec::new()),
            version: AtomicU64::new(1),
            removals: AtomicU64::new(0),
            used: PerThread::new(),
            overflowed: AtomicCounter::new(),
            overflow_text: overflow_text(labels),
        }
    }

    /// How many updates, and handles that were asked for, have gone to the overflow series.
    pub(super) fn overflowed(&self) -> u64 {
        self.overflowed.get()
    }

    /// The index for an update of the series with these labels, which is made where there is none; of the overflow series where
    /// there are too many. While the share is kept, or until this thread uses another series of the family, the index is this
    /// series' own.
    #[inline]
    pub(super) fn index_for_update(
        &self,
        labels: &impl Labels,
        owner: &'static dyn Owner,
    ) -> (usize, Option<Arc<Entry>>) {
        let hash = self.seeds.hash_labels(labels);
        let index = self.used.look(|used| {
            let entry = used.found.get(&hash).filter(|entry| is_text_of(&entry.text, labels))?;
            entry.is_active_or_wakes().then_some(entry.index)
        });
        match index.flatten() {
            Some(index) => (index, None),
            None => self.index_for_first_update(LabelText::of(labels, self.labels).bytes(), hash, owner),
        }
    }

    /// What [`index_for_update`](Self::index_for_update) does where this thread does not know the series.
    #[cold]
    fn index_for_first_update(
        &self,
        text: &[u8],
        hash: u64,
        owner: &'static dyn Owner,
    ) -> (usize, Option<Arc<Entry>>) {
        // Relaxed: whoever begins an update after a series came or went sees that the version is another.
        let has_no_room = |used: &Used| {
            used.complete_in == self.version.load(Ordering::Relaxed) && !used.all.contains(text)
        };
        if self.used.look(has_no_room) == Some(true) {
            self.overflowed.increment();
            return (OVERFLOW, None);
        }
        let entry = self.find_or_make(text, owner, |_| {});
        if let Some(entry) = &entry {
            self.remember(hash, entry);
        }
        (entry.as_ref().map_or(OVERFLOW, |entry| entry.index), entry)
    }

    /// The series with this text, held by one handle more; made where there is none. Nothing where there are too many.
    pub(super) fn hold(&self, text: &[u8], owner: &'static dyn Owner) -> Option<Arc<Entry>> {
        self.find_or_make(text, owner, Entry::hold_again)
    }

    pub(super) fn find_or_make(
        &self,
        text: &[u8],
        owner: &'static dyn Owner,
        then: impl FnOnce(&Entry),
    ) -> Option<Arc<Entry>> {
        if is_inside() {
            self.overflowed.increment();
            return None;
        }
        let mut listed = lock(&self.listed);
        let entry = self.find_or_make_in(&mut listed, text, owner);
        if let Some(entry) = &entry {
            then(entry);
        } else {
            self.overflowed.increment();
            if listed.shown >= self.most {
                self.remember_all(&listed);
            }
        }
        entry
    }

    fn find_or_make_in(
        &self,
        listed: &mut Listed,
        text: &[u8],
        owner: &'static dyn Owner,
    ) -> Option<Arc<Entry>> {
        if let Some(Found(entry)) = listed.all.get(text) {
            let entry = Arc::clone(entry);
            self.show(listed, &entry);
            return Some(entry);
        }
        if listed.shown >= self.most || text == self.overflow_text {
            return None;
        }
        let freed = lock(&self.free).pop();
        let index = freed.or_else(|| {
            listed.used += 1;
            (listed.used < MAX_CELLS).then_some(listed.used)
        })?;
        let entry = Arc::new(Entry {
            text: text.into(),
            index,
            state: AtomicU8::new(ACTIVE),
            holders: AtomicUsize::new(0),
            idle_since: unmodelled::Mutex::new(None),
            owner,
        });
        listed.all.insert(Found(Arc::clone(&entry)));
        listed.shown += 1;
        self.changed();
        Some(entry)
    }

    /// Makes `entry`, which is in the table, an active one.
    fn show(&self, listed: &mut Listed, entry: &Entry) {
        if !entry.wake() {
            entry.state.store(ACTIVE, Ordering::Relaxed);
            listed.shown += 1;
            self.changed();
        }
    }

    /// A series comes or goes. The table is locked.
    fn changed(&self) {
        // Relaxed: as in `index_for_update`; the lock orders who writes it.
        self.version.fetch_add(1, Ordering::Relaxed);
    }

    /// Has this thread find `entry` by itself from now on.
    fn remember(&self, hash: u64, entry: &Arc<Entry>) {
        self.used.change(|used| {
            self.let_go(used);
            used.found.insert(hash, Arc::clone(entry));
        });
    }

    /// Has this thread know that there are no other series, so that what comes beyond the bound takes no lock.
    fn remember_all(&self, listed: &Listed) {
        self.used.change(|used| {
            self.let_go(used);
            used.all.clone_from(&listed.all);
            // Relaxed: the table is locked.
            used.complete_in = self.version.load(Ordering::Relaxed);
        });
    }

    /// Lets go of removed series, where so many were since this thread last did that it is worth a look at all it has.
    fn let_go(&self, used: &mut Used) {
        // Relaxed: one that is not seen yet is let go of the next time.
        let removals = self.removals.load(Ordering::Relaxed);
        if removals.wrapping_sub(used.removals) > used.found.len() as u64 / 2 {
            used.removals = removals;
            used.found.retain(|_, entry| entry.state() != HIDDEN);
            // Not all any more.
            used.all = Texts::default();
            used.complete_in = 0;
        }
    }

    /// The series with this text, if it is shown. None where this thread holds the lock: it is the allocator that asks.
    pub(super) fn find(&self, text: &[u8]) -> Option<Arc<Entry>> {
        if is_inside() {
            return None;
        }
        let listed = lock(&self.listed);
        let Found(entry) = listed.all.get(text)?;
        (entry.state() != HIDDEN).then(|| Arc::clone(entry))
    }

    /// All that are shown, in no order. Hides those that have been idle for too long.
    pub(super) fn shown(&self) -> Vec<Arc<Entry>> {
        let mut listed = lock(&self.listed);
        if let Some(idle_after) = self.idle_after {
            let all: Vec<_> = listed.all.iter().map(|found| Arc::clone(&found.0)).collect();
            let is_over = |entry: &&Arc<Entry>| entry.has_been_idle(idle_after);
            for entry in all.iter().filter(is_over) {
                if entry.change_state(IDLE, HIDDEN) {
                    self.hidden(&mut listed, entry);
                }
            }
        }
        let is_shown = |entry: &&Arc<Entry>| entry.state() != HIDDEN;
        listed.all.iter().map(|found| &found.0).filter(is_shown).cloned().collect()
    }

    /// Removes a series. Returns whether it was shown.
    pub(super) fn remove(&self, entry: &Arc<Entry>) -> bool {
        let mut listed = lock(&self.listed);
        let was_shown = entry.state.swap(HIDDEN, Ordering::Relaxed) != HIDDEN;
        if was_shown {
            self.hidden(&mut listed, entry);
        }
        was_shown
    }

    /// `entry` has just been hidden: takes it out of the table where no handle holds it.
    fn hidden(&self, listed: &mut Listed, entry: &Entry) {
        listed.shown -= 1;
        // Relaxed: as in `let_go`.
        self.removals.fetch_add(1, Ordering::Relaxed);
        self.changed();
        if entry.holders.load(Ordering::Relaxed) == 0 {
            listed.all.remove(&*entry.text);
        }
    }
}

impl Entry {
    /// Makes a series that a handle holds an active one. It stays hidden for this time where the table cannot be waited for.
    #[cold]
    pub(super) fn show(&self) {
        if !self.wake() && !is_inside() {
            let table = self.owner.table();
            table.show(&mut lock(&table.listed), self);
        }
    }

    /// One more handle: made from another, or while the table is locked.
    pub(super) fn hold_again(&self) {
        // Relaxed, here and in all counting of holders: what is decided by it is decided under the lock.
        self.holders.fetch_add(1, Ordering::Relaxed);
    }

    /// One handle less.
    pub(super) fn release(this: &Arc<Self>) {
        let was_last = this.holders.fetch_sub(1, Ordering::Relaxed) == 1;
        // From inside an allocator that waits for nobody: then whoever uses these labels next finds the series hidden.
        if !was_last || is_inside() {
            return;
        }
        let mut listed = lock(&this.owner.table().listed);
        let is_held = this.holders.load(Ordering::Relaxed) > 0;
        let is_this = |found: &Found| Arc::ptr_eq(&found.0, this);
        if !is_held && this.state() == HIDDEN && listed.all.get(&*this.text).is_some_and(is_this) {
            listed.all.remove(&*this.text);
        }
    }

    /// Whether it was idle when a reader looked so long ago, and ever since. The table is locked.
    fn has_been_idle(&self, long: Duration) -> bool {
        let mut idle_since = unmodelled::lock(&self.idle_since);
        if self.change_state(ACTIVE, IDLE) {
            *idle_since = Some(clock::now());
        }
        idle_since.is_some_and(|since| u128::from(since.elapsed_nanos()) >= long.as_nanos())
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry")
            .field("index", &self.index)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}
