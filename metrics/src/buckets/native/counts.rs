//! Counts of values in native cells, and in the buckets that consist of these.

use super::scale::{NativeCell, NativeScale};
use std::iter::{self, Peekable};
use std::slice::Iter;

/// The number of values in each native cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NativeCounts {
    pub(crate) scale: &'static NativeScale,
    /// The number of values that are 0.
    pub(crate) zero: u64,
    /// Each cell with values, in ascending order, and its count.
    cells: Vec<(NativeCell, u64)>,
    /// Whether only the counts of whole buckets are known, as from JSON of an older version: each is that of its bucket's first cell.
    /// False without cells.
    is_coarse: bool,
}

impl NativeCounts {
    pub(crate) fn new(scale: &'static NativeScale) -> Self {
        NativeCounts { scale, zero: 0, cells: Vec::new(), is_coarse: false }
    }

    /// Creates counts with room for so many cells.
    pub(crate) fn with_capacity(scale: &'static NativeScale, cells: usize) -> Self {
        NativeCounts { cells: Vec::with_capacity(cells), ..NativeCounts::new(scale) }
    }

    /// Removes all values, and begins anew with this scale. The memory is kept.
    pub(crate) fn clear(&mut self, scale: &'static NativeScale) {
        self.cells.clear();
        (self.scale, self.zero, self.is_coarse) = (scale, 0, false);
    }

    /// Adds `count` values to `cell`, which is not below that of an earlier addition.
    pub(crate) fn push(&mut self, cell: NativeCell, count: u64) {
        match self.cells.last_mut() {
            Some((last, sum)) if *last == cell => *sum = sum.wrapping_add(count),
            _ => self.cells.push((cell, count)),
        }
    }

    /// Returns the index and the count of each bucket with values, in ascending order.
    pub(crate) fn buckets(&self) -> BucketCounts<'_> {
        let indices = || self.cells.iter().map(|(cell, _)| self.scale.index(*cell));
        let changes = indices().zip(indices().skip(1)).filter(|(one, next)| one != next).count();
        BucketCounts {
            scale: self.scale,
            cells: &self.cells,
            len: changes + usize::from(!self.cells.is_empty()),
        }
    }

    /// Calls `visit` with the index and the count of each bucket with values, in ascending order.
    #[inline]
    pub(crate) fn each_bucket(&self, mut visit: impl FnMut(i32, u64)) {
        let mut cells = self.cells.iter().map(|(cell, count)| (self.scale.index(*cell), *count));
        let Some(mut bucket) = cells.next() else { return };
        for (index, count) in cells {
            if index == bucket.0 {
                bucket.1 = bucket.1.saturating_add(count);
            } else {
                visit(bucket.0, bucket.1);
                bucket = (index, count);
            }
        }
        visit(bucket.0, bucket.1);
    }

    /// Returns the number of cells with values. There are at most as many buckets with values.
    pub(crate) fn cells(&self) -> usize {
        self.cells.len()
    }

    /// Returns the number of all values.
    pub(crate) fn total(&self) -> u64 {
        self.cells.iter().fold(self.zero, |sum, (_, count)| sum.saturating_add(*count))
    }

    /// Returns the counts of both, cell by cell, combined by `combine`: bucket by bucket, if one knows only these. Both have the same
    /// scale.
    pub(crate) fn combine(&self, other: &Self, combine: impl Fn(u64, u64) -> u64) -> Self {
        match (self.is_coarse, other.is_coarse) {
            (true, false) => self.combine_alike(&other.coarsen(), combine),
            (false, true) => self.coarsen().combine_alike(other, combine),
            _ => self.combine_alike(other, combine),
        }
    }

    /// Combines counts that are both of cells, or both of buckets.
    fn combine_alike(&self, other: &Self, combine: impl Fn(u64, u64) -> u64) -> Self {
        let mut cells = Vec::new();
        let (mut ours, mut theirs) = (self.cells.iter().peekable(), other.cells.iter().peekable());
        while let Some(cell) = [ours.peek(), theirs.peek()].into_iter().flatten().map(|(cell, _)| *cell).min()
        {
            let next = |cells: &mut Peekable<Iter<'_, (NativeCell, u64)>>| {
                cells.next_if(|next| next.0 == cell).map_or(0, |next| next.1)
            };
            match combine(next(&mut ours), next(&mut theirs)) {
                0 => {}
                count => cells.push((cell, count)),
            }
        }
        // Of no values, all is known.
        let is_coarse = (self.is_coarse || other.is_coarse) && !cells.is_empty();
        NativeCounts { scale: self.scale, zero: combine(self.zero, other.zero), cells, is_coarse }
    }

    /// Forgets which of a bucket's cells its values are in.
    pub(crate) fn coarsen(&self) -> Self {
        let first = |(index, count)| Some((self.scale.cells(index).next()?, count));
        let cells: Vec<_> = self.buckets().filter_map(first).collect();
        NativeCounts { is_coarse: !cells.is_empty(), cells, ..*self }
    }

    /// Returns the smallest and the largest integer of each cell, and its count, in ascending order: of each bucket, if only these are
    /// known. The first is 0.
    pub(crate) fn ranges(&self) -> impl Iterator<Item = ((u64, u64), u64)> {
        let range = |&(cell, count): &(NativeCell, u64)| {
            let bucket = self.is_coarse.then(|| self.scale.index(cell));
            Some((
                bucket.map_or_else(|| self.scale.cell_range(cell), |index| self.scale.range(index))?,
                count,
            ))
        };
        iter::once(((0, 0), self.zero)).chain(self.cells.iter().filter_map(range))
    }

    /// Returns the smallest and the largest integer of the cell, or bucket, that contains the `rank`-th smallest value; ranks begin at 1.
    pub(crate) fn range_of_rank(&self, rank: u64) -> Option<(u64, u64)> {
        let mut below = 0_u64;
        self.ranges().find_map(|(range, count)| {
            below = below.saturating_add(count);
            (rank <= below).then_some(range)
        })
    }
}

