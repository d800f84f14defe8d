//! OTLP, read by a decoder of others: rules one by one, to the letter, names in Prometheus, and any snapshot.

mod exemplars;
mod golden;
mod histograms;
mod names;
mod points;
mod properties;

use super::registry;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest as Request;
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value};
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::{
    ExponentialHistogramDataPoint, HistogramDataPoint, Metric, NumberDataPoint, number_data_point,
};
use prost::Message;
use serde_json::Value;
use tachometer::otlp::{Encoder, HistogramAggregation, Temporality};
use tachometer::{FullSnapshot, MetricsRegistry};

/// An aggregation temporality, as the messages have it.
const DELTA: i32 = 1;
const CUMULATIVE: i32 = 2;

fn encoder() -> Encoder {
    Encoder::new([("service.name", "checkout")])
}

fn delta() -> Encoder {
    encoder().temporality(Temporality::Delta)
}

fn exponential() -> Encoder {
    encoder().histograms(HistogramAggregation::Exponential)
}

/// Encodes in both encodings, checks that they say the same, and that the returned numbers are those of points.
fn encode(encoder: &Encoder, snapshot: &FullSnapshot, earlier: Option<&FullSnapshot>) -> Request {
    let (mut bytes, mut json) = (Vec::new(), String::new());
    let returned = encoder.encode(snapshot, earlier, &mut bytes);
    assert_eq!(encoder.encode_json(snapshot, earlier, &mut json), returned);
    let request = Request::decode(bytes.as_slice()).expect("a request");
    assert_eq!(serde_json::from_str::<Request>(&json).expect("a request"), request, "{json}");
    let points: usize = metrics(&request).iter().map(number_of_points).sum();
    assert_eq!(points, returned);
    request
}

/// Returns the metrics of a request, which has one resource and one scope.
fn metrics(request: &Request) -> &[Metric] {
    let [resource] = &request.resource_metrics[..] else { panic!("one resource: {request:?}") };
    let [scope] = &resource.scope_metrics[..] else { panic!("one scope: {request:?}") };
    &scope.metrics
}

fn metric<'r>(request: &'r Request, name: &str) -> &'r Metric {
    metrics(request).iter().find(|metric| metric.name == name).unwrap_or_else(|| panic!("no {name}"))
}

fn number_of_points(metric: &Metric) -> usize {
    match data(metric) {
        Data::Histogram(histogram) => histogram.data_points.len(),
        Data::ExponentialHistogram(histogram) => histogram.data_points.len(),
        _ => numbers(metric).len(),
    }
}

fn data(metric: &Metric) -> &Data {
    metric.data.as_ref().unwrap_or_else(|| panic!("{} has no data", metric.name))
}

/// Returns the points of a sum or a gauge.
fn numbers(metric: &Metric) -> &[NumberDataPoint] {
    match data(metric) {
        Data::Gauge(gauge) => &gauge.data_points,
        Data::Sum(sum) => &sum.data_points,
        data => panic!("{data:?}"),
    }
}

/// Returns the value of the only point of a sum or a gauge.
fn number(request: &Request, name: &str) -> number_data_point::Value {
    let [point] = numbers(metric(request, name)) else { panic!("{name} has one point") };
    point.value.expect("a value")
}

/// Returns the points of a histogram, and its temporality.
fn histogram(metric: &Metric) -> (&[HistogramDataPoint], i32) {
    let Data::Histogram(histogram) = data(metric) else { panic!("{metric:?}") };
    (&histogram.data_points, histogram.aggregation_temporality)
}

/// Returns the points of an exponential histogram, and its temporality.
fn exponential_histogram(metric: &Metric) -> (&[ExponentialHistogramDataPoint], i32) {
    let Data::ExponentialHistogram(histogram) = data(metric) else { panic!("{metric:?}") };
    (&histogram.data_points, histogram.aggregation_temporality)
}

/// Returns attributes, all of which are texts.
fn attributes(attributes: &[KeyValue]) -> Vec<(String, String)> {
    let pair = |attribute: &KeyValue| match attribute.value.as_ref().and_then(|value| value.value.as_ref()) {
        Some(any_value::Value::StringValue(value)) => (attribute.key.clone(), value.clone()),
        value => panic!("{}: {value:?}", attribute.key),
    };
    attributes.iter().map(pair).collect()
}

/// Returns a snapshot with some members of its JSON replaced.
fn with_members(snapshot: &FullSnapshot, members: Value) -> FullSnapshot {
    let mut json = serde_json::to_value(snapshot).expect("a snapshot has a JSON form");
    let Value::Object(members) = members else { panic!("{members} are no members") };
    json.as_object_mut().expect("an object").extend(members);
    FullSnapshot::from_json(&json.to_string()).expect("a snapshot")
}

/// Returns a snapshot of nothing.
fn empty() -> FullSnapshot {
    MetricsRegistry::new(std::time::Duration::MAX).snapshot_all()
}

/// Returns the version of the library, which is that of the workspace.
fn version() -> String {
    let manifest = include_str!("../../../../Cargo.toml");
    let (_, version) =
        manifest.split_once("[workspace.package]\nversion = \"").expect("the workspace has a version");
    version.split('"').next().expect("it ends").to_owned()
}
