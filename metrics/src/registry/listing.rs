//! The metrics of a registry at one moment, and how they are read.

use super::held::Held;
use super::scope::Scope;
use crate::collect::{Answer, Collection, Printed, Source};
use crate::self_metrics::Findings;
use crate::snapshot::{FamilySnapshot, FullSnapshot};
use crate::sync::unmodelled::Arc;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::Location;

/// What tells a metric from others of its registry: its name with the namespace, and what it adds to it.
pub(super) type Key = (String, Printed);

/// A registered metric.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) metric: Held,
    /// Where in the source it was registered, or declared.
    pub(super) place: &'static Location<'static>,
}

/// Shares with its table whatever has not changed since.
#[derive(Debug, Clone, Default)]
pub(super) struct Listing {
    pub(super) scope: Arc<Scope>,
    pub(super) metrics: Arc<BTreeMap<Key, Entry>>,
    /// Help texts that were given later, by the name they were given for.
    pub(super) help: Arc<BTreeMap<String, String>>,
    /// Why metrics in `static`s are not here.
    pub(super) refused: Arc<BTreeSet<String>>,
}

impl Listing {
    /// Returns the name that is printed for what its user calls `name`.
    pub(super) fn full_name(&self, name: &str) -> String {
        self.scope.full_name(name).into_owned()
    }

    /// Returns what is printed under `name` as it is.
    pub(super) fn plain(&self, name: &str) -> Option<&Held> {
        let key = (self.full_name(name), Printed::Plain);
        self.metrics.get(&key).map(|entry| &entry.metric)
    }

    /// Whether each thread has cells of its own for what is printed as `name`, with the namespace or without it.
    pub(super) fn counts_by_thread(&self, name: &str) -> bool {
        let found = self.metrics.get(&(name.to_owned(), Printed::Plain)).map(|entry| &entry.metric);
        found.or_else(|| self.plain(name)).is_some_and(|metric| metric.is_sharded())
    }

    /// Whether a snapshot has to ask code of the program's.
    pub(super) fn has_sources(&self) -> bool {
        self.metrics.values().any(|entry| entry.metric.source().is_some())
    }

    /// Returns whom a snapshot has to ask.
    pub(super) fn sources(&self) -> Vec<Arc<Source>> {
        self.metrics.values().filter_map(|entry| entry.metric.source()).collect()
    }

    /// Adds what the sources returned.
    pub(super) fn add_answer(&self, answer: &Answer, snapshot: &mut FullSnapshot, findings: &mut Findings) {
        for (name, family) in &answer.families {
            match self.clashing_label(family) {
                Some(label) => {
                    findings.refused.insert(format!(
                        "{name:?} is not shown: its label {label:?} is one that all series of the registry have already"
                    ));
                }
                None => {
                    snapshot.declared.insert(self.full_name(name), family.clone());
                }
            }
        }
        findings.refused.extend(answer.refusals.iter().cloned());
    }

    fn clashing_label<'a>(&self, family: &'a FamilySnapshot) -> Option<&'a str> {
        let labels = family.series.iter().flat_map(|series| &series.labels);
        labels.map(|(label, _)| label.as_str()).find(|label| self.scope.label(label).is_some())
    }

    /// Adds what all metrics show. The answers of their sources are there already.
    pub(super) fn collect(&self, into: &mut Collection<'_>) {
        for ((name, _), Entry { metric, .. }) in &*self.metrics {
            metric.collect(name, into);
        }
    }

    /// Adds what is said of all of them: labels, help texts that were given later, refusals.
    pub(super) fn describe(&self, snapshot: &mut FullSnapshot, findings: &mut Findings) {
        let given = self.help.iter().map(|(name, help)| (self.full_name(name), help.clone()));
        let given: BTreeMap<String, String> = given.collect();
        // The text that a metric was declared with is its own. A text that was given later holds for all metrics of that name, so
        // it is repeated under each name that they print.
        let are_declared = |name: &str| self.named(name).any(|(_, entry)| entry.metric.help().is_some());
        for (name, help) in given.iter().filter(|(name, _)| are_declared(name)) {
            for (_, entry) in self.named(name) {
                for (suffix, _) in entry.metric.shape().families() {
                    snapshot.help.insert(format!("{name}{suffix}"), help.clone());
                }
            }
        }
        snapshot.help.extend(given);
        snapshot.labels.clone_from(&self.scope.labels);
        findings.refused.extend(self.refused.iter().cloned());
    }

    /// Returns the metrics that were registered under that name, with its namespace.
    fn named(&self, name: &str) -> impl Iterator<Item = (&Key, &Entry)> {
        let [first, last] = [Printed::FIRST, Printed::LAST].map(|printed| (name.to_owned(), printed));
        self.metrics.range(first..=last)
    }
}
