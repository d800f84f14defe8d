//! The cells of durations: a page of cells for each octave, made by the writer when it first needs one.

#![expect(unsafe_code, reason = "pages of cells in memory that is never freed")]

#[cfg(not(loom))]
use crate::buckets::table::OCTAVES;
use crate::buckets::table::{BucketTable, CellPlace};
use crate::recorder::arena::Arena;
use crate::sync::{AtomicPtr, AtomicU64, Ordering, load_own_pointer};
use std::alloc::Layout;
use std::array;
use std::ptr::{self, NonNull};
use std::slice;

/// The number of octaves whose pages a group refers to.
#[cfg(not(loom))]
const GROUP: usize = 8;
#[cfg(not(loom))]
const GROUPS: usize = OCTAVES.div_ceil(GROUP);

// Models record no value of four bits, and each cell adds to their cost.
#[cfg(loom)]
const GROUP: usize = 4;
#[cfg(loom)]
const GROUPS: usize = 1;

/// The cells of a block, by octave, in two levels: most functions need pages of a few octaves that follow each other.
///
/// All pages are of the table that the callers give, which is the same in each call.
#[derive(Debug)]
pub(super) struct Octaves([AtomicPtr<Group>; GROUPS]);

/// Invariant: a pointer is null, or points to as many initialized cells as [`BucketTable::cells_in`] its octave.
#[derive(Debug)]
struct Group([AtomicPtr<AtomicU64>; GROUP]);

impl Octaves {
    pub(super) fn new() -> Self {
        Octaves(array::from_fn(|_| AtomicPtr::new(ptr::null_mut())))
    }

    /// Returns the cell at `place`, as the writer, if its page exists.
    #[inline]
    pub(super) fn own_cell(&self, place: CellPlace) -> Option<&'static AtomicU64> {
        let group = NonNull::new(load_own_pointer(&self.0[place.octave / GROUP]))?;
        // SAFETY: a pointer that is not null was stored by `create_own_cell` and refers to a group that is never freed.
        let page = load_own_pointer(unsafe { &group.as_ref().0[place.octave % GROUP] });
        // SAFETY: by the invariant of `Group`; a place's index is below the number of cells in its octave.
        NonNull::new(page).map(|page| unsafe { page.add(place.index).as_ref() })
    }

    /// Makes the page of the cell at `place`, which has none, and returns the cell, as the writer.
    #[cold]
    #[inline(never)]
    pub(super) fn create_own_cell(
        &self,
        place: CellPlace,
        table: &BucketTable,
        arena: &Arena,
    ) -> &'static AtomicU64 {
        let group = &self.0[place.octave / GROUP];
        if load_own_pointer(group).is_null() {
            let new = arena.allocate(Layout::new::<Group>()).cast::<Group>();
            // SAFETY: the memory has just been allocated for a group.
            unsafe { new.write(Group(array::from_fn(|_| AtomicPtr::new(ptr::null_mut())))) };
            // Release: pairs with the Acquire in `pages`: the group is initialized.
            group.store(new.as_ptr(), Ordering::Release);
        }
        // SAFETY: as in `own_cell`; the group exists now.
        let group = unsafe { &*load_own_pointer(group) };
        let cells = table.cells_in(place.octave);
        let layout = Layout::array::<AtomicU64>(cells).expect("a table has at most 65536 cells in an octave");
        let page = arena.allocate(layout).cast::<AtomicU64>();
        for index in 0..cells {
            // SAFETY: the memory has just been allocated for so many cells.
            unsafe { page.add(index).write(AtomicU64::new(0)) };
        }
        // Release: pairs with the Acquire in `pages`, and with the fence R5 in `try_read_live`.
        group.0[place.octave % GROUP].store(page.as_ptr(), Ordering::Release);
        self.own_cell(place).expect("the page has just been made")
    }

    /// Returns the number of bytes of the groups and the pages.
    #[cfg(all(test, not(loom)))]
    pub(super) fn size(&self, table: &'static BucketTable) -> usize {
        // Relaxed: no other thread writes.
        let groups = self.0.iter().filter(|group| !group.load(Ordering::Relaxed).is_null()).count();
        groups * size_of::<Group>() + self.pages(table).map(|(_, page)| size_of_val(page)).sum::<usize>()
    }

    /// Loads a pointer of each group, so that it is in the cache. Returns anything.
    pub(super) fn touch(&self) -> u64 {
        let groups = self.0.iter().filter_map(|group| {
            // Acquire: pairs with the Release in `create_own_cell`.
            let group = NonNull::new(group.load(Ordering::Acquire))?;
            // SAFETY: as in `own_cell`.
            let page = unsafe { &group.as_ref().0[0] };
            // Relaxed: the pointer is not used.
            Some(page.load(Ordering::Relaxed).addr() as u64)
        });
        groups.fold(0, |all, loaded| all ^ loaded)
    }

    /// Returns the octaves that have a page, in ascending order, with their cells.
    pub(super) fn pages(
        &self,
        table: &'static BucketTable,
    ) -> impl Iterator<Item = (usize, &'static [AtomicU64])> {
        let groups = self.0.iter().enumerate().filter_map(|(index, group)| {
            // Acquire: pairs with the Release in `create_own_cell`.
            let group = NonNull::new(group.load(Ordering::Acquire))?;
            // SAFETY: as in `own_cell`.
            Some((GROUP * index, unsafe { group.as_ref() }))
        });
        let octaves = groups.flat_map(|(first, group)| (first..).zip(&group.0));
        octaves.filter_map(|(octave, page)| {
            // Acquire: pairs with the Release in `create_own_cell`.
            let page = NonNull::new(page.load(Ordering::Acquire))?;
            // SAFETY: by the invariant of `Group`.
            Some((octave, unsafe { slice::from_raw_parts(page.as_ptr(), table.cells_in(octave)) }))
        })
    }
}
