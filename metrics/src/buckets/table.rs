//! A table that finds a value's cell in constant time.
//!
//! *Classic* bounds are those that were given. *Native* bounds, if there are any, are those of a [`NativeScale`]: of its buckets,
//! and a few that divide these. A cell ends at a bound of either kind, so a classic bucket and a native bucket are both exact sums
//! of cells. Cells are grouped by *octave*: the values with the same number of significant bits. A value's cell in its octave is
//! the number of bounds, of either kind, that lie in the octave and below the value.
//!
//! The table is indexed by the number of significant bits. If classic bounds are at least a factor of two apart, an octave contains at most
//! one, and one comparison finds the bucket. If some are closer, a binary search covers the bounds from the octave's first on.

use super::bounds::{self, BoundsFault};
use super::native::{self, NativeCell, NativeCounts, NativeScale};

/// The number of octaves.
pub(crate) const OCTAVES: usize = 65;

/// Finite upper bounds, inclusive and strictly increasing, with a table to search them.
#[derive(Debug)]
pub struct BucketTable {
    finite: &'static [u64],
    scale: &'static NativeScale,
    /// For each number of significant bits, from 0 to 64: the number of bounds below all values of so many bits. Then the
    /// number of all bounds.
    below: [u16; OCTAVES + 1],
    /// The only bound in each octave, or `u64::MAX` if there is none.
    only: [u64; OCTAVES],
    /// Whether two bounds have the same number of significant bits.
    has_close_bounds: bool,
}

/// The place of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct CellPlace {
    /// The number of significant bits of its values.
    pub(crate) octave: usize,
    /// The cell's index in the octave. Below [`BucketTable::cells_in`] the octave.
    pub(crate) index: usize,
}

impl BucketTable {
    /// Creates the table of these bounds without native bounds. They must strictly increase and be below `u64::MAX`; there may be none.
    ///
    /// # Panics
    /// If the bounds do not, or are more than 65 535; in a constant, that is a compile error.
    #[must_use]
    pub const fn new(finite: &'static [u64]) -> Self {
        BucketTable::with_scale(finite, &native::NONE)
    }

    /// Creates the table of these bounds in nanoseconds, and of native bounds in seconds, as [`new`](Self::new) does.
    #[must_use]
    pub const fn of_time(finite: &'static [u64]) -> Self {
        BucketTable::with_scale(finite, &native::SECONDS)
    }

    /// Creates the table of these bounds, and of the native bounds of `scale`, as [`new`](Self::new) does.
    #[expect(clippy::cast_possible_truncation, reason = "the number of bounds is checked")]
    pub(crate) const fn with_scale(finite: &'static [u64], scale: &'static NativeScale) -> Self {
        match BucketTable::check(finite) {
            Ok(count) => assert!(
                count == finite.len(),
                "all bounds must be below u64::MAX: the last bucket has no bound"
            ),
            Err(fault) => panic!("{}", fault.message().as_str()),
        }
        let mut table = BucketTable {
            finite,
            scale,
            below: [0; OCTAVES + 1],
            only: [u64::MAX; OCTAVES],
            has_close_bounds: false,
        };
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
        table.below[OCTAVES] = finite.len() as u16;
        table.has_close_bounds |= finite.len() - table.below[64] as usize > 1;
        let mut octave = 1;
        while octave < OCTAVES {
            let (begin, end) = (table.below[octave] as usize, table.below[octave + 1] as usize);
            if end - begin == 1 {
                table.only[octave] = finite[begin];
            }
            octave += 1;
        }
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

    pub(crate) fn scale(&self) -> &'static NativeScale {
        self.scale
    }

    /// Returns the place of the cell of `value`.
    #[inline]
    pub(crate) fn place(&self, value: u64) -> CellPlace {
        let zeros = value.leading_zeros();
        let octave = (u64::BITS - zeros) as usize;
        // A shift by 64, of the value 0, is one by 0: the mantissa of 0 is below all others.
        let mantissa = value.wrapping_shl(zeros);
        CellPlace { octave, index: self.rank(value, octave) + self.scale.rank(mantissa) }
    }

    /// Returns the number of cells in an octave.
    pub(crate) fn cells_in(&self, octave: usize) -> usize {
        let classic = usize::from(self.below[octave + 1] - self.below[octave]);
        classic + self.scale.bounds_in(octave) + 1
    }

    /// Returns the classic bucket of `value`: the first whose bound is not below it, else the one after the last.
    pub(crate) fn find(&self, value: u64) -> usize {
        let octave = (u64::BITS - value.leading_zeros()) as usize;
        usize::from(self.below[octave]) + self.rank(value, octave)
    }

    /// Returns the number of classic bounds that lie below `value` and in its octave.
    #[inline]
    fn rank(&self, value: u64, octave: usize) -> usize {
        if self.has_close_bounds {
            let first = usize::from(self.below[octave]);
            return bounds::find_bucket(&self.finite[first..], value);
        }
        usize::from(self.only[octave] < value)
    }

