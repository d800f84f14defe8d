//! Native scales: the bounds of native buckets, and of the cells in them.
//!
//! At schema *s*, bucket *k* holds the values above 2^((k−1)/2^s) and up to 2^(k/2^s), in the unit of the exposition. Each octave,
//! the values with the same number of significant bits, contains 2^s bounds. Their mantissas are the same in every octave. So the
//! number of significant bits and a comparison of mantissas find a value's bucket, without a logarithm.
//!
//! A percentile is an integer of the value's cell, and must be near all the others. Of small values, few are near each other: 18 is more
//! than 4.6 % off 19. So a bucket may consist of several cells. They end at *extra* bounds, which are bounds of no bucket. Small values need
//! these, but all octaves have them: to tell small values apart would take 0.25 ns of each recorded value. An octave's end is that of a
//! cell, too.

use std::fmt;

/// The highest schema of a scale. Two of its bounds are at least a sixteenth of an octave's lowest value apart.
const MAX_SCHEMA: u32 = 3;

/// The number of bounds of buckets in an octave at [`MAX_SCHEMA`].
const MAX_BOUNDS: usize = 1 << MAX_SCHEMA;

/// The greatest number of extra bounds in an octave.
const MAX_EXTRA: usize = 2;

/// Native buckets of one schema for integers of one unit, and their cells.
pub(crate) struct NativeScale {
    schema: i8,
    /// The number of integers that the unit of the exposition has: 10⁹ for nanoseconds that are exported in seconds.
    per_unit: u64,
    /// The index of the lowest bucket in octave 1, which is that of the value 1.
    first: i32,
    /// The number of bounds of buckets in an octave; 0 if there are no native buckets.
    per_octave: usize,
    /// All bounds in an octave.
    division: Division,
    sections: [Section; 16],
}

/// The division of an octave into cells.
#[derive(Clone, Copy)]
struct Division {
    /// The number of bounds.
    bounds: usize,
    /// The bounds as mantissas, rounded down, in ascending order: a value `v` is at most a bound if `v`, shifted so that bit 63 is its
    /// highest bit, is at most the bound's mantissa. Unused entries are `u64::MAX`.
    mantissas: [u64; MAX_BOUNDS + MAX_EXTRA],
    /// For each cell, the number of bounds of buckets below it.
    of_buckets: [u8; MAX_BOUNDS + MAX_EXTRA + 1],
}

/// A sixteenth of an octave, which contains at most one bound.
#[derive(Clone, Copy)]
struct Section {
    /// The mantissa of the bound in it, or `u64::MAX`.
    mantissa: u64,
    /// The number of bounds below the section.
    below: usize,
}

/// The values of an octave between two bounds of a [`NativeScale`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct NativeCell {
    /// The number of significant bits of its values, at least 1.
    pub(crate) octave: u8,
    /// The number of bounds in the octave that are below it.
    pub(crate) rank: u8,
}

impl NativeCell {
    /// Returns the cell above `rank` bounds of an octave, which is at least 1.
    #[expect(clippy::cast_possible_truncation, reason = "there are 64 octaves, and few bounds in each")]
    pub(crate) fn new(octave: usize, rank: usize) -> Self {
        NativeCell { octave: octave as u8, rank: rank as u8 }
    }
}

/// ⌊2^(i/8) · 2⁶³⌋ for i from 0 to 7.
const POWERS: [u64; MAX_BOUNDS] = [
    0x8000_0000_0000_0000,
    0x8b95_c1e3_ea8b_d6e6,
    0x9837_f051_8db8_a96f,
    0xa5fe_d6a9_b151_38ea,
    0xb504_f333_f9de_6484,
    0xc567_2a11_5506_dadd,
    0xd744_fcca_d69d_6af4,
    0xeac0_c6e7_dd24_392e,
];

/// The same for 10⁹ · 2^(i/8), shifted so that bit 63 is the highest, in ascending order.
const BILLION_POWERS: [u64; MAX_BOUNDS] = [
    0x81ff_a7a9_549c_a6e3,
    0x8dc3_b896_0164_a7d9,
    0x9a98_6705_4d51_2391,
    0xa896_5f74_bf06_5071,
    0xb7d8_8a12_d0dd_9ea0,
    0xc87c_3e7d_03cd_bec3,
    0xdaa1_7c2c_d195_55db,
    0xee6b_2800_0000_0000,
];

/// The mantissas up to which a value of five bits is at most 18, and at most 20.
const UP_TO_18: u64 = (19 << 59) - 1;
const UP_TO_20: u64 = (21 << 59) - 1;

