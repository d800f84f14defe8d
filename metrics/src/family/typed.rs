//! Families whose labels are a type of the program.

use super::checks::{check_bounds, check_count, check_labels, check_values};
use super::core::{Core, Schema};
use super::lazy_core::LazyCore;
use super::metric::{AnyFamily, Metric, WithoutBounds};
use super::series::{Held, LabelsOf, Looked, Series};
use crate::collect::Registered;
use crate::labels::{LabelSet, count};
use crate::metric::histogram_options::HistogramOptions;
use crate::metric::{Declare, Declared, Histogram};
use std::any::Any;
use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

/// A metric with labels, which has one series for each label set, a value of `L`.
///
/// Declared in [`metrics!`](crate::metrics!), it is exported from the first snapshot on. If all values of its labels are known at
/// compile time, all its series are exported, at zero; otherwise those that have been updated. A plain `static` outside of
/// `metrics!` appears only after its first use; on WebAssembly, so does one in `metrics!`.
///
/// ```
/// use tachometer::{Counter, Family, LabelSet, LabelValue, metrics};
///
/// #[derive(LabelValue)]
/// enum Kind {
///     Parcel,
///     Letter,
/// }
///
/// #[derive(LabelSet)]
/// struct Delivery<'a> {
///     kind: Kind,
///     town: &'a str,
/// }
///
/// metrics! {
///     static DELIVERIES: Family<Delivery<'static>, Counter> =
///         Family::new("post_deliveries_total", "What the post has delivered");
/// }
///
/// fn deliver(town: &str) {
///     DELIVERIES.with(&Delivery { kind: Kind::Parcel, town }).increment();
/// }
///
/// deliver("Ulm");
/// deliver("Trier");
/// deliver("Ulm");
/// let text = tachometer::snapshot().to_prometheus_format();
/// assert!(text.contains("post_deliveries_total{kind=\"parcel\",town=\"Ulm\"} 2\n"));
/// ```
///
/// # Known sets
/// If all values of all labels are known at compile time (enums with `#[derive(LabelValue)]`, `bool`), a series is found by its
/// index in an array. All series are exported from the start, at zero.
///
/// ```
/// use tachometer::{Family, Histogram, LabelSet, buckets, metrics};
///
/// #[derive(LabelSet)]
/// struct Bake {
///     crusty: bool,
/// }
///
/// metrics! {
///     static BAKING: Family<Bake, Histogram> = Family::histogram_of_time(
///         "baking_seconds",
///         "Time in the oven",
///         &const { buckets::seconds([600.0, 1800.0, 3600.0]) },
///     );
/// }
///
/// let timer = BAKING.with(&Bake { crusty: true }).start_timer();
/// drop(timer);
/// assert_eq!(BAKING.with(&Bake { crusty: true }).snapshot().total(), 1);
/// assert_eq!(tachometer::snapshot().declared["baking_seconds"].series.len(), 2);
/// ```
///
/// # Other sets
/// Otherwise a series is created at its first update, and found by the text of its labels. Each thread caches the series it has
/// used: an update of a cached series takes no lock and allocates nothing.
///
/// The *cardinality limit* is [1 000 series](Self::max_series) by default. Updates of further label sets are counted in the
/// *overflow series*, whose labels all have the value `__overflow__`, and in `tachometer_overflowed_updates_total`. Series can be
/// [removed](Self::remove), and idle series [evicted](Self::expire_after).
///
/// If the same labels are used for a long time, [hold](Self::hold) the series: its updates look up nothing.
///
/// # Memory
/// A counter takes eight bytes for each series and each thread that has used it. A histogram takes a block of cells instead. A
/// gauge takes eight bytes for each series. The text of the labels and the entries of the tables come on top. The memory of a
/// family that was created at run time is never freed.
pub struct Family<L: LabelSet, M: Metric> {
    lazy: LazyCore<M>,
    labels: PhantomData<fn() -> L>,
}

impl<L: LabelSet, M: Metric> Family<L, M> {
    /// Creates a family exported as `name` with the help text `help`.
    ///
    /// # Panics
    /// If `name` is not a valid Prometheus metric name, if a label name is not valid or reserved, if two labels have the same name, or
    /// if two known values of a label are the same. In a `static`, this is a compile error.
    #[must_use]
    #[track_caller]
    pub const fn new(name: &'static str, help: &'static str) -> Self
    where
        M: WithoutBounds,
    {
        Family::of(name, help, ())
    }

    #[track_caller]
    const fn of(name: &'static str, help: &'static str, options: M::Options) -> Self {
        check_labels(L::NAMES);
        check_values(L::VALUES);
        check_count(L::COUNT, count(L::NAMES.len(), L::VALUES));
        Family { lazy: LazyCore::new(name, help, options), labels: PhantomData }
    }

