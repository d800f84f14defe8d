//! The metrics of a registry at one moment, and their reading.

use super::metric_handle::MetricHandle;
use super::scope::Scope;
use crate::collect::{Answer, Collection, Source, Suffixes};
use crate::self_metrics::Findings;
use crate::snapshot::{FamilySnapshot, FullSnapshot};
use crate::sync::unmodelled::Arc;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::Location;

/// The key of a metric in its registry: the name with the namespace, and the suffixes that it adds.
pub(super) type Key = (String, Suffixes);

/// A registered metric.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) metric: MetricHandle,
    /// The source location of the registration or declaration.
    pub(super) place: &'static Location<'static>,
}

/// The metrics and settings of a registry, as shared copies that are cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct Listing {
    pub(super) scope: Arc<Scope>,
    pub(super) metrics: Arc<BTreeMap<Key, Entry>>,
    /// Help texts given by `describe`, by the name they were given for.
    pub(super) help: Arc<BTreeMap<String, String>>,
    /// The reasons why metrics in `static`s were refused.
    pub(super) refused: Arc<BTreeSet<String>>,
}

impl Listing {
    /// Returns the exported name, with the namespace, of what the program calls `name`.
    pub(super) fn full_name(&self, name: &str) -> String {
        self.scope.full_name(name).into_owned()
    }

    /// Returns the metric that is exported as `name` without a suffix.
    pub(super) fn plain(&self, name: &str) -> Option<&MetricHandle> {
        let key = (self.full_name(name), Suffixes::Plain);
        self.metrics.get(&key).map(|entry| &entry.metric)
    }

    /// Returns whether the metric exported as `name`, given with or without the namespace, is sharded.
    pub(super) fn is_sharded(&self, name: &str) -> bool {
        let found = self.metrics.get(&(name.to_owned(), Suffixes::Plain)).map(|entry| &entry.metric);
        found.or_else(|| self.plain(name)).is_some_and(|metric| metric.is_sharded())
    }

    /// Returns whether a snapshot has to call sources.
    pub(super) fn has_sources(&self) -> bool {
        self.metrics.values().any(|entry| entry.metric.source().is_some())
    }

    /// Returns the sources that a snapshot has to call.
    pub(super) fn sources(&self) -> Vec<Arc<Source>> {
        self.metrics.values().filter_map(|entry| entry.metric.source()).collect()
    }

    /// Adds the answer of the sources.
    pub(super) fn add_answer(&self, answer: &Answer, snapshot: &mut FullSnapshot, findings: &mut Findings) {
        for (name, family) in &answer.families {
            match self.clashing_label(family) {
                Some(label) => {
                    findings.refused.insert(format!(
                        "{name:?} is not exported: its label {label:?} is already set for all series of the registry"
                    ));
                }
                None => {
                    snapshot.declared.insert(self.full_name(name), family.clone());
                }
            }
        }
        findings.refused.extend(answer.refusals.iter().cloned());
    }

    /// Returns a label of the family that is set for all series too.
    fn clashing_label<'a>(&self, family: &'a FamilySnapshot) -> Option<&'a str> {
        let labels = family.series.iter().flat_map(|series| &series.labels);
        labels.map(|(label, _)| label).find(|label| self.scope.label(label).is_some())
    }

    /// Adds the values of all metrics. The answers of their sources were added before.
    pub(super) fn collect(&self, into: &mut Collection<'_>) {
        for ((name, _), Entry { metric, .. }) in &*self.metrics {
            metric.collect(name, into);
        }
    }

    /// Adds what applies to the whole registry: labels, help texts given by `describe`, refusals.
    pub(super) fn add_registry_facts(&self, snapshot: &mut FullSnapshot, findings: &mut Findings) {
        let given = self.help.iter().map(|(name, help)| (self.full_name(name), help.clone()));
        let given: BTreeMap<String, String> = given.collect();
        // The help text of a declaration belongs to that metric. A text given by `describe` applies to all metrics with the name, so
        // it is repeated under each name that they export.
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

    /// Returns the metrics that were registered under `name`, which includes the namespace.
    fn named(&self, name: &str) -> impl Iterator<Item = (&Key, &Entry)> {
        let [first, last] = [Suffixes::FIRST, Suffixes::LAST].map(|printed| (name.to_owned(), printed));
        self.metrics.range(first..=last)
    }
}
