//! Families of series: the view of a snapshot that encoders read.
//!
//! [`FullSnapshot::families`](crate::FullSnapshot::families) returns everything a snapshot holds, in the order it is printed in. An
//! encoder for another format needs nothing else:
//!
//! ```
//! use std::time::Duration;
//! use tachometer::{MetricsRegistry, families::{Number, Value}};
//!
//! let registry = MetricsRegistry::new(Duration::from_secs(10));
//! registry.register_counter("jobs_done").add(3);
//! let snapshot = registry.snapshot_all();
//! for family in snapshot.families() {
//!     for series in &family.series {
//!         if let Value::Number(Number::Unsigned(count)) = series.value {
//!             assert_eq!((&*family.name, count, series.labels.iter().count()), ("jobs_done", 3, 0));
//!         }
//!     }
//! }
//! ```

pub use super::declared::{FamilySnapshot, SampleValue, SeriesSnapshot};
use super::exemplar::Exemplar;
use super::function::FunctionSnapshot;
use super::histogram::HistogramSnapshot;
pub use super::kind::MetricKind;
use super::label_identity::as_texts;
use super::native::NativeBuckets;
pub use crate::labels::{Pairs, SeriesLabels};
pub(crate) use crate::names::without_total;
use std::borrow::Cow;

/// All series of one name.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct MetricFamily<'a> {
    /// The name; a histogram's series add suffixes to it.
    pub name: Cow<'a, str>,
    /// The help text, in one line or more, unescaped.
    pub help: Cow<'a, str>,
    /// The kind of the metric.
    pub kind: MetricKind,
    /// The unit, if the name ends in one.
    pub unit: Option<&'static str>,
    /// The series, each with different labels; never empty.
    pub series: Vec<SeriesView<'a>>,
}

/// One series of a family.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SeriesView<'a> {
    /// The labels that distinguish it from the other series of the family.
    pub labels: Labels<'a>,
    /// The value.
    pub value: Value<'a>,
    /// The exemplar of a declared counter.
    pub(super) exemplar: Option<&'a Exemplar>,
}

impl<'a> SeriesView<'a> {
    /// Returns the exemplar of a counter, if it has one: of `function_calls_total`, the last call with this outcome that had a trace, which
    /// only errors and panics have; of a declared counter, the last amount that was [added with its trace](crate::Counter::add_with).
    /// Those of histograms are in [`Distribution::exemplars`].
    pub fn exemplar(&self) -> Option<&'a Exemplar> {
        let OwnLabels::Function(function, Some(label)) = self.labels.own else { return self.exemplar };
        // Few functions have one.
        let selected = function.selected.as_deref()?;
        match label {
            ("outcome", "error") => selected.last_error.as_ref(),
            ("outcome", "panic") => selected.last_panic.as_ref(),
            _ => None,
        }
    }

    /// Returns what its [`exemplar`](Self::exemplar) has added to the counter: 1 for a call, whatever its duration.
    pub fn value_of(&self, exemplar: &Exemplar) -> Number {
        let is_of_call = matches!(self.labels.own, OwnLabels::Function(..));
        Number::Unsigned(if is_of_call { 1 } else { exemplar.value().unwrap_or(0) })
    }
}

/// The former name of [`SeriesView`].
#[doc(hidden)]
#[deprecated = "renamed to `SeriesView`: a `Series` is one of a `Family`"]
pub type Series<'a> = SeriesView<'a>;

/// The value of a series.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Value<'a> {
    /// The number of a counter or a gauge.
    Number(Number),
    /// A histogram.
    Histogram(Distribution<'a>),
}

impl<'a> Value<'a> {
    /// Returns the value of a declared metric.
    pub(super) fn of(sample: &'a SampleValue) -> Self {
        match sample {
            SampleValue::Count(count) => Value::Number(Number::Unsigned(*count)),
            SampleValue::Level(level) => Value::Number(Number::Signed(*level)),
            SampleValue::Sum(quantity) | SampleValue::Quantity(quantity) => {
                Value::Number(Number::Float(*quantity))
            }
            SampleValue::Histogram(histogram) => Value::histogram(histogram),
            SampleValue::Times(histogram) => Value::nanoseconds(histogram),
        }
    }

