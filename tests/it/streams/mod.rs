//! Calls that end with a stream, with a body, or when the program says so: `ends_with`, `Call`.

mod bodies;
mod forms;
mod guards;
mod http;
mod outcomes;
mod printed;
mod threads;
mod times;
mod traits;

use futures_core::Stream;
use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use tachometer::{FunctionSnapshot, instrumented};

/// What one poll of a [`Script`] does.
#[derive(Clone, Debug)]
enum Step<T> {
    Wait,
    Item(T),
    End,
    Panic,
}
use Step::{End, Item, Panic, Wait};

/// A stream that does what it is told, and is pending once it was told all.
#[derive(Debug)]
struct Script<T>(VecDeque<Step<T>>);

fn script<T, const N: usize>(steps: [Step<T>; N]) -> Script<T> {
    Script(steps.into())
}

impl<T: Unpin> Stream for Script<T> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<T>> {
        match self.0.pop_front() {
            Some(Step::Item(item)) => Poll::Ready(Some(item)),
            Some(Step::End) => Poll::Ready(None),
            Some(Step::Panic) => panic!("on purpose"),
            Some(Step::Wait) | None => Poll::Pending,
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.0.len(), Some(self.0.len() + 1))
    }
}

fn next<S: Stream + Unpin>(stream: &mut S) -> Poll<Option<S::Item>> {
    Pin::new(stream).poll_next(&mut Context::from_waker(Waker::noop()))
}

fn panics_in_poll<S: Stream + Unpin>(stream: &mut S) -> bool {
    catch_unwind(AssertUnwindSafe(|| drop(next(stream)))).is_err()
}

fn ready<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("the future waits for something"),
    }
}

/// A function of these tests, by the last part of its path if it is inside of another.
fn counted(name: &str) -> FunctionSnapshot {
    let snapshot = crate::snapshot_of(module_path!());
    // A test function's name is a sentence.
    let is_inside = |function: &&FunctionSnapshot| {
        let outer = function.function.strip_suffix(name).and_then(|outer| outer.strip_suffix("::"));
        outer.is_some_and(|outer| outer.contains('_'))
    };
    let found = snapshot.function(name).or_else(|| snapshot.functions.iter().find(is_inside));
    found.unwrap_or_else(|| panic!("{name} is not counted")).clone()
}

/// The outcomes of a function's calls.
#[derive(Debug, Default, PartialEq)]
struct Calls {
    ok: u64,
    errors: u64,
    panics: u64,
    cancelled_early: u64,
    cancelled_late: u64,
    in_flight: i64,
}

fn calls(name: &str) -> Calls {
    let function = counted(name);
    let (calls, cancelled) = (calls_of(&function), function.cancelled);
    assert_eq!(calls.cancelled_early + calls.cancelled_late, cancelled, "no call ends at this moment");
    calls
}

fn calls_of(function: &FunctionSnapshot) -> Calls {
    assert_eq!(function.calls(), function.timed(), "every call that ended is timed");
    let (early, late) = (function.cancelled_before_first_item(), function.cancelled_after_first_item());
    let (early, late) = (early.expect("it counts stages"), late.expect("it counts stages"));
    assert!(early + late <= function.cancelled, "a call is cancelled before its stage is counted");
    Calls {
        ok: function.ok,
        errors: function.errors,
        panics: function.panics,
        cancelled_early: early,
        cancelled_late: late,
        in_flight: function.in_flight,
    }
}
