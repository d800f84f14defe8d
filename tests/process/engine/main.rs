//! The recording engine through what it shows: exact snapshots, nothing lost, whatever threads do. In a process of its own:
//! its snapshots without pause and its hundreds of threads at once would slow all others, and others them.

mod busy;
mod calls;
mod exact;
mod sampling;
mod threads;
mod timing;

use tachometer::FunctionSnapshot;

/// What the global registry shows of the function, which has been called.
fn counted(name: &str) -> FunctionSnapshot {
    tachometer::snapshot().function(name).unwrap_or_else(|| panic!("{name} is not counted")).clone()
}
