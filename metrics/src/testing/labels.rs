//! Selection of series by their labels.

use super::similar;
use crate::labels::{LabelSet, LabelValue, LabelVisitor};
use std::collections::BTreeSet;
use std::fmt;
use std::slice;

/// The labels that selected series have. They may have further ones.
#[derive(Debug, Clone, Default)]
pub(super) struct LabelFilter(Vec<(String, String)>);

/// The name and value of a label.
pub(super) type Pair<'a> = (&'a str, &'a str);

impl LabelFilter {
    pub(super) fn add(&mut self, name: String, value: &(impl LabelValue + ?Sized)) {
        let mut text = String::new();
        // An error truncates the value, as it does when it is recorded.
        let _ = value.write(&mut text);
        self.0.push((name, text));
    }

    pub(super) fn add_all<L: LabelSet>(&mut self, labels: &L) {
        labels.visit(&mut AddEach { names: L::NAMES.iter(), filter: self });
    }

    /// Returns whether a series with `labels` is selected. A missing label equals one with an empty value.
    pub(super) fn matches(&self, labels: &[Pair<'_>]) -> bool {
        self.0.iter().all(|(name, value)| value_of(labels, name) == value)
    }

    /// Describes the first label whose value no series has, and the values that exist: those of the series with the other labels,
    /// or of all series if there is none. Such a value is not a mistake by itself: an expectation of no calls is met.
    pub(super) fn absent_value<'a>(
        &self,
        series: &(impl Iterator<Item = &'a [Pair<'a>]> + Clone),
    ) -> Option<String> {
        let values = |name: &str, others: &[(String, String)]| -> BTreeSet<&'a str> {
            let with_others = |labels: &&[Pair<'a>]| {
                let others = others.iter().filter(|(other, _)| other != name);
                others.into_iter().all(|(other, value)| value_of(labels, other) == value)
            };
            series.clone().filter(with_others).map(|labels| value_of(labels, name)).collect()
        };
        self.0.iter().find_map(|(name, value)| {
            let all = values(name, &[]);
            if all.is_empty() || all.contains(value.as_str()) {
                return None;
            }
            let beside_others = values(name, &self.0);
            let known = if beside_others.is_empty() { all } else { beside_others };
            let nearest = similar::nearest_first(value, known);
            Some(format!("no series has {name}={value:?}; values of {name:?}: {}", similar::quoted(nearest)))
        })
    }

    /// Returns an error if none of `series` has one of the labels, as its name may be misspelled. If there are no series, every name
    /// is accepted.
    pub(super) fn check_names<'a>(
        &self,
        series: impl Iterator<Item = &'a [Pair<'a>]> + Clone,
    ) -> Result<(), String> {
        let known: BTreeSet<&str> = series.clone().flatten().map(|(name, _)| *name).collect();
        let with_value = self.0.iter().filter(|(_, value)| !value.is_empty()).map(|(name, _)| name.as_str());
        match with_value.into_iter().find(|name| !known.contains(name)) {
            Some(name) if series.count() > 0 => {
                let suggestion = similar::suggestion(name, &Vec::from_iter(known));
                Err(format!("it has no label {name:?}; {suggestion}"))
            }
            _ => Ok(()),
        }
    }
}

/// A visitor that adds the values of a label set under their names.
struct AddEach<'a> {
    names: slice::Iter<'static, &'static str>,
    filter: &'a mut LabelFilter,
}

impl LabelVisitor for AddEach<'_> {
    fn value<V: LabelValue + ?Sized>(&mut self, value: &V) {
        if let Some(name) = self.names.next() {
            self.filter.add((*name).to_owned(), value);
        }
    }
}

impl fmt::Display for LabelFilter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return Ok(());
        }
        let pairs: Vec<Pair<'_>> =
            self.0.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        write!(f, " with {}", listed(&pairs))
    }
}

/// Returns the value of the label `name`, or an empty string if there is no such label.
fn value_of<'a>(labels: &[Pair<'a>], name: &str) -> &'a str {
    labels.iter().find(|(other, _)| *other == name).map_or("", |(_, value)| value)
}

/// Formats labels like the exposition formats.
pub(super) fn listed(labels: &[Pair<'_>]) -> String {
    let pairs: Vec<String> = labels.iter().map(|(name, value)| format!("{name}={value:?}")).collect();
    if pairs.is_empty() { "without labels".to_owned() } else { pairs.join(", ") }
}
