//! The handles that a thread has used.
//!
//! A macro asks for a handle at each use, and drops it afterwards. A handle that is shared by threads would be a reference count that
//! they all write. So each thread has handles of its own, for the same cells, and finds them without a lock.

use metrics::Key;
use std::cell::RefCell;

/// The number of slots that a key may be in. A full set loses one of its keys to the next one.
const WAYS: usize = 4;
const FIRST_SETS: usize = 16;
const MAX_SETS: usize = 1_024;

/// The handles of each kind.
#[derive(Debug, Default)]
pub(crate) struct Caches {
    pub(crate) counters: Cache<metrics::Counter>,
    pub(crate) gauges: Cache<metrics::Gauge>,
    pub(crate) histograms: Cache<metrics::Histogram>,
}

thread_local! {
    static CACHES: RefCell<Caches> = const { RefCell::new(Caches::new()) };
}

/// Handles by the recorder and the key, at most four thousand.
#[derive(Debug)]
pub(crate) struct Cache<H> {
    /// Sets of slots, a power of two; none before the first handle.
    sets: Vec<[Option<Slot<H>>; WAYS]>,
    /// The slot that a full set loses next.
    next_loss: usize,
}

#[derive(Debug)]
struct Slot<H> {
    recorder: u64,
    hash: u64,
    key: Key,
    handle: H,
}

impl Caches {
    const fn new() -> Self {
        Caches { counters: Cache::new(), gauges: Cache::new(), histograms: Cache::new() }
    }
}

impl<H> Default for Cache<H> {
    fn default() -> Self {
        Cache::new()
    }
}

impl<H> Cache<H> {
    const fn new() -> Self {
        Cache { sets: Vec::new(), next_loss: 0 }
    }

    #[inline]
    fn get(&self, recorder: u64, key: &Key) -> Option<&H> {
        let hash = key.get_hash();
        let set = self.sets.get(set_of(hash, self.sets.len()))?;
        let is_same =
            |slot: &&Slot<H>| slot.hash == hash && slot.recorder == recorder && is_same(&slot.key, key);
        set.iter().flatten().find(is_same).map(|slot| &slot.handle)
    }

    #[cold]
    fn insert(&mut self, slot: Slot<H>) {
        let Err(slot) = self.insert_if_free(slot) else { return };
        if self.sets.len() < MAX_SETS {
            self.grow();
        }
        let Err(slot) = self.insert_if_free(slot) else { return };
        let index = set_of(slot.hash, self.sets.len());
        self.next_loss = (self.next_loss + 1) % WAYS;
        self.sets[index][self.next_loss] = Some(slot);
    }

    fn insert_if_free(&mut self, slot: Slot<H>) -> Result<(), Slot<H>> {
        let index = set_of(slot.hash, self.sets.len());
        let free = self.sets.get_mut(index).and_then(|set| set.iter_mut().find(|slot| slot.is_none()));
        match free {
            Some(free) => *free = Some(slot),
            None => return Err(slot),
        }
        Ok(())
    }

    fn grow(&mut self) {
        let sets = if self.sets.is_empty() { FIRST_SETS } else { self.sets.len() * 4 };
        let former = std::mem::take(&mut self.sets);
        self.sets.resize_with(sets, || [const { None }; WAYS]);
        for slot in former.into_iter().flatten().flatten() {
            // There is room: a set is divided among four.
            let _ = self.insert_if_free(slot);
        }
    }
}

/// Returns the set of a hash among so many.
#[inline]
fn set_of(hash: u64, sets: usize) -> usize {
    // The low bits of the hash are not as good as the high ones of a product.
    let mixed = hash.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
    let mixed = mixed as usize;
    mixed & sets.wrapping_sub(1)
}

/// Returns whether two keys with the same hash are the same. The keys of a macro are mostly one `static`.
#[inline]
fn is_same(one: &Key, other: &Key) -> bool {
    let (labels, others) = (one.labels().as_slice(), other.labels().as_slice());
    let (name, other_name) = (one.name(), other.name());
    (std::ptr::eq(name, other_name) && std::ptr::eq(labels, others)) || one == other
}

/// Returns this thread's handle of the key, which `create` returns for the first use, or after the cache has lost it. Returns `nested`
/// if this thread is here already: when its global allocator uses a macro.
#[inline]
pub(crate) fn find<H: Clone>(
    recorder: u64,
    key: &Key,
    cache: impl Fn(&mut Caches) -> &mut Cache<H>,
    create: impl Fn() -> H,
    nested: H,
) -> H {
    let found = CACHES.try_with(|caches| {
        let Ok(mut caches) = caches.try_borrow_mut() else { return nested };
        let cache = cache(&mut caches);
        if let Some(handle) = cache.get(recorder, key) {
            return handle.clone();
        }
        let handle = create();
        cache.insert(Slot { recorder, hash: key.get_hash(), key: key.to_retained(), handle: handle.clone() });
        handle
    });
    // At the end of a thread, its cache has been dropped.
    found.unwrap_or_else(|_| create())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: usize) -> Key {
        Key::from_parts("a", &[("number", number.to_string())])
    }

    #[test]
    fn a_cache_finds_what_it_has_and_stays_small() {
        let mut cache = Cache::new();
        for number in 0..100_000 {
            let key = key(number);
            assert_eq!(cache.get(7, &key), None);
            cache.insert(Slot { recorder: 7, hash: key.get_hash(), key: key.clone(), handle: number });
            assert_eq!(cache.get(7, &key), Some(&number));
            assert_eq!(cache.get(8, &key), None);
        }
        assert_eq!(cache.sets.len(), MAX_SETS);
    }

    #[test]
    fn some_hundred_keys_are_all_found() {
        let mut cache = Cache::new();
        for number in 0..400 {
            let key = key(number);
            cache.insert(Slot { recorder: 1, hash: key.get_hash(), key, handle: number });
        }
        let found = (0..400).filter(|number| cache.get(1, &key(*number)) == Some(number)).count();
        assert!(found > 380, "{found}");
    }

    #[test]
    fn keys_with_the_same_hash_are_told_apart() {
        let hash = key(1).get_hash();
        let mut cache = Cache::new();
        cache.insert(Slot { recorder: 1, hash, key: key(2), handle: 2 });
        assert_eq!(cache.get(1, &key(1)), None);
    }
}
