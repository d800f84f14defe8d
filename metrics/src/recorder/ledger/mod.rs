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

mod group;
#[cfg(all(test, not(loom)))]
mod tests;

pub(super) use self::group::Buffers;
use self::group::Group;
use super::account::Account;
use super::block::Block;
use super::call_cells::CallCells;
use super::epoch::EpochGuard;
use super::slot::Handle;
use std::hint::black_box;
use std::mem;

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
