//! The description of a function: what its annotation specifies, known at compile time.

use super::error_kinds::AllKinds;
use crate::buckets::table::BucketTable;
use crate::objective::FunctionObjectives;

/// The name, labels, buckets and sampling of an instrumented function.
#[derive(Debug)]
pub struct Description {
    /// The module of the function: `module_path!()`.
    pub module: &'static str,
    /// The source file of the annotation, as the compiler was given it: `file!()`; empty for a function without a place.
    pub file: &'static str,
    /// Line and column of the annotation.
    pub place: (u32, u32),
    /// Returns the compiler's name of an item directly inside the function. The language does not promise its form,
    /// so it is parsed leniently, and only when a snapshot needs the name.
    pub path: fn() -> &'static str,
    /// The source of the `function` label.
    pub name: Name,
    /// The labels in the order they were written.
    pub labels: &'static [Label],
    /// The finite upper bounds of its latency buckets, in nanoseconds.
    pub buckets: &'static BucketTable,
    /// The sample interval: one call in so many is timed; 1: every call.
    pub sample: u64,
    /// The kinds of its errors, if the annotation could name their type and that has kinds.
    pub error_kinds: Option<AllKinds>,
    /// Whether a call may go on after the function has returned, in the value that it returned. Then cancellations are also
    /// counted by stage.
    pub ends_later: bool,
    /// Its objectives, if it has any.
    pub objectives: Option<&'static FunctionObjectives>,
}

/// A label's name with its value; `None` if that is evaluated at each call.
pub type Label = (&'static str, Option<&'static str>);

/// The source of a function's `function` label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Name {
    /// The function's own path: `Cart::add`.
    Path,
    /// The function's annotation.
    Given(&'static str),
    /// The function's own path with this in place of the type, from the annotation of its `impl` block.
    InType(&'static str),
    /// The program, at run time.
    Dynamic {
        /// The label.
        name: &'static str,
        /// Whether the function is left out while an annotated one has the same label and module, whose calls it would count twice.
        is_substitute: bool,
    },
}

impl Name {
    /// Returns whether the function was described at run time, so no linker knows it.
    pub(crate) const fn is_dynamic(self) -> bool {
        matches!(self, Name::Dynamic { .. })
    }

    /// Returns whether the function is left out beside an annotated one.
    pub(crate) const fn is_substitute(self) -> bool {
        matches!(self, Name::Dynamic { is_substitute: true, .. })
    }
}

/// The default upper bounds in nanoseconds: 1, 2.5, 5 a decade from a microsecond to ten seconds.
pub static DEFAULT_BUCKETS: BucketTable = BucketTable::of_time(DEFAULT_BOUNDS);

/// The same without native buckets.
pub static DEFAULT_CLASSIC_BUCKETS: BucketTable = BucketTable::new(DEFAULT_BOUNDS);

const DEFAULT_BOUNDS: &[u64] = &[
    1_000,
    2_500,
    5_000,
    10_000,
    25_000,
    50_000,
    100_000,
    250_000,
    500_000,
    1_000_000,
    2_500_000,
    5_000_000,
    10_000_000,
    25_000_000,
    50_000_000,
    100_000_000,
    250_000_000,
    500_000_000,
    1_000_000_000,
    2_500_000_000,
    5_000_000_000,
    10_000_000_000,
];
