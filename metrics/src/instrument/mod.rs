//! What the expansion of an annotation calls, on the street's first stretch: call → cells.
//!
//! Not for people: everything here may change with any release, together with the macros.

mod call;
mod future;
mod in_place;
mod kinds;
mod label_sets;
mod piece;
mod site;
mod stopwatch;
mod time_macro;

pub use crate::buckets::bounds::nanos;
pub use crate::buckets::table::BucketTable;
pub use crate::function::{AllKinds, DEFAULT_BUCKETS, Description, Function, Label, Name};
pub use crate::labels::text::LabelText;
pub use crate::link_section::Linked;
pub use crate::recorder::{Block, Outcome, Time};
pub use call::{EndAny, Returned, Running, begin, once, says};
pub use future::{
    AnyOutput, Classify, Decided, EndAnyFuture, ResultOutput, Timed, Untyped, boxed, making, never, timed,
};
pub use in_place::{CountedInPlace, InPlace, InPlaceOf, NotResult};
pub use kinds::{Kinds, KindsBy, KindsOf, NoKinds, NoKindsOf, OwnKinds, ResultType, WithoutKinds};
pub use label_sets::LabelSets;
pub use piece::{AnyValue, Piece, ResultValue, given_name};
pub use site::{Site, attach_to};
pub use stopwatch::{Busy, Sampled, SampledBusy, Stopwatch, Wall};

/// The name of a value's type. That of the standard library is younger than the Rust that users may support, and a lint reports
/// it in each annotated function then.
#[must_use]
pub fn type_name_of_val<T>(_: &T) -> &'static str {
    std::any::type_name::<T>()
}

/// The type a function returns, for those whose type cannot be named otherwise (`!`).
pub trait Return {
    /// What it returns.
    type Output;
}

impl<R> Return for fn() -> R {
    type Output = R;
}
