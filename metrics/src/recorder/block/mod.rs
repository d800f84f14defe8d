//! One writer's cells for one function, and the protocol by which they are read exactly.
//!
//! # Guarantees
//!
//! Assumptions: one thread at a time writes a block (the [lease](super::writer) ensures that). It is never interrupted by
//! another write of the same block. One reader at a time reads (the [`Reader`](super::Reader) ensures that).
//!
//! 1. A reading is a prefix of the writer's calls: exactly the first *n* ended calls, in count, outcomes, buckets, sum and
//!    extremes. With it come the calls that had begun at some moment between the end of the *n*-th call and the end of the next.
//!    The recent extremes are exactly those of the calls among the first *n* that belong to the reader's [window](history) and
//!    the two before.
//! 2. It includes every call whose end happens before the reading, and is never shorter than an earlier reading.
//!
//! Progress: the writer is wait-free, and stores without a read-modify-write or a fence. The reader never waits for a writer: a
//! writer that is suspended, at whatever point of its update, is read at the first attempt. A running writer that overtakes the
//! reader is asked for a copy, and read as soon as a call that has seen the request ends.
//!
//! How: a call writes new values into the slots that are not current, and its last store, to `head`, commits the call. A
//! call's cell is incremented by a later call. A reader that finds the same `head` before and after has read a prefix.
//! [`docs::recording`](crate::docs::recording) has the steps, and the argument that they suffice; E and R in the comments are
//! its steps.

mod cell;
mod copy;
mod exemplars;
mod history;
mod layout;
mod octaves;
mod offer;
mod read;
mod write;

pub(crate) use exemplars::ExemplarReading;
pub use layout::Block;
pub(super) use read::{BlockReading, Known, Version};
