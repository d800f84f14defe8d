//! Requests as JSON, in the mapping of the OpenTelemetry protocol: names in lower camel case, enumerations as numbers, integers of 64
//! bits as texts.

use super::attributes::{AttributeElements, push_element};
use super::buckets::{ExplicitBuckets, ExponentialBuckets};
use super::exemplars::push_member;
use super::literals::{push_floats, push_integer, push_integers};
use super::metrics::{Context, Data, Encoding, Metric, Metrics, SCOPE, SCOPE_VERSION, integer_of};
use crate::encode::encoded_labels::EncodedLabels;
use crate::encode::json_text::push_text;
use crate::encode::json_values::push_double;
use crate::encode::number::{push_signed, push_unsigned};
use crate::encode::values::float_of;
use crate::snapshot::FullSnapshot;
use crate::snapshot::families::{Distribution, Number, SeriesView};

/// Appends a request with the metrics of a snapshot. Returns the number of points.
pub(super) fn write(
    snapshot: &FullSnapshot,
    resource: &[(String, String)],
    context: Context,
    out: &mut String,
) -> usize {
    let mut attributes = String::new();
    for (key, value) in resource {
        push_element(&mut attributes, key, value);
    }
    out.extend([r#"{"resourceMetrics":[{"resource":{"attributes":["#, &attributes, "]}"]);
    out.push_str(r#","scopeMetrics":[{"scope":{"name":"#);
    push_text(out, SCOPE);
    out.push_str(r#","version":"#);
    push_text(out, SCOPE_VERSION);
    out.push_str(r#"},"metrics":["#);
    let points = Metrics::push(&mut Json::new(snapshot, context), out, snapshot, context);
    out.push_str("]}]}]}");
    points
}

/// The encoding.
struct Json<'a> {
    context: Context,
    labels: EncodedLabels<'a, AttributeElements>,
    /// The members of a point that are its times.
    times: String,
    /// The part of them that a gauge has.
    time: String,
    /// The bounds of the last histogram, as a member.
    bounds: String,
}

impl<'a> Json<'a> {
    fn new(snapshot: &'a FullSnapshot, context: Context) -> Self {
        let mut time = r#","timeUnixNano":"#.to_owned();
        push_integer(&mut time, context.time);
        let mut times = r#","startTimeUnixNano":"#.to_owned();
        push_integer(&mut times, context.start);
        times.push_str(&time);
        let labels = EncodedLabels::new(&snapshot.functions);
        Json { context, labels, times, time, bounds: String::new() }
    }

    /// Begins a point with its attributes and the members that are its times.
    fn begin_point(&mut self, out: &mut String, series: &SeriesView<'a>, data: Data) {
        separate(out);
        let times = if data == Data::Gauge { &self.time } else { &self.times };
        out.extend([r#"{"attributes":["#, self.labels.of(&series.labels), "]", times]);
    }

    /// Begins a point of a histogram, with the members that both kinds have.
    fn begin_histogram(
        &mut self,
        out: &mut String,
        series: &SeriesView<'a>,
        distribution: &Distribution<'a>,
    ) {
        self.begin_point(out, series, Data::Histogram);
        out.push_str(r#","count":"#);
        push_integer(out, distribution.count());
        out.push_str(r#","sum":"#);
        push_double(out, float_of(distribution.sum()));
        if let Some((smallest, largest)) = self.context.extremes(distribution) {
            out.push_str(r#","min":"#);
            push_double(out, float_of(smallest));
            out.push_str(r#","max":"#);
            push_double(out, float_of(largest));
        }
        let exemplars = distribution.exemplars();
        push_member(out, exemplars.map(|exemplar| (exemplar, distribution.value_of(exemplar))));
    }
}

impl<'a> Encoding<'a> for Json<'a> {
    type Out = String;

    fn metric(&mut self, out: &mut String, metric: &Metric<'_>, points: impl FnOnce(&mut Self, &mut String)) {
        separate(out);
        out.push_str(r#"{"name":"#);
        push_text(out, metric.name);
        out.push_str(r#","description":"#);
        push_text(out, metric.description);
        out.push_str(r#","unit":"#);
        push_text(out, metric.unit);
        let data = match metric.data {
            Data::Gauge => "gauge",
            Data::Sum => "sum",
            Data::Histogram => "histogram",
            Data::ExponentialHistogram => "exponentialHistogram",
        };
        out.extend([",\"", data, r#"":{"dataPoints":["#]);
        points(self, out);
        out.push(']');
        if metric.data != Data::Gauge {
            out.push_str(r#","aggregationTemporality":"#);
            push_unsigned(out, self.context.temporality().into());
        }
        if metric.data == Data::Sum {
            out.push_str(r#","isMonotonic":true"#);
        }
        out.push_str("}}");
    }

    fn number(&mut self, out: &mut String, data: Data, series: &SeriesView<'a>, number: Number) {
        self.begin_point(out, series, data);
        if let Some(integer) = integer_of(number) {
            out.push_str(r#","asInt":""#);
            push_signed(out, integer);
            out.push('"');
        } else {
            out.push_str(r#","asDouble":"#);
            push_double(out, float_of(number));
        }
        let exemplar = series.exemplar().filter(|_| data == Data::Sum);
        push_member(out, exemplar.into_iter().map(|exemplar| (exemplar, series.value_of(exemplar))));
        out.push('}');
    }

    fn histogram(
        &mut self,
        out: &mut String,
        series: &SeriesView<'a>,
        distribution: &Distribution<'a>,
        buckets: &ExplicitBuckets,
        are_new: bool,
    ) {
        if are_new {
            self.bounds.clear();
            self.bounds.push_str(r#","explicitBounds":"#);
            push_floats(&mut self.bounds, buckets.bounds());
        }
        self.begin_histogram(out, series, distribution);
        out.push_str(r#","bucketCounts":"#);
        push_integers(out, buckets.counts());
        out.push_str(&self.bounds);
        out.push('}');
    }

    fn exponential_histogram(
        &mut self,
        out: &mut String,
        series: &SeriesView<'a>,
        distribution: &Distribution<'a>,
        buckets: &ExponentialBuckets,
    ) {
        self.begin_histogram(out, series, distribution);
        out.push_str(r#","scale":"#);
        push_signed(out, buckets.scale().into());
        out.push_str(r#","zeroCount":"#);
        push_integer(out, buckets.zero_count());
        out.push_str(r#","positive":{"offset":"#);
        push_signed(out, buckets.offset().into());
        out.push_str(r#","bucketCounts":"#);
        push_integers(out, buckets.counts());
        out.push_str("}}");
    }
}

/// Appends the comma before an element of an array of objects, unless it is the first.
fn separate(out: &mut String) {
    if !out.ends_with('[') {
        out.push(',');
    }
}