/// No native buckets.
pub(crate) static NONE: NativeScale = NativeScale::without_bounds();

/// Nanoseconds that are exported in seconds, at schema 3. A nanosecond is 2^(−239.2/8) seconds. Without extra bounds, 18 and 19, 20 and 21,
/// and 39 to 42 would share a cell.
pub(crate) static SECONDS: NativeScale =
    NativeScale::new(3, 1_000_000_000, &BILLION_POWERS, -239, &[UP_TO_18, UP_TO_20]);

/// Integers that are exported as they are, at the schemas 0 to 3. At schema 3, 18 and 19, and 35 to 38 would share a cell.
pub(crate) static INTEGERS: [NativeScale; MAX_SCHEMA as usize + 1] = [
    NativeScale::new(0, 1, &POWERS, 0, &[]),
    NativeScale::new(1, 1, &POWERS, 0, &[]),
    NativeScale::new(2, 1, &POWERS, 0, &[]),
    NativeScale::new(3, 1, &POWERS, 0, &[UP_TO_18]),
];

impl Division {
    const fn without_bounds() -> Self {
        Division {
            bounds: 0,
            mantissas: [u64::MAX; MAX_BOUNDS + MAX_EXTRA],
            of_buckets: [0; MAX_BOUNDS + MAX_EXTRA + 1],
        }
    }

    /// Adds a bound above all others.
    const fn push(&mut self, mantissa: u64, is_of_bucket: bool) {
        self.mantissas[self.bounds] = mantissa;
        self.of_buckets[self.bounds + 1] = self.of_buckets[self.bounds] + is_of_bucket as u8;
        self.bounds += 1;
    }

    /// Returns the division with more bounds, which are none of buckets. Both ascend.
    const fn with_extra(&self, extra: &[u64]) -> Self {
        let mut both = Division::without_bounds();
        let (mut ours, mut theirs) = (0, 0);
        while ours < self.bounds || theirs < extra.len() {
            if theirs == extra.len() || (ours < self.bounds && self.mantissas[ours] < extra[theirs]) {
                both.push(self.mantissas[ours], true);
                ours += 1;
            } else {
                both.push(extra[theirs], false);
                theirs += 1;
            }
        }
        both
    }

    /// Returns a section, from 0 to 15.
    const fn section(&self, number: usize) -> Section {
        let begin = 1 << 63 | (number as u64) << 59;
        let mut section = Section { mantissa: u64::MAX, below: 0 };
        while section.below < self.bounds && self.mantissas[section.below] < begin {
            section.below += 1;
        }
        if self.has_in(section.below, begin) {
            section.mantissa = self.mantissas[section.below];
            assert!(!self.has_in(section.below + 1, begin), "a section has more than one bound");
        }
        section
    }

    /// Returns whether there is a bound of this rank, and in the section that begins at `begin`. It is not below the section.
    const fn has_in(&self, rank: usize, begin: u64) -> bool {
        rank < self.bounds && self.mantissas[rank] - begin < 1 << 59
    }
}

impl NativeScale {
    const fn without_bounds() -> Self {
        NativeScale {
            schema: 0,
            per_unit: 1,
            first: 0,
            per_octave: 0,
            division: Division::without_bounds(),
            sections: [Section { mantissa: u64::MAX, below: 0 }; 16],
        }
    }

    /// Creates a scale. `powers` are the mantissas at schema 3, `first` is the index of the bucket of 1 there, and `extra` are the
    /// mantissas of extra bounds.
    #[expect(clippy::cast_possible_truncation, clippy::cast_possible_wrap, reason = "both are below 8")]
    const fn new(schema: u32, per_unit: u64, powers: &[u64; MAX_BOUNDS], first: i32, extra: &[u64]) -> Self {
        let mut scale = NativeScale::without_bounds();
        scale.schema = schema as i8;
        scale.per_unit = per_unit;
        // A bound of a lower schema is every second, fourth or eighth bound of schema 3: those whose index it divides.
        let step = 1 << (MAX_SCHEMA - schema);
        scale.first = -(-first).div_euclid(step);
        let mut index = 0;
        while index < MAX_BOUNDS {
            if (first + index as i32).rem_euclid(step) == 0 {
                scale.division.push(powers[index], true);
            }
            index += 1;
        }
        scale.per_octave = scale.division.bounds;
        scale.division = scale.division.with_extra(extra);
        let mut section = 0;
        while section < scale.sections.len() {
            scale.sections[section] = scale.division.section(section);
            section += 1;
        }
        scale
    }

