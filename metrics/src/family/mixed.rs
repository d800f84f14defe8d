//! Families whose series have label names of their own.

use super::core::{Core, Schema};
use super::lazy_core::LazyCore;
use super::metric::{AnyFamily, Metric, WithoutBounds};
use super::series::{Held, Series};
use crate::buckets::bounds::count_finite;
use crate::collect::{Registered, label_mistake};
use crate::error::{Cause, Error};
use crate::metric::histogram_options::HistogramOptions;
use crate::metric::{Declared, Histogram};
use crate::names::is_metric_name;
use std::any::Any;
use std::fmt;

/// A family whose name is given at run time, and whose series have label names of their own: for adapters of other instrumentations,
/// which allow that. Other families are faster to look up and cannot be mixed up; see [`Family`](crate::Family) and
/// [`DynamicFamily`](crate::DynamicFamily).
///
/// The registry that it was [registered](crate::MetricsRegistry::family) with exports it. Without a registration, the global
/// registry exports it after its first use.
///
/// ```
/// use tachometer::{Counter, MetricsRegistry, family::MixedFamily};
/// use std::time::Duration;
///
/// fn main() -> Result<(), tachometer::Error> {
///     let registry = MetricsRegistry::new(Duration::from_secs(10));
///     let parcels: MixedFamily<Counter> = registry.family(MixedFamily::new("parcels_total", "Parcels")?);
///
///     let by_town = parcels.series(&[("town", "Oslo")])?;
///     by_town.add(6);
///     parcels.series(&[("carrier", "post"), ("size", "s")])?.increment();
///     let text = registry.snapshot_all().to_prometheus_format();
///     assert!(text.contains("parcels_total{town=\"Oslo\"} 6\n"));
///     assert!(text.contains("parcels_total{carrier=\"post\",size=\"s\"} 1\n"));
///     Ok(())
/// }
/// ```
///
/// Series are never removed. Names are never freed.
pub struct MixedFamily<M: Metric> {
    lazy: LazyCore<M>,
}

impl<M: Metric> MixedFamily<M> {
    /// Creates a family, exported as `name` with the help text `help`.
    ///
    /// # Errors
    /// If `name` is not a valid Prometheus metric name.
    #[track_caller]
    pub fn new(name: impl Into<String>, help: impl Into<String>) -> Result<Self, Error>
    where
        M: WithoutBounds,
    {
        Self::of(name.into(), help.into(), ())
    }

    #[track_caller]
    fn of(name: String, help: String, options: M::Options) -> Result<Self, Error> {
        if !is_metric_name(&name) {
            return Err(Cause::Name { name }.into());
        }
        Ok(MixedFamily { lazy: LazyCore::new(name.leak(), help.leak(), options) })
    }

    /// Sets the cardinality limit, which is 1000 by default: series beyond it are one overflow series, each of whose labels has the value
    /// `__overflow__`. `tachometer_overflowed_updates_total` counts its updates. The series without labels is not limited.
    ///
    /// # Panics
    /// If `most` is zero or more than a million.
    #[must_use]
    pub fn max_series(mut self, most: usize) -> Self {
        self.lazy.limits = self.lazy.limits.with_max_series(most);
        self
    }

    /// Returns a handle of the series with these labels, which is created if it does not exist. Updates of the handle look up nothing;
    /// this call takes a lock.
    ///
    /// The order of the labels does not matter, nor do labels with an empty value: a scraper ignores both.
    ///
    /// # Errors
    /// If a label name is not valid or reserved, or if two labels have the same name. A name that is
    /// [set for all series](crate::MetricsRegistry::with_labels) of the registry is no error; the series has its own value.
    pub fn series(&self, labels: &[(&str, &str)]) -> Result<Series<M, Held>, Error> {
        if let Some(mistake) = label_mistake(self.lazy.name, labels.iter().map(|(name, _)| *name)) {
            return Err(mistake);
        }
        let core = self.lazy.get_or_attach(Schema::mixed);
        let index = core.mixed().and_then(|series| series.index_of(labels));
        Ok(Series::new(core, index.map_or_else(Held::overflowing, Held::at)))
    }
}

impl MixedFamily<Histogram> {
    /// Creates a family of histograms of integers in any unit. `bounds` are inclusive upper bounds. Values above the last one have a
    /// bucket of their own.
    ///
    /// # Errors
    /// If [`new`](Self::new) would return an error, or if the bounds do not strictly increase.
    #[track_caller]
    pub fn histogram(
        name: impl Into<String>,
        help: impl Into<String>,
        bounds: impl Into<Vec<u64>>,
    ) -> Result<Self, Error> {
        Self::of_histogram(name.into(), help.into(), bounds.into(), false)
    }

    /// Creates a family of histograms of times, exported in seconds. Its bounds are in nanoseconds, as
    /// [`buckets::seconds`](crate::buckets::seconds) returns them.
    ///
    /// # Errors
    /// If [`histogram`](Self::histogram) would return an error.
    #[track_caller]
    pub fn histogram_of_time(
        name: impl Into<String>,
        help: impl Into<String>,
        bounds: impl Into<Vec<u64>>,
    ) -> Result<Self, Error> {
        Self::of_histogram(name.into(), help.into(), bounds.into(), true)
    }

    /// Leaves out the native buckets of histograms of times; see [`Histogram::classic`]. Call it before the family is used or registered.
    #[must_use]
    pub fn classic(mut self) -> Self {
        self.lazy.options = self.lazy.options.classic();
        self
    }

    /// Adds native buckets to histograms of integers; see [`Histogram::native`]. Call it before the family is used or registered.
    ///
    /// # Panics
    /// If [`Histogram::native`] would panic.
    #[must_use]
    #[track_caller]
    pub fn native(mut self, schema: u8) -> Self {
        self.lazy.options = self.lazy.options.native(schema);
        self
    }

    #[track_caller]
    fn of_histogram(name: String, help: String, bounds: Vec<u64>, is_of_time: bool) -> Result<Self, Error> {
        count_finite(&bounds).map_err(Cause::Bounds)?;
        Self::of(name, help, HistogramOptions::new(bounds.leak(), is_of_time))
    }
}

impl<M: Metric> AnyFamily for MixedFamily<M> {
    fn name(&self) -> &'static str {
        self.lazy.name
    }

    fn core_to_register(&self) -> &'static dyn Declared {
        self.lazy.get_or_init_unattached(Schema::mixed)
    }

    fn handle_of_existing(&self, existing: &'static dyn Registered) -> Option<Self> {
        let core = (existing as &dyn Any).downcast_ref::<Core<M>>()?;
        core.is_mixed(self.lazy.options).then(|| MixedFamily { lazy: self.lazy.with_core(core) })
    }
}

impl<M: Metric> fmt::Debug for MixedFamily<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MixedFamily").field("lazy", &self.lazy).finish()
    }
}
