//! The library's own annotation.

use crate::row::{Row, repeat};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use tachometer::instrumented;
use tachometer_benchmarks_elsewhere::{Outcome, ours_elsewhere, work};

/// The number that [`work`] refuses.
const REFUSED: u64 = u64::MAX;

pub(super) fn rows() -> Vec<Row> {
    vec![
        Row::new("`#[instrumented]`", |calls| repeat(calls, 7, ours))
            .lacks("callers; single calls")
            .recorded(|| recorded("ours").0),
        Row::new("… that returns `Err`", |calls| repeat(calls, REFUSED, ours_refusing))
            .recorded(|| recorded("ours_refusing").1),
        Row::new("… `sample = 16`", |calls| repeat(calls, 7, ours_sampled))
            .lacks("the duration of 15 calls in 16")
            .recorded(|| recorded("ours_sampled").0),
        Row::new("… `async`, polled once", |calls| repeat(calls, 7, polled_once))
            .recorded(|| recorded("ours_async").0),
        Row::new("… in another crate", |calls| repeat(calls, 7, ours_elsewhere))
            .recorded(|| recorded("ours_elsewhere").0),
    ]
}

#[instrumented]
#[inline(never)]
fn ours(number: u64) -> Outcome {
    work(number)
}

#[instrumented]
#[inline(never)]
fn ours_refusing(number: u64) -> Outcome {
    work(number)
}

#[instrumented(sample = 16)]
#[inline(never)]
fn ours_sampled(number: u64) -> Outcome {
    work(number)
}

#[instrumented]
#[allow(clippy::unused_async, reason = "a future that is done at its first poll is what is measured")]
async fn ours_async(number: u64) -> Outcome {
    work(number)
}

#[inline(never)]
fn polled_once(number: u64) -> Poll<Outcome> {
    pin!(ours_async(number)).poll(&mut Context::from_waker(Waker::noop()))
}

/// How many calls ended well, and how many with an error.
fn recorded(function: &str) -> (u64, u64) {
    let snapshot = tachometer::snapshot();
    let function = snapshot.function(function).expect("it was called");
    assert_eq!(function.in_flight, 0, "every call has ended");
    (function.ok, function.errors)
}
