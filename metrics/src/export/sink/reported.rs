//! Faults of series, which are there at each export and are reported once.

use std::collections::HashSet;
use std::hash::{BuildHasher, Hash, RandomState};

/// Remembers what has been reported, by its hash.
#[derive(Debug, Default)]
pub(super) struct Reported {
    hashes: HashSet<u64>,
    hasher: RandomState,
}

/// The number of faults that are remembered. Beyond them, all are reported once more.
const MAX: usize = 10_000;

impl Reported {
    /// Returns whether a fault has not been reported, and remembers it.
    pub(super) fn is_new(&mut self, fault: impl Hash) -> bool {
        if self.hashes.len() >= MAX {
            self.hashes.clear();
        }
        self.hashes.insert(self.hasher.hash_one(fault))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_new_once_and_again_after_many_others() {
        let mut reported = Reported::default();
        assert_eq!([0, 1, 0, 1].map(|fault| reported.is_new(fault)), [true, true, false, false]);
        assert!((2..MAX).all(|fault| reported.is_new(fault)));
        assert!(reported.is_new(0) && !reported.is_new(0));
    }
}
