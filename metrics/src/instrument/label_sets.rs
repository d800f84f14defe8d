//! Labels whose values are evaluated at each call, and the lookup of a call's series.
//!
//! Each set of values has a call site of its own, created by the first call with these values. All threads find it in one table
//! that only grows: a call with known values takes no lock, allocates nothing, and works in destructors of thread-locals.
//! Creating a call site takes a lock, while holding which only the system's allocator is called; so does creating the table. An
//! instrumented allocator may therefore have such labels.

use super::site::Site;
use crate::function::{Label, LabelledCalls};
use crate::labels::{LabelText, OVERFLOW_VALUE, Seeds, are_same_text, values_from_last};
use crate::sync::unmodelled::{Mutex, OnceLock, lock};
use crate::sync::{List, leak, leak_slice};

/// The label sets of a function with labels that are evaluated at each call.
#[derive(Debug)]
pub struct LabelSets<S: 'static> {
    site: &'static Site<S>,
    /// The cardinality limit, without the overflow series.
    max: usize,
    /// The number of label sets. Held while one is created.
    count: Mutex<usize>,
    table: OnceLock<Table<S>>,
    overflow: OnceLock<&'static Site<S>>,
}

/// A hash table that only grows.
#[derive(Debug)]
struct Table<S: 'static> {
    seeds: Seeds,
    /// A power of two, by the last bits of the hash.
    buckets: &'static [List<Entry<S>>],
}

/// A label set that was created.
#[derive(Debug)]
struct Entry<S: 'static> {
    hash: u64,
    text: &'static [u8],
    site: &'static Site<S>,
}

impl<S: 'static> LabelSets<S> {
    /// Creates an empty collection of at most `max` label sets of the function at `site`.
    #[must_use]
    pub const fn new(site: &'static Site<S>, max: usize) -> Self {
        LabelSets { site, max, count: Mutex::new(0), table: OnceLock::new(), overflow: OnceLock::new() }
    }

    /// Returns the call site for calls with these values.
    #[inline]
    pub fn site(&self, values: &LabelText) -> &'static Site<S> {
        let table = self.table.get_or_init(|| Table::new(Seeds::new(), self.max));
        let hash = table.seeds.hash_text(values.bytes());
        table.find(hash, values).unwrap_or_else(|| self.find_or_create(table, hash, values))
    }

    #[cold]
    fn find_or_create(&self, table: &Table<S>, hash: u64, values: &LabelText) -> &'static Site<S> {
        // First, so that no call of a set can end before a snapshot would find it.
        self.site.function().attach();
        if let Some(overflow) = self.overflow.get() {
            // It was created after the last set, so all sets there will ever be are visible without the lock.
            return table.find(hash, values).unwrap_or(overflow);
        }
        let mut count = lock(&self.count);
        if let Some(site) = table.find(hash, values) {
            return site;
        }
        if *count >= self.max {
            return self.overflow.get_or_init(|| self.create(|_| OVERFLOW_VALUE, true));
        }
        *count += 1;
        let text = leak_slice(values.bytes().len(), |index| values.bytes()[index]);
        let labels = self.site.function().description.labels.iter();
        let evaluated = labels.filter(|(_, value)| value.is_none()).count();
        let value = |index: usize| values_from_last(text).nth(evaluated - 1 - index).unwrap_or_default();
        let site = self.create(value, false);
        table.bucket(hash).push(Entry { hash, text, site });
        site
    }

    /// Creates a call site with `value` of the index of each evaluated label; snapshots include it from now on.
    fn create(&self, value: impl Fn(usize) -> &'static str, is_overflow: bool) -> &'static Site<S> {
        let written = self.site.function().description.labels;
        let mut evaluated = 0;
        let labels: &'static [Label] = leak_slice(written.len(), |index| {
            let (name, given) = written[index];
            let value = given.unwrap_or_else(|| {
                evaluated += 1;
                value(evaluated - 1)
            });
            (name, Some(value))
        });
        let labelled = leak(self.site.with_labels(labels));
        self.site.function().labelled.push(LabelledCalls { function: labelled.function(), is_overflow });
        labelled
    }
}

impl<S: 'static> Table<S> {
    #[cold]
    fn new(seeds: Seeds, max: usize) -> Self {
        Table { seeds, buckets: leak_slice(count_buckets(max), |_| List::new()) }
    }

    #[inline]
    fn find(&self, hash: u64, values: &LabelText) -> Option<&'static Site<S>> {
        let is_wanted = |entry: &&Entry<S>| entry.hash == hash && are_same_text(entry.text, values.bytes());
        self.bucket(hash).iter().find(is_wanted).map(|entry| entry.site)
    }

    #[inline]
    fn bucket(&self, hash: u64) -> &'static List<Entry<S>> {
        let last_bits = usize::try_from(hash & u64::from(u32::MAX)).unwrap_or_default();
        &self.buckets[last_bits & (self.buckets.len() - 1)]
    }
}

/// Returns a number of buckets for at most `max` label sets: few sets in each, and little memory for a limit that is never reached.
const fn count_buckets(max: usize) -> usize {
    let max = if max < 1 << 16 { max.next_power_of_two() } else { 1 << 16 };
    if max < 2 { 2 } else { max }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use crate::function::{DEFAULT_BUCKETS, Description, Name};
    use crate::instrument::Wall;
    use std::ptr;

    static SITE: Site<Wall> = Site::new(Description {
        place: (1, 1),
        sample: 1,
        error_kinds: None,
        ends_later: false,
        objectives: None,
        module: "tests",
        path: || "tests::function",
        name: Name::Path,
        labels: &[("text", None)],
        buckets: &DEFAULT_BUCKETS,
    });
    static SETS: LabelSets<Wall> = LabelSets::new(&SITE, 10);

    fn text_of(value: &str) -> LabelText {
        let mut text = LabelText::new();
        text.add(value);
        text
    }

    #[test]
    fn values_with_equal_hashes_are_different_sets() {
        let [one, other] = ["but the same", "not the same"].map(text_of);
        let seeds = Seeds::colliding_on(*one.bytes().last_chunk().unwrap());
        assert_eq!(seeds.hash_text(one.bytes()), seeds.hash_text(other.bytes()));
        SETS.table.set(Table::new(seeds, SETS.max)).unwrap();
        let (first, second) = (SETS.site(&one), SETS.site(&other));
        assert!(!ptr::eq(first, second));
        assert!(ptr::eq(first, SETS.site(&one)) && ptr::eq(second, SETS.site(&other)));
    }
}