    /// Returns the scale of a schema and a unit, if there is one.
    #[cfg(feature = "json")]
    pub(crate) fn find(schema: i8, per_unit: u64) -> Option<&'static NativeScale> {
        let mut all = INTEGERS.iter().chain([&SECONDS]);
        all.find(|scale| (scale.schema, scale.per_unit) == (schema, per_unit))
    }

    /// Returns whether it has buckets.
    pub(crate) const fn is_some(&self) -> bool {
        self.per_octave > 0
    }

    pub(crate) fn schema(&self) -> i8 {
        self.schema
    }

    #[cfg(any(feature = "json", test))]
    pub(crate) fn per_unit(&self) -> u64 {
        self.per_unit
    }

    /// Returns the number of bounds in an octave.
    pub(crate) fn bounds_in(&self, octave: usize) -> usize {
        // 0 is in no bucket.
        if octave == 0 { 0 } else { self.division.bounds }
    }

    /// Returns the number of bounds in an octave below the value with this mantissa.
    #[inline]
    pub(crate) fn rank(&self, mantissa: u64) -> usize {
        let section = self.sections[(mantissa >> 59 & 15) as usize];
        section.below + usize::from(mantissa > section.mantissa)
    }

    /// Returns the largest integer at or below the bound at `rank` of an octave, which is at least 1.
    pub(crate) fn bound(&self, octave: usize, rank: usize) -> u64 {
        self.division.mantissas[rank] >> (64 - octave)
    }

    /// Returns the index of the bucket that contains a cell.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        reason = "there are at most 512 bounds"
    )]
    pub(crate) fn index(&self, cell: NativeCell) -> i32 {
        let octave = usize::from(cell.octave);
        let below = self.division.of_buckets[usize::from(cell.rank)];
        ((octave - 1) * self.per_octave) as i32 + i32::from(below) + self.first
    }

    /// Returns the cell that contains `value`; `None` for 0.
    #[cfg(any(feature = "json", test))]
    pub(crate) fn cell_of(&self, value: u64) -> Option<NativeCell> {
        let zeros = value.leading_zeros();
        let rank = self.rank(value.checked_shl(zeros)?);
        Some(NativeCell { octave: (u64::BITS - zeros).try_into().ok()?, rank: rank.try_into().ok()? })
    }

    /// Returns the index of the bucket that contains `value`; `None` for 0.
    #[cfg(test)]
    pub(crate) fn index_of(&self, value: u64) -> Option<i32> {
        self.cell_of(value).map(|cell| self.index(cell))
    }

    /// Returns the smallest and the largest integer of a cell, or `None` if it contains none.
    pub(crate) fn cell_range(&self, NativeCell { octave, rank }: NativeCell) -> Option<(u64, u64)> {
        let (octave, rank) = (usize::from(octave), usize::from(rank));
        let least = match rank {
            0 => 1 << (octave - 1),
            _ => self.bound(octave, rank - 1) + 1,
        };
        let most =
            if rank < self.bounds_in(octave) { self.bound(octave, rank) } else { u64::MAX >> (64 - octave) };
        (least <= most).then_some((least, most))
    }

    /// Returns the smallest and the largest integer of the bucket at `index`, or `None` if it contains no 64-bit integer.
    pub(crate) fn range(&self, index: i32) -> Option<(u64, u64)> {
        let mut ranges = self.cells(index).filter_map(|cell| self.cell_range(cell));
        let (least, most) = ranges.next()?;
        Some((least, ranges.last().map_or(most, |(_, most)| most)))
    }

    /// Returns the cells of the bucket at `index` that contain integers, in ascending order.
    pub(crate) fn cells(&self, index: i32) -> impl Iterator<Item = NativeCell> {
        // A bucket with cells in two octaves ends at the first bound of the higher one.
        let bounds = i32::from(self.division.of_buckets[self.division.bounds]).max(1);
        let higher =
            index.checked_sub(self.first).map_or(0, |place| place.div_euclid(bounds).saturating_add(1));
        let octaves =
            [higher.saturating_sub(1), higher].into_iter().filter_map(|octave| u8::try_from(octave).ok());
        let ranks = |octave| {
            (0..).map(move |rank| NativeCell { octave, rank }).take(self.bounds_in(octave.into()) + 1)
        };
        octaves
            .filter(|octave| (1..=64).contains(octave))
            .flat_map(ranks)
            .filter(move |cell| self.index(*cell) == index && self.cell_range(*cell).is_some())
    }
}

impl PartialEq for NativeScale {
    fn eq(&self, other: &Self) -> bool {
        (self.schema, self.per_unit, self.per_octave) == (other.schema, other.per_unit, other.per_octave)
    }
}

impl Eq for NativeScale {}

