//! Error kinds of a function: a count for each kind.

#[cfg(not(loom))]
use crate::recorder::{Shards, reads_local_only};
use crate::sync::{AtomicBool, AtomicU64, List, Ordering, const_unless_loom};
use std::ptr;

/// Calls its argument with each kind of an error type.
pub type AllKinds = fn(&mut dyn FnMut(&'static str));

/// A count for each kind. Counting is lock-free; each kind allocates once.
#[derive(Debug)]
pub(crate) struct ErrorKinds {
    /// Whether all kinds of the error type are in the list, or about to be.
    are_declared: AtomicBool,
    /// Threads that count a new kind at the same time may each add it; a reading sums them.
    counts: List<KindCount>,
}

#[derive(Debug)]
struct KindCount {
    kind: &'static str,
    count: AtomicU64,
    /// The count by thread, for [readings of one thread](crate::recorder::reading_local_only). Not counted in a model.
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
            ErrorKinds { are_declared: AtomicBool::new(false), counts: List::new() }
        }
    }

    /// Shows all kinds from now on, at zero until one of them occurs. If a function has several error types, those
    /// of the first.
    #[inline]
    pub(crate) fn declare(&self, all: AllKinds) {
        // Relaxed: no other memory is read because of it.
        if !self.are_declared.load(Ordering::Relaxed) {
            self.add_all(all);
        }
    }

    #[cold]
    fn add_all(&self, all: AllKinds) {
        // Relaxed: of concurrent threads one adds the kinds, and none waits for it.
        if !self.are_declared.swap(true, Ordering::Relaxed) {
            all(&mut |kind| {
                self.count(kind);
            });
        }
    }

    /// Counts an error of this kind, with which a call has ended.
    #[cold]
    #[inline(never)]
    pub(crate) fn add(&self, kind: &'static str) {
        // Release: pairs with the Acquire in `read`: a reader that sees this error's kind sees the end of the call.
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

    /// Returns the kinds in order, each with its count.
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
