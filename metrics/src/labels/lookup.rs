//! Finding a set of labels by its values as they stand, without writing them down as one text.
//!
//! A text that was just put together from small pieces is slow to read in large ones: the processor has to wait until the
//! pieces have left for the cache. So labels are hashed, and compared with a text that is known, where they lie.

use super::set::LabelVisitor;
use super::text::LENGTH;
use super::value::LabelValue;
use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::{BuildHasher, Hasher};

/// Who can show the values of labels, one after the other.
pub(crate) trait Labels {
    fn visit(&self, visitor: &mut impl LabelVisitor);
}

/// A hash of the values. The same values have the same hash if they write themselves in the same pieces.
#[inline]
pub(crate) fn hash_of(labels: &impl Labels, seeds: Seeds) -> u64 {
    let mut hash = Hash { hash: seeds.0, seed: seeds.1 };
    labels.visit(&mut hash);
    hash.hash
}

/// Numbers that nobody can tell beforehand: so nobody can choose values whose hashes collide.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Seeds(u64, u64);

impl Seeds {
    pub(crate) fn new() -> Self {
        if cfg!(loom) {
            // A model must be the same in each execution.
            return Seeds(1, 2);
        }
        let random = || RandomState::new().hash_one(0);
        Seeds(random(), random())
    }
}

/// Whether these are the bytes of the [`LabelText`](super::text::LabelText) of the values.
#[inline]
pub(crate) fn is_text_of(text: &[u8], labels: &impl Labels) -> bool {
    let mut rest = Rest { text, is_same: true, length: 0 };
    labels.visit(&mut rest);
    rest.is_same && rest.text.is_empty()
}

struct Hash {
    hash: u64,
    seed: u64,
}

impl LabelVisitor for Hash {
    #[inline]
    fn value<V: LabelValue + ?Sized>(&mut self, value: &V) {
        // It fails only if the value says so: then it is what it has written before.
        let _ = value.write(self);
        // One may write nothing at all, and whether that was the first or the second makes a difference.
        self.hash = self.hash.wrapping_add(SPREAD);
    }
}

/// It has bits all over, which no text's words have.
const SPREAD: u64 = 0x9e37_79b9_7f4a_7c15;

impl fmt::Write for Hash {
    #[inline]
    fn write_str(&mut self, text: &str) -> fmt::Result {
        // Of texts of different lengths, the words may be the same.
        self.hash = self.hash.wrapping_add(SPREAD.wrapping_mul(text.len() as u64));
        for_words(text.as_bytes(), |[first, second]| {
            // A multiplication to twice the width, folded: each bit of both factors has a say in each of the hash.
            let product = u128::from(self.hash ^ first) * u128::from(self.seed ^ second);
            let [low, high] = [product & u128::from(u64::MAX), product >> u64::BITS];
            self.hash = u64::try_from(low ^ high).unwrap_or_default();
        });
        Ok(())
    }
}

/// What is left of a text.
struct Rest<'a> {
    text: &'a [u8],
    is_same: bool,
    /// How much of the present value has been seen.
    length: usize,
}

impl<'a> Rest<'a> {
    #[inline]
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (first, rest) = self.text.split_at_checked(count)?;
        self.text = rest;
        Some(first)
    }
}

impl LabelVisitor for Rest<'_> {
    #[inline]
    fn value<V: LabelValue + ?Sized>(&mut self, value: &V) {
        self.length = 0;
        let _ = value.write(self);
        let length = u32::try_from(self.length).unwrap_or(u32::MAX);
        let said = self.take(LENGTH).and_then(|said| said.try_into().ok()).map(u32::from_le_bytes);
        self.is_same &= said == Some(length);
    }
}

impl fmt::Write for Rest<'_> {
    #[inline]
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.length += text.len();
        self.is_same &= self.take(text.len()).is_some_and(|known| is_same(known, text.as_bytes()));
        Ok(())
    }
}

/// Two texts of the same length.
#[inline]
fn is_same(one: &[u8], other: &[u8]) -> bool {
    // Short ones are the rule: a call of the system's `memcmp` would cost more than it compares.
    if one.len() > TWO_WORDS { one == other } else { two_words(one) == two_words(other) }
}

