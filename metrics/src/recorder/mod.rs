//! The recording engine: where a call is written, each thread into cells of its own, and how these are read exactly.
//!
//! - [`CallCells`]: the cells of one function, in the blocks of all threads that have called it.
//! - `block`: one thread's cells for one function; the protocol between their writer and a reader.
//! - [`Rows`]: cells by index, each thread's of its own: the numbers of counters. [`Observations`]: those of histograms, in
//!   blocks as well. [`Levels`]: cells by index that all threads write: those of gauges. `array`: how cells by index lie.
//! - `slot`: where a writer keeps them; [`PerThread`]: a value that a writer keeps for its thread.
//! - `writer`: which thread writes which blocks.
//! - `thread`: this thread's writer.
//! - `reader`: reading, in an `epoch` of its own, by which running writers are asked for a copy.
//!
//! What a call costs here: a look at a thread-local, five stores and the clock; no read-modify-write, no fence, no lock,
//! no allocation.
//!
//! An async call is begun by the thread that polls it first and ended by the one that polls it last, each in its own
//! block. It counts in the prefix of the thread where it ends.

mod array;
mod block;
mod call_cells;
mod epoch;
mod levels;
mod observations;
mod outcome;
mod per_thread;
mod reader;
mod rows;
mod slot;
#[cfg(test)]
mod tests;
mod thread;
mod writer;

pub(crate) use array::MOST_CELLS;
pub use block::Block;
pub(crate) use call_cells::CallCells;
pub(crate) use levels::Levels;
pub(crate) use observations::Observations;
pub use outcome::{Outcome, Time};
pub(crate) use per_thread::PerThread;
pub(crate) use reader::Reader;
pub(crate) use rows::Rows;
pub(crate) use thread::{reading_own, reads_own};
