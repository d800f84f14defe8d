//! A series of a family: what can be done with it, and the ways to say which.

use super::core::Core;
use super::metric::Metric;
use super::table::{Entry, OVERFLOW};
use crate::labels::{LabelSet, LabelVisitor, Labels, values_from_last};
use crate::metric::counter::{add_float_to, add_to, sum_floats};
use crate::metric::gauge::{
    add_float, add_level, get_float, get_level, seconds_now, set_float, set_level, sub_level,
    whole_seconds_now,
};
use crate::metric::histogram::{HistogramTimer, Observe, nanos_of};
use crate::metric::kind::Kind;
use crate::metric::{Counter, FloatCounter, FloatGauge, Gauge, Histogram};
use crate::recorder::{Reader, Shards};
use crate::snapshot::HistogramSnapshot;
use crate::sync::Arc;
use std::fmt;
use std::time::Duration;

/// A series of a [`Family`](crate::Family): that of the labels it was asked for [`with`](crate::Family::with), or one that is
/// [held](crate::Family::hold).
///
/// What can be done with it is what can be done with the metric `M` alone. Whoever only reads makes no series: one that there is
/// not shows nothing, and a held one that was removed shows what it would go on from.
pub struct Series<M: Metric, P> {
    core: &'static Core<M>,
    place: P,
}

/// How a series is found.
pub trait Find<M: Metric>: sealed::Sealed {
    /// Changes the cells of the series, which is made or comes back where it is not shown.
    #[doc(hidden)]
    fn update<R>(&self, core: &'static Core<M>, update: impl FnOnce(&'static M::Cells, usize) -> R) -> R;

    /// Reads the cells of the series, if there are any.
    #[doc(hidden)]
    fn read<R>(&self, core: &'static Core<M>, read: impl FnOnce(&'static M::Cells, usize) -> R) -> Option<R>;

    /// The series, to be kept.
    #[doc(hidden)]
    fn hold(&self, core: &'static Core<M>) -> Held;
}

mod sealed {
    pub trait Sealed {}
}

/// By labels that are looked up with each update.
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
            None => core.update(&Of(self.labels), update),
        }
    }

    fn read<R>(&self, core: &'static Core<M>, read: impl FnOnce(&'static M::Cells, usize) -> R) -> Option<R> {
        match L::COUNT {
            Some(count) => Some(read(core.cells(), known_index(self.labels, count))),
            None => core.read_shown(&Of(self.labels), read),
        }
    }

    fn hold(&self, core: &'static Core<M>) -> Held {
        match L::COUNT {
            Some(count) => Held::at(known_index(self.labels, count)),
            None => Held::find(core, &Of(self.labels)),
        }
    }
}

/// The index of a known set. One that says a wrong index is counted as the last.
#[inline]
pub(super) fn known_index(labels: &impl LabelSet, count: usize) -> usize {
    labels.index().min(count.saturating_sub(1))
}

/// By values of labels whose names were said at run time.
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

/// A series that is at hand.
pub struct Held(Hold);

enum Hold {
    /// Of a known set.
    Known(usize),
    /// It stays in the table, shown or hidden, until the last hold is given up.
    Found(Arc<Entry>),
    /// There was no room: it is looked up with each update.
    NoRoom(Values),
}

/// Values of labels, written down, the last one first.
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
        Held(Hold::Known(index))
    }

    fn find<M: Kind>(core: &'static Core<M>, labels: &impl Labels) -> Self {
        let Some(table) = core.table() else { return Held::at(OVERFLOW) };
        let text = core.text_of(labels);
        let values = || Values(values_from_last(text.bytes()).map(Box::from).collect());
        let entry = table.hold(text.bytes(), core);
        Held(entry.map_or_else(|| Hold::NoRoom(values()), Hold::Found))
    }
}

impl sealed::Sealed for Held {}