const WORD: usize = 8;
const TWO_WORDS: usize = 2 * WORD;

/// Two words at a time; the last ones may have been among those before.
#[inline]
fn for_words(mut bytes: &[u8], mut each: impl FnMut([u64; 2])) {
    let last = bytes;
    while let Some((words, rest)) = bytes.split_at_checked(TWO_WORDS).filter(|(_, rest)| !rest.is_empty()) {
        each(two_words(words));
        bytes = rest;
    }
    each(two_words(last.last_chunk::<TWO_WORDS>().map_or(last, |last| last)));
}

/// At most two words: the first eight bytes and the last ones, or of a shorter text as many as there are. Texts of one length
/// that have the same words are the same.
#[inline]
fn two_words(bytes: &[u8]) -> [u64; 2] {
    if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        return [first, last].map(|bytes| u64::from_le_bytes(*bytes));
    }
    if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
        return [first, last].map(|bytes| u64::from(u32::from_le_bytes(*bytes)));
    }
    // At most three bytes.
    let [Some(first), Some(middle), Some(last)] = [bytes.first(), bytes.get(bytes.len() / 2), bytes.last()]
    else {
        return [0; 2];
    };
    [u64::from(*first) << 8 | u64::from(*middle), u64::from(*last)]
}

/// Looks up by a hash as it is.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct AsItIs(u64);

impl Hasher for AsItIs {
    #[inline]
    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    /// Nothing else is hashed by it.
    fn write(&mut self, _: &[u8]) {}

    #[inline]
    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use crate::labels::text::LabelText;

    impl Labels for &[&str] {
        fn visit(&self, visitor: &mut impl LabelVisitor) {
            self.iter().for_each(|value| visitor.value(*value));
        }
    }

    /// Texts of all lengths that are treated differently, and for each one that differs in each place.
    fn texts() -> Vec<String> {
        let lengths = (0..40).chain([63, 64, 65, 127, 128, 129]);
        let texts = lengths.flat_map(|length: usize| {
            let plain = "a".repeat(length);
            let other = move |place| {
                let mut text = "a".repeat(length);
                text.replace_range(place..=place, "b");
                text
            };
            std::iter::once(plain).chain((0..length).map(other))
        });
        texts.collect()
    }

    #[test]
    fn a_text_is_that_of_its_own_labels_alone() {
        let texts = texts();
        let written: Vec<_> =
            texts.iter().map(|text| LabelText::of(&[text.as_str(), "x"].as_slice(), 2)).collect();
        for (index, text) in texts.iter().enumerate() {
            for (other, written) in written.iter().enumerate() {
                let is_same = is_text_of(written.bytes(), &[text.as_str(), "x"].as_slice());
                assert_eq!(is_same, index == other, "{text} {}", texts[other]);
            }
        }
    }

    #[test]
    fn where_a_value_ends_is_part_of_the_labels() {
        let text = LabelText::of(&["ab", "c"].as_slice(), 2);
        for other in [["a", "bc"].as_slice(), &["abc", ""], &["", "abc"], &["abc"], &["ab"], &["ab", "c", ""]]
        {
            assert!(!is_text_of(text.bytes(), &other), "{other:?}");
        }
        assert!(is_text_of(text.bytes(), &["ab", "c"].as_slice()));
    }

    #[test]
    fn hashes_differ() {
        let seeds = Seeds::new();
        let texts = texts();
        let mut seen = std::collections::HashMap::new();
        for text in &texts {
            let other = seen.insert(hash_of(&[text.as_str()].as_slice(), seeds), text);
            assert_eq!(other, None, "{text}");
        }
    }

    /// A value in pieces, of which there may be none.
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
    fn where_a_value_ends_is_part_of_the_hash() {
        let seeds = Seeds::new();
        let sets: [[&[&str]; 2]; 5] =
            [[&["a"], &[]], [&[], &["a"]], [&[], &[]], [&["a", "b"], &[]], [&["a"], &["b"]]];
        let different: std::collections::HashSet<_> =
            sets.iter().map(|set| hash_of(&set.map(Pieces), seeds)).collect();
        assert_eq!(different.len(), sets.len());
    }
}
