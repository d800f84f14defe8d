//! Families: metrics with labels.
//!
//! A [`Family`] is a name, and what it takes to make the rest at the first use: its `core`, the cells of all series and, where
//! the sets of labels are not known while compiling, the `table` that finds a series by the text of its labels. A
//! [`Series`] is one of them, by its labels or held.

mod core;

mod dynamic;
#[cfg(all(test, loom))]
mod models;
mod series;
mod table;

pub(crate) use self::core::Core;
pub use dynamic::DynamicFamily;
pub use series::{Find, Held, Looked, Series, SeriesGuard, Texts};

use self::core::{Limits, Sets};
use super::histogram::HistogramOptions;
use super::kind::Kind;
use super::{Counter, Declaration, Declare, Declared, FloatCounter, FloatGauge, Gauge, Histogram};
use crate::model::bounds::count_finite;
use crate::model::label_lookup::Labels;
use crate::model::label_set::count;
use crate::model::name::is_label_name;
use crate::model::{LabelSet, LabelVisitor};
use crate::sync::leak;
use crate::sync::unmodelled::OnceLock;
use std::fmt;
use std::marker::PhantomData;
use std::panic::Location;
use std::time::Duration;

/// A metric there may be a [`Family`] of: [`Counter`], [`FloatCounter`], [`Gauge`], [`FloatGauge`], [`Histogram`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the metric of a family",
    label = "the metric of a family is `Counter`, `FloatCounter`, `Gauge`, `FloatGauge` or `Histogram`"
)]
pub trait Metric: Kind {}

impl Metric for Counter {}
impl Metric for FloatCounter {}
impl Metric for Gauge {}
impl Metric for FloatGauge {}
impl Metric for Histogram {}

/// A metric with labels: a series for each set of labels, `L`.
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
/// assert_eq!(BAKING.with(&Bake { crusty: true }).read().total(), 1);
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

/// What is said of a family, and what was made of it.
#[derive(Debug)]
struct Plan<M: Kind> {
    name: &'static str,
    help: &'static str,
    place: &'static Location<'static>,
    options: M::Options,
    limits: Limits,
    /// Made at the first use.
    core: OnceLock<&'static Core<M>>,
}

impl<M: Kind> Plan<M> {
    #[track_caller]
    const fn new(name: &'static str, help: &'static str, options: M::Options) -> Self {
        Declaration::check_name(name);
        Plan {
            name,
            help,
            place: Location::caller(),
            options,
            limits: Limits::DEFAULT,
            core: OnceLock::new(),
        }
    }

    /// What was made of it; made now, and read by the global registry, where it was not.
    #[inline]
    fn core(&self, sets: impl FnOnce(Limits) -> Sets) -> &'static Core<M> {
        self.core.get().copied().unwrap_or_else(|| self.make(sets, |core| core.declaration().attach(core)))
    }

    #[cold]
    fn make(&self, sets: impl FnOnce(Limits) -> Sets, attach: fn(&'static Core<M>)) -> &'static Core<M> {
        // Others wait until it is attached: no update can end before a snapshot would find it.
        self.core.get_or_init(|| {
            let declaration = Declaration::at(self.name, self.help, self.place);
            let core = leak(Core::new(declaration, self.options, sets(self.limits)));
            attach(core);
            core
        })
    }

    /// What was made of it; made now, and left to the caller's registry to read, where it was not.
    fn core_to_register(&self, sets: impl FnOnce(Limits) -> Sets) -> &'static Core<M> {
        self.make(sets, |core| core.declaration().leave_to_registry())
    }

    /// The same, of what was made already.
    fn of_core(&self, core: &'static Core<M>) -> Self {
        let Plan { name, help, place, options, limits, .. } = *self;
        Plan { name, help, place, options, limits, core: OnceLock::from(core) }
    }
}