impl fmt::Debug for NativeScale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let NativeScale { schema, per_unit, .. } = self;
        write!(f, "schema {schema}, {per_unit} to the unit")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A natural number in digits of 32 bits, the lowest first.
    fn product(factors: impl IntoIterator<Item = u64>) -> Vec<u64> {
        let mut digits = vec![1_u64];
        for factor in factors {
            digits = times(&digits, &[factor & u64::from(u32::MAX), factor >> 32]);
            while digits.last() == Some(&0) {
                digits.pop();
            }
        }
        digits.reverse();
        digits
    }

    fn times(one: &[u64], other: &[u64]) -> Vec<u64> {
        let mut digits = vec![0_u64; one.len() + other.len()];
        for (place, a) in one.iter().enumerate() {
            let mut carry = 0;
            for (step, b) in other.iter().chain([&0]).enumerate() {
                let sum = digits.get(place + step).map_or(0, |digit| *digit) + a * b + carry;
                carry = sum >> 32;
                if let Some(digit) = digits.get_mut(place + step) {
                    *digit = sum & u64::from(u32::MAX);
                }
            }
        }
        digits
    }

    /// Returns whether `one` is at most `other`, both the highest digit first.
    fn is_at_most(one: &[u64], other: &[u64]) -> bool {
        (one.len(), one) <= (other.len(), other)
    }

    /// Returns whether `value`, in units of which there are `per_unit` to one, is at most 2^(index/8): exactly, with large integers.
    fn is_at_most_bound(value: u64, per_unit: u64, index: i32) -> bool {
        let eight = |factor| std::iter::repeat_n(factor, 8);
        let twos = |count: i32| std::iter::repeat_n(2, usize::try_from(count.max(0)).unwrap());
        // value⁸ · 2^-index ≤ per_unit⁸ · 2^index, with only one of the powers.
        let left = product(eight(value).chain(twos(-index)));
        is_at_most(&left, &product(eight(per_unit).chain(twos(index))))
    }

    #[test]
    fn ranges_are_those_of_the_schema() {
        for (scale, indices) in [(&SECONDS, -239..=273), (&INTEGERS[3], 0..=511)] {
            for index in indices {
                let Some((least, most)) = scale.range(index) else { continue };
                let per_unit = scale.per_unit();
                assert!(is_at_most_bound(most, per_unit, index), "{most} in {index} of {scale:?}");
                assert!(
                    most == u64::MAX || !is_at_most_bound(most + 1, per_unit, index),
                    "{most} + 1 in {index}"
                );
                assert!(!is_at_most_bound(least, per_unit, index - 1), "{least} in {index} of {scale:?}");
            }
        }
    }

    #[test]
    fn cells_are_all_integers_of_a_bucket() {
        for scale in INTEGERS.iter().chain([&SECONDS]) {
            let mut next = 1;
            for index in scale.first..=scale.index_of(u64::MAX).unwrap() {
                let from = next;
                for cell in scale.cells(index) {
                    let (least, most) = scale.cell_range(cell).unwrap();
                    assert_eq!((least, scale.index(cell)), (next, index), "{cell:?} of {scale:?}");
                    assert_eq!([least, most].map(|value| scale.cell_of(value)), [Some(cell); 2], "{scale:?}");
                    next = most.wrapping_add(1);
                }
                assert_eq!(scale.range(index), (next != from).then(|| (from, next.wrapping_sub(1))));
            }
            assert_eq!(next, 0, "all are in a cell of {scale:?}");
        }
    }

    #[test]
    fn a_lower_schema_merges_buckets() {
        for (schema, scale) in INTEGERS.iter().enumerate() {
            let factor = 1 << (3 - schema);
            for index in 0..=511_i32 {
                let Some((least, most)) = INTEGERS[3].range(index) else { continue };
                let (lower, upper) =
                    scale.range(index.div_euclid(factor) + i32::from(index % factor != 0)).unwrap();
                assert!(lower <= least && most <= upper, "{index} at schema {schema}");
            }
        }
    }

    #[test]
    fn an_index_that_no_value_has_is_no_range() {
        for scale in INTEGERS.iter().chain([&SECONDS]) {
            for index in [i32::MIN, i32::MIN + 1, -1_000, scale.first - 1, 600, i32::MAX - 1, i32::MAX] {
                assert_eq!(scale.range(index), None, "{index} of {scale:?}");
            }
            assert_eq!(scale.index_of(1), Some(scale.first));
            let top = scale.index_of(u64::MAX).unwrap();
            assert_eq!((scale.range(top).map(|range| range.1), scale.range(top + 1)), (Some(u64::MAX), None));
        }
    }
}