    /// Returns a histogram in the unit it was recorded in.
    pub(super) fn histogram(histogram: &'a HistogramSnapshot) -> Self {
        Value::Histogram(Distribution { histogram, scale: Scale::Same })
    }

    /// Returns a histogram of nanoseconds, in seconds.
    pub(super) fn nanoseconds(histogram: &'a HistogramSnapshot) -> Self {
        Value::Histogram(Distribution { histogram, scale: Scale::NanosToSeconds })
    }
}

/// A number, exactly as it was counted.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Number {
    /// A count.
    Unsigned(u64),
    /// A level.
    Signed(i64),
    /// A quantity in a unit other than the one it was counted in.
    Float(f64),
}

impl Number {
    /// Returns a number of nanoseconds, in seconds.
    pub(super) fn seconds(nanos: u64) -> Self {
        Number::Float(seconds(nanos))
    }
}

/// The labels of a series, in the order they are printed in; names are never repeated.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Labels<'a> {
    own: OwnLabels<'a>,
    /// The labels of all series without a label of that name.
    shared: &'a [(String, String)],
}

/// The labels that distinguish a series from the others of its family.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) enum OwnLabels<'a> {
    /// The only series of a family.
    #[default]
    None,
    /// A series of a declared family.
    Series(&'a SeriesLabels),
    /// A series of a function, with a label after those of the function.
    Function(&'a FunctionSnapshot, Option<(&'static str, &'a str)>),
}

impl<'a> Labels<'a> {
    /// Returns the labels of a series that has its `own` ones.
    pub(super) fn new(own: OwnLabels<'a>) -> Self {
        Labels { own, shared: &[] }
    }

    /// Returns the labels with those of all series added.
    pub(super) fn with_shared(self, shared: &'a [(String, String)]) -> Self {
        Labels { shared, ..self }
    }

    /// Returns each label's name and value, unescaped.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        self.own.iter().chain(self.shared())
    }

    /// Returns the labels that distinguish it from the other series of its family.
    #[inline]
    pub(crate) fn own(&self) -> OwnLabels<'a> {
        self.own
    }

    /// Returns the labels of all series, without those whose name is that of an own label.
    pub(crate) fn shared(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let own = self.own;
        as_texts(self.shared).filter(move |(name, _)| !own.iter().any(|(own, _)| own == *name))
    }

    /// Returns whether there are labels of all series.
    #[inline]
    pub(crate) fn has_shared(&self) -> bool {
        !self.shared.is_empty()
    }
}

impl<'a> OwnLabels<'a> {
    fn iter(self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let (series, function) = match self {
            OwnLabels::None => (None, None),
            OwnLabels::Series(labels) => (Some(labels), None),
            OwnLabels::Function(function, last) => (None, Some(labels_of(function).chain(last))),
        };
        series.into_iter().flatten().chain(function.into_iter().flatten())
    }
}

/// Returns the labels of all series of a function.
pub(crate) fn labels_of(function: &FunctionSnapshot) -> impl Iterator<Item = (&str, &str)> {
    let name = [("function", function.function.as_str()), ("module", function.module.as_str())];
    name.into_iter().chain(as_texts(&function.labels))
}

/// A histogram's buckets, sum and count, in the unit of its family.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Distribution<'a> {
    histogram: &'a HistogramSnapshot,
    scale: Scale,
}

/// The conversion of recorded numbers to printed ones.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Scale {
    /// Printed as recorded.
    Same,
    /// Recorded in nanoseconds, printed in seconds.
    NanosToSeconds,
}

impl Scale {
    fn apply(self, recorded: u64) -> Number {
        match self {
            Scale::Same => Number::Unsigned(recorded),
            Scale::NanosToSeconds => Number::seconds(recorded),
        }
    }

    fn bound(self, bound: u64) -> f64 {
        match (self, bound) {
            (_, u64::MAX) => f64::INFINITY,
            (Scale::Same, bound) => bound as f64,
            (Scale::NanosToSeconds, bound) => seconds(bound),
        }
    }
}

/// A bucket as formats print it.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Bucket {
    /// The inclusive upper bound; that of the last bucket is infinite.
    pub upper_bound: f64,
    /// The number of values at or below it.
    pub cumulative_count: u64,
}

