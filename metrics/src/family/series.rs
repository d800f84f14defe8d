//! Series of a family: their operations, and the ways to find one.

use super::core::Core;
use super::metric::Metric;
use super::mixed_series::MixedSeries;
use super::table::{OVERFLOW, SeriesEntry};
use crate::labels::{LabelSet, LabelVisitor, Labels, values_from_last};
use crate::metric::counter::{CounterCells, add_float_to, sum_floats};
use crate::metric::gauge::{
    add_float, add_level, get_float, get_level, seconds_now, set_float, set_level, sub_level,
    whole_seconds_now,
};
use crate::metric::histogram::{HistogramTimer, Observe, nanos_of};
use crate::metric::kind::Kind;
use crate::metric::{Counter, FloatCounter, FloatGauge, Gauge, Histogram};
use crate::recorder::Reader;
use crate::snapshot::HistogramSnapshot;
use crate::sync::Arc;
use crate::trace_context::TraceContext;
use std::fmt;
use std::time::Duration;

/// A series of a [`Family`](crate::Family), found by its labels with [`with`](crate::Family::with) or held by
/// [`hold`](crate::Family::hold).
///
/// It has the methods of the metric `M`. Reading creates no series: one that does not exist reads as zero. A held series that was
/// removed reads as the value that its next update continues from.
pub struct Series<M: Metric, K> {
    core: &'static Core<M>,
    key: K,
}

/// A way to find a series. Sealed: it cannot be implemented outside of this crate.
pub trait Find<M: Metric>: sealed::Sealed {
    /// Calls `update` with the cells of the series, which is created or comes back if it is not exported.
    #[doc(hidden)]
    fn update<R>(&self, core: &'static Core<M>, update: impl FnOnce(&'static M::Cells, usize) -> R) -> R;

    /// Calls `read` with the cells of the series, if it exists.
    #[doc(hidden)]
    fn read<R>(&self, core: &'static Core<M>, read: impl FnOnce(&'static M::Cells, usize) -> R) -> Option<R>;

    /// Returns a held key of the series.
    #[doc(hidden)]
    fn hold(&self, core: &'static Core<M>) -> Held;
}

mod sealed {
    pub trait Sealed {}
}

/// Labels that are looked up with each update.
#[derive(Debug)]
pub struct Looked<'l, L> {
    labels: &'l L,
}

impl<'l, L> Looked<'l, L> {
    #[inline]
    pub(super) fn new(labels: &'l L) -> Self {
        Looked { labels }
    }
}

impl<L> sealed::Sealed for Looked<'_, L> {}

impl<M: Metric, L: LabelSet> Find<M> for Looked<'_, L> {
    #[inline]
    fn update<R>(&self, core: &'static Core<M>, update: impl FnOnce(&'static M::Cells, usize) -> R) -> R {
        match L::COUNT {
            Some(count) => update(core.cells(), known_index(self.labels, count)),
            None => core.update(&LabelsOf(self.labels), update),
        }
    }

    fn read<R>(&self, core: &'static Core<M>, read: impl FnOnce(&'static M::Cells, usize) -> R) -> Option<R> {
        match L::COUNT {
            Some(count) => Some(read(core.cells(), known_index(self.labels, count))),
            None => core.read_shown(&LabelsOf(self.labels), read),
        }
    }

    fn hold(&self, core: &'static Core<M>) -> Held {
        match L::COUNT {
            Some(count) => Held::at(known_index(self.labels, count)),
            None => Held::find(core, &LabelsOf(self.labels)),
        }
    }
}

/// Returns the index of a known set. If an implementation of [`LabelSet`] returns an index out of range, this is the last one.
#[inline]
pub(super) fn known_index(labels: &impl LabelSet, count: usize) -> usize {
    labels.index().min(count.saturating_sub(1))
}

/// Values of labels whose names were given at run time.
#[derive(Debug)]
pub struct Texts<'v> {
    values: &'v [&'v str],
}

impl<'v> Texts<'v> {
    #[inline]
    pub(super) fn new(values: &'v [&'v str]) -> Self {
        Texts { values }
    }
}

impl Labels for Texts<'_> {
    #[inline]
    fn visit(&self, visitor: &mut impl LabelVisitor) {
        self.values.iter().for_each(|value| visitor.value(*value));
    }
}

