//! How a call ends, and what it took.

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It returned, and no `Err`.
    Ok,
    /// It returned an `Err`.
    Error,
    /// It unwound.
    Panic,
    /// Its future was dropped before it was done.
    Cancelled,
}

impl Outcome {
    /// The place of this outcome among those that are not `Ok`.
    #[inline]
    pub(super) fn failure(self) -> Option<u32> {
        match self {
            Outcome::Ok => None,
            Outcome::Error => Some(0),
            Outcome::Panic => Some(1),
            Outcome::Cancelled => Some(2),
        }
    }
}

/// What a call took, in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Time {
    /// Each call of the function is timed.
    OfEach(u64),
    /// One in several is, and this one was.
    OfSome(u64),
    /// One in several is, and this one was not.
    NotTaken,
}