impl<'a> Distribution<'a> {
    /// Returns the buckets by increasing bounds, the last infinite.
    ///
    /// Bounds that are equal as floats (above 2⁵³) are merged into one bucket.
    pub fn buckets(&self) -> impl Iterator<Item = Bucket> + use<'a> {
        let histogram = self.histogram;
        let mut bounds = self.upper_bounds();
        let mut next = bounds.next();
        let mut cumulative_count = 0_u64;
        histogram.buckets.iter().filter_map(move |count| {
            let upper_bound = next?;
            next = bounds.next();
            cumulative_count = cumulative_count.saturating_add(*count);
            (next != Some(upper_bound)).then_some(Bucket { upper_bound, cumulative_count })
        })
    }

    /// Returns the native buckets, in the same unit; see [`HistogramSnapshot::native`] for which histograms have them. They hold the
    /// same values as [`buckets`](Self::buckets).
    ///
    /// ```
    /// use std::time::Duration;
    /// use tachometer::{MetricsRegistry, families::Value};
    ///
    /// let registry = MetricsRegistry::new(Duration::from_secs(10));
    /// let times = registry.histogram_of_time("upload_seconds", "Time of uploads", &[1_000_000_000]);
    /// times.observe_duration(Duration::from_millis(100));
    /// let snapshot = registry.snapshot_all();
    /// for family in snapshot.families() {
    ///     if let Value::Histogram(distribution) = &family.series[0].value {
    ///         let native = distribution.native().unwrap();
    ///         let indices: Vec<(i32, u64)> = native.buckets().collect();
    ///         assert_eq!((&*family.name, native.schema(), indices), ("upload_seconds", 3, vec![(-26, 1)]));
    ///     }
    /// }
    /// ```
    pub fn native(&self) -> Option<NativeBuckets<'a>> {
        self.histogram.native()
    }

    /// Returns its exemplars by increasing values, at most one for each bucket.
    pub fn exemplars(&self) -> impl Iterator<Item = &'a Exemplar> + use<'a> {
        self.histogram.exemplars().iter()
    }

    /// Returns the value of one of its exemplars, in the unit of the family.
    pub fn value_of(&self, exemplar: &Exemplar) -> Number {
        self.scale.apply(exemplar.value().unwrap_or(0))
    }

    /// Returns the upper bound of each recorded bucket. Those that are equal as floats are not merged.
    pub(crate) fn upper_bounds(&self) -> impl Iterator<Item = f64> + use<'a> {
        let Distribution { histogram, scale } = *self;
        histogram.boundaries.iter().map(move |bound| scale.bound(*bound))
    }

    /// Returns the sum of the values.
    pub fn sum(&self) -> Number {
        self.scale.apply(self.histogram.sum())
    }

    /// Returns the smallest and the largest of the values; `None` if they are not known, as for
    /// [`HistogramSnapshot::extremes`].
    ///
    /// ```
    /// use std::time::Duration;
    /// use tachometer::{MetricsRegistry, families::{Number, Value}};
    ///
    /// let registry = MetricsRegistry::new(Duration::from_secs(10));
    /// let times = registry.histogram_of_time("upload_seconds", "Time of uploads", &[1_000_000_000]);
    /// times.observe_duration(Duration::from_millis(100));
    /// let snapshot = registry.snapshot_all();
    /// for family in snapshot.families() {
    ///     if let Value::Histogram(distribution) = &family.series[0].value {
    ///         assert_eq!(distribution.extremes(), Some((Number::Float(0.1), Number::Float(0.1))));
    ///     }
    /// }
    /// ```
    pub fn extremes(&self) -> Option<(Number, Number)> {
        let (min, max) = self.histogram.extremes()?;
        Some((self.scale.apply(min), self.scale.apply(max)))
    }

    /// Returns the histogram as it was recorded.
    pub(crate) fn recorded(&self) -> &'a HistogramSnapshot {
        self.histogram
    }

    /// Returns whether it was recorded in nanoseconds.
    pub(crate) fn is_of_time(&self) -> bool {
        self.scale == Scale::NanosToSeconds
    }

    /// Returns the number of values.
    pub fn count(&self) -> u64 {
        self.histogram.total()
    }
}

const NANOS_PER_SECOND: u64 = 1_000_000_000;

fn seconds(nanos: u64) -> f64 {
    nanos as f64 / NANOS_PER_SECOND as f64
}