impl<M: Metric> Find<M> for Held {
    #[inline]
    fn update<R>(&self, core: &'static Core<M>, update: impl FnOnce(&'static M::Cells, usize) -> R) -> R {
        match &self.0 {
            Hold::Known(index) => update(core.cells(), *index),
            Hold::Found(entry) => {
                if !entry.is_active() {
                    entry.show();
                }
                update(core.cells(), entry.index())
            }
            Hold::NoRoom(values) => core.update(values, update),
        }
    }

    fn read<R>(&self, core: &'static Core<M>, read: impl FnOnce(&'static M::Cells, usize) -> R) -> Option<R> {
        match &self.0 {
            Hold::Known(index) => Some(read(core.cells(), *index)),
            Hold::Found(entry) => Some(read(core.cells(), entry.index())),
            Hold::NoRoom(values) => core.read_shown(values, read),
        }
    }

    fn hold(&self, _: &'static Core<M>) -> Held {
        self.clone()
    }
}

impl Clone for Held {
    fn clone(&self) -> Self {
        Held(match &self.0 {
            Hold::Known(index) => Hold::Known(*index),
            Hold::Found(entry) => {
                entry.hold_again();
                Hold::Found(Arc::clone(entry))
            }
            Hold::NoRoom(values) => Hold::NoRoom(values.clone()),
        })
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Hold::Found(entry) = &self.0 {
            Entry::release(entry);
        }
    }
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Hold::Known(index) => f.debug_tuple("Held").field(index).finish(),
            Hold::Found(entry) => f.debug_tuple("Held").field(entry).finish(),
            Hold::NoRoom(_) => f.debug_tuple("Held").field(&OVERFLOW).finish(),
        }
    }
}

impl<M: Metric, P: Find<M>> Series<M, P> {
    #[inline]
    pub(super) fn new(core: &'static Core<M>, place: P) -> Self {
        Series { core, place }
    }

    /// This series, to be kept.
    pub fn hold(&self) -> Series<M, Held> {
        Series::new(self.core, self.place.hold(self.core))
    }

    #[inline]
    fn update(&self, update: impl FnOnce(&'static M::Cells, usize)) {
        self.place.update(self.core, update);
    }

    fn read_with<R>(&self, read: impl FnOnce(&'static M::Cells, usize) -> R) -> Option<R> {
        self.place.read(self.core, read)
    }
}

impl<M: Metric> Clone for Series<M, Held> {
    fn clone(&self) -> Self {
        Series { core: self.core, place: self.place.clone() }
    }
}

impl<M: Metric, P: fmt::Debug> fmt::Debug for Series<M, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Series").field("core", self.core).field("place", &self.place).finish()
    }
}

/// A counter: see [`Counter`].
impl<P: Find<Counter>> Series<Counter, P> {
    /// One more.
    #[inline]
    pub fn increment(&self) {
        self.add(1);
    }

    /// More by `amount`.
    #[inline]
    pub fn add(&self, amount: u64) {
        self.update(|cells, index| add_to(cells, index, amount));
    }

    /// How many there have been; it wraps at 2⁶⁴.
    pub fn get(&self) -> u64 {
        self.read_with(Shards::sum).unwrap_or_default()
    }
}

/// A counter of what is no whole number: see [`FloatCounter`].
impl<P: Find<FloatCounter>> Series<FloatCounter, P> {
    /// More by `amount`. What is negative or not a number is not added.
    #[inline]
    pub fn add(&self, amount: f64) {
        self.update(|cells, index| add_float_to(cells, index, amount));
    }

    /// How much there has been.
    pub fn get(&self) -> f64 {
        self.read_with(sum_floats_of).unwrap_or_default()
    }
}

fn sum_floats_of(cells: &<FloatCounter as Kind>::Cells, index: usize) -> f64 {
    sum_floats(cells, index)
}

/// A gauge: see [`Gauge`].
impl<P: Find<Gauge>> Series<Gauge, P> {
    /// One more.
    #[inline]
    pub fn increment(&self) {
        self.add(1);
    }

    /// One less.
    #[inline]
    pub fn decrement(&self) {
        self.sub(1);
    }

    /// More by `amount`.
    #[inline]
    pub fn add(&self, amount: i64) {
        self.update(|cells, index| add_level(cells.cell(index), amount));
    }