    /// Adds the counts of an octave's cells to the classic buckets and to the native cells. Octaves must ascend.
    pub(crate) fn spread(
        &self,
        octave: usize,
        cells: &[u64],
        classic: &mut [u64],
        native: &mut NativeCounts,
    ) {
        if octave == 0 {
            classic[0] += cells[0];
            native.zero += cells[0];
            return;
        }
        let (begin, end) = (usize::from(self.below[octave]), usize::from(self.below[octave + 1]));
        let first_above = match &self.finite[begin..end] {
            [] => cells.len(),
            [bound] => self.first_above(octave, *bound),
            bounds => return self.spread_between(bounds, (octave, begin), cells, classic, native),
        };
        // A mispredicted branch costs more than all else here. It is not predictable which cells have values, but nearly how many.
        let mut rest =
            (0..).zip(cells).fold(0_u32, |set, (index, count)| set | u32::from(*count > 0) << index);
        while rest != 0 {
            let index = rest.trailing_zeros() as usize;
            rest &= rest - 1;
            let is_above = usize::from(index >= first_above);
            classic[begin + is_above] += cells[index];
            if self.scale.is_some() {
                // The cell above the classic bound is in the same native cell as the one below it.
                native.push(NativeCell::new(octave, index - is_above), cells[index]);
            }
        }
    }

    /// Returns the index of the first cell above the only classic bound of an octave.
    fn first_above(&self, octave: usize, bound: u64) -> usize {
        match bound + 1 {
            // The last cell of the octave: no value is in it.
            next if next.is_power_of_two() => self.cells_in(octave) - 1,
            next => self.place(next).index,
        }
    }

    /// Adds the counts of an octave's cells if it has several classic bounds. `begin` is the number of those below the octave.
    fn spread_between(
        &self,
        bounds: &[u64],
        (octave, begin): (usize, usize),
        cells: &[u64],
        classic: &mut [u64],
        native: &mut NativeCounts,
    ) {
        let natives = self.scale.bounds_in(octave);
        let (mut bucket, mut rank) = (0, 0);
        for &count in cells {
            classic[begin + bucket] += count;
            if count > 0 && self.scale.is_some() {
                native.push(NativeCell::new(octave, rank), count);
            }
            // The next cell begins after the lower of the next bounds. After two equal ones, a cell without values lies between.
            let native_bound = (rank < natives).then(|| self.scale.bound(octave, rank));
            match (bounds.get(bucket), native_bound) {
                (Some(classic), Some(native)) if native <= *classic => rank += 1,
                (None, _) => rank += 1,
                _ => bucket += 1,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_finds_as_a_search_does(finite: Vec<u64>) {
        let finite: &'static [u64] = finite.leak();
        let table = BucketTable::new(finite);
        let edges = || finite.iter().flat_map(|bound| [bound - 1, *bound, bound + 1]);
        let powers =
            || (0..64).flat_map(|bit| [(1_u64 << bit) - 1, 1 << bit, (1 << bit) + 1]).chain([u64::MAX]);
        for value in edges().chain(powers()) {
            assert_eq!(table.find(value), bounds::find_bucket(finite, value), "{value} in {finite:?}");
        }
        for scale in [&native::NONE, &native::SECONDS].into_iter().chain(&native::INTEGERS) {
            let table = BucketTable::with_scale(finite, scale);
            edges().chain(powers()).for_each(|value| assert_spreads_to_its_buckets(&table, value));
        }
    }

    /// A value in its cell is in the classic bucket and in the native bucket that it belongs to.
    fn assert_spreads_to_its_buckets(table: &BucketTable, value: u64) {
        let CellPlace { octave, index } = table.place(value);
        let mut cells = vec![0; table.cells_in(octave)];
        cells[index] = 1;
        let (mut classic, mut native) = (vec![0; table.buckets()], NativeCounts::new(table.scale()));
        table.spread(octave, &cells, &mut classic, &mut native);
        assert_eq!(
            classic.iter().position(|count| *count == 1),
            Some(table.find(value)),
            "{value} in {table:?}"
        );
        match native.ranges().filter(|(_, count)| *count > 0).collect::<Vec<_>>()[..] {
            [] => assert!(!table.scale().is_some(), "{value} is in no native cell"),
            [((least, most), 1)] => {
                assert!((least..=most).contains(&value), "{value} is not from {least} to {most}");
                let buckets: Vec<(i32, u64)> = native.buckets().collect();
                let expected = table.scale().index_of(value).map(|index| (index, 1));
                assert_eq!(buckets, expected.into_iter().collect::<Vec<_>>(), "{value}");
            }
            _ => panic!("{value} is in {native:?}"),
        }
    }

    #[test]
    fn extra_bounds_divide_native_buckets() {
        let table = BucketTable::of_time(&[1_000]);
        assert_eq!(
            [0, 1, 6, 7, 10, 11, 64].map(|octave| table.cells_in(octave)),
            [1, 11, 11, 11, 12, 11, 11]
        );
        let place = |value| table.place(value);
        for (one, next) in [(15, 16), (18, 19), (20, 21), (41, 42), (63, 64)] {
            assert_ne!(place(one), place(next), "{one} and {next}");
        }
        // These are in one native bucket, and near enough to each other.
        for (one, next) in [(28, 29), (36, 37), (78, 83), (19 << 20, (19 << 20) + 1)] {
            assert_eq!(place(one), place(next), "{one} and {next}");
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
