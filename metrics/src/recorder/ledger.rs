//! The readings of all functions' blocks, kept from one snapshot to the next.
//!
//! If many threads call many functions, most blocks have not changed since the last snapshot, and most of the others by few calls,
//! whose durations are still in the block's ring. So the ledger keeps what it knows of each block: the version, by which it sees whether
//! the block has changed, and the number of failures. From these and the ring follows the difference that the calls since have made,
//! and the cells, most of a block's memory, need not be read. A function's [`Account`] has the sums over all its blocks.
//!
//! If a block has changed by more calls, or its reading is of a copy, it is read whole. What is to be subtracted then, its earlier
//! reading, is kept for groups of blocks: that takes much less memory than one for each block. So its whole group is read.
//!
//! The time that this takes is that of loads from memory. The blocks of a writer follow each other in memory, in the order in which it has
//! called their functions; those of a function are far from each other. So groups are visited in the order of the addresses
//! of their first blocks, whatever function they are of: the next group is then beside the one before, in each writer's memory.

use super::account::Account;
use super::block::{Block, BlockReading, Known, Version};
use super::call_cells::CallCells;
use super::cell_counts::CellCounts;
use super::cell_sums::CellSums;
use super::epoch::EpochGuard;
use super::slot::Handle;
use super::totals::{Counts, Totals, widen};
use std::hint::black_box;
use std::mem;

/// The number of blocks in a full group. With more, a block that is read whole costs more; with fewer, the readings take more memory.
const GROUP: usize = 8;

/// The number of groups that are read together.
const BATCH: usize = 4;

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
    /// After the last: the first again.
    blocks: [Block; GROUP],
    len: usize,
    /// The version of each block that the reading contains.
    versions: [Version; GROUP],
    /// The number of failures of each block that the reading contains, modulo 256: a difference is known to be less.
    failed: [[u8; 3]; GROUP],
    function: &'static CallCells,
    reading: Box<GroupReading>,
}

#[derive(Debug)]
struct GroupReading {
    counts: Counts,
    cells: CellCounts,
}

/// What is to be read of a group.
#[derive(Debug)]
struct Change {
    /// The place of the group.
    group: usize,
    /// A bit for each block that is to be read.
    blocks: u32,
    /// Whether the rings have all durations since the reading.
    is_near: bool,
}