    /// Less by `amount`.
    #[inline]
    pub fn sub(&self, amount: i64) {
        self.update(|cells, index| sub_level(cells.cell(index), amount));
    }

    /// Exactly `value` from now on.
    #[inline]
    pub fn set(&self, value: i64) {
        self.update(|cells, index| set_level(cells.cell(index), value));
    }

    /// The time now, in whole seconds since 1970.
    pub fn set_to_current_time(&self) {
        self.set(whole_seconds_now());
    }

    /// One more, until the guard is dropped. The guard [holds](crate::Family::hold) the series.
    pub fn track(&self) -> SeriesGuard {
        let series = self.hold();
        series.increment();
        SeriesGuard { series }
    }

    /// How many there are.
    pub fn get(&self) -> i64 {
        self.read_with(|cells, index| get_level(cells.cell(index))).unwrap_or_default()
    }
}

/// Keeps a series up by one until it is dropped. Made by [`Series::track`].
#[derive(Debug)]
#[must_use = "the gauge goes down again as soon as the guard is dropped"]
pub struct SeriesGuard {
    series: Series<Gauge, Held>,
}

impl Drop for SeriesGuard {
    fn drop(&mut self) {
        self.series.decrement();
    }
}

/// A gauge of what is no whole number: see [`FloatGauge`].
impl<P: Find<FloatGauge>> Series<FloatGauge, P> {
    /// Exactly `value` from now on.
    #[inline]
    pub fn set(&self, value: f64) {
        self.update(|cells, index| set_float(cells.cell(index), value));
    }

    /// More by `amount`, or less where that is negative.
    #[inline]
    pub fn add(&self, amount: f64) {
        self.update(|cells, index| add_float(cells.cell(index), amount));
    }

    /// Less by `amount`.
    #[inline]
    pub fn sub(&self, amount: f64) {
        self.add(-amount);
    }

    /// The time now, in seconds since 1970.
    pub fn set_to_current_time(&self) {
        self.set(seconds_now());
    }

    /// How much there is.
    pub fn get(&self) -> f64 {
        self.read_with(|cells, index| get_float(cells.cell(index))).unwrap_or_default()
    }
}

/// A histogram: see [`Histogram`].
impl<P: Find<Histogram>> Series<Histogram, P> {
    /// Records `value`: of a histogram of time, nanoseconds.
    #[inline]
    pub fn observe(&self, value: u64) {
        self.update(|cells, index| cells.observe(index, value));
    }

    /// Records a time, in nanoseconds.
    #[inline]
    pub fn observe_duration(&self, duration: Duration) {
        self.observe(nanos_of(duration));
    }

    /// Begins to measure a time, which is recorded when the timer is dropped. The timer [holds](crate::Family::hold) the series.
    pub fn start_timer(&self) -> HistogramTimer<Series<Histogram, Held>> {
        HistogramTimer::new(self.hold())
    }

    /// Records the time that `work` takes, also where it panics.
    #[inline]
    pub fn time<R>(&self, work: impl FnOnce() -> R) -> R {
        let _timer = HistogramTimer::new(self);
        work()
    }

    /// What has been recorded.
    pub fn snapshot(&self) -> HistogramSnapshot {
        let read = self.read_with(|cells, index| cells.read(index, &mut Reader::begin(|| false)));
        read.unwrap_or_else(|| self.core.cells().nothing())
    }

    /// The former name of [`snapshot`](Self::snapshot).
    #[doc(hidden)]
    #[deprecated = "renamed to `snapshot`"]
    pub fn read(&self) -> HistogramSnapshot {
        self.snapshot()
    }
}

impl<P: Find<Histogram>> Observe for Series<Histogram, P> {
    #[inline]
    fn observe(&self, nanos: u64) {
        self.observe(nanos);
    }
}

/// The labels of a set.
pub(super) struct Of<'l, L>(pub(super) &'l L);

impl<L: LabelSet> Labels for Of<'_, L> {
    #[inline]
    fn visit(&self, visitor: &mut impl LabelVisitor) {
        self.0.visit(visitor);
    }
}
