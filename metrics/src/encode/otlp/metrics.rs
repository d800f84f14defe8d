//! The metrics of a snapshot, as the data model of OpenTelemetry has them, for each of the encodings.

use super::buckets::{ExplicitBuckets, ExponentialBuckets};
use super::options::HistogramAggregation;
use super::units::code_of;
use crate::encode::values::native_of;
use crate::snapshot::families::{Distribution, MetricKind, Number, SeriesView, Value};
use crate::snapshot::{FullSnapshot, ListedFamily};
use std::time::{SystemTime, UNIX_EPOCH};

/// The name of the instrumentation scope.
pub(super) const SCOPE: &str = "tachometer";

/// Its version.
pub(super) const SCOPE_VERSION: &str = env!("CARGO_PKG_VERSION");

/// What is the same for all metrics of a request.
#[derive(Clone, Copy)]
pub(super) struct Context {
    /// Whether points span the time since an earlier snapshot.
    pub(super) is_delta: bool,
    pub(super) histograms: HistogramAggregation,
    /// The start of what points span, in nanoseconds since 1970; 0 if it is not known.
    pub(super) start: u64,
    /// The time of all points.
    pub(super) time: u64,
}

impl Context {
    /// Creates that of a snapshot, which is a difference if `is_delta` and there was an earlier one.
    pub(super) fn new(snapshot: &FullSnapshot, is_delta: bool, histograms: HistogramAggregation) -> Self {
        let time = unix_nanos(snapshot.timestamp);
        Context { is_delta, histograms, start: unix_nanos(snapshot.created).min(time), time }
    }

    /// Returns the number of the aggregation temporality in its enumeration.
    pub(super) fn temporality(&self) -> u8 {
        if self.is_delta { 1 } else { 2 }
    }

    /// Returns the smallest and the largest value of the points that a histogram contributes to. Extremes cannot be subtracted.
    pub(super) fn extremes(&self, distribution: &Distribution<'_>) -> Option<(Number, Number)> {
        if self.is_delta { None } else { distribution.extremes() }
    }
}

/// Returns the nanoseconds since 1970: 0 for a time before, the largest number for one after 2554.
fn unix_nanos(time: SystemTime) -> u64 {
    let since_1970 = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    since_1970.as_nanos().try_into().unwrap_or(u64::MAX)
}

/// Returns a number as the integer of a point: a count or a level that fits. `None` if it must be a float.
pub(super) fn integer_of(number: Number) -> Option<i64> {
    match number {
        Number::Unsigned(count) => i64::try_from(count).ok(),
        Number::Signed(level) => Some(level),
        Number::Float(_) => None,
    }
}

/// The kind of data of a metric.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Data {
    Gauge,
    Sum,
    Histogram,
    ExponentialHistogram,
}

/// A metric without its points.
pub(super) struct Metric<'f> {
    pub(super) name: &'f str,
    pub(super) description: &'f str,
    /// Its unit, or nothing.
    pub(super) unit: &'static str,
    pub(super) data: Data,
}

/// An encoding of metrics, which appends to `Out`.
pub(super) trait Encoding<'a> {
    type Out;

    /// Appends a metric. `points` appends its points.
    fn metric(
        &mut self,
        out: &mut Self::Out,
        metric: &Metric<'_>,
        points: impl FnOnce(&mut Self, &mut Self::Out),
    );

    /// Appends a point of a sum or a gauge.
    fn number(&mut self, out: &mut Self::Out, data: Data, series: &SeriesView<'a>, number: Number);

    /// Appends a point of a histogram with explicit bounds. `are_new` unless the bounds are those of the last one.
    fn histogram(
        &mut self,
        out: &mut Self::Out,
        series: &SeriesView<'a>,
        distribution: &Distribution<'a>,
        buckets: &ExplicitBuckets,
        are_new: bool,
    );

    /// Appends a point of an exponential histogram.
    fn exponential_histogram(
        &mut self,
        out: &mut Self::Out,
        series: &SeriesView<'a>,
        distribution: &Distribution<'a>,
        buckets: &ExponentialBuckets,
    );
}

