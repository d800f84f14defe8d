//! The table of metrics by name, which detects name clashes.

use super::listing::{Entry, Key, Listing};
use super::metric_handle::MetricHandle;
use super::scope::Scope;
use crate::collect::{Formats, Registered, Shape};
use crate::error::{Cause, Error};
use crate::metric::{self, Declared};
use crate::names::{is_metric_name, is_printed_by_the_library};
use crate::sync::unmodelled::Arc;
use std::collections::BTreeMap;
use std::panic::Location;
use std::ptr;

/// A registration that is to be checked.
pub(super) struct Registration<'a> {
    pub(super) name: &'a str,
    /// The description of the metric in an error.
    pub(super) what: String,
    pub(super) shape: Shape,
    /// The label names of its series.
    pub(super) labels: Vec<String>,
    pub(super) place: &'static Location<'static>,
}

/// The metric that exports a name.
#[derive(Debug, Clone)]
struct NameOwner {
    metric: Key,
    formats: Formats,
}

/// The metrics of a registry by name, and the names that they export.
#[derive(Debug, Clone, Default)]
pub(super) struct NameTable {
    /// Shared with readers. A change copies it only if a reader still has it.
    listing: Listing,
    /// The metric that exports each name, of a family or of a sample, in any format.
    exported_by: BTreeMap<String, NameOwner>,
    /// The metric in a `static` that was adopted last. Only the table of the global registry has one.
    latest: Option<&'static dyn Declared>,
}

impl NameTable {
    /// Returns the metrics for a reader, without copying them.
    pub(super) fn listing(&self) -> Listing {
        self.listing.clone()
    }

    pub(super) fn scope(&self) -> &Scope {
        &self.listing.scope
    }

    pub(super) fn metrics(&self) -> &BTreeMap<Key, Entry> {
        &self.listing.metrics
    }

    pub(super) fn scope_mut(&mut self) -> &mut Scope {
        Arc::make_mut(&mut self.listing.scope)
    }

    /// Returns the existing metric with that name, if `same` accepts it. Otherwise registers the one that `make` returns.
    pub(super) fn register<M>(
        &mut self,
        registration: Registration<'_>,
        same: impl Fn(&MetricHandle) -> Option<M>,
        make: impl FnOnce() -> (MetricHandle, M),
    ) -> Result<M, Error> {
        let Registration { name, what, shape, labels, place } = registration;
        if !is_metric_name(name) {
            return Err(Cause::Name { name: name.to_owned() }.into());
        }
        let taken = |existing: String| {
            let wanted = format!("{what} {name:?} ({place})");
            Error::from(Cause::Taken { wanted, standing: existing })
        };
        let full_name = self.listing.full_name(name);
        let key = (full_name.clone(), shape.suffixes());
        if let Some(Entry { metric, place }) = self.listing.metrics.get(&key) {
            let refused = || taken(format!("{full_name:?} is already {} ({place})", metric.describe()));
            return same(metric).ok_or_else(refused);
        }
        if let Some(label) = labels.iter().find(|label| self.listing.scope.label(label).is_some()) {
            return Err(taken(format!("its label {label:?} is already set for all series of the registry")));
        }
        let exported_names = shape.exported_names(&full_name);
        if let Some(clash) =
            exported_names.iter().find_map(|(exported, formats)| self.clash(exported, *formats))
        {
            return Err(taken(clash));
        }
        let (metric, handle) = make();
        let exported_by = |(exported, formats)| (exported, NameOwner { metric: key.clone(), formats });
        self.exported_by.extend(exported_names.into_iter().map(exported_by));
        Arc::make_mut(&mut self.listing.metrics).insert(key, Entry { metric, place });
        Ok(handle)
    }

    /// Describes the metric that already exports a name which another metric would export in these formats.
    fn clash(&self, exported: &str, formats: Formats) -> Option<String> {
        let in_openmetrics = match formats {
            Formats::All => "",
            Formats::OpenMetrics => ", and this would too in OpenMetrics",
        };
        if let Some(owner) = self.exported_by.get(exported) {
            let existing = self.describe_owner(owner);
            return Some(match owner.formats {
                Formats::All => format!("{existing} already exports {exported:?}{in_openmetrics}"),
                Formats::OpenMetrics => {
                    format!("{existing} already exports {exported:?} in OpenMetrics{in_openmetrics}")
                }
            });
        }
        is_printed_by_the_library(exported)
            .then(|| format!("tachometer itself exports {exported:?}{in_openmetrics}"))
    }

    /// Describes a metric in an error: `a counter "jobs_total" (src/jobs.rs:7:9)`.
    fn describe_owner(&self, owner: &NameOwner) -> String {
        let (name, _) = &owner.metric;
        match self.listing.metrics.get(&owner.metric) {
            Some(Entry { metric, place }) => format!("{} {name:?} ({place})", metric.describe()),
            None => format!("{name:?}"),
        }
    }

    /// Registers all of them, or none if one is refused.
    pub(super) fn register_all(
        &mut self,
        metrics: impl IntoIterator<Item = (String, Arc<dyn Registered>)>,
        place: &'static Location<'static>,
    ) -> Result<(), Error> {
        let mut updated = self.clone();
        for (name, metric) in metrics {
            let handle = MetricHandle::Shared(metric);
            updated.register(handle.registration(&name, place), |_| None, || (handle.clone(), ()))?;
        }
        *self = updated;
        Ok(())
    }

    /// Adopts the metrics in `static`s that were attached since the last time. Returns the reasons why some of them are refused. Those
    /// are not exported, and a self-metric has the reasons.
    pub(super) fn adopt_attached(&mut self) -> Vec<String> {
        let latest = self.latest;
        let is_known =
            |metric: &&'static dyn Declared| latest.is_some_and(|known| ptr::addr_eq(known, *metric));
        let attached: Vec<_> = metric::attached().take_while(|metric| !is_known(metric)).collect();
        self.latest = attached.first().copied().or(latest);
        // The list begins with the latest; of two that clash, the first one stands.
        attached.into_iter().rev().filter_map(|metric| self.adopt(metric)).collect()
    }

    /// Adopts a metric in a `static`. Returns the reason if it is refused for the first time.
    pub(super) fn adopt(&mut self, declared: &'static dyn Declared) -> Option<String> {
        let handle = MetricHandle::Static(declared);
        let same = |existing: &MetricHandle| existing.is(declared).then_some(());
        let declaration = declared.declaration();
        let registration = handle.registration(declaration.name, declaration.place);
        let error = self.register(registration, same, || (handle.clone(), ())).err()?.to_string();
        Arc::make_mut(&mut self.listing.refused).insert(error.clone()).then_some(error)
    }

    /// Sets the help text of a registered or exported name.
    pub(super) fn set_help(&mut self, name: String, help: String) {
        Arc::make_mut(&mut self.listing.help).insert(name, help);
    }
}

impl MetricHandle {
    /// Returns the registration of this metric under a name.
    pub(super) fn registration<'a>(
        &self,
        name: &'a str,
        place: &'static Location<'static>,
    ) -> Registration<'a> {
        let labels = self.label_names().into_iter().map(str::to_owned).collect();
        Registration { name, what: self.describe(), shape: self.shape(), labels, place }
    }
}
