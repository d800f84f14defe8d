//! The recording engine: per-thread cells of calls and values, and the protocol by which they are read exactly.
//!
//! - [`CallCells`]: the cells of one function, in the blocks of all threads that have called it.
//! - `block`: one thread's cells for one function, and the protocol between their writer and a reader.
//! - [`Shards`]: sharded cells by index, for counters. [`Observations`]: blocks by index, for histograms. [`SharedCells`]:
//!   unsharded cells by index, for gauges. `array`: the memory of cells by index.
//! - `slot`: slot keys, and the slots that they select. [`PerThread`]: a value for each thread.
//! - `writer`: the lease of writers to threads. `arena`: the memory of a writer's blocks. `thread`: the lease of the current thread.
//! - `reader`: readings. [`Ledger`]: those of all blocks, kept for the next snapshot, with an `account` for each function. `totals`,
//!   `cell_counts`: the numbers of several blocks together. `cell_sums`: their cells, summed and distributed to buckets.
//!   `epoch`: the reader's epoch, by which it requests a copy from running writers.
//! - `traced_cell`: an exemplar, which is read whole. [`ExemplarCells`]: those of counters, by index. `tracing_hook`: by which a call that
//!   takes an exemplar learns its trace.
//!
//! The cost of a call here: an access to a thread-local, four stores and the clock, and once in 15 calls the cells of all; no
//! read-modify-write, no fence, no lock, and no allocation but that of a page of cells at its first use.
//!
//! An async call begins on the thread that polls it first and ends on the thread that polls it last, each in its own block.
//! It counts in the prefix of the thread on which it ends.

mod account;
mod arena;
mod array;
mod block;
mod call_cells;
mod cell_counts;
mod cell_sums;
mod epoch;
mod exemplar_cells;
mod ledger;
mod observations;
mod outcome;
mod per_thread;
mod reader;
mod shards;
mod shared_cells;
mod slot;
#[cfg(test)]
mod tests;
mod thread;
mod totals;
mod traced_cell;
mod tracing_hook;
mod writer;

pub(crate) use array::MAX_CELLS;
pub use block::Block;
pub(crate) use call_cells::CallCells;
pub(crate) use exemplar_cells::ExemplarCells;
pub(crate) use ledger::Ledger;
pub(crate) use observations::Observations;
pub use outcome::{Outcome, Time};
pub(crate) use per_thread::PerThread;
pub(crate) use reader::Reader;
pub(crate) use shards::Shards;
pub(crate) use shared_cells::SharedCells;
pub(crate) use thread::reading_local_only;
#[cfg(not(loom))]
pub(crate) use thread::reads_local_only;
pub(crate) use traced_cell::TracedCall;
pub(crate) use tracing_hook::{TracingHook, set_tracing_hook};
