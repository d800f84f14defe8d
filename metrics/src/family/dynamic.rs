//! Families whose names are said at run time.

use super::core::{Core, Sets};
use super::metric::{AnyFamily, Metric};
use super::plan::Plan;
use super::series::{Held, Series, Texts};
use crate::buckets::bounds::count_finite;
use crate::collect::Registered;
use crate::error::{Cause, Error};
use crate::metric::histogram::HistogramOptions;
use crate::metric::kind::Kind;
use crate::metric::{Declared, Histogram};
use crate::names::is_metric_name;
use crate::names::{is_label_name, is_reserved};
use std::any::Any;
use std::fmt;
use std::time::Duration;

/// A [`Family`](crate::Family) whose name and labels are said at run time, by a configuration or another system.
///
/// The global registry reads it from the first use on, or the one that it was
/// [registered](crate::MetricsRegistry::family) with.
///
/// ```
/// use tachometer::{Counter, DynamicFamily, MetricsRegistry};
/// use std::time::Duration;
///
/// fn main() -> Result<(), tachometer::Error> {
///     let registry = MetricsRegistry::new(Duration::from_secs(10));
///     let columns = ["region", "sort"]; // read from a file
///     let wines: DynamicFamily<Counter> =
///         registry.family(DynamicFamily::new("wines_total", "Bottles", columns)?);
///
///     wines.with(&["Pfalz", "Riesling"]).add(6);
///     let text = registry.snapshot_all().to_prometheus_format();
///     assert!(text.contains("wines_total{region=\"Pfalz\",sort=\"Riesling\"} 6\n"));
///     Ok(())
/// }
/// ```
///
/// Names are kept as long as the program runs.
pub struct DynamicFamily<M: Metric> {
    plan: Plan<M>,
    labels: &'static [&'static str],
}

impl<M: Metric> DynamicFamily<M> {
    /// A family printed as `name` with that `# HELP`, whose labels have these names.
    ///
    /// # Errors
    /// If Prometheus does not allow the name or that of a label, or where two labels have the same name.
    #[track_caller]
    pub fn new<N: Into<String>>(
        name: impl Into<String>,
        help: impl Into<String>,
        labels: impl IntoIterator<Item = N>,
    ) -> Result<Self, Error>
    where
        M: Kind<Options = ()>,
    {
        Self::of(name.into(), help.into(), labels.into_iter().map(Into::into).collect(), ())
    }

    #[track_caller]
    fn of(name: String, help: String, labels: Vec<String>, options: M::Options) -> Result<Self, Error> {
        if !is_metric_name(&name) {
            return Err(Cause::Name { name }.into());
        }
        let is_bad = |(index, label): &(usize, &String)| {
            !is_label_name(label) || is_reserved(label) || labels[..*index].contains(label)
        };
        if let Some((index, label)) = labels.iter().enumerate().find(is_bad) {
            let is_twice = labels[..index].contains(label);
            return Err(Cause::Label { metric: name, label: label.clone(), is_twice }.into());
        }
        let labels: Vec<&'static str> = labels.into_iter().map(|label| &*label.leak()).collect();
        Ok(DynamicFamily { plan: Plan::new(name.leak(), help.leak(), options), labels: labels.leak() })
    }

    /// As [`Family::max_series`](crate::Family::max_series).
    ///
    /// # Panics
    /// If it is zero or more than a million.
    #[must_use]
    pub fn max_series(mut self, most: usize) -> Self {
        self.plan.limits = self.plan.limits.with_at_most(most);
        self
    }

    /// As [`Family::expire_after`](crate::Family::expire_after).
    ///
    /// # Panics
    /// If the time is zero.
    #[must_use]
    pub fn expire_after(mut self, idle: Duration) -> Self {
        self.plan.limits = self.plan.limits.with_expiry(idle);
        self
    }

    /// What its labels are called.
    pub fn labels(&self) -> &[&str] {
        self.labels
    }

