//! What the expansion of an annotation calls, on the street's first stretch: call → cells.
//!
//! Not for people: everything here may change with any release, together with the macros.

mod call;
mod future;
mod kinds;
mod label_sets;
mod piece;
mod site;
mod stopwatch;

pub use crate::cells::{Outcome, Time};
pub use crate::function::{AllKinds, DEFAULT_BUCKETS, Description, Function, Label, Name};
pub use crate::linked::Linked;
pub use crate::model::BucketTable;
pub use crate::model::label_text::LabelText;
pub use call::{EndAny, InPlace, Returned, Running, begin, once, says};
pub use future::{
    AnyOutput, Classify, Decided, EndAnyFuture, ResultOutput, Timed, Untyped, boxed, making, never, timed,
};
pub use kinds::{Kinds, KindsBy, KindsOf, NoKinds, NoKindsOf, OwnKinds, ResultType, WithoutKinds};
pub use label_sets::LabelSets;
pub use piece::{AnyValue, Piece, ResultValue, given_name};
pub use site::{Site, attach_to};
pub use std::any::type_name_of_val;
pub use stopwatch::{Busy, Sampled, SampledBusy, Stopwatch, Wall};

/// Latency bounds of an annotation, from seconds to nanoseconds, checked while compiling.
///
/// # Panics
/// Where the bounds are empty, not finite, below a nanosecond or not rising; in a constant, a compile error.
#[must_use]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked before")]
pub const fn nanos<const N: usize>(seconds: [f64; N]) -> [u64; N] {
    assert!(N > 0, "`buckets` must name at least one bound");
    let mut nanos = [0; N];
    let mut index = 0;
    while index < N {
        let bound = seconds[index] * 1e9 + 0.5;
        assert!(
            bound >= 1.0 && bound < 1e19,
            "each bound of `buckets` must lie between 1e-9 and 1e10 seconds"
        );
        nanos[index] = bound as u64;
        assert!(
            index == 0 || nanos[index] > nanos[index - 1],
            "the bounds of `buckets` must strictly increase"
        );
        index += 1;
    }
    nanos
}

/// The type a function returns, for those whose type cannot be named otherwise (`!`).
pub trait Return {
    /// What it returns.
    type Output;
}

impl<R> Return for fn() -> R {
    type Output = R;
}
