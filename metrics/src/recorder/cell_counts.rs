//! The counts of the cells of a block, or of several together.

use crate::buckets::table::BucketTable;

/// The counts of the cells of some octaves. All cells are of the table that the callers give, which is the same in each call.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct CellCounts {
    octaves: OctaveSet,
    /// The counts of the cells of the lowest octave, then those of the next, and so on.
    counts: Vec<u64>,
}

impl CellCounts {
    pub(super) const NONE: CellCounts = CellCounts { octaves: OctaveSet(0), counts: Vec::new() };

    pub(super) fn clear(&mut self) {
        self.octaves = OctaveSet(0);
        self.counts.clear();
    }

    /// Adds the counts of an octave's cells. Octaves must ascend.
    pub(super) fn push(&mut self, octave: usize, counts: impl Iterator<Item = u64>) {
        self.octaves.insert(octave);
        self.counts.extend(counts);
    }

    /// Returns the octaves, in ascending order, with the counts of their cells.
    pub(super) fn octaves(&self, table: &BucketTable) -> impl Iterator<Item = (usize, &[u64])> {
        let mut rest = self.counts.as_slice();
        self.octaves.iter().map(move |octave| {
            let (counts, others) = rest.split_at(table.cells_in(octave));
            rest = others;
            (octave, counts)
        })
    }

    /// Returns the number of durations in all cells.
    pub(super) fn total(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Loads a value of each cache line, so that they are in the cache. Returns anything.
    pub(super) fn touch(&self) -> u64 {
        self.counts.iter().step_by(8).fold(0, |all, count| all ^ count)
    }

    /// Returns the number of cells with durations.
    pub(super) fn non_zero(&self) -> usize {
        self.counts.iter().filter(|count| **count > 0).count()
    }

    /// Returns the number of bytes that it takes elsewhere.
    #[cfg(all(test, not(loom)))]
    pub(super) fn size(&self) -> usize {
        self.counts.capacity() * size_of::<u64>()
    }

    /// Adds other counts.
    pub(super) fn add(&mut self, table: &BucketTable, others: &CellCounts) {
        self.change(table, others, u64::wrapping_add);
    }

    /// Subtracts counts that have been added.
    pub(super) fn subtract(&mut self, table: &BucketTable, others: &CellCounts) {
        self.change(table, others, u64::wrapping_sub);
    }

    fn change(&mut self, table: &BucketTable, others: &CellCounts, change: impl Fn(u64, u64) -> u64) {
        if !self.octaves.contains_all(others.octaves) {
            self.make_room(table, others.octaves);
        }
        let mut rest = self.counts.as_mut_slice();
        let mut others = others.octaves(table).peekable();
        for octave in self.octaves.iter() {
            let (counts, higher) = rest.split_at_mut(table.cells_in(octave));
            rest = higher;
            if let Some((_, others)) = others.next_if(|(of_others, _)| *of_others == octave) {
                for (count, other) in counts.iter_mut().zip(others) {
                    *count = change(*count, *other);
                }
            }
        }
    }

    /// Adds these octaves, with counts of zero for those that it does not have.
    fn make_room(&mut self, table: &BucketTable, octaves: OctaveSet) {
        let octaves = OctaveSet(self.octaves.0 | octaves.0);
        let cells = octaves.iter().map(|octave| table.cells_in(octave)).sum();
        let mut larger = CellCounts { octaves, counts: Vec::with_capacity(cells) };
        let mut present = self.octaves(table).peekable();
        for octave in larger.octaves.iter() {
            match present.next_if(|(present, _)| *present == octave) {
                Some((_, counts)) => larger.counts.extend(counts),
                None => larger.counts.resize(larger.counts.len() + table.cells_in(octave), 0),
            }
        }
        drop(present);
        *self = larger;
    }
}

/// A set of octaves: a bit for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct OctaveSet(u128);

impl OctaveSet {
    pub(super) fn insert(&mut self, octave: usize) {
        self.0 |= 1 << octave;
    }

    fn contains_all(self, others: OctaveSet) -> bool {
        others.0 & !self.0 == 0
    }

    /// Returns its octaves, in ascending order.
    pub(super) fn iter(self) -> impl Iterator<Item = usize> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            let lowest = rest.trailing_zeros() as usize;
            // Clears the lowest bit that is set.
            rest &= rest.wrapping_sub(1);
            (lowest < u128::BITS as usize).then_some(lowest)
        })
    }
}
