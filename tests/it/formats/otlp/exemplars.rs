//! Exemplars of points.

use super::{Data, MetricsRegistry, Request, data, delta, encode, encoder, exponential, metric, numbers};
use opentelemetry_proto::tonic::metrics::v1::{Exemplar, exemplar::Value};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tachometer::{TraceContext, buckets};

const FIRST: TraceContext = TraceContext { trace_id: [0xa1; 16], span_id: [0xb2; 8] };
const SECOND: TraceContext = TraceContext { trace_id: [0xc3; 16], span_id: [0xd4; 8] };

/// Returns the exemplars of a metric's only point: traces, spans and values. Asserts that their times are from `since` until now.
fn exemplars(request: &Request, name: &str, since: SystemTime) -> Vec<(Vec<u8>, Vec<u8>, Option<Value>)> {
    let metric = metric(request, name);
    let exemplars: &[Exemplar] = match data(metric) {
        Data::Histogram(histogram) => &histogram.data_points[0].exemplars,
        Data::ExponentialHistogram(histogram) => &histogram.data_points[0].exemplars,
        _ => &numbers(metric)[0].exemplars,
    };
    let shown = exemplars.iter().map(|exemplar| {
        let time = UNIX_EPOCH + Duration::from_nanos(exemplar.time_unix_nano);
        assert!(since <= time && time <= SystemTime::now(), "{time:?}");
        assert!(exemplar.filtered_attributes.is_empty());
        (exemplar.trace_id.clone(), exemplar.span_id.clone(), exemplar.value)
    });
    shown.collect()
}

fn shown(trace: TraceContext, value: Value) -> (Vec<u8>, Vec<u8>, Option<Value>) {
    (trace.trace_id.to_vec(), trace.span_id.to_vec(), Some(value))
}

#[test]
fn counters_and_both_kinds_of_histograms_have_theirs() {
    let since = SystemTime::now();
    let registry = MetricsRegistry::new(Duration::MAX);
    let sent = registry.counter("sent_total", "");
    let bounds = &const { buckets::seconds([0.01, 0.1, 1.0]) };
    let waits = registry.histogram_of_time("waits_seconds", "", bounds);
    let none = registry.snapshot_all();
    sent.add_with(5, FIRST);
    waits.observe_with(250_000_000, SECOND);
    waits.observe_with(2_000_000, FIRST);
    let snapshot = registry.snapshot_all();
    for (encoder, earlier) in
        [(encoder(), None), (exponential(), None), (delta(), Some(&none)), (delta(), Some(&snapshot))]
    {
        let request = encode(&encoder, &snapshot, earlier);
        // A difference has those that are new.
        let is_empty = earlier == Some(&snapshot);
        let all = |exemplars| if is_empty { Vec::new() } else { exemplars };
        assert_eq!(exemplars(&request, "sent_total", since), all(vec![shown(FIRST, Value::AsInt(5))]));
        let of_waits = vec![shown(FIRST, Value::AsDouble(0.002)), shown(SECOND, Value::AsDouble(0.25))];
        assert_eq!(exemplars(&request, "waits_seconds", since), all(of_waits));
    }
}
