//! The encoder: what it is told, and the choice of what points span.

use super::json;
use super::metrics::Context;
use super::options::{HistogramAggregation, Temporality};
use super::protobuf;
use crate::snapshot::FullSnapshot;

/// An encoder of snapshots as requests of the OpenTelemetry protocol.
///
/// ```
/// use std::time::Duration;
/// use tachometer::MetricsRegistry;
/// use tachometer::otlp::{Encoder, HistogramAggregation, Temporality};
///
/// let registry = MetricsRegistry::new(Duration::from_secs(10));
/// let jobs = registry.register_counter("jobs_total");
/// let encoder = Encoder::new([("service.name", "checkout"), ("service.instance.id", "checkout-1")])
///     .temporality(Temporality::Delta)
///     .histograms(HistogramAggregation::Exponential);
///
/// jobs.add(3);
/// let first = registry.snapshot_all();
/// jobs.add(2);
/// let second = registry.snapshot_all();
/// let mut json = String::new();
/// encoder.encode_json(&second, Some(&first), &mut json);
/// assert!(json.contains(r#""asInt":"2""#));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Encoder {
    /// Each key once.
    resource: Vec<(String, String)>,
    temporality: Temporality,
    histograms: HistogramAggregation,
}

impl Encoder {
    /// Creates an encoder with the attributes of the resource, which is what all metrics belong to. Receivers expect at least
    /// `service.name`. Of several attributes with the same key, the last one holds.
    pub fn new<K: Into<String>, V: Into<String>>(resource: impl IntoIterator<Item = (K, V)>) -> Self {
        let mut encoder = Encoder::default();
        for (key, value) in resource {
            let (key, value) = (key.into(), value.into());
            match encoder.resource.iter_mut().find(|(known, _)| *known == key) {
                Some((_, known)) => *known = value,
                None => encoder.resource.push((key, value)),
            }
        }
        encoder
    }

    /// Sets the time that the points of counters and histograms span: by default [`Temporality::Cumulative`].
    #[must_use]
    pub fn temporality(self, temporality: Temporality) -> Self {
        Encoder { temporality, ..self }
    }

    /// Sets the form of histograms: by default [`HistogramAggregation::Explicit`].
    #[must_use]
    pub fn histograms(self, histograms: HistogramAggregation) -> Self {
        Encoder { histograms, ..self }
    }

    /// Appends the request for a snapshot to `out`, as protocol buffers. Returns the number of its points, which are one for each series.
    ///
    /// With [`Temporality::Delta`], the points of counters and histograms span the time since `earlier`, the snapshot of the last request
    /// that was received, as [`since`](FullSnapshot::since) subtracts it; without it, that since the start. Gauges have the values of
    /// `snapshot`, also those that are extremes. A snapshot that is such a difference itself is encoded as one, whatever the temporality
    /// is, and needs no earlier one.
    ///
    /// Reuse cleared bytes to avoid allocations.
    pub fn encode(
        &self,
        snapshot: &FullSnapshot,
        earlier: Option<&FullSnapshot>,
        out: &mut Vec<u8>,
    ) -> usize {
        self.with_points(snapshot, earlier, |snapshot, context| {
            protobuf::write(snapshot, &self.resource, context, out)
        })
    }

    /// Appends the request as JSON to `out`, in one line; see [`encode`](Self::encode).
    pub fn encode_json(
        &self,
        snapshot: &FullSnapshot,
        earlier: Option<&FullSnapshot>,
        out: &mut String,
    ) -> usize {
        self.with_points(snapshot, earlier, |snapshot, context| {
            json::write(snapshot, &self.resource, context, out)
        })
    }

    /// Calls `write` with what the points show.
    fn with_points(
        &self,
        snapshot: &FullSnapshot,
        earlier: Option<&FullSnapshot>,
        write: impl FnOnce(&FullSnapshot, Context) -> usize,
    ) -> usize {
        let is_difference = snapshot.elapsed.is_some();
        let is_delta = is_difference || self.temporality != Temporality::Cumulative;
        let context = |snapshot| Context::new(snapshot, is_delta, self.histograms);
        match earlier {
            Some(earlier) if is_delta && !is_difference => {
                let difference = snapshot.since_with_extremes(earlier);
                write(&difference, context(&difference))
            }
            _ => write(snapshot, context(snapshot)),
        }
    }
}
