//! The table of metrics by name: which may be registered beside which.

use super::held::Held;
use super::listing::{Entry, Key, Listing};
use super::scope::Scope;
use crate::collect::{Formats, Registered, Shape};
use crate::error::{Cause, Error};
use crate::metric::{self, Declared};
use crate::names::{is_metric_name, is_printed_by_the_library};
use crate::sync::unmodelled::Arc;
use std::collections::BTreeMap;
use std::panic::Location;
use std::ptr;

/// What is to be registered under a name.
pub(super) struct Registration<'a> {
    pub(super) name: &'a str,
    /// For an error: what it is.
    pub(super) what: String,
    pub(super) shape: Shape,
    /// The label names of its series.
    pub(super) labels: Vec<String>,
    pub(super) place: &'static Location<'static>,
}

/// The metric that prints a name.
#[derive(Debug, Clone)]
struct Printer {
    metric: Key,
    formats: Formats,
}

/// All metrics of a registry that have a name.
#[derive(Debug, Clone, Default)]
pub(super) struct Table {
    /// Shared with readers, and copied only if one still holds it when it changes.
    listing: Listing,
    /// Which metric prints a name, of a family or of a sample, in any format.
    printed_by: BTreeMap<String, Printer>,
    /// The latest metric in a `static` that this, the table of the global registry, has adopted.
    latest: Option<&'static dyn Declared>,
}

impl Table {
    /// Returns what is there to read, without copying it.
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

    /// Returns what is registered under the name already, if it is the `same`; else registers what `make` makes.
    pub(super) fn register<M>(
        &mut self,
        registration: Registration<'_>,
        same: impl Fn(&Held) -> Option<M>,
        make: impl FnOnce() -> (Held, M),
    ) -> Result<M, Error> {
        let Registration { name, what, shape, labels, place } = registration;
        if !is_metric_name(name) {
            return Err(Cause::Name { name: name.to_owned() }.into());
        }
        let taken = |standing: String| {
            let wanted = format!("{what} {name:?} ({place})");
            Error::from(Cause::Taken { wanted, standing })
        };
        let full_name = self.listing.full_name(name);
        let key = (full_name.clone(), shape.printed());
        if let Some(Entry { metric, place }) = self.listing.metrics.get(&key) {
            let refused = || taken(format!("{full_name:?} is {} already ({place})", metric.describe()));
            return same(metric).ok_or_else(refused);
        }
        if let Some(label) = labels.iter().find(|label| self.listing.scope.label(label).is_some()) {
            return Err(taken(format!(
                "its label {label:?} is one that all series of the registry have already"
            )));
        }
        let printed_names = shape.printed_names(&full_name);
        if let Some(clash) = printed_names.iter().find_map(|(printed, formats)| self.clash(printed, *formats))
        {
            return Err(taken(clash));
        }
        let (metric, handle) = make();
        let printed_by = |(printed, formats)| (printed, Printer { metric: key.clone(), formats });
        self.printed_by.extend(printed_names.into_iter().map(printed_by));
        Arc::make_mut(&mut self.listing.metrics).insert(key, Entry { metric, place });
        Ok(handle)
    }

    /// Describes what prints a name already that a further metric would print in these formats.
    fn clash(&self, printed: &str, formats: Formats) -> Option<String> {
        let in_openmetrics = match formats {
            Formats::All => "",
            Formats::OpenMetrics => ", and in OpenMetrics this would too",
        };
        if let Some(printer) = self.printed_by.get(printed) {
            let standing = self.describe_printer(printer);
            return Some(match printer.formats {
                Formats::All => format!("{standing} prints {printed:?} already{in_openmetrics}"),
                Formats::OpenMetrics => {
                    format!("{standing} prints {printed:?} in OpenMetrics already{in_openmetrics}")
                }
            });
        }
        is_printed_by_the_library(printed)
            .then(|| format!("tachometer itself prints {printed:?}{in_openmetrics}"))
    }

    /// `a counter "jobs_total" (src/jobs.rs:7:9)`
    fn describe_printer(&self, printer: &Printer) -> String {
        let (name, _) = &printer.metric;
        match self.listing.metrics.get(&printer.metric) {
            Some(Entry { metric, place }) => format!("{} {name:?} ({place})", metric.describe()),
            None => format!("{name:?}"),
        }
    }

    /// Registers all of them or, if one is refused, none.
    pub(super) fn register_all(
        &mut self,
        metrics: impl IntoIterator<Item = (String, Arc<dyn Registered>)>,
        place: &'static Location<'static>,
    ) -> Result<(), Error> {
        let mut with_them = self.clone();
        for (name, metric) in metrics {
            let held = Held::Shared(metric);
            with_them.register(held.registration(&name, place), |_| None, || (held.clone(), ()))?;
        }
        *self = with_them;
        Ok(())
    }

    /// Adopts the metrics in `static`s that were attached since the last time. Returns why some of them are refused; these are not
    /// shown, and a self-metric has the reason.
    pub(super) fn adopt_attached(&mut self) -> Vec<String> {
        let latest = self.latest;
        let is_known =
            |metric: &&'static dyn Declared| latest.is_some_and(|known| ptr::addr_eq(known, *metric));
        let attached: Vec<_> = metric::attached().take_while(|metric| !is_known(metric)).collect();
        self.latest = attached.first().copied().or(latest);
        attached.into_iter().filter_map(|metric| self.adopt(metric)).collect()
    }

    /// Adopts a metric in a `static`. Returns why it is refused, the first time.
    pub(super) fn adopt(&mut self, declared: &'static dyn Declared) -> Option<String> {
        let held = Held::Static(declared);
        let same = |standing: &Held| standing.is(declared).then_some(());
        let declaration = declared.declaration();
        let registration = held.registration(declaration.name, declaration.place);
        let error = self.register(registration, same, || (held.clone(), ())).err()?.to_string();
        Arc::make_mut(&mut self.listing.refused).insert(error.clone()).then_some(error)
    }

    /// Gives a registered or printed name a help text, in the place of the one it has.
    pub(super) fn describe(&mut self, name: String, help: String) {
        Arc::make_mut(&mut self.listing.help).insert(name, help);
    }
}

impl Held {
    /// Returns what it takes to register this under a name.
    pub(super) fn registration<'a>(
        &self,
        name: &'a str,
        place: &'static Location<'static>,
    ) -> Registration<'a> {
        let labels = self.label_names().into_iter().map(str::to_owned).collect();
        Registration { name, what: self.describe(), shape: self.shape(), labels, place }
    }
}
