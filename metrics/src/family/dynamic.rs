//! Families whose names are given at run time.

use super::core::{Core, Schema};
use super::lazy_core::LazyCore;
use super::metric::{AnyFamily, Metric, WithoutBounds};
use super::series::{Held, Series, Texts};
use crate::buckets::bounds::count_finite;
use crate::collect::Registered;
use crate::error::{Cause, Error};
use crate::metric::histogram_options::HistogramOptions;
use crate::metric::{Declared, Histogram};
use crate::names::is_metric_name;
use crate::names::{is_label_name, is_reserved};
use std::any::Any;
use std::fmt;
use std::time::Duration;

/// A [`Family`](crate::Family) whose name and label names are given at run time, for example by a configuration file.
///
/// The registry that it was [registered](crate::MetricsRegistry::family) with exports it. Without a registration, the global
/// registry exports it after its first use.
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
/// Names are never freed.
pub struct DynamicFamily<M: Metric> {
    lazy: LazyCore<M>,
    labels: &'static [&'static str],
}

impl<M: Metric> DynamicFamily<M> {
    /// Creates a family with these label names, exported as `name` with the help text `help`.
    ///
    /// # Errors
    /// If `name` is not a valid Prometheus metric name, if a label name is not valid or reserved, or if two labels have the same name.
    #[track_caller]
    pub fn new<N: Into<String>>(
        name: impl Into<String>,
        help: impl Into<String>,
        labels: impl IntoIterator<Item = N>,
    ) -> Result<Self, Error>
    where
        M: WithoutBounds,
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
        Ok(DynamicFamily { lazy: LazyCore::new(name.leak(), help.leak(), options), labels: labels.leak() })
    }

    /// Sets the cardinality limit; see [`Family::max_series`](crate::Family::max_series).
    ///
    /// # Panics
    /// If `most` is zero or more than a million.
    #[must_use]
    pub fn max_series(mut self, most: usize) -> Self {
        self.lazy.limits = self.lazy.limits.with_max_series(most);
        self
    }

    /// Evicts idle series; see [`Family::expire_after`](crate::Family::expire_after).
    ///
    /// # Panics
    /// If `idle` is zero.
    #[must_use]
    pub fn expire_after(mut self, idle: Duration) -> Self {
        self.lazy.limits = self.lazy.limits.with_idle_time(idle);
        self
    }

    /// Leaves out labels whose value is empty. To a scraper, a series with an empty label and one without it are the same.
    ///
    /// It is for labels that not every series has. Call it before the family is used or registered.
    ///
    /// ```
    /// use std::time::Duration;
    /// use tachometer::{Counter, DynamicFamily, MetricsRegistry};
    ///
    /// # fn main() -> Result<(), tachometer::Error> {
    /// let registry = MetricsRegistry::new(Duration::from_secs(10));
    /// let letters = DynamicFamily::<Counter>::new("letters_total", "Letters", ["town", "street"])?;
    /// let letters = registry.family(letters.omit_empty_labels());
    /// letters.with(&["Ulm", ""]).increment();
    /// assert!(registry.snapshot_all().to_prometheus_format().contains("letters_total{town=\"Ulm\"} 1\n"));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn omit_empty_labels(mut self) -> Self {
        self.lazy.limits = self.lazy.limits.without_empty_labels();
        self
    }

    /// Returns its label names.
    pub fn labels(&self) -> &[&str] {
        self.labels
    }

    /// Returns the series with these label values, in the order of the label names. Each update looks it up, and creates it if it
    /// does not exist.
    ///
    /// # Panics
    /// If the number of values is not the number of labels.
    #[inline]
    #[track_caller]
    pub fn with<'v>(&self, values: &'v [&'v str]) -> Series<M, Texts<'v>> {
        assert!(
            values.len() == self.labels.len(),
            "the family {:?} has the labels {:?} and needs one value for each, but the values are {values:?}",
            self.lazy.name,
            self.labels
        );
        Series::new(self.core(), Texts::new(values))
    }

    /// Returns a handle of the series with these label values that keeps it; see [`Family::hold`](crate::Family::hold).
    ///
    /// # Panics
    /// If the number of values is not the number of labels.
    #[track_caller]
    pub fn hold(&self, values: &[&str]) -> Series<M, Held> {
        self.with(values).hold()
    }

    /// Removes all series whose labels satisfy a predicate; see [`Family::remove_where`](crate::Family::remove_where).
    pub fn remove_where(&self, should_remove: impl FnMut(&[(&str, &str)]) -> bool) -> usize {
        self.core().remove_where(should_remove)
    }

    /// Removes the series with these label values; see [`Family::remove`](crate::Family::remove). Returns `false` if the number of
    /// values is not the number of labels.
    pub fn remove(&self, values: &[&str]) -> bool {
        values.len() == self.labels.len() && self.core().remove(&Texts::new(values))
    }

    #[inline]
    fn core(&self) -> &'static Core<M> {
        self.lazy.get_or_attach(|limits| Schema::open(self.labels, limits))
    }
}

