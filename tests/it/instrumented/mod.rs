//! What an annotation counts: outcomes, calls in flight, names, labels, buckets, registries, and what it leaves alone.

mod async_outcomes;
mod attribute_order;
mod decided;
mod drop_order;
mod error_kinds;
mod every_end;
mod fidelity;
mod hostile;
mod identity;
mod label_shapes;
mod label_values;
mod labels;
mod members;
mod mut_self;
mod options;
mod other_attributes;
mod patterns;
mod pieces;
mod sizes;
mod sync_outcomes;
mod track_caller;

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::mpsc;
use std::sync::{LazyLock, OnceLock};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;
use tachometer::{FullSnapshot, FunctionSnapshot, MetricsRegistry, instrumented};

/// A snapshot of the global registry with the functions of these tests alone.
fn snapshot() -> FullSnapshot {
    crate::snapshot_of(module_path!())
}

fn counted(name: &str) -> FunctionSnapshot {
    snapshot().function(name).unwrap_or_else(|| panic!("{name} is not counted")).clone()
}

/// ok, errors, panics, cancelled, in flight
fn outcomes(name: &str) -> (u64, u64, u64, u64, i64) {
    let function = counted(name);
    assert_eq!(function.calls(), function.timed(), "every call that ended is timed");
    (function.ok, function.errors, function.panics, function.cancelled, function.in_flight)
}

fn poll<F: Future + ?Sized>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// A stream that never has an item.
struct Nothing;

impl futures_core::Stream for Nothing {
    type Item = Result<u32, u32>;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Pending
    }
}

/// Never done.
async fn forever() {
    std::future::pending::<()>().await;
}

mod in_flight {
    use super::*;

    #[instrumented]
    fn blocks(entered: &mpsc::Sender<()>, go: &mpsc::Receiver<()>) {
        entered.send(()).unwrap();
        go.recv().unwrap();
    }

    #[test]
    fn a_call_is_in_flight_until_it_ends() {
        let (entered, has_entered) = mpsc::channel();
        let (go, may_go) = mpsc::channel();
        let worker = thread::spawn(move || blocks(&entered, &may_go));
        has_entered.recv().unwrap();
        assert_eq!(outcomes("blocks"), (0, 0, 0, 0, 1));
        go.send(()).unwrap();
        worker.join().unwrap();
        assert_eq!(outcomes("blocks"), (1, 0, 0, 0, 0));
    }
}

mod unsafe_functions {
    use super::*;

    /// # Safety
    /// The address can be read.
    #[instrumented]
    unsafe fn read(address: *const u8) -> Result<u8, ()> {
        // SAFETY: the caller says so.
        Ok(unsafe { *address })
    }

    /// # Safety
    /// The address can be read, until the future is done.
    #[instrumented]
    async unsafe fn read_later(address: *const u8) -> Result<u8, ()> {
        // SAFETY: the caller says so.
        Ok(unsafe { *address })
    }

    #[test]
    fn stay_unsafe_and_are_counted() {
        let value = 3;
        // SAFETY: `value` lives on.
        assert_eq!(unsafe { read(&raw const value) }, Ok(3));
        // SAFETY: as above.
        assert_eq!(poll(pin!(unsafe { read_later(&raw const value) })), Poll::Ready(Ok(3)));
        assert_eq!(outcomes("read"), (1, 0, 0, 0, 0));
        assert_eq!(outcomes("read_later"), (1, 0, 0, 0, 0));
    }
}
