//! Requests as protocol buffers: messages `opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest`.

use super::attributes::{Attribute, push_attribute};
use super::buckets::{ExplicitBuckets, ExponentialBuckets};
use super::exemplars::push_message;
use super::metrics::{Context, Data, Encoding, Metric, Metrics, SCOPE, SCOPE_VERSION, integer_of};
use crate::encode::encoded_labels::EncodedLabels;
use crate::encode::label_fields::LabelFields;
use crate::encode::values::float_of;
use crate::encode::wire::{
    Key, double, fixed, push_bytes, push_part, push_unsigned, push_varint, push_with_length, varint_length,
    zigzag,
};
use crate::snapshot::FullSnapshot;
use crate::snapshot::families::{Distribution, Number, SeriesView};

/// Appends a request with the metrics of a snapshot. Returns the number of points.
pub(super) fn write(
    snapshot: &FullSnapshot,
    resource: &[(String, String)],
    context: Context,
    out: &mut Vec<u8>,
) -> usize {
    const RESOURCE_METRICS: Key = Key::delimited(1);
    const RESOURCE: Key = Key::delimited(1);
    const ATTRIBUTE: Key = Key::delimited(1);
    const SCOPE_METRICS: Key = Key::delimited(2);
    const SCOPE_FIELD: Key = Key::delimited(1);
    const NAME: Key = Key::delimited(1);
    const VERSION: Key = Key::delimited(2);
    /// That of messages of 16 KiB to 2 MiB.
    const EXPECTED_LENGTH: usize = 3;
    let mut points = 0;
    out.push(RESOURCE_METRICS.byte());
    push_with_length::<EXPECTED_LENGTH>(out, |out| {
        out.push(RESOURCE.byte());
        push_with_length::<1>(out, |out| {
            for (key, value) in resource {
                push_attribute(out, ATTRIBUTE, key, value);
            }
        });
        out.push(SCOPE_METRICS.byte());
        push_with_length::<EXPECTED_LENGTH>(out, |out| {
            out.push(SCOPE_FIELD.byte());
            push_with_length::<1>(out, |out| {
                push_bytes(out, NAME, SCOPE.as_bytes());
                push_bytes(out, VERSION, SCOPE_VERSION.as_bytes());
            });
            points = Metrics::push(&mut Protobuf::new(snapshot, context), out, snapshot, context);
        });
    });
    points
}

/// The field of a metric that is one of its points.
const POINT: Key = Key::delimited(1);

/// The encoding. The labels of a function are encoded once for all families, for each kind of points: the numbers of their fields differ.
struct Protobuf<'a> {
    snapshot: &'a FullSnapshot,
    context: Context,
    numbers: EncodedLabels<'a, LabelFields<Attribute<7>>>,
    histograms: Option<EncodedLabels<'a, LabelFields<Attribute<9>>>>,
    exponential: Option<EncodedLabels<'a, LabelFields<Attribute<1>>>>,
    /// The fields of a point of a sum: the value, and the times. Those of a gauge are the first of them.
    fields: [u8; GAUGE_LENGTH + 9],
    /// The bounds of the last histogram, as a field.
    bounds: Vec<u8>,
}

/// The length of the value and the time of a point.
const GAUGE_LENGTH: usize = 18;

impl<'a> Protobuf<'a> {
    fn new(snapshot: &'a FullSnapshot, context: Context) -> Self {
        let mut fields = [0; GAUGE_LENGTH + 9];
        // All kinds of points have the same numbers for these.
        fields[9..GAUGE_LENGTH].copy_from_slice(&fixed(Key::fixed(3), context.time));
        fields[GAUGE_LENGTH..].copy_from_slice(&fixed(Key::fixed(2), context.start));
        Protobuf {
            snapshot,
            context,
            numbers: EncodedLabels::new(&snapshot.functions),
            histograms: None,
            exponential: None,
            fields,
            bounds: Vec::new(),
        }
    }

    /// Appends the fields that both kinds of points of histograms have under the same numbers.
    fn push_histogram_fields(&self, out: &mut Vec<u8>, distribution: &Distribution<'a>) {
        const COUNT: Key = Key::fixed(4);
        const SUM: Key = Key::double(5);
        out.extend_from_slice(&self.fields[9..]);
        out.extend_from_slice(&fixed(COUNT, distribution.count()));
        out.extend_from_slice(&double(SUM, float_of(distribution.sum())));
    }

    /// Appends the smallest and the largest value.
    fn push_extremes(&self, out: &mut Vec<u8>, distribution: &Distribution<'a>, min: Key, max: Key) {
        if let Some((smallest, largest)) = self.context.extremes(distribution) {
            out.extend_from_slice(&double(min, float_of(smallest)));
            out.extend_from_slice(&double(max, float_of(largest)));
        }
    }
}

