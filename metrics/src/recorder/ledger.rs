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
    /// How often the exemplars of each block had been replaced when they were read.
    exemplars_taken: [u64; GROUP],
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
    /// A bit for each block whose exemplars are to be read.
    exemplars: u32,
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
            // Extremes that were recent may not be any more, nor the longest calls. Other exemplars are only read anew.
            functions.for_each(|function| {
                let mut account = function.account();
                (account.totals.recent, account.exemplars) = (None, None);
            });
        }
        for place in 0..self.groups.len() {
            let change = self.groups[place].change(place, is_new_window);
            buffers.changes.extend((change.blocks | change.exemplars > 0).then_some(change));
            if buffers.changes.len() == BATCH {
                self.read_changes(is_new_window, guard, buffers);
            }
        }
        self.read_changes(is_new_window, guard, buffers);
        self.is_balanced = true;
    }

    /// Reads these groups, and empties the list.
    fn read_changes(&mut self, is_new_window: bool, guard: &mut EpochGuard, buffers: &mut Buffers) {
        let changes = mem::take(&mut buffers.changes);
        // A reading branches on what it has loaded, so it waits for memory again and again. Here, no load waits for another of the
        // same step, and the processor does many at once: a quarter of the time of a snapshot, if all blocks have changed.
        for touch in [Group::touch_known_places, Group::touch_pointers, Group::touch_pages] {
            let groups = changes.iter().map(|change| touch(&self.groups[change.group], change));
            black_box(groups.fold(0, |all, loaded| all ^ loaded));
        }
        for change in &changes {
            let group = &mut self.groups[change.group];
            // Before the calls, so each exemplar is one of them.
            group.read_exemplars(change.exemplars, guard.window());
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
            exemplars_taken: [0; GROUP],
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
        let mut exemplars = 0;
        // Without a branch for each block, the processor loads all of them at once.
        for (place, (block, known)) in self.blocks.iter().zip(&self.versions).enumerate() {
            let version = block.version();
            blocks |= u32::from(version != *known) << place;
            is_near &= version.is_near(*known);
            let taken = block.exemplars_taken();
            let are_new = taken != self.exemplars_taken[place] || is_new_window && taken > 0;
            exemplars |= u32::from(are_new) << place;
        }
        let is_near = is_near && !self.function.is_sampled();
        Change { group, blocks: blocks & all, exemplars: exemplars & all, is_near }
    }

    /// Loads a value of each cache line that is to be read and whose place is known: of the headers and of the reading. Returns anything.
    fn touch_known_places(&self, change: &Change) -> u64 {
        let Counts { started, failed, .. } = self.reading.counts;
        let touch = |(block, known): (Block, Version)| {
            if change.is_near { block.touch_difference(known) } else { block.touch_header() }
        };
        self.blocks(change.blocks).map(touch).fold(started ^ failed[2], |all, loaded| all ^ loaded)
    }

    /// Does the same for the lines whose places are in those.
    fn touch_pointers(&self, change: &Change) -> u64 {
        self.blocks_read_whole(change)
            .fold(self.reading.cells.touch(), |all, block| all ^ block.touch_octaves())
    }

    /// Does the same for the lines whose places are in those.
    fn touch_pages(&self, change: &Change) -> u64 {
        self.blocks_read_whole(change).fold(0, |all, block| all ^ block.touch_pages())
    }

    fn blocks_read_whole(&self, change: &Change) -> impl Iterator<Item = Block> {
        self.blocks(if change.is_near { 0 } else { change.blocks }).map(|(block, _)| block)
    }

    /// Reads the exemplars of these blocks, for a reader in `window`.
    fn read_exemplars(&mut self, blocks: u32, window: u64) {
        if blocks == 0 {
            return;
        }
        let mut account = self.function.account();
        let reading = account.exemplars.get_or_insert_default();
        for place in (0..self.len).filter(|place| blocks >> place & 1 == 1) {
            // Before they are read: those that are taken meanwhile are read again.
            self.exemplars_taken[place] = self.blocks[place].exemplars_taken();
            self.blocks[place].read_exemplars(window, reading);
        }
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

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;
    use crate::buckets::table::BucketTable;
    use crate::recorder::outcome::{Outcome, Time};
    use crate::recorder::reader::Reader;
    use crate::recorder::writer::{Writer, WriterPool};
    use crate::sync::leak;

    static TABLE: BucketTable = BucketTable::of_time(&[1_000, 2_500, 5_000]);

    /// Returns the cells of a function whose calls are sampled at this interval.
    fn function(interval: u64) -> &'static CallCells {
        leak(CallCells::new(&TABLE, interval))
    }

    fn writers<const COUNT: usize>() -> [&'static Writer; COUNT] {
        let pool = leak(WriterPool::new());
        std::array::from_fn(|_| pool.lease())
    }

    fn call(function: &'static CallCells, writer: &'static Writer, outcome: Outcome, nanos: u64) {
        let block = function.block_of(writer);
        block.start();
        let time = match (function.is_sampled(), function.is_due(block)) {
            (false, _) => Time::OfEach(nanos),
            (true, true) => Time::OfSome(nanos),
            (true, false) => Time::NotTaken,
        };
        CallCells::end_in(block, outcome, time);
    }

    fn call_on_each(function: &'static CallCells, writers: &[&'static Writer], nanos: u64) {
        for writer in writers {
            call(function, writer, Outcome::Ok, nanos);
        }
    }

    /// Reads `functions` by way of the ledger, and asserts that the readings are those of all cells.
    fn assert_read(ledger: &mut Ledger, functions: &[&'static CallCells], rotates: bool) {
        let mut reader = Reader::begin(|| rotates);
        reader.update(ledger, functions.iter().copied());
        for function in functions {
            let kept = format!("{:?}", reader.read(function));
            assert_eq!(kept, format!("{:?}", reader.read_whole(function)));
        }
    }

    /// Returns the blocks that would be read, by group, and whether by their rings.
    fn changes(ledger: &Ledger) -> Vec<(u32, bool)> {
        let changes = ledger.groups.iter().map(|group| group.change(0, false));
        changes.map(|change| (change.blocks, change.is_near)).collect()
    }

    #[test]
    fn only_changed_blocks_are_read() {
        let (function, writers, mut ledger) = (function(1), writers::<11>(), Ledger::new());
        call_on_each(function, &writers, 700);
        assert_read(&mut ledger, &[function], false);
        // The order of the groups is that of their addresses.
        let full = ledger.groups.iter().position(|group| group.len == GROUP).unwrap();
        let expect = |blocks: u32, is_near| {
            let mut expected = vec![(0, true); 2];
            expected[full] = (blocks, is_near);
            expected
        };
        assert_eq!(changes(&ledger), expect(0, true));
        // A call of the third block, and one that has only begun, of the sixth.
        call(function, writers[2], Outcome::Error, 701);
        function.block_of(writers[5]).start();
        assert_eq!(changes(&ledger), expect(0b10_0100, true));
        assert_read(&mut ledger, &[function], false);
        // As many calls as the ring has durations of, then one more.
        for (calls, is_near) in [(15, true), (16, false)] {
            (0..calls).for_each(|_| call(function, writers[0], Outcome::Ok, 7_000));
            assert_eq!(changes(&ledger), expect(1, is_near), "{calls} calls");
            assert_read(&mut ledger, &[function], false);
            assert_eq!(changes(&ledger), expect(0, true));
        }
    }

    #[test]
    fn readings_are_those_of_all_cells() {
        let functions = [1, 1, 1, 3].map(function);
        let (writers, mut ledger) = (writers::<70>(), Ledger::new());
        let mut random = 1_u64;
        let mut below = |bound: u64| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (random >> 33) % bound
        };
        for round in 0..400 {
            // Threads come one after the other.
            for writer in &writers[..writers.len().min(1 + round / 4)] {
                for function in functions {
                    let calls = match below(40) {
                        0 => below(40),
                        1..8 => below(4),
                        _ => 0,
                    };
                    for _ in 0..calls {
                        let nanos = below(10) << below(30);
                        let outcome = match below(8) {
                            0 => Outcome::Error,
                            1 => Outcome::Panic,
                            2 => Outcome::Cancelled,
                            _ => Outcome::Ok,
                        };
                        call(function, writer, outcome, nanos);
                    }
                    if below(50) == 0 {
                        function.block_of(writer).start();
                    }
                }
            }
            assert_read(&mut ledger, &functions, below(20) == 0);
        }
        assert!(ledger.groups.len() > functions.len() * (writers.len() / GROUP));
    }

    #[test]
    fn a_windows_end_alone_changes_what_is_recent() {
        let (function, writers, mut ledger) = (function(1), writers::<9>(), Ledger::new());
        call_on_each(function, &writers, 700);
        assert_read(&mut ledger, &[function], false);
        for _ in 0..3 {
            assert_read(&mut ledger, &[function], true);
        }
        assert_eq!(function.account().totals.recent, None);
        assert_eq!(function.account().totals.extremes, Some((700, 700)));
    }

    #[test]
    fn sums_that_do_not_fit_are_the_largest_number() {
        let (function, writers, mut ledger) = (function(1), writers::<2>(), Ledger::new());
        for _ in 0..40 {
            call_on_each(function, &writers, u64::MAX / 3);
            assert_read(&mut ledger, &[function], false);
        }
    }

    #[test]
    fn an_update_that_panicked_is_made_good() {
        let (function, writers, mut ledger) = (function(1), writers::<9>(), Ledger::new());
        call_on_each(function, &writers, 700);
        assert_read(&mut ledger, &[function], false);
        // As if it had panicked after it had subtracted a reading.
        function.account().totals.counts.subtract(&ledger.groups[0].reading.counts);
        function.account().cells.subtract(&TABLE, &ledger.groups[0].reading.cells);
        ledger.is_balanced = false;
        call(function, writers[1], Outcome::Ok, 701);
        assert_read(&mut ledger, &[function], false);
    }

    #[test]
    fn what_is_kept_of_a_block_takes_little_memory() {
        let (functions, writers, mut ledger) = ([1; 100].map(function), writers::<64>(), Ledger::new());
        for nanos in [700, 1_400, 2_800] {
            for (function, writer) in
                functions.iter().flat_map(|all| writers.iter().map(move |writer| (all, writer)))
            {
                call(function, writer, Outcome::Ok, nanos);
            }
        }
        assert_read(&mut ledger, &functions, false);
        let readings =
            ledger.groups.iter().map(|group| size_of::<GroupReading>() + group.reading.cells.size());
        let bytes = ledger.groups.capacity() * size_of::<Group>() + readings.sum::<usize>();
        let blocks = functions.len() * writers.len();
        assert!(bytes <= 90 * blocks, "{} bytes a block", bytes / blocks);
    }
}
