//! Runtime support for generated code: what the expansion of an annotation or of `time!` calls.
//!
//! Not a public API: everything here may change with any release, together with the macros.

mod future;
mod head;
mod in_place;
mod items;
mod kinds;
mod label_sets;
mod site;
mod stopwatch;
mod sync_call;
mod time_guard;
mod time_macro;
mod type_of;

pub use crate::buckets::bounds::nanos;
pub use crate::buckets::table::BucketTable;
pub use crate::function::{
    AllKinds, DEFAULT_BUCKETS, DEFAULT_CLASSIC_BUCKETS, Description, Function, Label, Name,
};
pub use crate::labels::LabelText;
pub use crate::link_section::Linked;
pub use crate::objective::{FunctionObjectives, LatencyObjective, Target};
pub use crate::recorder::{Block, Outcome, Time};
pub use future::{
    AnyOutput, Classify, Decided, EndAnyFuture, Held, ResultOutput, Timed, Untyped, boxed, making, never,
    timed,
};
pub use head::{Head, HoldAny};
pub use in_place::{CountedInPlace, InPlace, InPlaceOf, NotResult};
#[cfg(not(feature = "futures"))]
pub use items::WithFutures;
pub use items::{AnyItems, items};
#[cfg(feature = "futures")]
pub use items::{ErrItems, ItemsOf};
pub use kinds::{Kinds, KindsBy, KindsOf, NoKinds, NoKindsOf, OwnKinds, ResultType, WithoutKinds};
pub use label_sets::LabelSets;
pub use site::{Site, attach_to};
pub(crate) use stopwatch::time_of_each;
pub use stopwatch::{Busy, Sampled, SampledBusy, Stopwatch, Wall};
pub use sync_call::{EndAny, Returned, Running, begin, once, says};
pub use time_guard::{AnyValue, Piece, ResultValue, given_name};
pub use type_of::{Return, type_name_of_val};
