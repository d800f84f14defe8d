//! A table that finds a value's bucket in constant time.
//!
//! The table is indexed by the number of significant bits and contains the first bound that is not below the smallest
//! value of that many bits. If bounds are at least a factor of two apart, at most one lies between a power of two and the next,
//! and one comparison finds the bucket. If some are closer, a binary search covers the bounds from there on.

use super::bounds::{self, BoundsFault};

/// Finite upper bounds, inclusive and strictly increasing, with a table to search them.
#[derive(Debug)]
pub struct BucketTable {
    finite: &'static [u64],
    /// The first bound, or `u64::MAX` if there is none.
    first: u64,
    /// For each number of significant bits, from 0 to 64: the number of bounds below all values of so many bits.
    below: [u16; 65],
    /// Whether two bounds have the same number of significant bits.
    has_close_bounds: bool,
}

impl BucketTable {
    /// Creates the table of these bounds, which must strictly increase and be below `u64::MAX`; there may be none.
    ///
    /// # Panics
    /// If the bounds do not, or are more than 65 535; in a constant, that is a compile error.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "the number of bounds is checked")]
    pub const fn new(finite: &'static [u64]) -> Self {
        match BucketTable::check(finite) {
            Ok(count) => assert!(
                count == finite.len(),
                "all bounds must be below u64::MAX: the last bucket has no bound"
            ),
            Err(fault) => panic!("{}", fault.message().as_str()),
        }
        let first = if finite.is_empty() { u64::MAX } else { finite[0] };
        let mut table = BucketTable { finite, first, below: [0; 65], has_close_bounds: false };
        let mut bits = 1;
        while bits <= 64 {
            let smallest = 1 << (bits - 1);
            let mut below = table.below[bits - 1] as usize;
            while below < finite.len() && finite[below] < smallest {
                below += 1;
            }
            table.below[bits] = below as u16;
            table.has_close_bounds |= below - table.below[bits - 1] as usize > 1;
            bits += 1;
        }
        table.has_close_bounds |= finite.len() - table.below[64] as usize > 1;
        table
    }

    /// Validates the bounds for a table. Returns the number of finite ones: those before the first `u64::MAX`.
    pub(crate) const fn check(bounds: &[u64]) -> Result<usize, BoundsFault> {
        match bounds::count_finite(bounds) {
            Ok(count) if count > u16::MAX as usize => Err(BoundsFault::TooMany { count }),
            Err(BoundsFault::Empty) => Ok(0),
            checked => checked,
        }
    }

    /// Returns the finite bounds; the last bucket, for everything above them, has none.
    pub(crate) const fn finite_bounds(&self) -> &'static [u64] {
        self.finite
    }

    /// Returns the number of buckets.
    #[inline]
    pub(crate) const fn buckets(&self) -> usize {
        self.finite.len() + 1
    }

    /// Returns whether `value` belongs in the first bucket.
    #[inline]
    pub(crate) fn is_in_first(&self, value: u64) -> bool {
        value <= self.first
    }

    /// Returns the bucket of `value`: the first whose bound is not below it, else the one after the last.
    #[inline]
    pub(crate) fn find(&self, value: u64) -> usize {
        let bits = (u64::BITS - value.leading_zeros()) as usize;
        let first = usize::from(self.below[bits]);
        if self.has_close_bounds {
            return first + bounds::find_bucket(&self.finite[first..], value);
        }
        first + usize::from(self.finite.get(first).is_some_and(|bound| *bound < value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_finds_as_a_search_does(finite: Vec<u64>) {
        let finite: &'static [u64] = finite.leak();
        let table = BucketTable::new(finite);
        let edges = finite.iter().flat_map(|bound| [bound - 1, *bound, bound + 1]);
        let powers = (0..64).flat_map(|bit| [(1_u64 << bit) - 1, 1 << bit, (1 << bit) + 1]);
        for value in edges.chain(powers).chain([u64::MAX]) {
            assert_eq!(table.find(value), bounds::find_bucket(finite, value), "{value} in {finite:?}");
        }
    }

    #[test]
    fn the_table_finds_what_a_search_finds() {
        assert_finds_as_a_search_does(vec![]);
        assert_finds_as_a_search_does(vec![1]);
        assert_finds_as_a_search_does(vec![u64::MAX - 1]);
        assert_finds_as_a_search_does(vec![1, 2, 3, 4, 5, 6, 7, 8, 9, 1 << 40]);
        assert_finds_as_a_search_does((1..300).map(|step| step * 1_000).collect());
        assert_finds_as_a_search_does((0..63).map(|bit| 1 << bit).collect());
        assert_finds_as_a_search_does(vec![(1 << 63) + 1, (1 << 63) + 2, u64::MAX - 1]);
        let mut decades = vec![];
        let mut unit = 100;
        while unit < 10_000_000_000_000 {
            decades.extend([unit, unit / 10 * 25, unit * 5]);
            unit *= 10;
        }
        assert!(!BucketTable::new(decades.clone().leak()).has_close_bounds);
        assert_finds_as_a_search_does(decades);
    }
}
