//! How many errors of each kind a function's calls ended with.

#[cfg(not(loom))]
use crate::recorder::{Shards, reads_local_only};
use crate::sync::{AtomicBool, AtomicU64, List, Ordering, const_unless_loom};
use std::ptr;

/// Calls its argument with each kind that an error type has.
pub type AllKinds = fn(&mut dyn FnMut(&'static str));

/// A count for each kind. Adding to one takes no lock; memory is taken once a kind.
#[derive(Debug)]
pub(crate) struct ErrorKinds {
    /// Whether all kinds of the error type are among the counts, or about to be.
    are_known: AtomicBool,
    /// Threads that meet a kind first together may each add it; who reads adds them up.
    counts: List<KindCount>,
}

#[derive(Debug)]
struct KindCount {
    kind: &'static str,
    count: AtomicU64,
    /// The same, each thread's part on its own, for who [reads one thread's](crate::recorder::reading_local_only). A model counts none.
    #[cfg(not(loom))]
    parts: Shards,
}

impl KindCount {
    fn read(&self) -> u64 {
        #[cfg(not(loom))]
        if reads_local_only() {
            return self.parts.sum(0);
        }
        // Acquire: pairs with the Release in `add`.
        self.count.load(Ordering::Acquire)
    }
}

impl ErrorKinds {
    const_unless_loom! {
        pub(super) const fn new() -> Self {
            ErrorKinds { are_known: AtomicBool::new(false), counts: List::new() }
        }
    }

    /// Has all kinds shown from now on, at zero until one of them occurs. Where a function has several error types, those
    /// of the first.
    #[inline]
    pub(crate) fn know(&self, all: AllKinds) {
        // Relaxed: nothing is read that it tells of.
        if !self.are_known.load(Ordering::Relaxed) {
            self.add_all(all);
        }
    }

    #[cold]
    fn add_all(&self, all: AllKinds) {
        // Relaxed: of threads that come together one adds them, and nobody waits for it.
        if !self.are_known.swap(true, Ordering::Relaxed) {
            all(&mut |kind| {
                self.count(kind);
            });
        }
    }

    /// A call that has ended was an error of this kind.
    #[cold]
    #[inline(never)]
    pub(crate) fn add(&self, kind: &'static str) {
        // Release: pairs with the Acquire in `read`, so that who sees this error of a kind sees the call's end.
        let counted = self.count(kind);
        counted.count.fetch_add(1, Ordering::Release);
        #[cfg(not(loom))]
        {
            let add = |part: u64| part.wrapping_add(1);
            if !counted.parts.change(0, add) {
                counted.parts.change_first(0, add);
            }
        }
    }

    fn count(&self, kind: &'static str) -> &'static KindCount {
        let is_it = |found: &&KindCount| ptr::eq(found.kind, kind) || found.kind == kind;
        let found = self.counts.iter().find(is_it);
        found.unwrap_or_else(|| {
            self.counts.push(KindCount {
                kind,
                count: AtomicU64::new(0),
                #[cfg(not(loom))]
                parts: Shards::new(1),
            })
        })
    }

    /// The kinds in order, each with its count.
    pub(super) fn read(&self) -> Vec<(String, u64)> {
        let mut kinds: Vec<(String, u64)> = Vec::new();
        for counted in self.counts.iter() {
            let kind = &counted.kind;
            let count = counted.read();
            match kinds.iter_mut().find(|(known, _)| known == kind) {
                Some((_, sum)) => *sum += count,
                None => kinds.push(((*kind).to_owned(), count)),
            }
        }
        kinds.sort_unstable();
        kinds
    }
}
