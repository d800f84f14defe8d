//! Labels whose values are evaluated at each call: finding the series of a call.
//!
//! Each set of values has a call site of its own, made at the first call that has them. All threads find it in one table
//! that only grows: a call whose labels were seen before takes no lock and allocates nothing, and does the same in a
//! destructor of a thread-local. Making one takes a lock, under which only the system's allocator is asked.
//!

use super::site::Site;
use crate::function::{Label, LabelSet};
use crate::labels::text::{LabelText, values_from_last};
use crate::sync::unmodelled::{Mutex, OnceLock, lock};
use crate::sync::{List, leak, leak_slice};

/// The value of all evaluated labels of the series that takes what comes beyond the bound.
const OVERFLOW: &str = "__overflow__";

/// The label sets of a function with `N` labels that are evaluated at each call.
#[derive(Debug)]
pub struct LabelSets<S: 'static> {
    site: &'static Site<S>,
    /// How many there may be, without the overflow series.
    most: usize,
    /// How many there are. Held while one is made.
    made: Mutex<usize>,
    /// A power of two, by the first bits of a set's hash.
    buckets: OnceLock<&'static [List<Found<S>>]>,
    overflow: OnceLock<&'static Site<S>>,
}

/// A label set that was made.
#[derive(Debug)]
struct Found<S: 'static> {
    hash: u64,
    bytes: &'static [u8],
    site: &'static Site<S>,
}

impl<S: 'static> LabelSets<S> {
    /// Label sets of the function at `site`, at most `most`.
    #[must_use]
    pub const fn new(site: &'static Site<S>, most: usize) -> Self {
        LabelSets { site, most, made: Mutex::new(0), buckets: OnceLock::new(), overflow: OnceLock::new() }
    }

    /// The call site for calls with these values.
    #[inline]
    pub fn site(&self, values: &LabelText) -> &'static Site<S> {
        let hash = hash(values.bytes());
        self.find(hash, values).unwrap_or_else(|| self.find_or_make(hash, values))
    }

    #[inline]
    fn find(&self, hash: u64, values: &LabelText) -> Option<&'static Site<S>> {
        let is_same = |found: &&Found<S>| found.hash == hash && *found.bytes == *values.bytes();
        bucket(self.buckets.get()?, hash).iter().find(is_same).map(|found| found.site)
    }

    #[cold]
    fn find_or_make(&self, hash: u64, values: &LabelText) -> &'static Site<S> {
        // First, so that no call of a set can end before a snapshot would find it.
        self.site.function().attach();
        if let Some(overflow) = self.overflow.get() {
            // It was made after the last set: who sees it finds all sets there will ever be, without the lock.
            return self.find(hash, values).unwrap_or(overflow);
        }
        let mut made = lock(&self.made);
        if let Some(site) = self.find(hash, values) {
            return site;
        }
        if *made >= self.most {
            return self.overflow.get_or_init(|| self.make(|_| OVERFLOW, true));
        }
        *made += 1;
        let bytes = leak_slice(values.bytes().len(), |index| values.bytes()[index]);
        let names = self.site.function().description.labels.iter();
        let count = names.filter(|(_, value)| value.is_none()).count();
        let value = |index: usize| values_from_last(bytes).nth(count - 1 - index).unwrap_or_default();
        let site = self.make(value, false);
        let buckets = self.buckets.get_or_init(|| leak_slice(count_buckets(self.most), |_| List::new()));
        bucket(buckets, hash).push(Found { hash, bytes, site });
        site
    }

    /// A call site for these values of evaluated labels, by their index; a snapshot finds it from now on.
    fn make(&self, value: impl Fn(usize) -> &'static str, is_overflow: bool) -> &'static Site<S> {
        let Self { site, .. } = self;
        let written = site.function().description.labels;
        let mut evaluated = 0;
        let labels: &'static [Label] = leak_slice(written.len(), |index| {
            let (name, given) = written[index];
            let value = given.unwrap_or_else(|| {
                evaluated += 1;
                value(evaluated - 1)
            });
            (name, Some(value))
        });
        let labelled = leak(site.with_labels(labels));
        site.function().label_sets.push(LabelSet { function: labelled.function(), is_overflow });
        labelled
    }
}

/// As many as there may be sets, within limits: few for each, and little memory for a bound that is never reached.
const fn count_buckets(most: usize) -> usize {
    let most = if most < 1 << 16 { most.next_power_of_two() } else { 1 << 16 };
    if most < 2 { 2 } else { most }
}

#[inline]
fn bucket<T>(buckets: &[T], hash: u64) -> &T {
    // The first bits of a product depend on all bits of its factors.
    let first_bits = hash >> (u64::BITS - buckets.len().trailing_zeros());
    &buckets[usize::try_from(first_bits).unwrap_or_default() & (buckets.len() - 1)]
}

const FACTOR: u64 = 0x517c_c1b7_2722_0a95;

/// Eight bytes a step, as in Firefox's and rustc's `FxHasher`.
#[inline]
fn hash(bytes: &[u8]) -> u64 {
    let step = |hash: u64, word: u64| (hash.rotate_left(5) ^ word).wrapping_mul(FACTOR);
    let words = bytes.chunks_exact(8);
    let rest = words.remainder().iter().fold(0, |rest, byte| rest << 8 | u64::from(*byte));
    let word = |bytes: &[u8]| bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
    step(words.map(word).fold(bytes.len() as u64, step), rest)
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::super::{DEFAULT_BUCKETS, Description, Name};
    use super::*;
    use crate::instrument::Wall;
    use std::ptr;
    use std::str;

    static SITE: Site<Wall> = Site::new(Description {
        place: (1, 1),
        sample: 1,
        error_kinds: None,
        module: "tests",
        path: || "tests::function",
        name: Name::Path,
        labels: &[("text", None)],
        buckets: &DEFAULT_BUCKETS,
    });
    static SETS: LabelSets<Wall> = LabelSets::new(&SITE, 10);

    fn text_of(value: &[u8]) -> LabelText {
        let mut text = LabelText::new();
        text.add(str::from_utf8(value).unwrap());
        text
    }

    /// Two values whose texts have one hash: what the second half of the one is makes up for the difference of the first.
    fn colliding_values() -> [[u8; 16]; 2] {
        let value = |first: [u8; 8], second: u64| {
            let mut value = [0; 16];
            value[..8].copy_from_slice(&first);
            value[8..].copy_from_slice(&second.to_le_bytes());
            value
        };
        let before_second = |first: [u8; 8]| {
            let length = text_of(&value(first, 0)).bytes().len() as u64;
            let step = |hash: u64, word: u64| (hash.rotate_left(5) ^ word).wrapping_mul(FACTOR);
            step(length, u64::from_le_bytes(first)).rotate_left(5)
        };
        let others = (0..1_000_000).map(|number| format!("{number:08}").into_bytes().try_into().unwrap());
        others
            .skip(1)
            .map(|other: [u8; 8]| (other, before_second(*b"00000000") ^ before_second(other)))
            .find(|(_, difference)| difference.to_le_bytes().is_ascii())
            .map(|(other, difference)| [value(*b"00000000", 0), value(other, difference)])
            .unwrap()
    }

    #[test]
    fn values_of_one_hash_are_two_sets() {
        let [one, other] = colliding_values().map(|value| text_of(&value));
        assert_eq!(hash(one.bytes()), hash(other.bytes()));
        let (first, second) = (SETS.site(&one), SETS.site(&other));
        assert!(!ptr::eq(first, second));
        assert!(ptr::eq(first, SETS.site(&one)) && ptr::eq(second, SETS.site(&other)));
    }
}
