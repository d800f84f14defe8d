//! Families whose labels are a type of the program's.

use super::checks::{check_bounds, check_count, check_labels, check_values};
use super::core::{Core, Sets};
use super::metric::{AnyFamily, Metric};
use super::plan::Plan;
use super::series::{Held, Looked, Of, Series};
use crate::collect::Registered;
use crate::labels::{LabelSet, count};
use crate::metric::histogram::HistogramOptions;
use crate::metric::kind::Kind;
use crate::metric::{Declare, Declared, Histogram};
use std::any::Any;
use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

/// A metric with labels: a series for each set of labels, `L`.
///
/// Declared in [`metrics!`](crate::metrics!), it is exported from the first snapshot on: if all values of its labels are known, with
/// all its series at zero, otherwise with those that have been updated. A plain `static` outside of `metrics!` appears only after
/// its first use; on other systems than Linux, so does one in `metrics!`.
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
/// Where all values of all labels are known while compiling (enums by `#[derive(LabelValue)]`, `bool`), a series is found by
/// its place in an array, and all are shown from the start, at zero.
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
/// Else a series is made at the first update of it, and found by the text of its labels: by each thread in a table of its
/// own, so that an update of a series which its thread has used before takes no lock and allocates nothing.
///
/// There are [at most 1 000 series](Self::max_series), unless another number is said. What comes beyond counts for one more,
/// all of whose labels are `__overflow__`, and `tachometer_overflowed_updates_total` counts how often that was. Series
/// can be [removed](Self::remove), and [expire](Self::expire_after).
///
/// A series whose labels are at hand for long is best [held](Self::hold): an update of it looks up nothing.
///
/// # Memory
/// A counter takes eight bytes a series and thread that has used it, a histogram a block of cells, a gauge eight bytes; beside
/// the text of its labels, and its place in the tables. What a family that is made at run time takes, it keeps as long as
/// the program runs.
pub struct Family<L: LabelSet, M: Metric> {
    plan: Plan<M>,
    labels: PhantomData<fn() -> L>,
}

impl<L: LabelSet, M: Metric> Family<L, M> {
    /// A family printed as `name` with that `# HELP`.
    ///
    /// # Panics
    /// If Prometheus does not allow the name or that of a label, where two labels have the same name, or where two known values
    /// of a label do; in a `static`, a compile error.
    #[must_use]
    #[track_caller]
    pub const fn new(name: &'static str, help: &'static str) -> Self
    where
        M: Kind<Options = ()>,
    {
        Family::of(name, help, ())
    }

    #[track_caller]
    const fn of(name: &'static str, help: &'static str, options: M::Options) -> Self {
        check_labels(L::NAMES);
        check_values(L::VALUES);
        check_count(L::COUNT, count(L::NAMES.len(), L::VALUES));
        Family { plan: Plan::new(name, help, options), labels: PhantomData }
    }

    /// With at most so many series beside the one for what comes beyond, instead of 1 000.
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
    /// If it is zero or more than a million, and where the sets are [known](Self#known-sets): these are all there. In a
    /// `static`, a compile error.
    #[must_use]
    pub const fn max_series(mut self, most: usize) -> Self {
        assert!(
            L::COUNT.is_none(),
            "`max_series` is not allowed if all sets of labels are known: there is a series for each"
        );
        self.plan.limits = self.plan.limits.with_at_most(most);
        self
    }

    /// Hides series that nobody has updated for so long, until somebody does again.
    ///
    /// That is found out when a snapshot is taken: a series goes when no snapshot for so long has found it updated since the one
    /// before. It begins again at zero, but where it is [held](Self::hold): then it goes on where it was.
    ///
    /// # Panics
    /// If the time is zero, and where the sets are [known](Self#known-sets): these are always there. In a `static`, a
    /// compile error.
    #[must_use]
    pub const fn expire_after(mut self, idle: Duration) -> Self {
        assert!(
            L::COUNT.is_none(),
            "`expire_after` is not allowed if all sets of labels are known: there is always a series for each"
        );
        self.plan.limits = self.plan.limits.with_expiry(idle);
        self
    }

    /// The series with these labels. It is looked up, and made where there is none, with each update.
    #[inline]
    pub fn with<'l>(&self, labels: &'l L) -> Series<M, Looked<'l, L>> {
        Series::new(self.core(), Looked::new(labels))
    }

    /// The series with these labels, to be kept: updates of it look up nothing.
    ///
    /// A series that is held comes back where it was [removed](Self::remove), with the next update, whether there is room or not: so
    /// there may be more than [`max_series`](Self::max_series) by as many as are held. One for which there is no room when it is
    /// first asked for is looked up with each update, as by [`with`](Self::with).
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

    /// Removes the series with these labels; returns whether there was one. It comes back with the next update: at zero, or where
    /// it was if it is [held](Self::hold).
    ///
    /// Series of [known](Self#known-sets) sets are always there: of them none is removed.
    pub fn remove(&self, labels: &L) -> bool {
        self.core().remove(&Of(labels))
    }

    /// [Removes](Self::remove) all series whose labels `is_over` holds of: names and values in order. Returns how many.
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
    pub fn remove_where(&self, is_over: impl FnMut(&[(&str, &str)]) -> bool) -> usize {
        self.core().remove_where(is_over)
    }

    #[inline]
    fn core(&self) -> &'static Core<M> {
        self.plan.core(Sets::of::<L>)
    }
}

impl<L: LabelSet, M: Metric> fmt::Debug for Family<L, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Family").field(&self.plan).finish()
    }
}

impl<L: LabelSet, M: Metric> Declare for Family<L, M> {
    fn declared(&'static self) -> &'static dyn Declared {
        self.core()
    }
}

impl<L: LabelSet, M: Metric> AnyFamily for Family<L, M> {
    fn name(&self) -> &'static str {
        self.plan.name
    }

    fn to_register(&self) -> &'static dyn Declared {
        self.plan.core_to_register(Sets::of::<L>)
    }

    fn of_standing(&self, standing: &'static dyn Registered) -> Option<Self> {
        let core = (standing as &dyn Any).downcast_ref::<Core<M>>()?;
        let is_same = core.has_sets_like(L::NAMES, L::COUNT, self.plan.options);
        is_same.then(|| Family { plan: self.plan.of_core(core), labels: PhantomData })
    }
}

impl<L: LabelSet> Family<L, Histogram> {
    /// A family of histograms of whole numbers of any unit, as [`Histogram::new`].
    ///
    /// # Panics
    /// As [`new`](Self::new), and where the bounds do not strictly increase; in a `static`, a compile error.
    #[must_use]
    #[track_caller]
    pub const fn histogram(name: &'static str, help: &'static str, bounds: &'static [u64]) -> Self {
        check_bounds(bounds);
        Family::of(name, help, HistogramOptions { bounds, is_of_time: false })
    }

    /// A family of histograms of time, as [`Histogram::of_time`].
    ///
    /// # Panics
    /// As [`histogram`](Self::histogram).
    #[must_use]
    #[track_caller]
    pub const fn histogram_of_time(name: &'static str, help: &'static str, bounds: &'static [u64]) -> Self {
        check_bounds(bounds);
        Family::of(name, help, HistogramOptions { bounds, is_of_time: true })
    }
}
