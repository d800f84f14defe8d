//! Sums of cells over several blocks, and their distribution to buckets.

use super::block::BlockReading;
use super::cell_counts::{CellCounts, OctaveSet};
use crate::buckets::native::NativeCounts;
use crate::buckets::table::{BucketTable, OCTAVES};

/// The sums of the cells with the same place. All readings that are added between two calls of [`take`](Self::take) or
/// [`take_counts`](Self::take_counts) are of blocks with the same table.
#[derive(Debug)]
pub(super) struct CellSums {
    /// The octaves of which a reading had cells.
    touched: OctaveSet,
    /// The sums of each octave's cells; empty if the octave is not touched. The memory is kept.
    octaves: [Vec<u64>; OCTAVES],
}

impl Default for CellSums {
    fn default() -> Self {
        CellSums { touched: OctaveSet::default(), octaves: [const { Vec::new() }; OCTAVES] }
    }
}

impl CellSums {
    pub(super) fn add(&mut self, table: &BucketTable, reading: &BlockReading) {
        for (octave, counts) in reading.cells.octaves(table) {
            let sums = self.octave(table, octave);
            for (sum, count) in sums.iter_mut().zip(counts) {
                *sum += count;
            }
        }
        for &nanos in &reading.unfiled {
            let place = table.place(nanos);
            self.octave(table, place.octave)[place.index] += 1;
        }
    }

    /// Moves the sums into `cells`, and begins anew.
    pub(super) fn take_counts(&mut self, cells: &mut CellCounts) {
        cells.clear();
        for octave in std::mem::take(&mut self.touched).iter() {
            cells.push(octave, self.octaves[octave].drain(..));
        }
    }

    fn octave(&mut self, table: &BucketTable, octave: usize) -> &mut [u64] {
        let sums = &mut self.octaves[octave];
        if sums.is_empty() {
            self.touched.insert(octave);
            sums.resize(table.cells_in(octave), 0);
        }
        sums
    }

    /// Returns the classic and the native buckets, and begins anew.
    pub(super) fn take(&mut self, table: &BucketTable) -> (Vec<u64>, Option<NativeCounts>) {
        let mut cells = CellCounts::default();
        self.take_counts(&mut cells);
        buckets(table, &cells)
    }
}

/// Distributes cells to the classic and the native buckets.
pub(super) fn buckets(table: &BucketTable, cells: &CellCounts) -> (Vec<u64>, Option<NativeCounts>) {
    let room = if table.scale().is_some() { cells.non_zero() } else { 0 };
    let mut native = NativeCounts::with_capacity(table.scale(), room);
    let mut classic = vec![0; table.buckets()];
    for (octave, counts) in cells.octaves(table) {
        table.spread(octave, counts, &mut classic, &mut native);
    }
    (classic, table.scale().is_some().then_some(native))
}
