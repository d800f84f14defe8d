//! The runner of loom models.

#![expect(unsafe_code, reason = "frees what the execution before has leaked")]

use super::leak::reclaim;
use super::unmodelled::{Mutex, lock};
use std::mem;

/// The number of a reader's attempts that models explore.
///
/// An attempt does not depend on those before it. So two show what more would show, in hours.
static EXPLORED_ATTEMPTS: Mutex<u32> = Mutex::new(2);

/// Explores only the first `attempts` of a reading in the model that `run` runs.
pub(crate) fn exploring_attempts(attempts: u32, run: impl FnOnce()) {
    let before = mem::replace(&mut *lock(&EXPLORED_ATTEMPTS), attempts);
    run();
    *lock(&EXPLORED_ATTEMPTS) = before;
}

/// Explores only one order of the rest of the current execution if `attempt` is beyond those that are explored.
pub(crate) fn explore_attempt(attempt: u32) {
    if attempt > *lock(&EXPLORED_ATTEMPTS) {
        loom::skip_branch();
    }
}

/// Runs `execution` in every order of its threads' steps that has at most `preemptions` involuntary switches, and with every
/// value that a load may see. Models must run one at a time: set `RUST_TEST_THREADS=1`.
pub(crate) fn model(preemptions: usize, execution: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    // The environment may ask for more: `LOOM_MAX_PREEMPTIONS`.
    builder.preemption_bound = builder.preemption_bound.or(Some(preemptions));
    builder.check(move || {
        // SAFETY: the threads of the previous execution have ended, and a model has no `static`s but loom's own.
        unsafe { reclaim::free_all() };
        execution();
    });
}