    /// The series whose labels have these values, in the order of their names. It is looked up, and made where there is none, with
    /// each update.
    ///
    /// # Panics
    /// Where there are more or fewer values than labels.
    #[inline]
    #[track_caller]
    pub fn with<'v>(&self, values: &'v [&'v str]) -> Series<M, Texts<'v>> {
        assert!(
            values.len() == self.labels.len(),
            "the family {:?} has the labels {:?}, not as many as the values {values:?}",
            self.plan.name,
            self.labels
        );
        Series::new(self.core(), Texts::new(values))
    }

    /// The series whose labels have these values, to be kept, as [`Family::hold`](crate::Family::hold).
    ///
    /// # Panics
    /// As [`with`](Self::with).
    #[track_caller]
    pub fn hold(&self, values: &[&str]) -> Series<M, Held> {
        self.with(values).hold()
    }

    /// As [`Family::remove_where`](crate::Family::remove_where).
    pub fn remove_where(&self, is_over: impl FnMut(&[(&str, &str)]) -> bool) -> usize {
        self.core().remove_where(is_over)
    }

    /// As [`Family::remove`](crate::Family::remove); there is none with more or fewer values than labels.
    pub fn remove(&self, values: &[&str]) -> bool {
        values.len() == self.labels.len() && self.core().remove(&Texts::new(values))
    }

    #[inline]
    fn core(&self) -> &'static Core<M> {
        self.plan.core(|limits| Sets::used(self.labels, limits))
    }
}

impl DynamicFamily<Histogram> {
    /// A family of histograms of whole numbers of any unit. The bounds are inclusive upper bounds; what is above the last has a
    /// bucket of its own.
    ///
    /// # Errors
    /// As [`new`](Self::new), and where the bounds do not strictly increase.
    #[track_caller]
    pub fn histogram<N: Into<String>>(
        name: impl Into<String>,
        help: impl Into<String>,
        labels: impl IntoIterator<Item = N>,
        bounds: impl Into<Vec<u64>>,
    ) -> Result<Self, Error> {
        let labels = labels.into_iter().map(Into::into).collect();
        Self::of_histogram(name.into(), help.into(), labels, bounds.into(), false)
    }

    /// A family of histograms of time: its bounds are in nanoseconds, and it is printed in seconds.
    ///
    /// # Errors
    /// As [`histogram`](Self::histogram).
    #[track_caller]
    pub fn histogram_of_time<N: Into<String>>(
        name: impl Into<String>,
        help: impl Into<String>,
        labels: impl IntoIterator<Item = N>,
        bounds: impl Into<Vec<u64>>,
    ) -> Result<Self, Error> {
        let labels = labels.into_iter().map(Into::into).collect();
        Self::of_histogram(name.into(), help.into(), labels, bounds.into(), true)
    }

    #[track_caller]
    fn of_histogram(
        name: String,
        help: String,
        labels: Vec<String>,
        bounds: Vec<u64>,
        is_of_time: bool,
    ) -> Result<Self, Error> {
        count_finite(&bounds).map_err(Cause::Bounds)?;
        Self::of(name, help, labels, HistogramOptions { bounds: bounds.leak(), is_of_time })
    }
}

impl<M: Metric> AnyFamily for DynamicFamily<M> {
    fn name(&self) -> &'static str {
        self.plan.name
    }

    fn to_register(&self) -> &'static dyn Declared {
        self.plan.core_to_register(|limits| Sets::used(self.labels, limits))
    }

    fn of_standing(&self, standing: &'static dyn Registered) -> Option<Self> {
        let core = (standing as &dyn Any).downcast_ref::<Core<M>>()?;
        let is_same = core.has_sets_like(self.labels, None, self.plan.options);
        is_same.then(|| DynamicFamily { plan: self.plan.of_core(core), labels: self.labels })
    }
}

impl<M: Metric> fmt::Debug for DynamicFamily<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DynamicFamily").field("labels", &self.labels).field("plan", &self.plan).finish()
    }
}
