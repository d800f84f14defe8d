//! The seeded hash of labels, computed from their values in place or from their text.
//!
//! Values come from requests, so a stranger may choose them. With a seed that is random in each table, values whose hashes collide
//! cannot be chosen.
//!
//! Families hash values in place, without writing them as one text first: the processor stalls if small stores are read back
//! in large pieces (a failed store-to-load forwarding).

use super::set::{LabelVisitor, Labels};
use super::value::LabelValue;
use super::words::{Words, for_pairs};
use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::{BuildHasher, Hasher};

/// The random seeds of a table's hash.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seeds(u64, u64);

impl Seeds {
    /// Draws seeds. Allocates nothing: the standard library draws its keys once a thread and keeps them in a thread-local
    /// without a destructor.
    pub(crate) fn new() -> Self {
        if cfg!(loom) {
            // A model must be the same in each execution.
            return Seeds(1, 2);
        }
        let random = || RandomState::new().hash_one(0);
        Seeds(random(), random())
    }

    /// Returns seeds for which all texts of 8 to 31 bytes that end with these have the same hash.
    #[cfg(all(test, not(loom)))]
    pub(crate) fn colliding_on(last_bytes: [u8; 8]) -> Self {
        // The second factor is then zero.
        Seeds(0, u64::from_le_bytes(last_bytes))
    }

    /// Hashes the values in place. The same values have the same hash if they are written in the same pieces. Returns the hash, and
    /// whether the labels can be [packed](super::packed).
    #[inline]
    pub(crate) fn hash_labels(self, labels: &impl Labels) -> (u64, bool) {
        let mut hash = self.begin();
        labels.visit(&mut hash);
        (hash.state, hash.is_packed)
    }

    /// Hashes the bytes of a [`LabelText`](super::text::LabelText).
    #[inline]
    pub(crate) fn hash_text(self, text: &[u8]) -> u64 {
        let mut hash = self.begin();
        hash.add(text);
        hash.state
    }

    #[inline]
    fn begin(self) -> Hash {
        Hash { state: self.0, seed: self.1, pieces: 0, is_packed: true }
    }
}

struct Hash {
    state: u64,
    seed: u64,
    /// The number of pieces of the current value so far.
    pieces: usize,
    /// Whether all values so far were written as one piece that is not too long.
    is_packed: bool,
}

impl Hash {
    #[inline]
    fn add(&mut self, bytes: &[u8]) {
        let Hash { state, seed, .. } = *self;
        self.state = match Words::of(bytes) {
            Words::Small(word) => mix(state, seed, [word, 0]),
            Words::Medium([first, second, third, last]) => {
                mix(mix(state, seed, [first, second]), seed, [third, last])
            }
            Words::None => {
                self.is_packed = false;
                mix_long(state, seed, bytes)
            }
        };
    }
}

/// Hashes a text of at least 16 bytes. Not a method, since the hash would then be in memory instead of in a register.
#[inline(never)]
fn mix_long(hash: u64, seed: u64, bytes: &[u8]) -> u64 {
    // The words of texts of different lengths may be equal.
    let mut hash = mix(hash, seed, [bytes.len() as u64, 0]);
    for_pairs(bytes, |pair| hash = mix(hash, seed, pair));
    hash
}

#[inline]
fn mix(hash: u64, seed: u64, [first, second]: [u64; 2]) -> u64 {
    // A multiplication of twice the width, folded: each bit of the hash depends on each bit of both factors.
    let product = u128::from(hash ^ first) * u128::from(seed ^ second);
    let [low, high] = [product & u128::from(u64::MAX), product >> u64::BITS];
    u64::try_from(low ^ high).unwrap_or_default()
}

impl LabelVisitor for Hash {
    #[inline]
    fn value<V: LabelValue + ?Sized>(&mut self, value: &V) {
        self.pieces = 0;
        // An error is the value's own: the value is what was written before.
        let _ = value.write(self);
        if self.pieces != 1 {
            // A value may write nothing, or several pieces, and it matters which one does.
            self.state = self.state.wrapping_add(SPREAD);
            self.is_packed = false;
        }
    }
}

/// Has its bits spread all over, unlike words of text.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

impl fmt::Write for Hash {
    #[inline]
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.pieces += 1;
        self.add(text.as_bytes());
        Ok(())
    }
}

/// A hasher for keys that are hashes already.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Prehashed(u64);

impl Hasher for Prehashed {
    #[inline]
    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    /// Not called: keys are `u64`.
    fn write(&mut self, _: &[u8]) {}

    #[inline]
    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::super::text::LabelText;
    use super::super::words::tests::texts;
    use super::*;
    use std::collections::{HashMap, HashSet};

    #[test]
    fn hashes_differ() {
        let seeds = Seeds::new();
        let texts = texts();
        let (mut in_place, mut as_text) = (HashMap::new(), HashMap::new());
        for text in &texts {
            let labels = &[text.as_str()];
            let labels = labels.as_slice();
            assert_eq!(in_place.insert(seeds.hash_labels(&labels).0, text), None, "{text}");
            let written = LabelText::of(&labels, 1);
            assert_eq!(as_text.insert(seeds.hash_text(written.bytes()), text), None, "{text}");
        }
    }

    #[test]
    fn hashes_depend_on_the_seed() {
        let texts = texts();
        let hashes = |seeds: Seeds| -> HashSet<u64> {
            texts.iter().map(|text| seeds.hash_text(text.as_bytes())).collect()
        };
        let (Seeds(hash, seed), Seeds(other_hash, other_seed)) = (Seeds::new(), Seeds::new());
        assert!(hashes(Seeds(hash, seed)).is_disjoint(&hashes(Seeds(other_hash, seed))));
        assert!(hashes(Seeds(hash, seed)).is_disjoint(&hashes(Seeds(hash, other_seed))));
    }

    /// A value that is written in pieces, or in none.
    struct Pieces(&'static [&'static str]);

    impl LabelValue for Pieces {
        fn write(&self, into: &mut dyn fmt::Write) -> fmt::Result {
            self.0.iter().try_for_each(|piece| into.write_str(piece))
        }
    }

    impl Labels for [Pieces; 2] {
        fn visit(&self, visitor: &mut impl LabelVisitor) {
            for value in self {
                visitor.value(value);
            }
        }
    }

    #[test]
    fn the_end_of_a_value_is_part_of_the_hash() {
        let seeds = Seeds::new();
        let sets: [[&[&str]; 2]; 5] =
            [[&["a"], &[]], [&[], &["a"]], [&[], &[]], [&["a", "b"], &[]], [&["a"], &["b"]]];
        let different: HashSet<_> = sets.iter().map(|set| seeds.hash_labels(&set.map(Pieces)).0).collect();
        assert_eq!(different.len(), sets.len());
    }
}