    /// Sets the cardinality limit: the maximum number of series, without the overflow series. The default is 1 000.
    ///
    /// ```
    /// use tachometer::{Counter, Family, LabelSet, metrics};
    ///
    /// #[derive(LabelSet)]
    /// struct Guest<'a> {
    ///     name: &'a str,
    /// }
    ///
    /// metrics! {
    ///     static STAYS: Family<Guest<'static>, Counter> =
    ///         Family::new("inn_stays_total", "Nights of guests").max_series(2);
    /// }
    ///
    /// for name in ["Ann", "Bob", "Cyd", "Dan"] {
    ///     STAYS.with(&Guest { name }).increment();
    /// }
    /// let text = tachometer::snapshot().to_prometheus_format();
    /// assert!(text.contains("inn_stays_total{name=\"__overflow__\"} 2\n"));
    /// assert!(text.contains("tachometer_overflowed_updates_total{metric=\"inn_stays_total\"} 2\n"));
    /// ```
    ///
    /// # Panics
    /// If `most` is zero or more than a million, or if the sets are [known](Self#known-sets), since then all series always exist. In a
    /// `static`, this is a compile error.
    #[must_use]
    pub const fn max_series(mut self, most: usize) -> Self {
        assert!(
            L::COUNT.is_none(),
            "`max_series` is not allowed if all sets of labels are known: there is a series for each"
        );
        self.lazy.limits = self.lazy.limits.with_max_series(most);
        self
    }

    /// Evicts series that have been idle for at least `idle`, until their next update.
    ///
    /// Idle series are found when a snapshot is taken: a series is evicted if no snapshot in that time found an update since the one
    /// before. It starts again at zero. A series that is [held](Self::hold) continues at its last value instead.
    ///
    /// # Panics
    /// If `idle` is zero, or if the sets are [known](Self#known-sets), since then all series always exist. In a `static`, this is a
    /// compile error.
    #[must_use]
    pub const fn expire_after(mut self, idle: Duration) -> Self {
        assert!(
            L::COUNT.is_none(),
            "`expire_after` is not allowed if all sets of labels are known: there is always a series for each"
        );
        self.lazy.limits = self.lazy.limits.with_idle_time(idle);
        self
    }

    /// Returns the series with these labels. Each update looks it up, and creates it if it does not exist.
    #[inline]
    pub fn with<'l>(&self, labels: &'l L) -> Series<M, Looked<'l, L>> {
        Series::new(self.core(), Looked::new(labels))
    }

    /// Returns a handle of the series with these labels that keeps it. Its updates look up nothing.
    ///
    /// A held series that was [removed](Self::remove) comes back with its next update, even if the cardinality limit is reached. So
    /// the number of series may exceed [`max_series`](Self::max_series) by the number of those that are held. If the limit is
    /// reached when `hold` is called, the handle looks up its labels with each update, as [`with`](Self::with) does.
    ///
    /// ```
    /// use tachometer::{family::{Held, Series}, metrics, Family, Gauge, LabelSet};
    ///
    /// #[derive(LabelSet)]
    /// struct Pond<'a> {
    ///     name: &'a str,
    /// }
    ///
    /// metrics! {
    ///     static DUCKS: Family<Pond<'static>, Gauge> = Family::new("ducks", "Ducks in ponds");
    /// }
    ///
    /// struct Keeper {
    ///     ducks: Series<Gauge, Held>,
    /// }
    ///
    /// let keeper = Keeper { ducks: DUCKS.hold(&Pond { name: "north" }) };
    /// keeper.ducks.add(3);
    /// assert_eq!(DUCKS.with(&Pond { name: "north" }).get(), 3);
    /// ```
    pub fn hold(&self, labels: &L) -> Series<M, Held> {
        self.with(labels).hold()
    }

    /// Removes the series with these labels. Returns whether it existed. It comes back with its next update: at zero, or at its last
    /// value if it is [held](Self::hold).
    ///
    /// Series of [known](Self#known-sets) sets always exist: they are never removed.
    pub fn remove(&self, labels: &L) -> bool {
        self.core().remove(&LabelsOf(labels))
    }

    /// Removes all series for whose labels, names and values in order, `should_remove` returns `true`. Returns their number.
    ///
    /// ```
    /// use tachometer::{Counter, Family, LabelSet, metrics};
    ///
    /// #[derive(LabelSet)]
    /// struct Player<'a> {
    ///     team: &'a str,
    ///     number: u8,
    /// }
    ///
    /// metrics! {
    ///     static GOALS: Family<Player<'static>, Counter> = Family::new("goals_total", "Goals of players");
    /// }
    ///
    /// GOALS.with(&Player { team: "red", number: 7 }).increment();
    /// GOALS.with(&Player { team: "red", number: 9 }).increment();
    /// GOALS.with(&Player { team: "blue", number: 7 }).increment();
    /// assert_eq!(GOALS.remove_where(|labels| labels.contains(&("team", "red"))), 2);
    /// assert_eq!(tachometer::snapshot().declared["goals_total"].series.len(), 1);
    /// ```
    pub fn remove_where(&self, should_remove: impl FnMut(&[(&str, &str)]) -> bool) -> usize {
        self.core().remove_where(should_remove)
    }

    #[inline]
    fn core(&self) -> &'static Core<M> {
        self.lazy.get_or_attach(Schema::of::<L>)
    }
}