impl<L: LabelSet, M: Metric> Family<L, M> {
    /// A family printed as `name` with that `# HELP`.
    ///
    /// # Panics
    /// Where Prometheus does not allow the name or that of a label, where two labels have the same name, or where two known values
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
    /// Where it is zero or more than a million, and where the sets are [known](Self#known-sets): these are all there. In a
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
    /// Where the time is zero, and where the sets are [known](Self#known-sets): these are always there. In a `static`, a
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
    /// use tachometer::{Family, Gauge, Held, LabelSet, Series, metrics};
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

/// A [`Family`] or a [`DynamicFamily`].
pub trait AnyFamily: Sized {
    /// What it is called.
    #[doc(hidden)]
    fn name(&self) -> &'static str;

    /// What a registry is to read.
    #[doc(hidden)]
    fn to_register(&self) -> &'static dyn Declared;

    /// The handle of a metric that a registry reads already, if it is the same but for its help text and its bounds on series.
    #[doc(hidden)]
    fn of_standing(&self, standing: &'static dyn Declared) -> Option<Self>;
}

impl<L: LabelSet, M: Metric> AnyFamily for Family<L, M> {
    fn name(&self) -> &'static str {
        self.plan.name
    }

    fn to_register(&self) -> &'static dyn Declared {
        self.plan.core_to_register(Sets::of::<L>)
    }

    fn of_standing(&self, standing: &'static dyn Declared) -> Option<Self> {
        let core = standing.as_any().downcast_ref::<Core<M>>()?;
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

impl<M: Metric> Core<M> {
    fn remove(&self, labels: &impl Labels) -> bool {
        let Some(table) = self.table() else { return false };
        table.find(self.text_of(labels).bytes()).is_some_and(|entry| table.remove(&entry))
    }

    fn remove_where(&self, mut is_over: impl FnMut(&[(&str, &str)]) -> bool) -> usize {
        let Some(table) = self.table() else { return 0 };
        // It is the user's code: no lock is held meanwhile.
        let shown = table.shown().into_iter();
        shown.filter(|entry| is_over(&self.labels_of(entry)) && table.remove(entry)).count()
    }
}

/// The labels of a set.
struct Of<'l, L>(&'l L);

impl<L: LabelSet> Labels for Of<'_, L> {
    #[inline]
    fn visit(&self, visitor: &mut impl LabelVisitor) {
        self.0.visit(visitor);
    }
}

const fn check_bounds(bounds: &[u64]) {
    if let Err(fault) = count_finite(bounds) {
        panic!("{}", fault.message().as_str());
    }
}

const fn check_labels(names: &[&str]) {
    let mut index = 0;
    while index < names.len() {
        let name = names[index];
        assert!(
            is_label_name(name),
            "a label's name must be ASCII letters, digits and `_`, and not begin with a digit or `__`"
        );
        assert!(
            !is_reserved(name),
            "a label must not be called `le` or `quantile`: Prometheus uses these names itself"
        );
        assert!(!is_among_first(name, names, index), "two labels of a set must not have the same name");
        index += 1;
    }
}

/// Labels that Prometheus gives a histogram and a summary itself.
pub(super) const fn is_reserved(name: &str) -> bool {
    is_equal(name, "le") || is_equal(name, "quantile")
}

const fn check_values(values: &[Option<&'static [&'static str]>]) {
    let mut label = 0;
    while label < values.len() {
        if let Some(values) = values[label] {
            let mut index = 0;
            while index < values.len() {
                assert!(!values[index].is_empty(), "the known values of a label must not be empty");
                assert!(
                    !is_among_first(values[index], values, index),
                    "the known values of a label must all be different"
                );
                index += 1;
            }
        }
        label += 1;
    }
}

const fn check_count(said: Option<usize>, counted: Option<usize>) {
    let is_same = match (said, counted) {
        (Some(said), Some(counted)) => said == counted,
        (None, None) => true,
        _ => false,
    };
    assert!(
        is_same,
        "the `COUNT` of a set of labels follows from its `NAMES` and `VALUES`: do not say it by hand"
    );
}

const fn is_among_first(text: &str, texts: &[&str], count: usize) -> bool {
    let mut index = 0;
    while index < count {
        if is_equal(text, texts[index]) {
            return true;
        }
        index += 1;
    }
    false
}

pub(super) const fn is_equal(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut index = 0;
    while index < a.len() && index < b.len() && a[index] == b[index] {
        index += 1;
    }
    index == a.len() && index == b.len()
}
