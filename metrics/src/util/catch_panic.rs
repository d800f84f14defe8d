//! Panic isolation for calls of user code.

use std::mem;
use std::panic::{self, AssertUnwindSafe};

/// Runs `work`, which is user code, and returns its result; `None` if it panics.
pub(crate) fn catch_panic<T>(work: impl FnOnce() -> T) -> Option<T> {
    // Unwind safety: a state that the panic left inconsistent belongs to the user's code.
    match panic::catch_unwind(AssertUnwindSafe(work)) {
        Ok(result) => Some(result),
        Err(payload) => {
            // The payload's destructor may panic as well. The payload of that panic is leaked.
            let dropped = panic::catch_unwind(AssertUnwindSafe(|| drop(payload)));
            mem::forget(dropped);
            None
        }
    }
}
