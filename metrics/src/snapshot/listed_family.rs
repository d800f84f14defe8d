//! A family of a snapshot whose series are views that are made one after the other.
//!
//! Encoders read thousands of series in this form. A list of all of them would be written to memory only to be read once.

use super::declared::SeriesSnapshot;
use super::exemplar::Exemplar;
use super::families::{Labels, MetricFamily, OwnLabels, SeriesView, Value};
use super::function::FunctionSnapshot;
use super::kind::MetricKind;
use std::borrow::Cow;

/// A family of a snapshot, as [`MetricFamily`], without the list of its series.
#[derive(Debug)]
pub(crate) struct ListedFamily<'a> {
    pub(crate) name: Cow<'a, str>,
    pub(crate) help: Cow<'a, str>,
    pub(crate) kind: MetricKind,
    pub(crate) unit: Option<&'static str>,
    pub(super) series: ListedSeries<'a>,
    /// The labels of all series of the snapshot.
    pub(super) shared: &'a [(String, String)],
}

/// The series of a family, as the snapshot holds them.
#[derive(Debug)]
pub(super) enum ListedSeries<'a> {
    /// One series without labels of its own.
    Single(Value<'a>),
    /// The series of a declared family or of a self-metric.
    Declared(&'a [SeriesSnapshot]),
    /// Series of functions: those that `each` shows of a function.
    Functions { functions: &'a [FunctionSnapshot], each: EachSeries },
}

/// Shows the series of a function in a family: for each, the label after those of the function, and the value.
pub(super) type EachSeries = for<'a> fn(&'a FunctionSnapshot, &mut Show<'_, 'a>);

/// Takes the label of a series after those of its function, and the value.
pub(super) type Show<'s, 'a> = dyn FnMut(Option<(&'static str, &'a str)>, Value<'a>) + 's;

impl<'a> ListedFamily<'a> {
    /// Calls `show` with each series, in the order they are printed in.
    #[inline]
    pub(crate) fn each_series(&self, mut show: impl FnMut(SeriesView<'a>)) {
        let mut show_with = |own: OwnLabels<'a>, value: Value<'a>, exemplar: Option<&'a Exemplar>| {
            show(SeriesView { labels: Labels::new(own).with_shared(self.shared), value, exemplar });
        };
        let mut show = |own: OwnLabels<'a>, value: Value<'a>| show_with(own, value, None);
        match &self.series {
            ListedSeries::Single(value) => show(OwnLabels::None, value.clone()),
            ListedSeries::Declared(series) => {
                for SeriesSnapshot { labels, value, exemplar } in *series {
                    show_with(OwnLabels::Series(labels), Value::of(value), exemplar.as_deref());
                }
            }
            ListedSeries::Functions { functions, each } => {
                for function in *functions {
                    each(function, &mut |last, value| show(OwnLabels::Function(function, last), value));
                }
            }
        }
    }

    /// Returns whether its series are those of instrumented functions.
    #[cfg(feature = "http")]
    pub(crate) fn is_of_functions(&self) -> bool {
        matches!(self.series, ListedSeries::Functions { .. })
    }

    /// Returns whether it has a series.
    pub(super) fn has_series(&self) -> bool {
        match &self.series {
            ListedSeries::Single(_) => true,
            ListedSeries::Declared(series) => !series.is_empty(),
            ListedSeries::Functions { functions, each } => functions.iter().any(|function| {
                let mut has_series = false;
                each(function, &mut |_, _| has_series = true);
                has_series
            }),
        }
    }

    /// Returns the family with the list of its series.
    pub(super) fn into_family(self) -> MetricFamily<'a> {
        let mut series = Vec::new();
        self.each_series(|view| series.push(view));
        let ListedFamily { name, help, kind, unit, .. } = self;
        MetricFamily { name, help, kind, unit, series }
    }
}
