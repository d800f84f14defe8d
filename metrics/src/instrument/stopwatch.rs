//! Stopwatches: which part of a call counts as its duration, and which calls are timed.

use crate::call::Timer;
use crate::clock::{self, Ticks};
use crate::function::Function;
use crate::platform;
use crate::recorder::{Block, CallCells, Outcome, Time};

/// Measures a call from its start on. The type of a site specifies which stopwatch is used.
pub trait Stopwatch: Copy + 'static {
    /// Whether most calls are not timed.
    const TIMES_FEW: bool = false;

    /// Begins a call; if only some calls are timed, `is_due` returns whether it is one of them.
    fn start(is_due: impl FnOnce() -> bool) -> Self;

    /// Begins a call of `function`. Returns the block in which to end the call; `None` on a thread without blocks.
    fn begin(function: &'static Function) -> (Option<Block>, Self);

    /// Ends a call of `function` that began on this thread.
    fn end(self, function: &'static Function, block: Option<Block>, outcome: Outcome);

    /// Begins another poll of an async call.
    #[inline]
    fn resume(&mut self) {}

    /// Ends a poll of an async call.
    #[inline]
    fn pause(&mut self) {}

    /// Returns whether this call is timed.
    #[inline]
    fn is_timing(&self) -> bool {
        true
    }

    /// Returns the duration of the call until now.
    fn time(&self) -> Time;

    /// Returns what goes on to measure a call after its function has returned. The stopwatch is paused.
    fn timer(self) -> Timer;
}

/// The steps of a call. In an unoptimized build they are functions of this crate and not generated in each user's crate, so they
/// are as fast as this crate is compiled; in an optimized build they are inlined, as everything on the hot path is.
macro_rules! steps {
    () => {
        #[cfg_attr(debug_assertions, inline(never))]
        #[cfg_attr(not(debug_assertions), inline)]
        fn begin(function: &'static Function) -> (Option<Block>, Self) {
            let block = function.start();
            (block, Self::start(|| function.is_due(block)))
        }

        #[cfg_attr(debug_assertions, inline(never))]
        #[cfg_attr(not(debug_assertions), inline)]
        fn end(self, function: &'static Function, block: Option<Block>, outcome: Outcome) {
            if Self::TIMES_FEW && self.is_timing() {
                return end_of_few(self, function, block, outcome);
            }
            end_in(self, function, block, outcome);
        }
    };
}

#[inline]
fn end_in<S: Stopwatch>(stopwatch: S, function: &'static Function, block: Option<Block>, outcome: Outcome) {
    let time = stopwatch.time();
    match block {
        Some(block) => CallCells::end_in(block, outcome, time),
        None => function.cells.end_first(outcome, time),
    }
}

/// Ends the one call in several that is timed: out of line and with everything it needs as arguments, so that the
/// other calls save no registers for it.
#[cold]
#[inline(never)]
fn end_of_few<S: Stopwatch>(
    stopwatch: S,
    function: &'static Function,
    block: Option<Block>,
    outcome: Outcome,
) {
    end_in(stopwatch, function, block, outcome);
}

/// Returns the duration of a call of a function that times every call, if there is a clock. If there may be none, its cells expect
/// calls that are not timed.
#[inline]
pub(crate) fn time_of_each(begun: Ticks, nanos: u64) -> Time {
    if platform::HAS_CLOCK { Time::OfEach(nanos) } else { time_of_some(begun, nanos) }
}

/// Returns the duration of a timed call of a function that samples calls, if there was a clock.
#[inline]
fn time_of_some(begun: Ticks, nanos: u64) -> Time {
    if begun.is_known() { Time::OfSome(nanos) } else { Time::NotTaken }
}

/// Wall-clock time.
#[derive(Debug, Clone, Copy)]
pub struct Wall(Ticks);

impl Stopwatch for Wall {
    steps!();

    #[inline]
    fn start(_: impl FnOnce() -> bool) -> Self {
        Wall(clock::now())
    }

    #[inline]
    fn time(&self) -> Time {
        time_of_each(self.0, self.0.elapsed_nanos())
    }

    #[inline]
    fn timer(self) -> Timer {
        Timer::wall(self.0)
    }
}

/// Time inside polls.
#[derive(Debug, Clone, Copy)]
pub struct Busy {
    /// The start of the current or last poll.
    poll: Ticks,
    /// The time in the polls that have ended.
    nanos: u64,
}

impl Busy {
    fn started() -> Self {
        Busy { poll: clock::now(), nanos: 0 }
    }
}

impl Stopwatch for Busy {
    steps!();

    #[inline]
    fn start(_: impl FnOnce() -> bool) -> Self {
        Busy::started()
    }

    #[inline]
    fn resume(&mut self) {
        self.poll = clock::now();
    }

    #[inline]
    fn pause(&mut self) {
        self.nanos = self.nanos.saturating_add(self.poll.elapsed_nanos());
    }

    #[inline]
    fn time(&self) -> Time {
        time_of_each(self.poll, self.nanos)
    }

    #[inline]
    fn timer(self) -> Timer {
        Timer::busy(self.nanos)
    }
}

/// Wall-clock time of one call in several.
#[derive(Debug, Clone, Copy)]
pub struct Sampled(Option<Ticks>);

impl Stopwatch for Sampled {
    const TIMES_FEW: bool = true;

    steps!();

    #[inline]
    fn start(is_due: impl FnOnce() -> bool) -> Self {
        Sampled(is_due().then(now))
    }

    #[inline]
    fn is_timing(&self) -> bool {
        self.0.is_some()
    }

    #[inline]
    fn time(&self) -> Time {
        self.0.map_or(Time::NotTaken, |begun| time_of_some(begun, begun.elapsed_nanos()))
    }

    #[inline]
    fn timer(self) -> Timer {
        Timer::sampled(self.0.map(Timer::wall))
    }
}

/// Reads the clock out of line: few calls do, and the others save no registers for it.
#[cold]
#[inline(never)]
fn now() -> Ticks {
    clock::now()
}

/// Time inside polls, of one call in several.
#[derive(Debug, Clone, Copy)]
pub struct SampledBusy(Option<Busy>);

impl Stopwatch for SampledBusy {
    const TIMES_FEW: bool = true;

    steps!();

    #[inline]
    fn start(is_due: impl FnOnce() -> bool) -> Self {
        SampledBusy(is_due().then(Busy::started))
    }

    #[inline]
    fn resume(&mut self) {
        if let Some(busy) = &mut self.0 {
            busy.resume();
        }
    }

    #[inline]
    fn pause(&mut self) {
        if let Some(busy) = &mut self.0 {
            busy.pause();
        }
    }

    #[inline]
    fn is_timing(&self) -> bool {
        self.0.is_some()
    }

    #[inline]
    fn time(&self) -> Time {
        self.0.map_or(Time::NotTaken, |busy| time_of_some(busy.poll, busy.nanos))
    }

    #[inline]
    fn timer(self) -> Timer {
        Timer::sampled(self.0.map(Stopwatch::timer))
    }
}
