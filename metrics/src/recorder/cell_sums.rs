//! Sums of cells over several blocks, and their distribution to buckets.

use super::block::BlockReading;
use super::cell_counts::{CellCounts, OctaveSet};
use crate::buckets::native::{self, NativeCounts};
use crate::buckets::table::{BucketTable, OCTAVES};
use std::mem;
use std::sync::Arc;

/// The counts of the classic buckets, and of the native ones, if there are any. Snapshots share the latter: most do not change from one to
/// the next.
pub(super) type Buckets = (Vec<u64>, Option<Arc<NativeCounts>>);

/// The sums of the cells with the same place. All readings that are added between two calls of [`take`](Self::take) or
/// [`take_counts`](Self::take_counts) are of blocks with the same table.
#[derive(Debug)]
pub(super) struct CellSums {
    /// The octaves of which a reading had cells.
    touched: OctaveSet,
    /// The sums of each octave's cells: zeros, unless the octave is touched. The memory is kept.
    octaves: [Vec<u64>; OCTAVES],
    /// The native buckets that were taken last. Kept for the memory: a copy has no room for more than it has.
    native: NativeCounts,
}

impl Default for CellSums {
    fn default() -> Self {
        CellSums {
            touched: OctaveSet::default(),
            octaves: [const { Vec::new() }; OCTAVES],
            native: NativeCounts::new(&native::NONE),
        }
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

    fn octave(&mut self, table: &BucketTable, octave: usize) -> &mut [u64] {
        self.touched.insert(octave);
        let (sums, cells) = (&mut self.octaves[octave], table.cells_in(octave));
        if sums.len() != cells {
            // The last readings were of another table.
            sums.resize(cells, 0);
        }
        sums
    }

    /// Moves the sums into `cells`, and begins anew.
    pub(super) fn take_counts(&mut self, cells: &mut CellCounts) {
        cells.clear();
        for octave in mem::take(&mut self.touched).iter() {
            cells.push(octave, self.octaves[octave].iter().copied());
            self.octaves[octave].fill(0);
        }
    }

    /// Returns the classic and the native buckets, and begins anew.
    pub(super) fn take(&mut self, table: &BucketTable) -> Buckets {
        let CellSums { touched, octaves, native } = self;
        native.clear(table.scale());
        let mut classic = vec![0; table.buckets()];
        for octave in mem::take(touched).iter() {
            let sums = &mut octaves[octave];
            table.spread(octave, sums, &mut classic, native);
            sums.fill(0);
        }
        (classic, table.scale().is_some().then(|| Arc::new(native.clone())))
    }
}

/// Distributes cells to the classic and the native buckets.
pub(super) fn buckets(table: &BucketTable, cells: &CellCounts) -> Buckets {
    let has_native = table.scale().is_some();
    let room = if has_native { cells.non_zero() } else { 0 };
    let mut native = NativeCounts::with_capacity(table.scale(), room);
    let mut classic = vec![0; table.buckets()];
    for (octave, counts) in cells.octaves(table) {
        table.spread(octave, counts, &mut classic, &mut native);
    }
    (classic, has_native.then(|| Arc::new(native)))
}
