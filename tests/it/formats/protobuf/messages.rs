//! The messages, as a foreign decoder sees them: field numbers and types of `io.prometheus.client`.

use prost::{Enumeration, Message};

#[derive(Clone, PartialEq, Message)]
pub struct MetricFamily {
    #[prost(string, optional, tag = "1")]
    pub name: Option<String>,
    #[prost(string, optional, tag = "2")]
    pub help: Option<String>,
    #[prost(enumeration = "Kind", optional, tag = "3")]
    pub kind: Option<i32>,
    #[prost(message, repeated, tag = "4")]
    pub metric: Vec<Metric>,
    #[prost(string, optional, tag = "5")]
    pub unit: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Enumeration)]
#[repr(i32)]
pub enum Kind {
    Counter = 0,
    Gauge = 1,
    Summary = 2,
    Untyped = 3,
    Histogram = 4,
    GaugeHistogram = 5,
}

#[derive(Clone, PartialEq, Message)]
pub struct Metric {
    #[prost(message, repeated, tag = "1")]
    pub label: Vec<LabelPair>,
    #[prost(message, optional, tag = "2")]
    pub gauge: Option<Gauge>,
    #[prost(message, optional, tag = "3")]
    pub counter: Option<Counter>,
    #[prost(message, optional, tag = "7")]
    pub histogram: Option<Histogram>,
    #[prost(int64, optional, tag = "6")]
    pub timestamp_ms: Option<i64>,
}

#[derive(Clone, PartialEq, Message)]
pub struct LabelPair {
    #[prost(string, optional, tag = "1")]
    pub name: Option<String>,
    #[prost(string, optional, tag = "2")]
    pub value: Option<String>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Gauge {
    #[prost(double, optional, tag = "1")]
    pub value: Option<f64>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Counter {
    #[prost(double, optional, tag = "1")]
    pub value: Option<f64>,
    #[prost(message, optional, tag = "2")]
    pub exemplar: Option<Exemplar>,
    #[prost(message, optional, tag = "3")]
    pub created_timestamp: Option<Timestamp>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Exemplar {
    #[prost(message, repeated, tag = "1")]
    pub label: Vec<LabelPair>,
    #[prost(double, optional, tag = "2")]
    pub value: Option<f64>,
    #[prost(message, optional, tag = "3")]
    pub timestamp: Option<Timestamp>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Histogram {
    #[prost(uint64, optional, tag = "1")]
    pub sample_count: Option<u64>,
    #[prost(double, optional, tag = "2")]
    pub sample_sum: Option<f64>,
    #[prost(message, repeated, tag = "3")]
    pub bucket: Vec<Bucket>,
    #[prost(double, optional, tag = "4")]
    pub sample_count_float: Option<f64>,
    #[prost(sint32, optional, tag = "5")]
    pub schema: Option<i32>,
    #[prost(double, optional, tag = "6")]
    pub zero_threshold: Option<f64>,
    #[prost(uint64, optional, tag = "7")]
    pub zero_count: Option<u64>,
    #[prost(message, repeated, tag = "9")]
    pub negative_span: Vec<BucketSpan>,
    #[prost(message, repeated, tag = "12")]
    pub positive_span: Vec<BucketSpan>,
    #[prost(sint64, repeated, tag = "13")]
    pub positive_delta: Vec<i64>,
    #[prost(message, optional, tag = "15")]
    pub created_timestamp: Option<Timestamp>,
    #[prost(message, repeated, tag = "16")]
    pub exemplars: Vec<Exemplar>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Bucket {
    #[prost(uint64, optional, tag = "1")]
    pub cumulative_count: Option<u64>,
    #[prost(double, optional, tag = "2")]
    pub upper_bound: Option<f64>,
    #[prost(message, optional, tag = "3")]
    pub exemplar: Option<Exemplar>,
}

#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub struct BucketSpan {
    #[prost(sint32, optional, tag = "1")]
    pub offset: Option<i32>,
    #[prost(uint32, optional, tag = "2")]
    pub length: Option<u32>,
}

/// `google.protobuf.Timestamp`.
#[derive(Clone, Copy, PartialEq, Eq, Message)]
pub struct Timestamp {
    #[prost(int64, optional, tag = "1")]
    pub seconds: Option<i64>,
    #[prost(int32, optional, tag = "2")]
    pub nanos: Option<i32>,
}

/// Decodes a whole body.
///
/// # Panics
/// If it is not a sequence of messages, each after its length, or if a message contains a field that is not declared here: encoded
/// again, it would be shorter.
pub fn decode(mut body: &[u8]) -> Vec<MetricFamily> {
    let mut families = Vec::new();
    while !body.is_empty() {
        let before = body.len();
        let family = MetricFamily::decode_length_delimited(&mut body).expect("a family after its length");
        assert_eq!(before - body.len(), family.encode_length_delimited_to_vec().len(), "{family:?}");
        families.push(family);
    }
    families
}

/// Joins the messages of one family, which follow each other: one has the histograms with native buckets, the other those without.
///
/// # Panics
/// If there are more than these two, or if a message has both.
pub fn merged(families: Vec<MetricFamily>) -> Vec<MetricFamily> {
    let mut merged: Vec<(MetricFamily, bool)> = Vec::new();
    for mut family in families {
        let is_native =
            |series: &Metric| series.histogram.as_ref().is_some_and(|histogram| histogram.schema.is_some());
        let first = is_native(&family.metric[0]);
        assert!(family.metric.iter().all(|series| is_native(series) == first), "{family:?} has both");
        match merged.last_mut() {
            Some((last, of_last)) if last.name == family.name => {
                assert_ne!(*of_last, first, "{family:?} is a part of another");
                assert_eq!((&last.help, last.kind, &last.unit), (&family.help, family.kind, &family.unit));
                last.metric.append(&mut family.metric);
            }
            _ => merged.push((family, first)),
        }
    }
    merged.into_iter().map(|(family, _)| family).collect()
}

impl Histogram {
    /// Returns the index and the count of each native bucket that has values.
    ///
    /// # Panics
    /// If spans and counts do not fit together.
    pub fn native_buckets(&self) -> Vec<(i32, u64)> {
        let mut counts = self.positive_delta.iter().scan(0, |count, delta| {
            *count += delta;
            Some(*count)
        });
        let mut index = 0;
        let mut buckets = Vec::new();
        for span in &self.positive_span {
            index += span.offset.expect("an offset");
            for _ in 0..span.length.expect("a length") {
                let count = counts.next().expect("a count for each bucket");
                buckets.push((index, u64::try_from(count).expect("a count is not negative")));
                index += 1;
            }
        }
        assert_eq!(counts.next(), None, "a count without a bucket");
        buckets.retain(|(_, count)| *count > 0);
        buckets
    }
}
