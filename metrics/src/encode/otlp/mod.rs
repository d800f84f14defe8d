//! OTLP: snapshots as the OpenTelemetry protocol's `ExportMetricsServiceRequest`, as protocol buffers or as JSON, for programs that
//! send them themselves. Requires the feature `otlp`.
//!
//! ```
//! use std::time::Duration;
//! use tachometer::{MetricsRegistry, otlp::Encoder};
//!
//! let registry = MetricsRegistry::new(Duration::from_secs(10));
//! registry.register_counter("jobs_total").add(3);
//! let encoder = Encoder::new([("service.name", "checkout")]);
//!
//! // The body of a POST to `/v1/metrics` with `Content-Type: application/x-protobuf` …
//! let mut body = Vec::new();
//! let points = encoder.encode(&registry.snapshot_all(), None, &mut body);
//! assert_eq!(points, 1);
//!
//! // … or with `Content-Type: application/json`.
//! let mut json = String::new();
//! encoder.encode_json(&registry.snapshot_all(), None, &mut json);
//! assert!(json.contains(r#""name":"jobs_total","description":"Counter jobs_total.""#));
//! assert!(json.contains(r#""asInt":"3""#));
//! ```
//!
//! # What is sent
//!
//! The metrics have the names, help texts and labels of [`to_prometheus_format`](crate::FullSnapshot::to_prometheus_format); labels
//! become attributes. The instrumentation scope is `tachometer`, with the version of this crate.
//!
//! | kind | data |
//! | --- | --- |
//! | counter | a monotonic sum: integers, unless the counter is one of floats, or exceeds 2⁶³ − 1 |
//! | gauge, also an info metric | a gauge |
//! | histogram | a histogram with its bounds, or an exponential one ([`HistogramAggregation`]); its smallest and largest value, if known |
//!
//! The smallest and the largest value are those since the start, so points of a difference have none.
//!
//! Sums and histograms have the time from which they have counted: the creation of the registry. If there was no clock at that time, it
//! is 0, *unknown*. A clock that was set back since then would let that time be after the point's; it is then the point's, which
//! also means *unknown*.
//!
//! # Names in Prometheus
//!
//! Prometheus translates names and units of OTLP to names of its own. From a family with a [unit](crate::families::MetricFamily::unit), its
//! strategy `UnderscoreEscapingWithSuffixes`, which is the default, would append the unit's word to the name, but for the fact
//! that the name contains it already; likewise `_total`. So the names in Prometheus are those that this library prints, except these,
//! which no name and no unit yields:
//!
//! - A counter whose name does not end in `_total` gets this suffix: `http_requests` becomes `http_requests_total`. One that has the
//!   word `total` elsewhere too loses it there: `total_jobs_total` becomes `jobs_total`.
//! - Two underscores in a row become one, and those at both ends are removed: `a__b_` becomes `a_b`.

mod attributes;
mod buckets;
mod encoder;
mod exemplars;
mod json;
mod literals;
mod metrics;
mod options;
mod protobuf;
mod units;

pub use encoder::Encoder;
pub use options::{HistogramAggregation, Temporality};
