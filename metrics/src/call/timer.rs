//! The time of a call that outlives its function.

use crate::clock::{self, Ticks};
use crate::recorder::Time;

/// Measures a call that its stopwatch has started.
#[derive(Debug, Clone, Copy)]
pub struct Timer {
    measure: Measure,
    /// Whether the function samples calls.
    is_sampled: bool,
}

#[derive(Debug, Clone, Copy)]
enum Measure {
    /// The time since then.
    Wall(Ticks),
    /// The time in polls.
    Busy {
        /// That of the polls that have ended.
        nanos: u64,
        /// The start of the current poll.
        poll: Option<Ticks>,
    },
    /// Not timed.
    Nothing,
}

impl Timer {
    #[inline]
    pub(crate) fn wall(begun: Ticks) -> Self {
        Timer { measure: Measure::Wall(begun), is_sampled: false }
    }

    /// Creates a timer of busy time, paused after `nanos`.
    #[inline]
    pub(crate) fn busy(nanos: u64) -> Self {
        Timer { measure: Measure::Busy { nanos, poll: None }, is_sampled: false }
    }

    /// Makes `timer` that of a function which samples calls; `None` if this call is not timed.
    #[inline]
    pub(crate) fn sampled(timer: Option<Timer>) -> Self {
        let measure = timer.map_or(Measure::Nothing, |timer| timer.measure);
        Timer { measure, is_sampled: true }
    }

    /// Begins a poll.
    #[inline]
    pub(super) fn resume(&mut self) {
        if let Measure::Busy { poll, .. } = &mut self.measure {
            *poll = Some(clock::now());
        }
    }

    /// Ends a poll, unless it has ended.
    #[inline]
    pub(super) fn pause(&mut self) {
        if let Measure::Busy { nanos, poll } = &mut self.measure {
            if let Some(begun) = poll.take() {
                *nanos = nanos.saturating_add(begun.elapsed_nanos());
            }
        }
    }

    /// Returns the duration of the call until now, without a poll that is not paused.
    #[inline]
    pub(super) fn time(&self) -> Time {
        let nanos = match self.measure {
            Measure::Wall(begun) => begun.elapsed_nanos(),
            Measure::Busy { nanos, .. } => nanos,
            Measure::Nothing => return Time::NotTaken,
        };
        if self.is_sampled { Time::OfSome(nanos) } else { Time::OfEach(nanos) }
    }
}