/// What an update needs to read blocks.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    pub(super) block: BlockReading,
    pub(super) sums: CellSums,
    cells: CellCounts,
    changes: Vec<Change>,
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
            // Extremes that were recent may not be any more.
            functions.for_each(|function| function.account().totals.recent = None);
        }
        for place in 0..self.groups.len() {
            let change = self.groups[place].change(place, is_new_window);
            buffers.changes.extend((change.blocks > 0).then_some(change));
            if buffers.changes.len() == BATCH {
                self.read_changes(is_new_window, guard, buffers);
            }
        }
        self.read_changes(is_new_window, guard, buffers);
        self.is_balanced = true;
    }

    fn read_changes(&mut self, is_new_window: bool, guard: &mut EpochGuard, buffers: &mut Buffers) {
        let changes = mem::take(&mut buffers.changes);
        let blocks = |is_near: bool| {
            let changes = changes.iter().filter(move |change| change.is_near == is_near);
            changes.flat_map(|change| self.groups[change.group].blocks(change.blocks))
        };
        let near = blocks(true).map(|(block, known)| block.warm_difference(known));
        black_box(near.fold(0, |warm, loaded| warm ^ loaded));
        black_box(blocks(false).fold(0, |warm, (block, _)| warm ^ block.warm_header()));
        let readings = || changes.iter().map(|change| &self.groups[change.group].reading);
        black_box(readings().fold(0, |warm, reading| warm ^ reading.counts.started ^ reading.counts.failed[2]));
        black_box(readings().fold(0, |warm, reading| warm ^ reading.cells.warm()));
        black_box(blocks(false).fold(0, |warm, (block, _)| warm ^ block.warm_octaves()));
        black_box(blocks(false).fold(0, |warm, (block, _)| warm ^ block.warm_pages()));
        for change in &changes {
            let group = &mut self.groups[change.group];
            if !change.is_near || !group.read_difference(change.blocks, is_new_window, guard, buffers) {
                group.read_whole(guard, buffers);
            }
        }
        buffers.changes = changes;
        buffers.changes.clear();
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
        Group {
            blocks: [block; GROUP],
            len: 1,
            versions: [Version::UNKNOWN; GROUP],
            failed: [[0; 3]; GROUP],
            function,
            reading: Box::new(GroupReading { counts: Counts::NONE, cells: CellCounts::NONE }),
        }
    }

    fn has_room(&self) -> bool {
        self.len < GROUP
    }

    fn add(&mut self, block: Block) {
        self.blocks[self.len] = block;
        self.versions[self.len] = Version::UNKNOWN;
        self.len += 1;
    }

    /// Returns the blocks of a set, with the versions that are known.
    fn blocks(&self, set: u32) -> impl Iterator<Item = (Block, Version)> {
        let all = self.blocks.iter().copied().zip(self.versions.iter().copied());
        all.enumerate().filter(move |(place, _)| set >> place & 1 == 1).map(|(_, block)| block)
    }

    /// Returns the blocks that have changed since the last reading; in a new window, all blocks.
    fn change(&self, group: usize, is_new_window: bool) -> Change {
        let all = (1 << self.len) - 1;
        let (mut blocks, mut is_near) = (if is_new_window { all } else { 0 }, true);
        // Without a branch for each block, the processor loads all of them at once.
        for (place, (block, known)) in self.blocks.iter().zip(&self.versions).enumerate() {
            let version = block.version();
            blocks |= u32::from(version != *known) << place;
            is_near &= version.is_near(*known);
        }
        Change { group, blocks: blocks & all, is_near: is_near && !self.function.is_sampled() }
    }

    /// Adds what the calls since the last reading have changed in these blocks. Returns `false`, and adds nothing, if a block can only be
    /// read whole.
    fn read_difference(
        &mut self,
        blocks: u32,
        is_new_window: bool,
        guard: &mut EpochGuard,
        buffers: &mut Buffers,
    ) -> bool {
        let table = self.function.table();
        let mut account = self.function.account();
        let recent = account.totals.recent.filter(|_| !is_new_window);
        let Buffers { block: reading, sums, cells, .. } = buffers;
        let mut totals = Totals::NONE;
        for place in (0..self.len).filter(|place| blocks >> place & 1 == 1) {
            let known = self.versions[place];
            self.blocks[place].read_since(Known { version: known, recent }, guard, reading);
            self.versions[place] = reading.version;
            if !reading.is_difference {
                sums.take_counts(cells);
                return false;
            }
            let failed = mem::replace(&mut self.failed[place], reading.failed.map(low_byte));
            for (now, before) in reading.failed.iter_mut().zip(failed) {
                *now = u64::from(low_byte(*now).wrapping_sub(before));
            }
            reading.started = reading.started.wrapping_sub(known.started());
            reading.ended = reading.ended.wrapping_sub(known.ended());
            reading.sum = reading.unfiled.iter().fold(0, |sum, nanos| sum.saturating_add(*nanos));
            totals.add(reading);
            sums.add(table, reading);
        }
        sums.take_counts(cells);
        self.repeat_first();
        self.reading.counts.add(&totals.counts);
        self.reading.cells.add(table, cells);
        enter(&mut account, &totals, |all| all.add(table, cells));
        true
    }

    /// Reads all blocks, in place of the last reading.
    fn read_whole(&mut self, guard: &mut EpochGuard, buffers: &mut Buffers) {
        let (table, is_sampled) = (self.function.table(), self.function.is_sampled());
        let Buffers { block: reading, sums, cells, .. } = buffers;
        let mut totals = Totals::NONE;
        for place in 0..self.len {
            self.blocks[place].read(guard, is_sampled, reading);
            self.versions[place] = reading.version;
            self.failed[place] = reading.failed.map(low_byte);
            totals.add(reading);
            sums.add(table, reading);
        }
        sums.take_counts(cells);
        self.repeat_first();
        let GroupReading { counts: earlier, cells: earlier_cells } = &mut *self.reading;
        let mut account = self.function.account();
        account.totals.counts.subtract(earlier);
        enter(&mut account, &totals, |all| {
            all.subtract(table, earlier_cells);
            all.add(table, cells);
        });
        *earlier = totals.counts;
        earlier_cells.clone_from(cells);
    }

    /// Repeats the version of the first block in the places after the last.
    fn repeat_first(&mut self) {
        let (versions, others) = self.versions.split_at_mut(self.len);
        others.fill(versions[0]);
    }
}

/// Enters the numbers of some calls.
fn enter(account: &mut Account, totals: &Totals, change_cells: impl FnOnce(&mut CellCounts)) {
    let Account { totals: all, cells, .. } = account;
    all.counts.add(&totals.counts);
    // A prefix is never shorter than an earlier one, so extremes only widen, until recent ones begin anew with a window.
    widen(&mut all.extremes, totals.extremes);
    widen(&mut all.recent, totals.recent);
    change_cells(cells);
}

fn low_byte(number: u64) -> u8 {
    number.to_le_bytes()[0]
}