impl sealed::Sealed for Texts<'_> {}

impl<M: Metric> Find<M> for Texts<'_> {
    #[inline]
    fn update<R>(&self, core: &'static Core<M>, update: impl FnOnce(&'static M::Cells, usize) -> R) -> R {
        core.update(self, update)
    }

    fn read<R>(&self, core: &'static Core<M>, read: impl FnOnce(&'static M::Cells, usize) -> R) -> Option<R> {
        core.read_shown(self, read)
    }

    fn hold(&self, core: &'static Core<M>) -> Held {
        Held::find(core, self)
    }
}

/// A held series, whose updates look up nothing.
pub struct Held {
    /// The index of the series; that of the overflow series if there was no room for it. Kept beside the entry so that the cells
    /// are found while its state is still being loaded.
    index: usize,
    hold: Hold,
}

enum Hold {
    /// A known set, whose series always exists.
    Known,
    /// An entry, which stays in the table, shown or hidden, until its last handle is dropped.
    Found(Arc<SeriesEntry>),
    /// The labels of a series that exceeded the cardinality limit. They are looked up with each update.
    Overflowing(Values),
    /// A series that exceeded the cardinality limit of a family whose series have label names of their own.
    MixedOverflow,
}

/// Owned values of labels, in reverse order.
#[derive(Clone)]
struct Values(Box<[Box<str>]>);

impl Labels for Values {
    fn visit(&self, visitor: &mut impl LabelVisitor) {
        self.0.iter().rev().for_each(|value| visitor.value(&**value));
    }
}

impl Held {
    #[inline]
    pub(super) fn at(index: usize) -> Self {
        Held { index, hold: Hold::Known }
    }

    /// Returns the key of a series that exceeded the limit of a family whose series have label names of their own.
    pub(super) fn overflowing() -> Self {
        Held { index: OVERFLOW, hold: Hold::MixedOverflow }
    }

    fn find<M: Kind>(core: &'static Core<M>, labels: &impl Labels) -> Self {
        let Some(table) = core.table() else { return Held::at(OVERFLOW) };
        let text = core.text_of(labels);
        let values = || Values(values_from_last(text.bytes()).map(Box::from).collect());
        match table.hold(text.bytes(), core) {
            Some(entry) => Held { index: entry.index(), hold: Hold::Found(entry) },
            None => Held { index: OVERFLOW, hold: Hold::Overflowing(values()) },
        }
    }

    /// Returns whether an update needs nothing but the cells at `index`.
    #[inline]
    fn is_active(&self) -> bool {
        match &self.hold {
            Hold::Known => true,
            Hold::Found(entry) => entry.is_active(),
            Hold::Overflowing(_) | Hold::MixedOverflow => false,
        }
    }

    /// Updates a series that is not active. Not inlined: otherwise its code would be in each update, and an update would be a
    /// call, since the compiler does not inline that much.
    #[cold]
    #[inline(never)]
    fn update_inactive<M: Metric, R>(
        &self,
        core: &'static Core<M>,
        update: impl FnOnce(&'static M::Cells, usize) -> R,
    ) -> R {
        match &self.hold {
            Hold::Known => {}
            Hold::Found(entry) => entry.show(),
            Hold::Overflowing(values) => return core.update(values, update),
            Hold::MixedOverflow => core.mixed().into_iter().for_each(MixedSeries::count_overflowed),
        }
        update(core.cells(), self.index)
    }
}

impl sealed::Sealed for Held {}

impl<M: Metric> Find<M> for Held {
    #[inline]
    fn update<R>(&self, core: &'static Core<M>, update: impl FnOnce(&'static M::Cells, usize) -> R) -> R {
        if self.is_active() { update(core.cells(), self.index) } else { self.update_inactive(core, update) }
    }

    fn read<R>(&self, core: &'static Core<M>, read: impl FnOnce(&'static M::Cells, usize) -> R) -> Option<R> {
        match &self.hold {
            Hold::Known | Hold::Found(_) | Hold::MixedOverflow => Some(read(core.cells(), self.index)),
            Hold::Overflowing(values) => core.read_shown(values, read),
        }
    }

    fn hold(&self, _: &'static Core<M>) -> Held {
        self.clone()
    }
}

