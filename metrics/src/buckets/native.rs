//! Native buckets: the exponential buckets of Prometheus' native histograms.
//!
//! At schema *s*, bucket *k* holds the values above 2^((k−1)/2^s) and up to 2^(k/2^s), in the unit of the exposition. Each octave,
//! the values with the same number of significant bits, contains 2^s bounds. Their mantissas are the same in every octave. So the
//! number of significant bits and a comparison of mantissas find a value's bucket, without a logarithm.

use std::{fmt, iter};

/// The highest schema of a scale. Two of its bounds are at least a sixteenth of an octave's lowest value apart.
const MAX_SCHEMA: u32 = 3;

/// The number of bounds in an octave at [`MAX_SCHEMA`].
const MAX_BOUNDS: usize = 1 << MAX_SCHEMA;

/// Native buckets of one schema for integers of one unit.
pub(crate) struct NativeScale {
    schema: i8,
    /// The number of integers that the unit of the exposition has: 10⁹ for nanoseconds that are exported in seconds.
    per_unit: u64,
    /// The index of the lowest bucket in octave 1, which is that of the value 1.
    first: i32,
    /// The number of bounds in an octave; 0 if there are no native buckets.
    bounds: usize,
    /// The bounds of an octave as mantissas, rounded down: a value `v` is at most a bound if `v`, shifted so that bit 63 is its
    /// highest bit, is at most the bound's mantissa. Unused entries are `u64::MAX`.
    mantissas: [u64; MAX_BOUNDS],
    sections: [Section; 16],
}

/// A sixteenth of an octave, which contains at most one bound.
#[derive(Clone, Copy)]
struct Section {
    /// The mantissa of the bound in it, or `u64::MAX`.
    mantissa: u64,
    /// The number of bounds below the section.
    below: usize,
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

/// No native buckets.
pub(crate) static NONE: NativeScale = NativeScale::without_bounds();

/// Nanoseconds that are exported in seconds, at schema 3. A nanosecond is 2^(−239.2/8) seconds.
pub(crate) static SECONDS: NativeScale = NativeScale::new(3, 1_000_000_000, &BILLION_POWERS, -239);

/// Integers that are exported as they are, at the schemas 0 to 3.
pub(crate) static INTEGERS: [NativeScale; MAX_SCHEMA as usize + 1] = [
    NativeScale::new(0, 1, &POWERS, 0),
    NativeScale::new(1, 1, &POWERS, 0),
    NativeScale::new(2, 1, &POWERS, 0),
    NativeScale::new(3, 1, &POWERS, 0),
];

impl NativeScale {
    const fn without_bounds() -> Self {
        let section = Section { mantissa: u64::MAX, below: 0 };
        NativeScale {
            schema: 0,
            per_unit: 1,
            first: 0,
            bounds: 0,
            mantissas: [u64::MAX; MAX_BOUNDS],
            sections: [section; 16],
        }
    }

    /// Creates a scale. `powers` are the mantissas at schema 3, and `first` is the index of the bucket of 1 there.
    #[expect(clippy::cast_possible_truncation, clippy::cast_possible_wrap, reason = "both are below 8")]
    const fn new(schema: u32, per_unit: u64, powers: &[u64; MAX_BOUNDS], first: i32) -> Self {
        let mut scale = NativeScale::without_bounds();
        scale.schema = schema as i8;
        scale.per_unit = per_unit;
        // A bound of a lower schema is every second, fourth or eighth bound of schema 3: those whose index it divides.
        let step = 1 << (MAX_SCHEMA - schema);
        scale.first = -(-first).div_euclid(step);
        let mut index = 0;
        while index < MAX_BOUNDS {
            if (first + index as i32).rem_euclid(step) == 0 {
                scale.mantissas[scale.bounds] = powers[index];
                scale.bounds += 1;
            }
            index += 1;
        }
        let mut section = 0;
        while section < scale.sections.len() {
            let begin = 1 << 63 | (section as u64) << 59;
            let mut below = 0;
            while below < scale.bounds && scale.mantissas[below] < begin {
                below += 1;
            }
            scale.sections[section].below = below;
            if below < scale.bounds && scale.mantissas[below] - begin < 1 << 59 {
                scale.sections[section].mantissa = scale.mantissas[below];
            }
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
        self.bounds > 0
    }

    pub(crate) fn schema(&self) -> i8 {
        self.schema
    }

    #[cfg(any(feature = "json", test))]
    pub(crate) fn per_unit(&self) -> u64 {
        self.per_unit
    }

    /// Returns the number of bounds in an octave.
    pub(crate) const fn bounds(&self) -> usize {
        self.bounds
    }

    /// Returns the number of bounds in an octave below the value with this mantissa.
    #[inline]
    pub(crate) fn rank(&self, mantissa: u64) -> usize {
        let section = self.sections[(mantissa >> 59 & 15) as usize];
        section.below + usize::from(mantissa > section.mantissa)
    }

    /// Returns the largest integer at or below the bound at `rank` of octave `bits`, which is at least 1.
    pub(crate) fn bound(&self, bits: usize, rank: usize) -> u64 {
        self.mantissas[rank] >> (64 - bits)
    }

    /// Returns the index of the bucket that ends at the bound at `rank` of octave `bits`, or that contains the values above its
    /// last bound if `rank` is the number of bounds.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        reason = "there are at most 512 bounds"
    )]
    pub(crate) fn index(&self, bits: usize, rank: usize) -> i32 {
        ((bits - 1) * self.bounds + rank) as i32 + self.first
    }