impl<L: LabelSet, M: Metric> fmt::Debug for Family<L, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Family").field(&self.lazy).finish()
    }
}

impl<L: LabelSet, M: Metric> Declare for Family<L, M> {
    fn declared(&'static self) -> &'static dyn Declared {
        self.core()
    }
}

impl<L: LabelSet, M: Metric> AnyFamily for Family<L, M> {
    fn name(&self) -> &'static str {
        self.lazy.name
    }

    fn core_to_register(&self) -> &'static dyn Declared {
        self.lazy.get_or_init_unattached(Schema::of::<L>)
    }

    fn handle_of_existing(&self, existing: &'static dyn Registered) -> Option<Self> {
        let core = (existing as &dyn Any).downcast_ref::<Core<M>>()?;
        let is_same = core.has_same_schema(L::NAMES, L::COUNT, self.lazy.options);
        is_same.then(|| Family { lazy: self.lazy.with_core(core), labels: PhantomData })
    }
}

impl<L: LabelSet> Family<L, Histogram> {
    /// Creates a family of histograms of integers in any unit; see [`Histogram::new`].
    ///
    /// # Panics
    /// If [`new`](Self::new) would panic, or if the bounds do not strictly increase. In a `static`, this is a compile error.
    #[must_use]
    #[track_caller]
    pub const fn histogram(name: &'static str, help: &'static str, bounds: &'static [u64]) -> Self {
        check_bounds(bounds);
        Family::of(name, help, HistogramOptions::new(bounds, false))
    }

    /// Creates a family of histograms of times; see [`Histogram::of_time`].
    ///
    /// # Panics
    /// If [`histogram`](Self::histogram) would panic.
    #[must_use]
    #[track_caller]
    pub const fn histogram_of_time(name: &'static str, help: &'static str, bounds: &'static [u64]) -> Self {
        check_bounds(bounds);
        Family::of(name, help, HistogramOptions::new(bounds, true))
    }

    /// Leaves out the native buckets of histograms of times; see [`Histogram::classic`].
    ///
    /// ```
    /// use std::time::Duration;
    /// use tachometer::{Family, Histogram, LabelSet, buckets, metrics};
    ///
    /// #[derive(LabelSet)]
    /// struct Oven {
    ///     number: u8,
    /// }
    ///
    /// metrics! {
    ///     static HEATING: Family<Oven, Histogram> = Family::histogram_of_time(
    ///         "heating_seconds",
    ///         "Time of heating",
    ///         &const { buckets::seconds([60.0, 600.0]) },
    ///     )
    ///     .classic();
    /// }
    ///
    /// let oven = Oven { number: 2 };
    /// HEATING.with(&oven).observe_duration(Duration::from_secs(90));
    /// assert!(HEATING.with(&oven).snapshot().native().is_none());
    /// ```
    #[must_use]
    pub const fn classic(mut self) -> Self {
        self.lazy.options = self.lazy.options.classic();
        self
    }

    /// Adds native buckets to histograms of integers; see [`Histogram::native`].
    ///
    /// ```
    /// use tachometer::{Family, Histogram, LabelSet, metrics};
    ///
    /// #[derive(LabelSet)]
    /// struct Shelf {
    ///     number: u8,
    /// }
    ///
    /// metrics! {
    ///     static WEIGHTS: Family<Shelf, Histogram> =
    ///         Family::histogram("book_grams", "Weight of books", &[100, 1_000]).native(2);
    /// }
    ///
    /// let shelf = Shelf { number: 2 };
    /// WEIGHTS.with(&shelf).observe(450);
    /// assert_eq!(WEIGHTS.with(&shelf).snapshot().native().unwrap().schema(), 2);
    /// ```
    ///
    /// # Panics
    /// If [`Histogram::native`] would panic. In a `static`, this is a compile error.
    #[must_use]
    #[track_caller]
    pub const fn native(mut self, schema: u8) -> Self {
        self.lazy.options = self.lazy.options.native(schema);
        self
    }

    /// Sets an objective for all values of the family; see [`Histogram::slo`].
    ///
    /// # Panics
    /// If [`Histogram::slo`] would panic. In a `static`, this is a compile error.
    #[must_use]
    #[track_caller]
    pub const fn slo(mut self, threshold: f64, percent: f64) -> Self {
        self.lazy.options = self.lazy.options.slo(threshold, percent);
        self
    }
}
