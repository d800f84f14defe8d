//! The runner of loom models.

#![expect(unsafe_code, reason = "frees what the execution before has leaked")]

use super::leak::reclaim;

/// Explores only one order of the rest of the current execution.
pub(crate) fn stop_exploring() {
    loom::skip_branch();
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