impl Clone for Held {
    fn clone(&self) -> Self {
        let hold = match &self.hold {
            Hold::Known => Hold::Known,
            Hold::Found(entry) => {
                entry.add_holder();
                Hold::Found(Arc::clone(entry))
            }
            Hold::Overflowing(values) => Hold::Overflowing(values.clone()),
            Hold::MixedOverflow => Hold::MixedOverflow,
        };
        Held { index: self.index, hold }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Hold::Found(entry) = &self.hold {
            SeriesEntry::release(entry);
        }
    }
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.hold {
            Hold::Found(entry) => f.debug_tuple("Held").field(entry).finish(),
            Hold::Known | Hold::Overflowing(_) | Hold::MixedOverflow => {
                f.debug_tuple("Held").field(&self.index).finish()
            }
        }
    }
}

impl<M: Metric, K: Find<M>> Series<M, K> {
    #[inline]
    pub(super) fn new(core: &'static Core<M>, key: K) -> Self {
        Series { core, key }
    }

    /// Returns a handle of this series that keeps it. Its updates look up nothing.
    pub fn hold(&self) -> Series<M, Held> {
        Series::new(self.core, self.key.hold(self.core))
    }

    #[inline]
    fn update(&self, update: impl FnOnce(&'static M::Cells, usize)) {
        self.key.update(self.core, update);
    }

    fn read_with<R>(&self, read: impl FnOnce(&'static M::Cells, usize) -> R) -> Option<R> {
        self.key.read(self.core, read)
    }
}

impl<M: Metric> Clone for Series<M, Held> {
    fn clone(&self) -> Self {
        Series { core: self.core, key: self.key.clone() }
    }
}

impl<M: Metric, K: fmt::Debug> fmt::Debug for Series<M, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Series").field("core", self.core).field("key", &self.key).finish()
    }
}

/// Methods of a series of [`Counter`]s.
impl<K: Find<Counter>> Series<Counter, K> {
    /// Increments by 1.
    #[inline]
    pub fn increment(&self) {
        self.add(1);
    }

    /// Adds `amount`.
    #[inline]
    pub fn add(&self, amount: u64) {
        self.update(|cells, index| cells.add(index, amount));
    }

    /// Adds `amount`, and shows it with its trace, as [`Counter::add_with`] does.
    pub fn add_with(&self, amount: u64, trace: TraceContext) {
        self.update(|cells, index| cells.add_with(index, amount, trace));
    }

    /// Returns the current total. It wraps at 2⁶⁴.
    pub fn get(&self) -> u64 {
        self.read_with(CounterCells::sum).unwrap_or_default()
    }
}

/// Methods of a series of [`FloatCounter`]s.
impl<K: Find<FloatCounter>> Series<FloatCounter, K> {
    /// Adds `amount`. A negative amount or NaN is ignored.
    #[inline]
    pub fn add(&self, amount: f64) {
        self.update(|cells, index| add_float_to(cells, index, amount));
    }

    /// Returns the current total.
    pub fn get(&self) -> f64 {
        self.read_with(sum_floats_of).unwrap_or_default()
    }
}

fn sum_floats_of(cells: &<FloatCounter as Kind>::Cells, index: usize) -> f64 {
    sum_floats(cells, index)
}

/// Methods of a series of [`Gauge`]s.
impl<K: Find<Gauge>> Series<Gauge, K> {
    /// Increments by 1.
    #[inline]
    pub fn increment(&self) {
        self.add(1);
    }

    /// Decrements by 1.
    #[inline]
    pub fn decrement(&self) {
        self.sub(1);
    }

    /// Adds `amount`.
    #[inline]
    pub fn add(&self, amount: i64) {
        self.update(|cells, index| add_level(cells.cell(index), amount));
    }

    /// Subtracts `amount`.
    #[inline]
    pub fn sub(&self, amount: i64) {
        self.update(|cells, index| sub_level(cells.cell(index), amount));
    }

    /// Sets the gauge to `value`.
    #[inline]
    pub fn set(&self, value: i64) {
        self.update(|cells, index| set_level(cells.cell(index), value));
    }

