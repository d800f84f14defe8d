//! The labels of functions as text, which is joined once for all families of a snapshot.

use crate::labels::push_label;
use crate::snapshot::FunctionSnapshot;
use crate::snapshot::families::labels_of;
use std::ptr;

/// The labels of the functions of a snapshot, `function="a",module="b"`.
pub(super) struct FunctionLabels<'a> {
    functions: &'a [FunctionSnapshot],
    /// The labels of all functions, in order.
    text: String,
    /// The end of each function's labels in the text.
    ends: Vec<usize>,
    /// The function that was last asked for.
    current: usize,
}

impl<'a> FunctionLabels<'a> {
    /// Joins the labels of all functions of a snapshot.
    pub(super) fn new(functions: &'a [FunctionSnapshot]) -> Self {
        let (mut text, mut joined) = (String::new(), String::new());
        let ends = functions.iter().map(|function| {
            joined.clear();
            labels_of(function).for_each(|(name, value)| push_label(&mut joined, name, value));
            text.push_str(&joined);
            text.len()
        });
        let ends = ends.collect();
        FunctionLabels { functions, text, ends, current: 0 }
    }

    /// Returns the labels of a function, which must be one of the snapshot's. Each family has the functions in the same order, so
    /// the next one is found in a few steps.
    pub(super) fn printed(&mut self, function: &FunctionSnapshot) -> &str {
        let is_it = |index: &usize| ptr::eq(&raw const self.functions[*index], function);
        let order = (self.current..self.functions.len()).chain(0..self.current);
        let Some(index) = order.into_iter().find(is_it) else { return "" };
        self.current = index;
        let begin = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[begin..self.ends[index]]
    }
}
