//! The readings of all functions' blocks, kept from one snapshot to the next.
//!
//! Most blocks have not changed since the last snapshot, if many threads call many functions. So blocks are read in groups: a
//! group in which no block has changed is not read again, and a reading of each group takes much less memory than one of each
//! block. A function's [`Account`] has the sums over its groups. If a group has changed, its earlier reading is subtracted from them
//! and its new one added.
//!
//! The time that this takes is the time in which memory is loaded. The blocks of a writer follow each other in memory, in the order
//! in which it has called their functions, but the blocks of a function are far from each other. So groups are visited in the order of
//! the addresses of their first blocks, whatever function they are of: the next group is then beside the one before, in each
//! writer's memory. The processor foresees that, and needs the address of each page of memory once.

use super::account::Account;
use super::block::{Block, BlockReading, Version};
use super::call_cells::CallCells;
use super::cell_counts::CellCounts;
use super::cell_sums::CellSums;
use super::epoch::EpochGuard;
use super::slot::Handle;
use super::totals::{Counts, Totals, widen};
use std::mem;

/// The number of blocks in a full group. With more, a changed block costs more; with fewer, the readings take more memory.
const GROUP: usize = 8;

/// The blocks of the functions of a registry, with the last reading of each group. Each function is in at most one ledger.
#[derive(Debug)]
pub(crate) struct Ledger {
    groups: Vec<Group>,
    /// The window of the readings.
    window: u64,
    /// Whether each account has the sums over its groups. Not during an update, nor after one that has panicked.
    is_balanced: bool,
}

#[derive(Debug)]
struct Group {
    /// Full if `len` is less than [`GROUP`] too: the first block again and again.
    blocks: [Block; GROUP],
    /// The version of each block that the reading contains.
    versions: [Version; GROUP],
    len: usize,
    function: &'static CallCells,
    reading: Box<GroupReading>,
}

#[derive(Debug)]
struct GroupReading {
    counts: Counts,
    cells: CellCounts,
}

/// What an update needs to read blocks.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    pub(super) block: BlockReading,
    pub(super) sums: CellSums,
    cells: CellCounts,
}

impl Ledger {
    pub(crate) const fn new() -> Self {
        Ledger { groups: Vec::new(), window: 0, is_balanced: true }
    }

    /// Reads the blocks that have changed, and those that have come, into the accounts of `functions`, which are all functions.
    pub(super) fn update(
        &mut self,
        functions: impl Iterator<Item = &'static CallCells> + Clone,
        guard: &mut EpochGuard,
        buffers: &mut Buffers,
    ) {
        if !mem::replace(&mut self.is_balanced, false) {
            self.groups.clear();
            functions.clone().for_each(|function| *function.account() = Account::EMPTY);
        }
        self.add_new_blocks(functions.clone());
        let is_new_window = mem::replace(&mut self.window, guard.window()) != guard.window();
        if is_new_window {
            // Extremes that were recent may not be any more. All groups are read again.
            functions.for_each(|function| function.account().totals.recent = None);
        }
        for group in &mut self.groups {
            if is_new_window || group.has_changed() {
                group.read(guard, buffers);
            }
        }
        self.is_balanced = true;
    }

    fn add_new_blocks(&mut self, functions: impl Iterator<Item = &'static CallCells>) {
        let mut has_new = false;
        for function in functions {
            let mut account = function.account();
            let latest = account.latest;
            let new: Vec<Block> = function.blocks().take_while(|block| Some(*block) != latest).collect();
            for block in new.into_iter().rev() {
                account.latest = Some(block);
                let place = account.open.unwrap_or(self.groups.len());
                match self.groups.get_mut(place) {
                    Some(group) => group.add(block),
                    None => self.groups.push(Group::new(function, block)),
                }
                account.open = self.groups[place].has_room().then_some(place);
                has_new = true;
            }
        }
        if has_new {
            self.groups.sort_unstable_by_key(|group| group.blocks[0].pointer());
            self.groups.shrink_to_fit();
            for (place, group) in self.groups.iter().enumerate().filter(|(_, group)| group.has_room()) {
                group.function.account().open = Some(place);
            }
        }
    }
}

impl Group {
    fn new(function: &'static CallCells, block: Block) -> Self {
        let reading = Box::new(GroupReading { counts: Counts::NONE, cells: CellCounts::NONE });
        Group { blocks: [block; GROUP], versions: [Version::UNKNOWN; GROUP], len: 1, function, reading }
    }

    fn has_room(&self) -> bool {
        self.len < GROUP
    }

    fn add(&mut self, block: Block) {
        self.blocks[self.len] = block;
        self.len += 1;
        self.versions[0] = Version::UNKNOWN;
    }

    /// Returns whether a block has changed since the last reading.
    fn has_changed(&self) -> bool {
        // Without a branch for each block, the processor loads all of them at once.
        let blocks = self.blocks.iter().zip(&self.versions);
        blocks.fold(false, |any, (block, version)| any | (*version != block.version()))
    }

    /// Reads all its blocks, and enters the difference to the earlier reading into the account of the function.
    fn read(&mut self, guard: &mut EpochGuard, buffers: &mut Buffers) {
        let (table, is_sampled) = (self.function.table(), self.function.is_sampled());
        let Buffers { block: reading, sums, cells } = buffers;
        let mut totals = Totals::NONE;
        for (block, version) in self.blocks[..self.len].iter().zip(&mut self.versions) {
            block.read(guard, is_sampled, reading);
            *version = reading.version;
            totals.add(reading);
            sums.add(table, reading);
        }
        let (versions, others) = self.versions.split_at_mut(self.len);
        others.fill(versions[0]);
        sums.take_counts(cells);

        let mut account = self.function.account();
        let Account { totals: all, cells: all_cells, .. } = &mut *account;
        all.counts.subtract(&self.reading.counts);
        all.counts.add(&totals.counts);
        // A prefix is never shorter than an earlier one, so extremes only widen, until recent ones begin anew with a window.
        widen(&mut all.extremes, totals.extremes);
        widen(&mut all.recent, totals.recent);
        all_cells.subtract(table, &self.reading.cells);
        all_cells.add(table, cells);
        self.reading.counts = totals.counts;
        self.reading.cells.clone_from(cells);
    }
}
