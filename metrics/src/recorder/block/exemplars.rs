//! Exemplars of a block: a few of its calls with their trace.
//!
//! They are no part of the prefix that a reading shows, and have a protocol of their own.
//!
//! Each exemplar is in a *place*, which the writer makes when it first needs it. [`TracedCell`] has the protocol by which it is read
//! whole.

use super::history::EARLIER;
use crate::recorder::arena::{Arena, ArenaRef};
use crate::recorder::epoch::WINDOWS;
use crate::recorder::traced_cell::{TracedCall, TracedCell};
use crate::sync::{AtomicU64, Ordering, load_own};
use std::iter;

/// What a call is an exemplar of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// The longest of a window, by the window's number modulo [`SLOWEST`].
    Slowest(u64),
    /// The last one that ended with an error.
    Error,
    /// The last one that ended with a panic.
    Panic,
    /// The last one of a classic bucket that has taken an exemplar.
    Bucket(usize),
}

/// The number of windows whose longest call is kept: those that are recent to a reader.
const SLOWEST: u64 = EARLIER as u64 + 1;

/// The age at which the exemplar of a bucket is replaced, in nanoseconds.
const STALE: u64 = 10_000_000_000;

/// The time between two looks at the ages, in nanoseconds, that [`Looks`] aims at.
const LOOK: u64 = 1_000_000_000;

/// The maximum number of calls on the slow path between two looks.
const MAX_PAUSE: u64 = 1 << 16;

/// The exemplars of a block.
#[derive(Debug)]
pub(super) struct Exemplars {
    /// The place that was made last.
    newest: ArenaRef<Place>,
    pub(super) looks: Looks,
}

/// The moments when the writer looks at the age of all exemplars. Used only by the writer.
///
/// To read the clock on each slow path would cost calls that take no exemplar several nanoseconds on average. So the writer lets
/// so many of them pass that it looks about once in [`LOOK`], and in between considers only calls of buckets that are not settled.
#[derive(Debug)]
pub(super) struct Looks {
    /// The number of slow paths until the next look.
    left: AtomicU64,
    /// The number of slow paths between two looks.
    pause: AtomicU64,
    /// The time of the last look.
    last: AtomicU64,
    /// A bit for each of the first 64 buckets: whether it needs no exemplar until the next look. Others are considered at looks only.
    settled: AtomicU64,
}

/// The place of an exemplar. Its tag is the window of a longest call, else 0.
#[derive(Debug)]
struct Place {
    role: Role,
    /// The place that was made before.
    next: Option<&'static Place>,
    exemplar: TracedCell,
}

impl Exemplars {
    /// Returns what `exemplars` refers to, as the writer, creating it if necessary.
    pub(super) fn get_or_create(exemplars: &ArenaRef<Exemplars>, arena: &Arena) -> &'static Exemplars {
        exemplars.get_own().unwrap_or_else(|| {
            let new = arena.place(Exemplars::new());
            exemplars.set(new);
            new
        })
    }

    fn new() -> Self {
        let zero = || AtomicU64::new(0);
        let looks = Looks { left: zero(), pause: zero(), last: zero(), settled: zero() };
        Exemplars { newest: ArenaRef::empty(), looks }
    }

    /// Returns the place for a role, as the writer.
    fn own_place(&self, role: Role) -> Option<&'static Place> {
        places(self.newest.get_own()).find(|place| place.role == role)
    }

    /// Returns the time of the exemplar for a role, as the writer.
    pub(super) fn own_time(&self, role: Role) -> Option<u64> {
        Some(self.own_place(role)?.exemplar.read_own()?.0.time)
    }

    /// Looks at the age of all exemplars of buckets, as the writer.
    pub(super) fn look(&self, now: u64) {
        let fresh = places(self.newest.get_own()).filter_map(|place| match place.role {
            Role::Bucket(bucket) if !is_stale(Some(place.exemplar.read_own()?.0.time), now) => bit_of(bucket),
            _ => None,
        });
        self.looks.note(now, fresh.fold(0, |settled, bit| settled | bit));
    }

    /// Returns whether no exemplar of the longest call of `window` is as long as `nanos`. So it is if the longest call had no trace, or
    /// was before the program had a source of traces.
    pub(super) fn has_no_longer(&self, window: u64, nanos: Option<u64>) -> bool {
        let slowest = self.own_place(slowest_in(window)).and_then(|place| place.exemplar.read_own());
        slowest.is_none_or(|(call, of)| of != window || call.nanos < nanos)
    }

    /// Replaces the exemplar for a role, as the writer.
    pub(super) fn write(&self, role: Role, call: &TracedCall, window: u64, arena: &Arena) {
        let place = self.own_place(role).unwrap_or_else(|| {
            let place = arena.place(Place { role, next: self.newest.get_own(), exemplar: TracedCell::new() });
            self.newest.set(place);
            place
        });
        place.exemplar.write(call, window);
    }

    /// Removes all exemplars. The caller ensures that no thread writes or reads them during the call, and that later writes and readings
    /// happen after it.
    pub(super) fn clear(&self) {
        places(self.newest.get()).for_each(|place| place.exemplar.clear());
    }
}