/// A writer of metrics in an encoding.
pub(super) struct Metrics<'e, E> {
    encoding: &'e mut E,
    histograms: HistogramAggregation,
    explicit: ExplicitBuckets,
    exponential: ExponentialBuckets,
    points: usize,
}

impl<'e, 'a, E: Encoding<'a>> Metrics<'e, E> {
    /// Appends all metrics of a snapshot. Returns the number of points.
    pub(super) fn push(
        encoding: &'e mut E,
        out: &mut E::Out,
        snapshot: &'a FullSnapshot,
        context: Context,
    ) -> usize {
        let mut metrics = Metrics {
            encoding,
            histograms: context.histograms,
            explicit: ExplicitBuckets::default(),
            exponential: ExponentialBuckets::default(),
            points: 0,
        };
        for family in snapshot.listed_families() {
            match family.kind {
                MetricKind::Counter => metrics.push_numbers(out, &family, Data::Sum),
                MetricKind::Gauge => metrics.push_numbers(out, &family, Data::Gauge),
                MetricKind::Histogram => metrics.push_histograms(out, &family),
            }
        }
        metrics.points
    }

    fn push_numbers(&mut self, out: &mut E::Out, family: &ListedFamily<'a>, data: Data) {
        let Metrics { encoding, points, .. } = self;
        encoding.metric(out, &metric_of(family, data), |encoding, out| {
            family.each_series(|series| {
                if let Value::Number(number) = series.value {
                    encoding.number(out, data, &series, number);
                    *points += 1;
                }
            });
        });
    }

    /// Appends a family of histograms, as two metrics if some of its histograms are exponential and others are not.
    fn push_histograms(&mut self, out: &mut E::Out, family: &ListedFamily<'a>) {
        let is_exponential = self.histograms == HistogramAggregation::Exponential && has_native_first(family);
        if self.push_part(out, family, is_exponential) {
            self.push_part(out, family, !is_exponential);
        }
    }

    /// Appends the histograms of a family that are exponential, or those that are not. Returns whether there are others.
    fn push_part(&mut self, out: &mut E::Out, family: &ListedFamily<'a>, is_exponential: bool) -> bool {
        let Metrics { encoding, histograms, explicit, exponential, points } = self;
        let data = if is_exponential { Data::ExponentialHistogram } else { Data::Histogram };
        let may_be_exponential = *histograms == HistogramAggregation::Exponential;
        let mut has_others = false;
        encoding.metric(out, &metric_of(family, data), |encoding, out| {
            family.each_series(|series| {
                let Value::Histogram(distribution) = &series.value else { return };
                let native = if may_be_exponential { native_of(distribution) } else { None };
                match native {
                    Some(native) if is_exponential => {
                        exponential.set(native);
                        encoding.exponential_histogram(out, &series, distribution, exponential);
                        *points += 1;
                    }
                    None if !is_exponential => {
                        let are_new = explicit.set(distribution);
                        encoding.histogram(out, &series, distribution, explicit, are_new);
                        *points += 1;
                    }
                    _ => has_others = true,
                }
            });
        });
        has_others
    }
}

/// Returns whether the first histogram of a family has native buckets.
fn has_native_first(family: &ListedFamily<'_>) -> bool {
    let mut first = None;
    family.each_series(|series| {
        if let (None, Value::Histogram(distribution)) = (first, &series.value) {
            first = Some(native_of(distribution).is_some());
        }
    });
    first.unwrap_or(false)
}

fn metric_of<'f>(family: &'f ListedFamily<'_>, data: Data) -> Metric<'f> {
    let unit = family.unit.map_or("", |unit| code_of(&family.name, family.kind, unit));
    Metric { name: &family.name, description: &family.help, unit, data }
}
