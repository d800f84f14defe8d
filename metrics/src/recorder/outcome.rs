//! The outcome of a call, and its duration.

/// The outcome of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It returned a value other than an `Err`.
    Ok,
    /// It returned an `Err`.
    Error,
    /// It unwound.
    Panic,
    /// Its future, or the stream or body that it went on in, was dropped before completion.
    Cancelled,
}

/// The number of outcomes other than [`Outcome::Ok`]. The remaining calls are `Ok`.
pub(super) const FAILURES: usize = 3;

impl Outcome {
    /// Returns the index of this outcome among the failures; `None` for `Ok`.
    #[inline]
    pub(super) fn failure_index(self) -> Option<u32> {
        match self {
            Outcome::Ok => None,
            Outcome::Error => Some(0),
            Outcome::Panic => Some(1),
            Outcome::Cancelled => Some(2),
        }
    }
}

/// The duration of a call, in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Time {
    /// The function times every call.
    OfEach(u64),
    /// The function samples calls, and this one was timed.
    OfSome(u64),
    /// The function samples calls, and this one was not timed.
    NotTaken,
}
