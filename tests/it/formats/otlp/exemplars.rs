//! Exemplars of points.

use super::super::random::snapshots;
use super::{
    Data, MetricsRegistry, Request, data, delta, encode, encoder, exponential, exponential_histogram,
    histogram, metric, metrics, numbers,
};
use opentelemetry_proto::tonic::metrics::v1::{Exemplar, exemplar::Value};
use proptest::prelude::*;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tachometer::families::{self, Number};
use tachometer::{FullSnapshot, TraceContext, buckets};

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

/// Returns a time as all systems know it: in steps of 100 ns.
fn in_steps(nanos: u64) -> u64 {
    nanos / 100 * 100
}

/// Returns the exemplar of a snapshot as a message.
fn message(exemplar: &tachometer::Exemplar, value: Number) -> Exemplar {
    let value = match value {
        Number::Unsigned(count) => i64::try_from(count).map_or(Value::AsDouble(count as f64), Value::AsInt),
        Number::Float(quantity) => Value::AsDouble(quantity),
        other => panic!("{other:?}"),
    };
    let since_1970 = exemplar.time().duration_since(UNIX_EPOCH).expect("after 1970");
    Exemplar {
        filtered_attributes: Vec::new(),
        time_unix_nano: in_steps(u64::try_from(since_1970.as_nanos()).expect("before 2554")),
        span_id: exemplar.trace().span_id.to_vec(),
        trace_id: exemplar.trace().trace_id.to_vec(),
        value: Some(value),
    }
}

/// Returns all exemplars of a request.
fn all_exemplars(request: &Request) -> Vec<Exemplar> {
    let of_metric = |metric| -> Vec<Exemplar> {
        match data(metric) {
            Data::Histogram(_) => {
                histogram(metric).0.iter().flat_map(|point| point.exemplars.clone()).collect()
            }
            Data::ExponentialHistogram(_) => {
                exponential_histogram(metric).0.iter().flat_map(|point| point.exemplars.clone()).collect()
            }
            _ => numbers(metric).iter().flat_map(|point| point.exemplars.clone()).collect(),
        }
    };
    let mut exemplars: Vec<Exemplar> = metrics(request).iter().flat_map(of_metric).collect();
    for exemplar in &mut exemplars {
        exemplar.time_unix_nano = in_steps(exemplar.time_unix_nano);
    }
    exemplars
}

/// Returns all exemplars of a snapshot.
fn expected(snapshot: &FullSnapshot) -> Vec<Exemplar> {
    let mut messages = Vec::new();
    for series in snapshot.families().iter().flat_map(|family| &family.series) {
        match &series.value {
            families::Value::Histogram(distribution) => {
                messages.extend(distribution.exemplars().map(|one| message(one, distribution.value_of(one))));
            }
            _ => messages.extend(series.exemplar().map(|one| message(one, series.value_of(one)))),
        }
    }
    messages
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn all_exemplars_are_decoded_equal(random in snapshots()) {
        prop_assert_eq!(all_exemplars(&encode(&encoder(), &random.snapshot, None)), expected(&random.snapshot));
        let mut shown = all_exemplars(&encode(&exponential(), &random.snapshot, None));
        let mut expected = expected(&random.snapshot);
        // Histograms of one family may be in two metrics.
        for messages in [&mut shown, &mut expected] {
            messages.sort_by(|one, other| {
                (&one.trace_id, one.time_unix_nano).cmp(&(&other.trace_id, other.time_unix_nano))
            });
        }
        prop_assert_eq!(shown, expected);
    }
}