impl<'a> Encoding<'a> for Protobuf<'a> {
    type Out = Vec<u8>;

    fn metric(
        &mut self,
        out: &mut Vec<u8>,
        metric: &Metric<'_>,
        points: impl FnOnce(&mut Self, &mut Vec<u8>),
    ) {
        const METRIC: Key = Key::delimited(2);
        const NAME: Key = Key::delimited(1);
        const DESCRIPTION: Key = Key::delimited(2);
        const UNIT: Key = Key::delimited(3);
        const TEMPORALITY: Key = Key::varint(2);
        const IS_MONOTONIC: Key = Key::varint(3);
        /// That of a family of 16 KiB or more.
        const EXPECTED_LENGTH: usize = 3;
        let data = Key::delimited(match metric.data {
            Data::Gauge => 5,
            Data::Sum => 7,
            Data::Histogram => 9,
            Data::ExponentialHistogram => 10,
        });
        out.push(METRIC.byte());
        push_with_length::<EXPECTED_LENGTH>(out, |out| {
            push_bytes(out, NAME, metric.name.as_bytes());
            push_bytes(out, DESCRIPTION, metric.description.as_bytes());
            push_bytes(out, UNIT, metric.unit.as_bytes());
            out.push(data.byte());
            push_with_length::<EXPECTED_LENGTH>(out, |out| {
                points(self, out);
                if metric.data != Data::Gauge {
                    push_unsigned(out, TEMPORALITY, self.context.temporality().into());
                }
                if metric.data == Data::Sum {
                    push_unsigned(out, IS_MONOTONIC, 1);
                }
            });
        });
    }

    #[inline]
    fn number(&mut self, out: &mut Vec<u8>, data: Data, series: &SeriesView<'a>, number: Number) {
        const AS_DOUBLE: Key = Key::double(4);
        const AS_INT: Key = Key::fixed(6);
        let mut fields = self.fields;
        let value = match integer_of(number) {
            Some(integer) => fixed(AS_INT, integer.cast_unsigned()),
            None => double(AS_DOUBLE, float_of(number)),
        };
        fields[..9].copy_from_slice(&value);
        let attributes = self.numbers.of(&series.labels);
        let length = if data == Data::Gauge { GAUGE_LENGTH } else { fields.len() };
        let mut exemplar = Vec::new();
        if let Some(of_sum) = series.exemplar().filter(|_| data == Data::Sum) {
            const EXEMPLARS: Key = Key::delimited(5);
            push_message(&mut exemplar, EXEMPLARS, of_sum, series.value_of(of_sum));
        }
        out.push(POINT.byte());
        push_varint(out, (length + attributes.len() + exemplar.len()) as u64);
        push_part(out, &fields, length);
        out.extend_from_slice(attributes);
        out.extend_from_slice(&exemplar);
    }

    #[inline]
    fn histogram(
        &mut self,
        out: &mut Vec<u8>,
        series: &SeriesView<'a>,
        distribution: &Distribution<'a>,
        buckets: &ExplicitBuckets,
        are_new: bool,
    ) {
        const COUNTS: Key = Key::delimited(6);
        const BOUNDS: Key = Key::delimited(7);
        const EXEMPLARS: Key = Key::delimited(8);
        const MIN: Key = Key::double(11);
        const MAX: Key = Key::double(12);
        if are_new {
            let bounds: Vec<u8> = buckets.bounds().iter().flat_map(|bound| bound.to_le_bytes()).collect();
            self.bounds.clear();
            push_bytes(&mut self.bounds, BOUNDS, &bounds);
        }
        out.push(POINT.byte());
        push_with_length::<2>(out, |out| {
            self.push_histogram_fields(out, distribution);
            out.push(COUNTS.byte());
            push_varint(out, 8 * buckets.counts().len() as u64);
            buckets.counts().iter().for_each(|count| out.extend_from_slice(&count.to_le_bytes()));
            out.extend_from_slice(&self.bounds);
            self.push_extremes(out, distribution, MIN, MAX);
            push_exemplars(out, distribution, EXEMPLARS);
            let labels = self.histograms.get_or_insert_with(|| EncodedLabels::new(&self.snapshot.functions));
            out.extend_from_slice(labels.of(&series.labels));
        });
    }

    #[inline]
    fn exponential_histogram(
        &mut self,
        out: &mut Vec<u8>,
        series: &SeriesView<'a>,
        distribution: &Distribution<'a>,
        buckets: &ExponentialBuckets,
    ) {
        const SCALE: Key = Key::varint(6);
        const ZERO_COUNT: Key = Key::fixed(7);
        const POSITIVE: Key = Key::delimited(8);
        const EXEMPLARS: Key = Key::delimited(11);
        const MIN: Key = Key::double(12);
        const MAX: Key = Key::double(13);
        out.push(POINT.byte());
        push_with_length::<2>(out, |out| {
            self.push_histogram_fields(out, distribution);
            push_unsigned(out, SCALE, zigzag(buckets.scale().into()));
            out.extend_from_slice(&fixed(ZERO_COUNT, buckets.zero_count()));
            out.push(POSITIVE.byte());
            push_positive(out, buckets);
            self.push_extremes(out, distribution, MIN, MAX);
            push_exemplars(out, distribution, EXEMPLARS);
            let labels = self.exponential.get_or_insert_with(|| EncodedLabels::new(&self.snapshot.functions));
            out.extend_from_slice(labels.of(&series.labels));
        });
    }
}

/// Appends the exemplars of a histogram.
fn push_exemplars(out: &mut Vec<u8>, distribution: &Distribution<'_>, field: Key) {
    for exemplar in distribution.exemplars() {
        push_message(out, field, exemplar, distribution.value_of(exemplar));
    }
}

/// Appends the offset and the counts of exponential buckets as a message, after its length.
fn push_positive(out: &mut Vec<u8>, buckets: &ExponentialBuckets) {
    const OFFSET: Key = Key::varint(1);
    const COUNTS: Key = Key::delimited(2);
    let offset = zigzag(buckets.offset().into());
    let counts: usize = buckets.counts().iter().map(|count| varint_length(*count)).sum();
    let length = 1 + varint_length(offset) + 1 + varint_length(counts as u64) + counts;
    push_varint(out, length as u64);
    push_unsigned(out, OFFSET, offset);
    out.push(COUNTS.byte());
    push_varint(out, counts as u64);
    buckets.counts().iter().for_each(|count| push_varint(out, *count));
}
