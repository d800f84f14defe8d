//! Taking calls as exemplars, as the block's writer, and reading them.
//!
//! The writer takes an exemplar *after* it has committed the call. So the code of the program that is asked for the trace runs while
//! the block is consistent, and may call the function itself. It is asked only on the slow path and for failures: all other calls
//! execute the same instructions as without exemplars.

use super::exemplars::{ExemplarReading, Exemplars, Role, is_stale, slowest_in};
use super::layout::{Block, Header};
use crate::recorder::outcome::Outcome;
use crate::recorder::traced_cell::TracedCall;
use crate::recorder::tracing_hook::{TracingHook, is_traced, tracing_hook};
use crate::sync::{Ordering, load_own};

impl Block {
    /// Offers a call that has just been committed on the fast path, and has failed, as an exemplar.
    #[inline]
    pub(super) fn offer_failure(self, outcome: Outcome, nanos: Option<u64>) {
        if is_traced() {
            self.offer(outcome, nanos, None);
        }
    }

    /// Offers a call that has just been committed on the slow path as an exemplar. `is_longest` specifies whether no other call of its
    /// window took as long.
    #[inline]
    pub(super) fn offer_slow(self, outcome: Outcome, nanos: u64, is_longest: bool) {
        if is_traced() {
            self.offer(outcome, Some(nanos), is_longest.then(|| self.window()));
        }
    }

    /// Takes the call that has just been committed as an exemplar if it has a role: the longest of its window, a failure, or the next of
    /// its bucket after the last has become stale.
    #[cold]
    #[inline(never)]
    fn offer(self, outcome: Outcome, nanos: Option<u64>, slowest_of: Option<u64>) {
        let Header { takes_traces, exemplars, table, arena, .. } = self.header();
        let Some(hook) = tracing_hook().filter(|_| *takes_traces && !TracingHook::is_asking()) else {
            return;
        };
        let exemplars = Exemplars::get_or_create(exemplars, arena);
        let failure = match outcome {
            Outcome::Error => Some(Role::Error),
            Outcome::Panic => Some(Role::Panic),
            Outcome::Ok | Outcome::Cancelled => None,
        };
        let bucket = nanos.map(|nanos| table.find(nanos));
        let mut slowest_of = slowest_of.or_else(|| {
            // The longest call had no trace, or was before the program had a source of traces.
            failure
                .and(nanos)
                .and(Some(self.window()))
                .filter(|window| exemplars.has_no_longer(*window, nanos))
        });
        if failure.is_none() && slowest_of.is_none() {
            let Some(bucket) = bucket else { return };
            let is_due = exemplars.looks.is_due();
            if !is_due && exemplars.looks.is_settled(bucket) {
                return;
            }
            let now = (hook.now)();
            if is_due {
                exemplars.look(now);
            }
            slowest_of = Some(self.window()).filter(|window| exemplars.has_no_longer(*window, nanos));
            if slowest_of.is_none() && !is_stale(exemplars.own_time(Role::Bucket(bucket)), now) {
                exemplars.looks.settle(bucket);
                return;
            }
        }
        // Also if there is no trace: the source is asked again after the next look.
        if let Some(bucket) = bucket {
            exemplars.looks.settle(bucket);
        }
        let Some(trace) = hook.ask() else { return };
        let call = TracedCall { trace, nanos, time: (hook.now)() };
        if slowest_of.is_some() {
            exemplars.looks.reset();
        }
        let slowest = slowest_of.map(slowest_in);
        for role in slowest.into_iter().chain(failure).chain(bucket.map(Role::Bucket)) {
            exemplars.write(role, &call, slowest_of.unwrap_or(0), arena);
        }
        self.count_exemplar();
    }

    /// Has readers look at the exemplars, after they have been replaced.
    fn count_exemplar(self) {
        let Header { exemplars_taken, .. } = self.header();
        let taken = load_own(exemplars_taken).wrapping_add(1);
        // Release: pairs with the Acquire in `exemplars_taken`: the exemplars are written.
        exemplars_taken.store(taken, Ordering::Release);
    }

    /// Replaces the exemplar of the bucket of `call`, which has just been recorded, as the writer.
    pub(in crate::recorder) fn take_explicit(self, value: u64, call: &TracedCall) {
        let Header { exemplars, table, arena, .. } = self.header();
        let exemplars = Exemplars::get_or_create(exemplars, arena);
        exemplars.write(Role::Bucket(table.find(value)), call, 0, arena);
        self.count_exemplar();
    }

    /// Returns how often its exemplars have been replaced. A reading after this call finds these exemplars, or later ones.
    pub(in crate::recorder) fn exemplars_taken(self) -> u64 {
        // Acquire: pairs with the Release in `count_exemplar`.
        self.header().exemplars_taken.load(Ordering::Acquire)
    }

    /// Adds its exemplars to `reading`, for a reader in `window`. A call that is among them is in each later reading of the block.
    pub(in crate::recorder) fn read_exemplars(self, window: u64, reading: &mut ExemplarReading) {
        if let Some(exemplars) = self.header().exemplars.get() {
            exemplars.read(window, reading);
        }
    }
}