#[cfg(feature = "json")]
impl NativeCounts {
    /// Returns how the buckets of several cells are divided: the largest integer and the count of each cell with values that is not its
    /// bucket's last. `None` if only buckets are known.
    pub(crate) fn parts(&self) -> Option<Vec<(u64, u64)>> {
        let part = |&(cell, count): &(NativeCell, u64)| {
            let (_, most) = self.scale.cell_range(cell)?;
            let next = self.scale.cell_of(most.checked_add(1)?)?;
            (self.scale.index(next) == self.scale.index(cell)).then_some((most, count))
        };
        (!self.is_coarse).then(|| self.cells.iter().filter_map(part).collect())
    }

    /// Creates the counts with these [`buckets`](Self::buckets), whose indices exist and ascend, and [`parts`](Self::parts). Returns the
    /// reason if the parts are invalid.
    pub(crate) fn from_buckets(
        scale: &'static NativeScale,
        zero: u64,
        buckets: &[(i32, u64)],
        parts: Option<&[(u64, u64)]>,
    ) -> Result<Self, String> {
        let is_coarse = parts.is_none() && !buckets.is_empty();
        let mut counts = NativeCounts { zero, is_coarse, ..NativeCounts::new(scale) };
        let mut parts = parts.unwrap_or_default().iter().peekable();
        for &(index, mut rest) in buckets {
            let mut cells = scale.cells(index).peekable();
            while let Some(cell) = cells.next() {
                let most = scale.cell_range(cell).map(|(_, most)| most);
                let count = match parts.next_if(|part| cells.peek().is_some() && Some(part.0) == most) {
                    Some((most, 0)) => {
                        return Err(format!("the part up to {most} has no values, so it must be left out"));
                    }
                    Some((_, count)) => *count,
                    None if cells.peek().is_none() || counts.is_coarse => rest,
                    None => 0,
                };
                rest = rest
                    .checked_sub(count)
                    .ok_or_else(|| format!("the native bucket {index} has fewer values than its parts"))?;
                if count > 0 {
                    counts.push(cell, count);
                }
            }
        }
        match parts.next() {
            Some((most, _)) => Err(format!(
                "no native bucket with values has a part up to {most}, or it is not in ascending order"
            )),
            None => Ok(counts),
        }
    }
}

/// The index and the count of each bucket with values, in ascending order.
#[derive(Debug, Clone)]
pub(crate) struct BucketCounts<'a> {
    scale: &'static NativeScale,
    cells: &'a [(NativeCell, u64)],
    /// The number of buckets that the cells belong to.
    len: usize,
}

impl<'a> BucketCounts<'a> {
    /// Returns a bucket, the cells of which are these.
    fn bucket(&mut self, index: i32, cells: &'a [(NativeCell, u64)]) -> (i32, u64) {
        self.len -= 1;
        (index, cells.iter().fold(0, |sum, (_, count)| sum.saturating_add(*count)))
    }
}

impl Iterator for BucketCounts<'_> {
    type Item = (i32, u64);

    fn next(&mut self) -> Option<(i32, u64)> {
        let index = self.scale.index(self.cells.first()?.0);
        let end = self.cells.iter().take_while(|(cell, _)| self.scale.index(*cell) == index).count();
        let (bucket, rest) = self.cells.split_at(end);
        self.cells = rest;
        Some(self.bucket(index, bucket))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.len, Some(self.len))
    }
}

