//! The labels of series as an encoder writes them: those of a function are joined once for all families of a snapshot.

use crate::labels::SeriesLabels;
use crate::snapshot::FunctionSnapshot;
use crate::snapshot::families::{Labels, OwnLabels, labels_of};
use std::ops::Range;
use std::ptr;

/// Labels in the form of a format, joined one after the other.
pub(super) trait LabelBuffer: Default {
    /// Joined labels.
    type Joined: ?Sized;

    /// Appends a label.
    fn push(&mut self, name: &str, value: &str);

    /// Appends labels that are joined already, to an empty buffer or after other functions' labels.
    fn push_joined(&mut self, labels: &Self::Joined);

    fn clear(&mut self);

    fn length(&self) -> usize;

    fn part(&self, range: Range<usize>) -> &Self::Joined;

    /// Returns the labels of a series, if the series has them in this form.
    fn of_series(labels: &SeriesLabels) -> Option<&Self::Joined>;
}

/// The joined labels of the series of a snapshot.
pub(super) struct EncodedLabels<'a, B> {
    functions: FunctionLabels<'a, B>,
    /// The labels of the current series, if they are not joined elsewhere.
    joined: B,
}

impl<'a, B: LabelBuffer> EncodedLabels<'a, B> {
    /// Joins the labels of all functions of a snapshot.
    pub(super) fn new(functions: &'a [FunctionSnapshot]) -> Self {
        EncodedLabels { functions: FunctionLabels::new(functions), joined: B::default() }
    }

    /// Returns the labels of a series of the snapshot.
    #[inline]
    pub(super) fn of(&mut self, labels: &Labels<'a>) -> &B::Joined {
        let EncodedLabels { functions, joined } = self;
        match labels.own() {
            OwnLabels::None => joined.clear(),
            OwnLabels::Series(own) => match B::of_series(own) {
                Some(own) if !labels.has_shared() => return own,
                Some(own) => {
                    joined.clear();
                    joined.push_joined(own);
                }
                None => {
                    joined.clear();
                    own.iter().for_each(|(name, value)| joined.push(name, value));
                }
            },
            OwnLabels::Function(function, None) if !labels.has_shared() => return functions.joined(function),
            OwnLabels::Function(function, last) => {
                joined.clear();
                joined.push_joined(functions.joined(function));
                if let Some((name, value)) = last {
                    joined.push(name, value);
                }
            }
        }
        if labels.has_shared() {
            labels.shared().for_each(|(name, value)| joined.push(name, value));
        }
        joined.part(0..joined.length())
    }
}

/// The joined labels of the functions of a snapshot.
struct FunctionLabels<'a, B> {
    functions: &'a [FunctionSnapshot],
    /// The labels of all functions, in order.
    all: B,
    /// The end of each function's labels.
    ends: Vec<usize>,
    /// The function that was last asked for.
    current: usize,
}

impl<'a, B: LabelBuffer> FunctionLabels<'a, B> {
    fn new(functions: &'a [FunctionSnapshot]) -> Self {
        let (mut all, mut joined) = (B::default(), B::default());
        let ends = functions.iter().map(|function| {
            joined.clear();
            labels_of(function).for_each(|(name, value)| joined.push(name, value));
            all.push_joined(joined.part(0..joined.length()));
            all.length()
        });
        let ends = ends.collect();
        FunctionLabels { functions, all, ends, current: 0 }
    }

    /// Returns the labels of a function, which must be one of the snapshot's. Each family has the functions in the same order, so
    /// the next one is found in a few steps.
    fn joined(&mut self, function: &FunctionSnapshot) -> &B::Joined {
        let is_it = |index: &usize| ptr::eq(&raw const self.functions[*index], function);
        let order = (self.current..self.functions.len()).chain(0..self.current);
        let Some(index) = order.into_iter().find(is_it) else { return self.all.part(0..0) };
        self.current = index;
        let begin = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.all.part(begin..self.ends[index])
    }
}