    /// Sets the gauge to the current time, in whole seconds since the Unix epoch.
    pub fn set_to_current_time(&self) {
        self.set(whole_seconds_now());
    }

    /// Increments by 1, and decrements by 1 when the returned guard is dropped. The guard [holds](crate::Family::hold) the series.
    pub fn track(&self) -> SeriesGuard {
        let series = self.hold();
        series.increment();
        SeriesGuard { series }
    }

    /// Returns the current value.
    pub fn get(&self) -> i64 {
        self.read_with(|cells, index| get_level(cells.cell(index))).unwrap_or_default()
    }
}

/// A guard that decrements its series by 1 when it is dropped. Returned by [`Series::track`].
#[derive(Debug)]
#[must_use = "the gauge is decremented as soon as the guard is dropped: bind it to a name, as in `let _guard = …`"]
pub struct SeriesGuard {
    series: Series<Gauge, Held>,
}

impl Drop for SeriesGuard {
    fn drop(&mut self) {
        self.series.decrement();
    }
}

/// Methods of a series of [`FloatGauge`]s.
impl<K: Find<FloatGauge>> Series<FloatGauge, K> {
    /// Sets the gauge to `value`.
    #[inline]
    pub fn set(&self, value: f64) {
        self.update(|cells, index| set_float(cells.cell(index), value));
    }

    /// Adds `amount`, which may be negative.
    #[inline]
    pub fn add(&self, amount: f64) {
        self.update(|cells, index| add_float(cells.cell(index), amount));
    }

    /// Subtracts `amount`.
    #[inline]
    pub fn sub(&self, amount: f64) {
        self.add(-amount);
    }

    /// Sets the gauge to the current time, in seconds since the Unix epoch.
    pub fn set_to_current_time(&self) {
        self.set(seconds_now());
    }

    /// Returns the current value.
    pub fn get(&self) -> f64 {
        self.read_with(|cells, index| get_float(cells.cell(index))).unwrap_or_default()
    }
}

/// Methods of a series of [`Histogram`]s.
impl<K: Find<Histogram>> Series<Histogram, K> {
    /// Records `value`. For a histogram of times, this is a number of nanoseconds.
    #[inline]
    pub fn observe(&self, value: u64) {
        self.update(|cells, index| cells.observe(index, value));
    }

    /// Records `value`, and shows it with its trace, as [`Histogram::observe_with`] does.
    pub fn observe_with(&self, value: u64, trace: TraceContext) {
        self.update(|cells, index| cells.observe_with(index, value, trace));
    }

    /// Records `duration` in nanoseconds.
    #[inline]
    pub fn observe_duration(&self, duration: Duration) {
        self.observe(nanos_of(duration));
    }

    /// Starts a timer, which records the elapsed time when it is dropped. The timer [holds](crate::Family::hold) the series.
    pub fn start_timer(&self) -> HistogramTimer<Series<Histogram, Held>> {
        HistogramTimer::new(self.hold())
    }

    /// Calls `work` and records the time it takes, even if it panics.
    #[inline]
    pub fn time<R>(&self, work: impl FnOnce() -> R) -> R {
        let _timer = HistogramTimer::new(self);
        work()
    }

    /// Returns what has been recorded.
    pub fn snapshot(&self) -> HistogramSnapshot {
        let read = self.read_with(|cells, index| cells.read(index, &mut Reader::begin(|| false)));
        read.unwrap_or_else(|| self.core.cells().empty_snapshot())
    }

    /// Does the same as [`snapshot`](Self::snapshot), under its former name.
    #[doc(hidden)]
    #[deprecated = "renamed to `snapshot`"]
    pub fn read(&self) -> HistogramSnapshot {
        self.snapshot()
    }
}

impl<K: Find<Histogram>> Observe for Series<Histogram, K> {
    #[inline]
    fn observe(&self, nanos: u64) {
        self.observe(nanos);
    }
}

/// The values of a label set, in order.
pub(super) struct LabelsOf<'l, L>(pub(super) &'l L);

impl<L: LabelSet> Labels for LabelsOf<'_, L> {
    #[inline]
    fn visit(&self, visitor: &mut impl LabelVisitor) {
        self.0.visit(visitor);
    }
}
