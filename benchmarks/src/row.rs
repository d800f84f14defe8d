//! A row of a table as data: its name, how to make its calls, what it does not record, how to ask it what it counted.

use std::hint::black_box;
use std::time::Duration;

/// One thing to measure.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    /// What a reader would miss in it, for the table's last column.
    pub(crate) lacks: &'static str,
    /// Makes that many calls.
    pub(crate) run: fn(u64),
    /// Once, before any row runs.
    pub(crate) begin: fn(),
    /// How many calls it counted, by its own reader; asked once, after all rows have run.
    pub(crate) recorded: Option<fn() -> u64>,
    /// What its calls have left to do for somebody else, after each turn: it is part of the processor's time.
    pub(crate) tend: fn(),
    /// How long a thread of its own may go on working afterwards. Nothing is measured meanwhile.
    pub(crate) settle: Duration,
}

impl Row {
    /// A row that counts nothing.
    pub(crate) const fn new(name: &'static str, run: fn(u64)) -> Row {
        Row { name, lacks: "", run, begin: || {}, recorded: None, tend: || {}, settle: Duration::ZERO }
    }

    pub(crate) const fn lacks(self, lacks: &'static str) -> Row {
        Row { lacks, ..self }
    }

    pub(crate) const fn begin(self, begin: fn()) -> Row {
        Row { begin, ..self }
    }

    pub(crate) const fn recorded(self, recorded: fn() -> u64) -> Row {
        Row { recorded: Some(recorded), ..self }
    }

    pub(crate) const fn tend(self, tend: fn()) -> Row {
        Row { tend, ..self }
    }

    pub(crate) const fn settle(self, settle: Duration) -> Row {
        Row { settle, ..self }
    }
}

/// The loop of every row: calls with that number. Neither what goes in nor what comes out is known to the compiler, so
/// no call can be dropped, hoisted or folded into the next. What comes out is only looked at: to move it would be a
/// wide load right behind the narrow stores of the call, which no processor forwards, and a row would pay for the loop.
#[inline]
pub(crate) fn repeat<T>(calls: u64, number: u64, call: impl Fn(u64) -> T) {
    for _ in 0..calls {
        black_box(&call(black_box(number)));
    }
}