impl DoubleEndedIterator for BucketCounts<'_> {
    fn next_back(&mut self) -> Option<(i32, u64)> {
        let index = self.scale.index(self.cells.last()?.0);
        let len = self.cells.iter().rev().take_while(|(cell, _)| self.scale.index(*cell) == index).count();
        let (rest, bucket) = self.cells.split_at(self.cells.len() - len);
        self.cells = rest;
        Some(self.bucket(index, bucket))
    }
}

impl ExactSizeIterator for BucketCounts<'_> {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::buckets::native::{INTEGERS, SECONDS};

    fn counts(zero: u64, cells: &[(u8, u8, u64)]) -> NativeCounts {
        let mut counts = NativeCounts { zero, ..NativeCounts::new(&SECONDS) };
        for &(octave, rank, count) in cells {
            counts.push(NativeCell { octave, rank }, count);
        }
        counts
    }

    #[test]
    fn counts_combine_by_cell() {
        let one = counts(3, &[(5, 2, 4), (9, 0, 5)]);
        let other = counts(1, &[(5, 2, 4), (5, 3, 7), (9, 0, 2), (9, 1, 1)]);
        assert_eq!(one.combine(&other, u64::saturating_sub), counts(2, &[(9, 0, 3)]));
        let sum = counts(4, &[(5, 2, 8), (5, 3, 7), (9, 0, 7), (9, 1, 1)]);
        assert_eq!(one.combine(&other, u64::saturating_add), sum);
        // 18 and 19 are cells of one bucket.
        assert_eq!(sum.buckets().collect::<Vec<_>>()[0], (-205, 15));
        for (one, other) in [(&one, &other.coarsen()), (&one.coarsen(), &other)] {
            assert_eq!(one.combine(other, u64::saturating_add), sum.coarsen());
        }
        assert_eq!(sum.coarsen().coarsen(), sum.coarsen());
        for none in [(&sum, &sum.coarsen()), (&sum.coarsen(), &sum), (&sum.coarsen(), &sum.coarsen())] {
            assert_eq!(none.0.combine(none.1, u64::saturating_sub), counts(0, &[]));
        }
    }

    #[test]
    fn buckets_are_the_same_from_both_ends() {
        for scale in INTEGERS.iter().chain([&SECONDS]) {
            let mut counts = NativeCounts::new(scale);
            for value in (1..300).chain([u64::MAX / 2, u64::MAX]) {
                counts.push(scale.cell_of(value).expect("it is not 0"), 1);
            }
            for counts in [&counts, &counts.coarsen()] {
                let buckets: Vec<(i32, u64)> = counts.buckets().collect();
                assert!(buckets.is_sorted_by(|one, next| one.0 < next.0), "{buckets:?}");
                assert_eq!(buckets.iter().map(|bucket| bucket.1).sum::<u64>(), 301);
                let mut back: Vec<(i32, u64)> = counts.buckets().rev().collect();
                back.reverse();
                assert_eq!(back, buckets);
                let mut visited = Vec::new();
                counts.each_bucket(|index, count| visited.push((index, count)));
                assert_eq!(visited, buckets);
                let mut left = counts.buckets();
                for len in (1..=buckets.len()).rev() {
                    assert_eq!(left.len(), len);
                    assert!(if len % 2 == 0 { left.next() } else { left.next_back() }.is_some());
                }
                assert_eq!((left.len(), left.next(), left.next_back()), (0, None, None));
            }
        }
    }

    #[test]
    #[cfg(feature = "json")]
    fn buckets_and_their_parts_are_the_cells() {
        for scale in INTEGERS.iter().chain([&SECONDS]) {
            for values in [1..20_u64, 18..19, 19..20, 20..40, 7..8, 8..9, 1_000..1_100] {
                let mut counts = NativeCounts::new(scale);
                values.for_each(|value| counts.push(scale.cell_of(value).expect("it is not 0"), 1));
                let buckets: Vec<(i32, u64)> = counts.buckets().collect();
                let parts = counts.parts().expect("they are known");
                assert_eq!(NativeCounts::from_buckets(scale, 0, &buckets, Some(&parts)), Ok(counts.clone()));
                assert_eq!(NativeCounts::from_buckets(scale, 0, &buckets, None), Ok(counts.coarsen()));
                assert_eq!(counts.coarsen().parts(), None);
            }
        }
        assert_eq!(NativeCounts::from_buckets(&SECONDS, 7, &[], None), Ok(counts(7, &[])));
    }
}
