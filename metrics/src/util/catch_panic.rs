//! Panics of a user's code that end where it was called.

use std::mem;
use std::panic::{self, AssertUnwindSafe};

/// What `work`, which is a user's, returns; `None` where it panicked.
pub(crate) fn catch_panic<T>(work: impl FnOnce() -> T) -> Option<T> {
    // Whatever state the panic left the user's things in, they are the user's own.
    match panic::catch_unwind(AssertUnwindSafe(work)) {
        Ok(result) => Some(result),
        Err(payload) => {
            // What it panicked with may panic again when it is dropped, and what that panics with is leaked.
            let dropped = panic::catch_unwind(AssertUnwindSafe(|| drop(payload)));
            mem::forget(dropped);
            None
        }
    }
}
