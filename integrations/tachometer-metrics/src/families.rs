//! The families of a recorder, by the names that the program gives them. Looked up for handles that a thread's cache does not have.

use crate::names;
use crate::refusals::{REFUSED, Reason, Refusals, Refused};
use crate::shape::{Precision, Shapes};
use metrics::{Key, Unit};
use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tachometer::family::{AnyFamily, Held, Metric, MixedFamily, Series};
use tachometer::{Counter, Error, FloatGauge, Histogram, MetricsRegistry};

/// The label names of a metric that are accepted.
const MAX_LABEL_NAMES: usize = 100;

#[derive(Debug)]
pub(crate) struct Families {
    registry: &'static MetricsRegistry,
    max_series: usize,
    max_names: usize,
    shapes: Shapes,
    refusals: Refusals,
    table: Mutex<Table>,
}

#[derive(Debug, Default)]
struct Table {
    by_name: HashMap<String, Arc<Named>>,
    /// The program's name of each exported one.
    exported: HashMap<String, String>,
    descriptions: HashMap<String, Description>,
}

#[derive(Debug, Clone)]
struct Description {
    help: String,
    unit: Option<Unit>,
}

/// What a name stands for.
#[derive(Debug)]
pub(crate) struct Named {
    /// The program's name.
    pub(crate) name: String,
    exported: String,
    family: Family,
    /// Held while a counter is set to an absolute value.
    pub(crate) absolute: Mutex<()>,
    /// The program's names of labels.
    labels: Mutex<BTreeSet<String>>,
}

/// A series and what its name stands for.
type Found<M> = (Series<M, Held>, Arc<Named>);

#[derive(Debug)]
enum Family {
    Counter(MixedFamily<Counter>),
    Gauge(MixedFamily<FloatGauge>),
    Histogram(MixedFamily<Histogram>, Precision),
    Refused(Reason),
}

/// The kind of a metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Counter,
    Gauge,
    Histogram,
}

impl Family {
    fn kind(&self) -> Result<Kind, Reason> {
        match self {
            Family::Counter(_) => Ok(Kind::Counter),
            Family::Gauge(_) => Ok(Kind::Gauge),
            Family::Histogram(..) => Ok(Kind::Histogram),
            Family::Refused(reason) => Err(*reason),
        }
    }
}

impl Families {
    pub(crate) fn new(
        registry: &'static MetricsRegistry,
        max_series: usize,
        max_names: usize,
        shapes: Shapes,
    ) -> Self {
        let refusals = Refusals::new(registry);
        Families { registry, max_series, max_names, shapes, refusals, table: Mutex::default() }
    }

    /// Keeps a help text and a unit, for a metric that is or will be used.
    pub(crate) fn describe(&self, name: &str, unit: Option<Unit>, help: &str) {
        let mut table = self.table();
        if !table.descriptions.contains_key(name) && table.descriptions.len() >= self.max_names {
            return;
        }
        table.descriptions.insert(name.to_owned(), Description { help: help.to_owned(), unit });
        if let Some(named) = table.by_name.get(name).filter(|named| named.family.kind().is_ok()) {
            self.registry.describe(&*named.exported, help);
        }
    }

    /// Returns a handle that counts refused updates of a metric.
    pub(crate) fn refuse(&self, metric: &str, reason: Reason) -> Refused {
        self.refusals.handle(metric, reason)
    }

    pub(crate) fn counter(&self, key: &Key) -> Result<Found<Counter>, Reason> {
        let named = self.named(key.name(), Kind::Counter)?;
        let Family::Counter(family) = &named.family else { return Err(Reason::Kind) };
        Ok((self.series(family, &named, key)?, named))
    }

    pub(crate) fn gauge(&self, key: &Key) -> Result<Series<FloatGauge, Held>, Reason> {
        let named = self.named(key.name(), Kind::Gauge)?;
        let Family::Gauge(family) = &named.family else { return Err(Reason::Kind) };
        self.series(family, &named, key)
    }

    pub(crate) fn histogram(&self, key: &Key) -> Result<(Found<Histogram>, Precision), Reason> {
        let named = self.named(key.name(), Kind::Histogram)?;
        let Family::Histogram(family, precision) = &named.family else { return Err(Reason::Kind) };
        Ok(((self.series(family, &named, key)?, Arc::clone(&named)), *precision))
    }