    /// Returns the index of the bucket that contains `value`; `None` for 0.
    #[cfg(test)]
    pub(crate) fn index_of(&self, value: u64) -> Option<i32> {
        let zeros = value.leading_zeros();
        let mantissa = value.checked_shl(zeros)?;
        Some(self.index((u64::BITS - zeros) as usize, self.rank(mantissa)))
    }

    /// Returns the smallest and the largest integer of the bucket at `index`, or `None` if it contains no 64-bit integer.
    pub(crate) fn range(&self, index: i32) -> Option<(u64, u64)> {
        let lower = self.bound_at(index.checked_sub(1)?)?;
        let upper = self.bound_at(index).unwrap_or(u64::MAX);
        (lower < upper).then_some((lower + 1, upper))
    }

    /// Returns the largest integer at or below the bound of the bucket at `index`: 0 if that is below 1. `None` above all.
    fn bound_at(&self, index: i32) -> Option<u64> {
        let Ok(place) = usize::try_from(index.checked_sub(self.first)?) else { return Some(0) };
        let bits = place / self.bounds + 1;
        (bits <= 64).then(|| self.bound(bits, place % self.bounds))
    }
}

impl PartialEq for NativeScale {
    fn eq(&self, other: &Self) -> bool {
        (self.schema, self.per_unit, self.bounds) == (other.schema, other.per_unit, other.bounds)
    }
}

impl Eq for NativeScale {}

impl fmt::Debug for NativeScale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let NativeScale { schema, per_unit, .. } = self;
        write!(f, "schema {schema}, {per_unit} to the unit")
    }
}

/// The number of values in each native bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NativeCounts {
    pub(crate) scale: &'static NativeScale,
    /// The number of values that are 0.
    pub(crate) zero: u64,
    /// The index and the count of each bucket with values, by index.
    pub(crate) buckets: Vec<(i32, u64)>,
}

impl NativeCounts {
    pub(crate) fn new(scale: &'static NativeScale) -> Self {
        NativeCounts { scale, zero: 0, buckets: Vec::new() }
    }

    /// Adds `count` values to the bucket at `index`, which is not below that of an earlier addition.
    pub(crate) fn push(&mut self, index: i32, count: u64) {
        match self.buckets.last_mut() {
            Some((last, sum)) if *last == index => *sum += count,
            _ => self.buckets.push((index, count)),
        }
    }

    /// Returns the counts of both, bucket by bucket, combined by `combine`. Both have the same scale.
    pub(crate) fn combine(&self, other: &Self, combine: impl Fn(u64, u64) -> u64) -> Self {
        let mut combined = NativeCounts::new(self.scale);
        combined.zero = combine(self.zero, other.zero);
        let (mut ours, mut theirs) = (self.buckets.iter().peekable(), other.buckets.iter().peekable());
        while let Some(index) =
            [ours.peek(), theirs.peek()].into_iter().flatten().map(|(index, _)| *index).min()
        {
            let next = |buckets: &mut std::iter::Peekable<std::slice::Iter<'_, (i32, u64)>>| {
                buckets.next_if(|bucket| bucket.0 == index).map_or(0, |bucket| bucket.1)
            };
            match combine(next(&mut ours), next(&mut theirs)) {
                0 => {}
                count => combined.buckets.push((index, count)),
            }
        }
        combined
    }

    /// Returns the smallest and the largest integer of each bucket, and its count, in ascending order. The first is the bucket of 0.
    pub(crate) fn ranges(&self) -> impl Iterator<Item = ((u64, u64), u64)> {
        let range = |&(index, count): &(i32, u64)| Some((self.scale.range(index)?, count));
        iter::once(((0, 0), self.zero)).chain(self.buckets.iter().filter_map(range))
    }

    /// Returns the smallest and the largest integer of the bucket that contains the `rank`-th smallest value; ranks begin at 1.
    pub(crate) fn range_of_rank(&self, rank: u64) -> Option<(u64, u64)> {
        let mut below = 0_u64;
        self.ranges().find_map(|(range, count)| {
            below = below.saturating_add(count);
            (rank <= below).then_some(range)
        })
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

    #[test]
    fn counts_combine_by_bucket() {
        let counts =
            |zero, buckets: &[(i32, u64)]| NativeCounts { scale: &SECONDS, zero, buckets: buckets.to_vec() };
        let (one, other) = (counts(3, &[(-9, 4), (2, 5)]), counts(1, &[(-9, 4), (1, 7), (2, 2), (8, 1)]));
        assert_eq!(one.combine(&other, u64::saturating_sub), counts(2, &[(2, 3)]));
        assert_eq!(one.combine(&other, u64::saturating_add), counts(4, &[(-9, 8), (1, 7), (2, 7), (8, 1)]));
    }
}
