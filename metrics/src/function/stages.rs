//! Cancellations of a function's calls by stage, for functions whose calls may outlive them.

use super::error_kinds::ErrorKinds;
use crate::snapshot::CancelledByStage;
use crate::sync::const_unless_loom;

/// How far a call had come when it was cancelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    BeforeFirstItem,
    AfterFirstItem,
}

/// A count for each stage. Both are counted as error kinds are: rarely, and after the call has ended, so that a reader that sees
/// the stage sees the cancellation. Neither is the rest of all cancellations: that would be one too high in between.
#[derive(Debug)]
pub(crate) struct Cancellations(ErrorKinds);

impl Cancellations {
    const_unless_loom! {
        pub(super) const fn new() -> Self {
            Cancellations(ErrorKinds::new())
        }
    }

    /// Counts a cancellation, with which a call has ended.
    #[cold]
    pub(crate) fn add(&self, stage: Stage) {
        self.0.add(stage.name());
    }

    pub(super) fn read(&self) -> CancelledByStage {
        let counts = self.0.read();
        let of = |stage: Stage| {
            counts.iter().find(|(name, _)| name == stage.name()).map_or(0, |(_, count)| *count)
        };
        CancelledByStage {
            before_first_item: of(Stage::BeforeFirstItem),
            after_first_item: of(Stage::AfterFirstItem),
        }
    }
}

impl Stage {
    const fn name(self) -> &'static str {
        match self {
            Stage::BeforeFirstItem => "before_first_item",
            Stage::AfterFirstItem => "after_first_item",
        }
    }
}