    fn series<M: Metric>(
        &self,
        family: &MixedFamily<M>,
        named: &Named,
        key: &Key,
    ) -> Result<Series<M, Held>, Reason> {
        let labels: Vec<(Cow<'_, str>, &str)> =
            key.labels().map(|label| (names::of_label(label.key()), label.value())).collect();
        self.check_labels(named, key)?;
        let labels: Vec<_> = labels.iter().map(|(name, value)| (&**name, *value)).collect();
        // Two labels have the same name.
        family.series(&labels).map_err(|_| Reason::Labels)
    }

    /// Checks label names that the metric has not had before, and shows those that are changed.
    fn check_labels(&self, named: &Named, key: &Key) -> Result<(), Reason> {
        let mut known = lock(&named.labels);
        let mut shared = None;
        for label in key.labels().map(metrics::Label::key) {
            if known.contains(label) {
                continue;
            }
            let exported = names::of_label(label);
            let shared = shared.get_or_insert_with(|| self.shared_labels());
            if known.len() >= MAX_LABEL_NAMES || shared.contains(&*exported) {
                return Err(Reason::Labels);
            }
            if exported != label {
                self.refusals.show_renamed(&named.name, label, &exported);
            }
            known.insert(label.to_owned());
        }
        Ok(())
    }

    /// Returns the names of the labels of all series of the registry.
    fn shared_labels(&self) -> BTreeSet<String> {
        let metrics = self.registry.list();
        let own = metrics.into_iter().find(|metric| metric.name.ends_with(REFUSED));
        let labels = own.into_iter().flat_map(|metric| metric.labels);
        labels.filter(|label| label != "metric" && label != "reason").collect()
    }

    /// Returns what the name stands for, which is registered at its first use.
    fn named(&self, name: &str, kind: Kind) -> Result<Arc<Named>, Reason> {
        let mut table = self.table();
        let named = match table.by_name.get(name) {
            Some(named) => Arc::clone(named),
            None if table.by_name.len() >= self.max_names => return Err(Reason::Names),
            None => self.add(&mut table, name, kind),
        };
        match named.family.kind() {
            Ok(registered) if registered == kind => Ok(named),
            Ok(_) => Err(Reason::Kind),
            Err(reason) => Err(reason),
        }
    }

    fn add(&self, table: &mut Table, name: &str, kind: Kind) -> Arc<Named> {
        let exported = names::of_metric(name).into_owned();
        let family = if table.exported.contains_key(&exported) {
            Family::Refused(Reason::SameName)
        } else {
            let description = table.descriptions.get(name);
            self.register(name, &exported, kind, description).unwrap_or(Family::Refused(Reason::Taken))
        };
        if family.kind().is_ok() {
            table.exported.insert(exported.clone(), name.to_owned());
            if exported != name {
                self.refusals.show_renamed(name, "", &exported);
            }
        }
        let named = Arc::new(Named {
            name: name.to_owned(),
            exported,
            family,
            absolute: Mutex::default(),
            labels: Mutex::default(),
        });
        table.by_name.insert(name.to_owned(), Arc::clone(&named));
        named
    }

    fn register(
        &self,
        name: &str,
        exported: &str,
        kind: Kind,
        description: Option<&Description>,
    ) -> Result<Family, Error> {
        let help = description.map_or("A metric of the `metrics` facade", |description| &description.help);
        Ok(match kind {
            Kind::Counter => Family::Counter(self.register_family(MixedFamily::new(exported, help)?)?),
            Kind::Gauge => Family::Gauge(self.register_family(MixedFamily::new(exported, help)?)?),
            Kind::Histogram => {
                let shape = self.shapes.find(name, description.and_then(|description| description.unit));
                Family::Histogram(self.register_family(shape.family(exported, help)?)?, shape.precision)
            }
        })
    }

    fn register_family<M: Metric>(&self, family: MixedFamily<M>) -> Result<MixedFamily<M>, Error>
    where
        MixedFamily<M>: AnyFamily,
    {
        self.registry.try_family(family.max_series(self.max_series))
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        lock(&self.table)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What it guards is whole after each statement.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
