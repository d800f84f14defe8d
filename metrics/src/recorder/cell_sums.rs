//! Sums of cells over the blocks of a function, and their distribution to buckets.

use super::block::{BlockReading, CellCounts};
use crate::buckets::native::NativeCounts;
use crate::buckets::table::{BucketTable, OCTAVES};

/// The sums of the cells with the same place. All readings that are added between two calls of [`take`](Self::take) are of blocks with
/// the same table.
#[derive(Debug)]
pub(super) struct CellSums {
    /// The sums of each octave's cells; empty if no reading had cells in the octave. The memory is kept.
    octaves: [Vec<u64>; OCTAVES],
}

impl Default for CellSums {
    fn default() -> Self {
        CellSums { octaves: [const { Vec::new() }; OCTAVES] }
    }
}

impl CellSums {
    pub(super) fn add(&mut self, table: &BucketTable, reading: &BlockReading) {
        self.add_counts(table, &reading.cells);
        for &nanos in &reading.unfiled {
            let place = table.place(nanos);
            self.octave(table, place.octave)[place.index] += 1;
        }
    }

    pub(super) fn add_counts(&mut self, table: &BucketTable, cells: &CellCounts) {
        for (octave, counts) in cells.octaves() {
            let sums = self.octave(table, octave);
            for (sum, count) in sums.iter_mut().zip(counts) {
                *sum += count;
            }
        }
    }

    /// Moves the sums into `cells`, and begins anew.
    pub(super) fn take_counts(&mut self, cells: &mut CellCounts) {
        cells.clear();
        for (octave, sums) in self.octaves.iter_mut().enumerate().filter(|(_, sums)| !sums.is_empty()) {
            cells.push(octave, sums.iter().copied());
            sums.clear();
        }
    }

    fn octave(&mut self, table: &BucketTable, octave: usize) -> &mut [u64] {
        let sums = &mut self.octaves[octave];
        if sums.is_empty() {
            sums.resize(table.cells_in(octave), 0);
        }
        sums
    }

    /// Returns the classic and the native buckets, and begins anew.
    pub(super) fn take(&mut self, table: &BucketTable) -> (Vec<u64>, Option<NativeCounts>) {
        let (mut classic, mut native) = (vec![0; table.buckets()], NativeCounts::new(table.scale()));
        for (octave, sums) in self.octaves.iter_mut().enumerate() {
            table.spread(octave, sums, &mut classic, &mut native);
            sums.clear();
        }
        (classic, table.scale().is_some().then_some(native))
    }
}
