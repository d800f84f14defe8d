//! The readings of a function's blocks, kept from one snapshot to the next.
//!
//! A function that a thousand threads have called has a thousand blocks, and most have not changed since the last snapshot. So
//! blocks are read in groups. A group in which no block has changed is not read again, and a reading of each group takes much
//! less memory than one of each block.

use super::block::{Block, BlockReading, CellCounts, Version};
use super::cell_sums::CellSums;
use super::epoch::EpochGuard;
use super::reader::Totals;
use crate::buckets::table::BucketTable;

/// The number of blocks in a full group. With more, a changed block costs more; with fewer, the readings take more memory.
const GROUP: usize = 8;

/// The groups of all blocks that a reader has seen.
#[derive(Debug, Default)]
pub(super) struct Groups {
    all: Vec<Group>,
    /// The block that was added last.
    latest: Option<Block>,
}

#[derive(Debug, Default)]
struct Group {
    blocks: Vec<Block>,
    /// The version of each block that the reading contains.
    versions: [Option<Version>; GROUP],
    /// The window of the reading.
    window: u64,
    totals: Totals,
    cells: CellCounts,
}

impl Groups {
    pub(super) const fn new() -> Self {
        Groups { all: Vec::new(), latest: None }
    }

    /// Adds the blocks that have come since the last call. `newest_first` are all blocks.
    pub(super) fn update(&mut self, newest_first: impl Iterator<Item = Block>) {
        let latest = self.latest;
        let new: Vec<Block> = newest_first.take_while(|block| Some(*block) != latest).collect();
        self.latest = new.first().copied().or(latest);
        for block in new.into_iter().rev() {
            match self.all.last_mut().filter(|group| group.blocks.len() < GROUP) {
                Some(group) => group.blocks.push(block),
                None => self.all.push(Group { blocks: vec![block], ..Group::default() }),
            }
        }
    }

    /// Reads the blocks that have changed. Returns the totals of all blocks; their cells are added to `sums`.
    pub(super) fn read(
        &mut self,
        table: &'static BucketTable,
        is_sampled: bool,
        guard: &mut EpochGuard,
        buffer: &mut BlockReading,
        sums: &mut CellSums,
    ) -> Totals {
        for group in &mut self.all {
            if !group.is_current(guard.window()) {
                group.read(table, is_sampled, guard, buffer, sums);
            }
        }
        let mut totals = Totals::default();
        for group in &self.all {
            totals.add(&group.totals);
            sums.add_counts(table, &group.cells);
        }
        totals
    }
}

impl Group {
    /// Returns whether no block has changed since the last reading, which was in the same window.
    fn is_current(&self, window: u64) -> bool {
        // Without a branch for each block, the processor loads all of them at once.
        let blocks = self.blocks.iter().zip(&self.versions);
        let unchanged = blocks.fold(true, |all, (block, version)| all & (*version == Some(block.version())));
        unchanged && self.window == window
    }

    fn read(
        &mut self,
        table: &'static BucketTable,
        is_sampled: bool,
        guard: &mut EpochGuard,
        buffer: &mut BlockReading,
        sums: &mut CellSums,
    ) {
        self.totals = Totals::default();
        let warmed = self.blocks.iter().fold(0, |all, block| all ^ block.warm_header());
        std::hint::black_box(warmed);
        let warmed = self.blocks.iter().fold(0, |all, block| all ^ block.warm_cells());
        std::hint::black_box(warmed);
        for (block, version) in self.blocks.iter().zip(&mut self.versions) {
            // Unknown until the group has been read whole: a reader may have panicked.
            *version = None;
            block.read(guard, is_sampled, buffer);
            *version = buffer.version;
            self.totals.add_block(buffer);
            sums.add(table, buffer);
        }
        sums.take_counts(&mut self.cells);
        self.window = guard.window();
    }
}