impl DynamicFamily<Histogram> {
    /// Creates a family of histograms of integers in any unit. `bounds` are inclusive upper bounds. Values above the last one have a
    /// bucket of their own.
    ///
    /// # Errors
    /// If [`new`](Self::new) would return an error, or if the bounds do not strictly increase.
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

    /// Creates a family of histograms of times, exported in seconds. Its bounds are in nanoseconds, as
    /// [`buckets::seconds`](crate::buckets::seconds) returns them.
    ///
    /// # Errors
    /// If [`histogram`](Self::histogram) would return an error.
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

    /// Leaves out the native buckets of histograms of times; see [`Histogram::classic`]. Call it before the family is used or registered.
    #[must_use]
    pub fn classic(mut self) -> Self {
        self.lazy.options = self.lazy.options.classic();
        self
    }

    /// Adds native buckets to histograms of integers; see [`Histogram::native`]. Call it before the family is used or registered.
    ///
    /// ```
    /// use std::time::Duration;
    /// use tachometer::{DynamicFamily, Histogram, MetricsRegistry};
    ///
    /// # fn main() -> Result<(), tachometer::Error> {
    /// let registry = MetricsRegistry::new(Duration::from_secs(10));
    /// let weights = DynamicFamily::<Histogram>::histogram("parcel_grams", "Weight of parcels", ["town"], [1_000])?.native(3);
    /// let weights = registry.family(weights);
    /// weights.with(&["Oslo"]).observe(450);
    /// assert_eq!(weights.with(&["Oslo"]).snapshot().percentile(1.0), 450);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    /// If [`Histogram::native`] would panic.
    #[must_use]
    #[track_caller]
    pub fn native(mut self, schema: u8) -> Self {
        self.lazy.options = self.lazy.options.native(schema);
        self
    }

    /// Sets an objective for all values of the family; see [`Histogram::slo`]. Call it before the family is used or registered.
    ///
    /// # Panics
    /// If [`Histogram::slo`] would panic.
    #[must_use]
    #[track_caller]
    pub fn slo(mut self, threshold: f64, percent: f64) -> Self {
        self.lazy.options = self.lazy.options.slo(threshold, percent);
        self
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
        Self::of(name, help, labels, HistogramOptions::new(bounds.leak(), is_of_time))
    }
}

impl<M: Metric> AnyFamily for DynamicFamily<M> {
    fn name(&self) -> &'static str {
        self.lazy.name
    }

    fn core_to_register(&self) -> &'static dyn Declared {
        self.lazy.get_or_init_unattached(|limits| Schema::open(self.labels, limits))
    }

    fn handle_of_existing(&self, existing: &'static dyn Registered) -> Option<Self> {
        let core = (existing as &dyn Any).downcast_ref::<Core<M>>()?;
        let is_same = core.has_same_schema(self.labels, None, self.lazy.options);
        is_same.then(|| DynamicFamily { lazy: self.lazy.with_core(core), labels: self.labels })
    }
}

impl<M: Metric> fmt::Debug for DynamicFamily<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DynamicFamily").field("labels", &self.labels).field("lazy", &self.lazy).finish()
    }
}
