//! The work that every row does, and an instrumented function that lies in another crate than its callers.

use tachometer::instrumented;

/// What [`work`] ends with.
pub type Outcome = Result<u64, &'static str>;

/// Next to nothing, so that what is added to it is what is measured. Fails for [`u64::MAX`].
///
/// # Errors
/// Says that the number is too large.
#[inline]
pub fn work(number: u64) -> Outcome {
    if number == u64::MAX { Err("too large") } else { Ok(number + 1) }
}

/// [`work`], instrumented. Never inlined: what is measured is the call.
///
/// # Errors
/// As [`work`].
#[instrumented]
#[inline(never)]
pub fn ours_elsewhere(number: u64) -> Outcome {
    work(number)
}
