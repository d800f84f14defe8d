//! The series of a function that was described at run time, by the values of its labels.

use super::function::DynamicFunction;
use crate::instrument::LabelSets;
use crate::instrument::{LabelText, Wall};
use std::fmt;

/// A function that was described at run time, with labels whose values are given at each call; see
/// [`FunctionBuilder::register_with_labels`](super::FunctionBuilder::register_with_labels).
#[derive(Clone, Copy)]
pub struct LabelledFunction {
    sets: &'static LabelSets<Wall>,
    labels: &'static [&'static str],
    is_busy: bool,
}

impl LabelledFunction {
    pub(super) fn new(
        sets: &'static LabelSets<Wall>,
        labels: &'static [&'static str],
        is_busy: bool,
    ) -> Self {
        LabelledFunction { sets, labels, is_busy }
    }

    /// Returns the names of the labels.
    pub fn labels(self) -> &'static [&'static str] {
        self.labels
    }

    /// Returns the function for calls with these values, in the order of the labels' names. If the cardinality limit has been
    /// reached, these are the overflow series, whose labels have the value `__overflow__`.
    ///
    /// It hashes the values. A set of values that is known takes no lock, and allocates nothing if its values, with 4 bytes for each, have
    /// at most 128 bytes.
    ///
    /// # Panics
    /// If the number of values is not the number of labels.
    #[inline]
    #[track_caller]
    pub fn with(self, values: impl IntoIterator<Item = impl AsRef<str>>) -> DynamicFunction {
        let mut text = LabelText::new();
        let mut count = 0;
        for value in values {
            text.add(value.as_ref());
            count += 1;
        }
        assert!(
            count == self.labels.len(),
            "the labels {:?} need one value each, but there are {count} values",
            self.labels
        );
        DynamicFunction::new(self.sets.site(&text), self.is_busy)
    }
}

impl fmt::Debug for LabelledFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LabelledFunction").field("labels", &self.labels).finish_non_exhaustive()
    }
}