/// Returns the role of the longest call of a window.
pub(super) fn slowest_in(window: u64) -> Role {
    Role::Slowest(window % SLOWEST)
}

impl Exemplars {
    /// Adds them to `reading`, for a reader in `window`.
    pub(super) fn read(&self, window: u64, reading: &mut ExemplarReading) {
        for place in places(self.newest.get()) {
            if let Some((call, of)) = place.exemplar.read() {
                reading.add(place.role, call, is_recent(of, window));
            }
        }
    }
}

/// Returns `newest` and all places before it.
fn places(newest: Option<&'static Place>) -> impl Iterator<Item = &'static Place> {
    iter::successors(newest, |place| place.next)
}

impl Looks {
    /// Returns whether it is time to look at the age of an exemplar.
    pub(super) fn is_due(&self) -> bool {
        let left = load_own(&self.left);
        // Relaxed: used only by the writer.
        self.left.store(left.saturating_sub(1), Ordering::Relaxed);
        left == 0
    }

    /// Returns whether a bucket needs no exemplar until the next look.
    pub(super) fn is_settled(&self, bucket: usize) -> bool {
        bit_of(bucket).is_none_or(|bit| load_own(&self.settled) & bit != 0)
    }

    /// Has a bucket take no exemplar until the next look, unless by a failure or a longest call.
    pub(super) fn settle(&self, bucket: usize) {
        let settled = load_own(&self.settled) | bit_of(bucket).unwrap_or(0);
        // Relaxed: used only by the writer.
        self.settled.store(settled, Ordering::Relaxed);
    }

    /// Notes a look at the time `now`, after which these buckets are settled.
    fn note(&self, now: u64, settled: u64) {
        let pause = load_own(&self.pause);
        let pause = match now.saturating_sub(load_own(&self.last)) {
            ..LOOK => (2 * pause + 1).min(MAX_PAUSE),
            LOOK..STALE => pause,
            _ => 0,
        };
        let values = [(&self.left, pause), (&self.pause, pause), (&self.last, now), (&self.settled, settled)];
        for (cell, value) in values {
            // Relaxed: used only by the writer.
            cell.store(value, Ordering::Relaxed);
        }
    }

    /// Has the next slow path look: if calls have become rare, the pause would be too long.
    pub(super) fn reset(&self) {
        for cell in [&self.left, &self.pause] {
            // Relaxed: used only by the writer.
            cell.store(0, Ordering::Relaxed);
        }
    }
}

/// Returns the bit of one of the first 64 buckets.
fn bit_of(bucket: usize) -> Option<u64> {
    1_u64.checked_shl(u32::try_from(bucket).ok()?)
}

/// Returns whether a bucket whose last exemplar was taken at `taken` takes another one.
pub(super) fn is_stale(taken: Option<u64>, now: u64) -> bool {
    // If the clock was set back, the exemplar is stale.
    let age = taken.and_then(|taken| now.checked_sub(taken));
    age.is_none_or(|age| age >= STALE)
}

/// Returns whether a call that belongs to the window `of` is recent to a reader in `window`.
fn is_recent(of: u64, window: u64) -> bool {
    window.wrapping_sub(of) % WINDOWS < SLOWEST
}

/// The exemplars of some blocks together.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct ExemplarReading {
    /// The longest of the recent calls.
    pub(crate) slowest: Option<TracedCall>,
    pub(crate) last_error: Option<TracedCall>,
    pub(crate) last_panic: Option<TracedCall>,
    /// The latest of each bucket that has one.
    pub(crate) buckets: Vec<(usize, TracedCall)>,
}

impl ExemplarReading {
    fn add(&mut self, role: Role, call: TracedCall, is_recent: bool) {
        match role {
            Role::Slowest(_) if is_recent => {
                replace_if(&mut self.slowest, call, |kept| kept.nanos < call.nanos);
            }
            Role::Slowest(_) => {}
            Role::Error => replace_if(&mut self.last_error, call, |kept| kept.time < call.time),
            Role::Panic => replace_if(&mut self.last_panic, call, |kept| kept.time < call.time),
            Role::Bucket(bucket) => match self.buckets.iter_mut().find(|(known, _)| *known == bucket) {
                Some((_, kept)) if kept.time < call.time => *kept = call,
                Some(_) => {}
                None => self.buckets.push((bucket, call)),
            },
        }
    }
}

fn replace_if(kept: &mut Option<TracedCall>, call: TracedCall, is_better: impl Fn(&TracedCall) -> bool) {
    if kept.as_ref().is_none_or(is_better) {
        *kept = Some(call);
    }
}
