//! The calls of the spans that are open, by the identifiers of the spans.
//!
//! The span registry's own extensions would take an allocation and two locks for each span. Here, an open span has a slot of a table, in
//! which other threads find it without a lock. A span whose slots are taken is kept in a map.
//!
//! A slot belongs to one span from its claim until its release. What the span's creation writes there is visible to every thread that
//! uses the span: each has its handle from a thread that had it earlier, and handing it over synchronizes. So all of it is relaxed. The
//! span registry closes a span after the last use of any handle, which synchronizes too.

use crate::sites::SiteKey;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tachometer::{CallStart, DynamicFunction};

const SLOT_BITS: u32 = 12;
/// The number of slots in which a span may be.
const PROBES: usize = 8;
const MAPS: usize = 64;

/// The calls of the open spans.
#[derive(Debug)]
pub(crate) struct Spans {
    slots: Box<[Slot]>,
    /// What found no slot, by some bits of the identifier.
    maps: Box<[Mutex<Further>]>,
}

/// Calls by the identifiers of their spans.
type Further = HashMap<u64, Box<SpanCall>>;

/// A place for the call of a span, in cache lines of its own.
#[derive(Debug, Default)]
#[repr(align(64))]
struct Slot {
    /// The identifier of the span; zero if the slot is free.
    id: AtomicU64,
    call: SpanCall,
}

/// The call of a span.
#[derive(Debug, Default)]
pub(crate) struct SpanCall {
    /// The callsite, as bits.
    site: AtomicU64,
    /// The start of the call, as bits.
    start: AtomicU64,
    /// A set of [`Flag`]s.
    flags: AtomicU32,
    /// What few layers use.
    rare: Mutex<Rare>,
}

#[derive(Debug, Default)]
struct Rare {
    /// The function, if it is not that of the callsite.
    labelled: Option<DynamicFunction>,
    /// The time in which the span was entered, without the present one.
    busy: Duration,
    /// When it was entered last, and how many times it was entered and not left, on any thread.
    entered: Option<(CallStart, u32)>,
}

/// What is noted of a call.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Flag {
    /// An error happened.
    Error = 1,
    /// A panic left the span.
    Panic = 2,
    /// The thread was already unwinding when the span was created.
    BegunUnwinding = 4,
}

impl Spans {
    pub(crate) fn new() -> Self {
        Spans {
            slots: (0..1 << SLOT_BITS).map(|_| Slot::default()).collect(),
            maps: (0..MAPS).map(|_| Mutex::default()).collect(),
        }
    }

    /// Keeps the call of the span `id`, which `write` writes.
    #[inline]
    pub(crate) fn insert(&self, id: u64, write: impl FnOnce(&SpanCall)) {
        for slot in self.slots_of(id) {
            // Acquire: pairs with the Release in `remove`: what the previous span has read of the slot, it has read before.
            if slot.id.load(Ordering::Relaxed) == 0
                && slot.id.compare_exchange(0, id, Ordering::Acquire, Ordering::Relaxed).is_ok()
            {
                write(&slot.call);
                return;
            }
        }
        let call = Box::<SpanCall>::default();
        write(&call);
        self.map(id).insert(id, call);
    }

    /// Calls `read` with the call of the span `id`, if there is one.
    #[inline]
    pub(crate) fn with<R>(&self, id: u64, read: impl FnOnce(&SpanCall) -> R) -> Option<R> {
        match self.find(id) {
            Some(slot) => Some(read(&slot.call)),
            None => self.map(id).get(&id).map(|call| read(call)),
        }
    }

    /// Calls `read` with the call of the span `id`, if there is one, and removes it.
    #[inline]
    pub(crate) fn remove<R>(&self, id: u64, read: impl FnOnce(&SpanCall) -> R) -> Option<R> {
        let Some(slot) = self.find(id) else {
            let call = self.map(id).remove(&id)?;
            return Some(read(&call));
        };
        let result = read(&slot.call);
        // Release: pairs with the Acquire in `insert`.
        slot.id.store(0, Ordering::Release);
        Some(result)
    }

    #[inline]
    fn find(&self, id: u64) -> Option<&Slot> {
        // Relaxed: see the header of the module.
        self.slots_of(id).find(|slot| slot.id.load(Ordering::Relaxed) == id)
    }

    /// Returns the slots in which a span may be.
    #[inline]
    fn slots_of(&self, id: u64) -> impl Iterator<Item = &Slot> {
        // Neighbouring identifiers are in neighbouring lines, those of other threads far away.
        let spread = id.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (u64::BITS - SLOT_BITS);
        let first = usize::try_from(spread).unwrap_or_default();
        (0..PROBES).map(move |probe| &self.slots[(first + probe) % self.slots.len()])
    }

    #[cold]
    fn map(&self, id: u64) -> MutexGuard<'_, Further> {
        let index = usize::try_from(id % MAPS as u64).unwrap_or_default();
        self.maps[index].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SpanCall {
    /// Writes a call that has started.
    #[inline]
    pub(crate) fn begin(&self, site: SiteKey, start: CallStart, flags: u32) {
        self.site.store(site.to_bits(), Ordering::Relaxed);
        self.start.store(start.to_bits(), Ordering::Relaxed);
        self.flags.store(flags, Ordering::Relaxed);
    }

    /// Writes the function, which is not that of the callsite.
    pub(crate) fn set_function(&self, function: DynamicFunction) {
        self.rare().labelled = Some(function);
    }

    pub(crate) fn take_function(&self) -> Option<DynamicFunction> {
        self.rare().labelled.take()
    }

    /// Begins a time in which the span is busy, unless it is busy on another thread or in a span of its own.
    pub(crate) fn enter(&self) {
        let mut rare = self.rare();
        let (since, depth) = rare.entered.unwrap_or_else(|| (CallStart::now(), 0));
        rare.entered = Some((since, depth + 1));
    }

    pub(crate) fn exit(&self) {
        let mut rare = self.rare();
        rare.entered = match rare.entered {
            Some((since, 2..)) => rare.entered.map(|(_, depth)| (since, depth - 1)),
            Some((since, _)) => {
                rare.busy += since.elapsed();
                None
            }
            None => None,
        };
    }

    /// Returns the time in which the span was entered, for a span that is closed.
    pub(crate) fn take_busy(&self) -> Duration {
        let mut rare = self.rare();
        rare.entered = None;
        std::mem::take(&mut rare.busy)
    }

    fn rare(&self) -> MutexGuard<'_, Rare> {
        self.rare.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[inline]
    pub(crate) fn site(&self) -> SiteKey {
        SiteKey::from_bits(self.site.load(Ordering::Relaxed))
    }

    #[inline]
    pub(crate) fn start(&self) -> CallStart {
        CallStart::from_bits(self.start.load(Ordering::Relaxed))
    }

    pub(crate) fn note(&self, flag: Flag) {
        self.flags.fetch_or(flag as u32, Ordering::Relaxed);
    }

    #[inline]
    pub(crate) fn has(&self, flag: Flag) -> bool {
        self.flags.load(Ordering::Relaxed) & flag as u32 != 0
    }
}
