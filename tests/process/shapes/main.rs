//! Every shape of function that an annotation accepts, under lints that would show what it changes.
//!
//! In a process of its own, for nothing but these functions may have been called. Compiled twice: in edition 2024 here, and
//! in edition 2021 by `edition-2021`. What compiles is most of the test; `main` of it all is `every_shape_is_counted`.
#![forbid(unsafe_code)]
#![deny(warnings, missing_docs, clippy::pedantic)]
#![allow(clippy::unused_async, clippy::unnecessary_wraps, clippy::unused_self, reason = "shapes, not sense")]

#[rustfmt::skip]
mod compact;
pub mod functions;
pub mod futures;
pub mod members;
#[rustfmt::skip]
mod rare;
pub mod streams;

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// Polls a future that never waits for anybody.
fn run<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..100 {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
    panic!("the future waits for something");
}

/// Is pending once.
async fn pause() {
    let mut paused = false;
    std::future::poll_fn(
        |_| if std::mem::replace(&mut paused, true) { Poll::Ready(()) } else { Poll::Pending },
    )
    .await;
}

fn calls_of(snapshot: &tachometer::FullSnapshot, name: &str) -> u64 {
    snapshot.function(name).unwrap_or_else(|| panic!("{name} is not counted: {snapshot}")).calls()
}

#[test]
fn every_shape_is_counted() {
    functions::call();
    futures::call();
    members::call();
    streams::call();

    let snapshot = tachometer::snapshot();
    let expected = [functions::CALLS, futures::CALLS, members::CALLS, streams::CALLS].concat();
    for &(name, calls) in &expected {
        assert_eq!(calls_of(&snapshot, name), calls, "{name}");
    }
    let called = snapshot.functions.iter().filter(|function| function.calls() > 0);
    let called: Vec<&str> = called.map(|function| function.function.as_str()).collect();
    assert_eq!(called.len(), expected.len(), "{called:?}");
    for function in &snapshot.functions {
        assert_eq!(function.in_flight, 0, "{}", function.function);
        assert_eq!(function.timed(), function.calls());
        assert!(function.module.starts_with("shapes"), "{}", function.module);
    }
    let outcome = |name| {
        let function = snapshot.function(name).unwrap();
        (function.ok, function.errors, function.panics, function.cancelled)
    };
    assert_eq!(outcome("early"), (1, 1, 0, 0));
    assert_eq!(outcome("opaque_result"), (0, 1, 0, 0));
    assert_eq!(outcome("tracked_result"), (1, 1, 0, 0));
    assert_eq!(outcome("waits"), (1, 1, 0, 0));
    assert_eq!(outcome("async_unsized"), (0, 1, 0, 0));
    assert_eq!(outcome("<Square as Shape>::grow"), (1, 1, 0, 0));
    assert_eq!(outcome("async_stream"), (1, 1, 0, 0));
    assert_eq!(outcome("never"), (0, 0, 1, 0));
    assert_eq!(outcome("async_never"), (0, 0, 1, 0));
}
