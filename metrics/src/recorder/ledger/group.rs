//! Groups of blocks of a function, with their last reading.

use crate::recorder::account::Account;
use crate::recorder::block::{Block, BlockReading, Known, Version};
use crate::recorder::call_cells::CallCells;
use crate::recorder::cell_counts::CellCounts;
use crate::recorder::cell_sums::CellSums;
use crate::recorder::epoch::EpochGuard;
use crate::recorder::totals::{Counts, Totals, widen};
use std::mem;

/// The number of blocks in a full group. With more, a block that is read whole costs more; with fewer, the readings take more memory.
pub(super) const GROUP: usize = 8;

#[derive(Debug)]
pub(super) struct Group {
    /// After the last: the first again.
    pub(super) blocks: [Block; GROUP],
    pub(super) len: usize,
    /// The version of each block that the reading contains.
    versions: [Version; GROUP],
    /// The number of failures of each block that the reading contains, modulo 256: a difference is known to be less.
    failed: [[u8; 3]; GROUP],
    /// How often the exemplars of each block had been replaced when they were read, modulo 2³².
    exemplars_taken: [u32; GROUP],
    pub(super) function: &'static CallCells,
    pub(super) reading: Box<GroupReading>,
}

#[derive(Debug)]
pub(super) struct GroupReading {
    pub(super) counts: Counts,
    pub(super) cells: CellCounts,
}

/// What is to be read of a group.
#[derive(Debug)]
pub(super) struct Change {
    /// The place of the group.
    pub(super) group: usize,
    /// A bit for each block that is to be read.
    pub(super) blocks: u32,
    /// A bit for each block whose exemplars are to be read.
    pub(super) exemplars: u32,
    /// Whether the rings have all durations since the reading.
    pub(super) is_near: bool,
}

/// What an update needs to read blocks.
#[derive(Debug, Default)]
pub(in crate::recorder) struct Buffers {
    pub(in crate::recorder) block: BlockReading,
    pub(in crate::recorder) sums: CellSums,
    cells: CellCounts,
    pub(super) changes: Vec<Change>,
}

impl Group {
    pub(super) fn new(function: &'static CallCells, block: Block) -> Self {
        Group {
            blocks: [block; GROUP],
            len: 1,
            versions: [Version::UNKNOWN; GROUP],
            failed: [[0; 3]; GROUP],
            exemplars_taken: [0; GROUP],
            function,
            reading: Box::new(GroupReading { counts: Counts::NONE, cells: CellCounts::NONE }),
        }
    }

    pub(super) fn has_room(&self) -> bool {
        self.len < GROUP
    }

    pub(super) fn add(&mut self, block: Block) {
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
    pub(super) fn change(&self, group: usize, is_new_window: bool) -> Change {
        let all = (1 << self.len) - 1;
        let (mut blocks, mut is_near) = (if is_new_window { all } else { 0 }, true);
        let mut exemplars = 0;
        // Without a branch for each block, the processor loads all of them at once.
        for (place, (block, known)) in self.blocks.iter().zip(&self.versions).enumerate() {
            let version = block.version();
            blocks |= u32::from(version != *known) << place;
            is_near &= version.is_near(*known);
            let taken = low_word(block.exemplars_taken());
            let are_new = taken != self.exemplars_taken[place] || is_new_window && taken > 0;
            exemplars |= u32::from(are_new) << place;
        }
        let is_near = is_near && !self.function.is_sampled();
        Change { group, blocks: blocks & all, exemplars: exemplars & all, is_near }
    }

    /// Loads a value of each cache line that is to be read and whose place is known: of the headers and of the reading. Returns anything.
    pub(super) fn touch_known_places(&self, change: &Change) -> u64 {
        let Counts { started, failed, .. } = self.reading.counts;
        let touch = |(block, known): (Block, Version)| {
            if change.is_near { block.touch_difference(known) } else { block.touch_header() }
        };
        self.blocks(change.blocks).map(touch).fold(started ^ failed[2], |all, loaded| all ^ loaded)
    }

    /// Does the same for the lines whose places are in those.
    pub(super) fn touch_pointers(&self, change: &Change) -> u64 {
        self.blocks_read_whole(change)
            .fold(self.reading.cells.touch(), |all, block| all ^ block.touch_octaves())
    }

    /// Does the same for the lines whose places are in those.
    pub(super) fn touch_pages(&self, change: &Change) -> u64 {
        self.blocks_read_whole(change).fold(0, |all, block| all ^ block.touch_pages())
    }

    fn blocks_read_whole(&self, change: &Change) -> impl Iterator<Item = Block> {
        self.blocks(if change.is_near { 0 } else { change.blocks }).map(|(block, _)| block)
    }

    /// Reads the exemplars of these blocks, for a reader in `window`.
    pub(super) fn read_exemplars(&mut self, blocks: u32, window: u64) {
        if blocks == 0 {
            return;
        }
        let mut account = self.function.account();
        let reading = account.exemplars.get_or_insert_default();
        for place in (0..self.len).filter(|place| blocks >> place & 1 == 1) {
            // Before they are read: those that are taken meanwhile are read again.
            self.exemplars_taken[place] = low_word(self.blocks[place].exemplars_taken());
            self.blocks[place].read_exemplars(window, reading);
        }
    }

    /// Adds what the calls since the last reading have changed in these blocks. Returns `false`, and adds nothing, if a block can only be
    /// read whole.
    pub(super) fn read_difference(
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
    pub(super) fn read_whole(&mut self, guard: &mut EpochGuard, buffers: &mut Buffers) {
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
        // A clone has no room for more than it has.
        *earlier_cells = cells.clone();
    }

    /// Repeats the version of the first block in the places after the last.
    fn repeat_first(&mut self) {
        let (versions, others) = self.versions.split_at_mut(self.len);
        others.fill(versions[0]);
    }
}

/// Enters the numbers of some calls.
fn enter(account: &mut Account, totals: &Totals, change_cells: impl FnOnce(&mut CellCounts)) {
    let Account { totals: all, cells, buckets, .. } = account;
    *buckets = None;
    all.counts.add(&totals.counts);
    // A prefix is never shorter than an earlier one, so extremes only widen, until recent ones begin anew with a window.
    widen(&mut all.extremes, totals.extremes);
    widen(&mut all.recent, totals.recent);
    change_cells(cells);
}

fn low_byte(number: u64) -> u8 {
    number.to_le_bytes()[0]
}

#[expect(clippy::cast_possible_truncation, reason = "the lower half")]
fn low_word(number: u64) -> u32 {
    number as u32
}
