//! Snapshots.

use super::*;
use tachometer::families::Distribution;
use tachometer::{Exemplar, Exemplars, NativeBuckets};

#[test]
fn snapshots_are_plain_data() {
    is_snapshot::<HistogramSnapshot>();
    is_snapshot::<MetricsSnapshot>();
    is_snapshot::<FullSnapshot>();
    is_snapshot::<FunctionSnapshot>();
    is_snapshot::<NativeBuckets<'static>>();
    is_snapshot::<Exemplar>();
    is_snapshot::<Exemplars<'static>>();
}

#[test]
fn histogram_snapshot() {
    let _: fn(&HistogramSnapshot) -> u64 = HistogramSnapshot::total;
    let _: fn(&HistogramSnapshot) -> u64 = HistogramSnapshot::sum;
    let _: fn(&HistogramSnapshot) -> f64 = HistogramSnapshot::mean;
    let _: fn(&HistogramSnapshot, f64) -> u64 = HistogramSnapshot::percentile;
    let _: fn(&HistogramSnapshot, f64) -> Option<Duration> = HistogramSnapshot::percentile_duration;
    let _: fn(&HistogramSnapshot) -> Option<Duration> = HistogramSnapshot::mean_duration;
    let _: fn(&HistogramSnapshot) -> Duration = HistogramSnapshot::sum_duration;
    let _: fn(&HistogramSnapshot) -> Option<(u64, u64)> = HistogramSnapshot::extremes;
    let _: fn(&HistogramSnapshot) -> Option<(u64, u64)> = HistogramSnapshot::recent_extremes;
    let _: for<'a> fn(&'a HistogramSnapshot) -> Option<NativeBuckets<'a>> = HistogramSnapshot::native;
    let _: fn(&NativeBuckets<'static>) -> i8 = NativeBuckets::schema;
    let _: fn(&NativeBuckets<'static>) -> u64 = NativeBuckets::zero_count;
    let _: fn(&Distribution<'static>) -> Option<NativeBuckets<'static>> = Distribution::native;
    let buckets = |native: NativeBuckets<'_>| -> Vec<(i32, u64)> { native.buckets().rev().collect() };
    assert_eq!(AtomicHistogram::new([5]).snapshot().native().map(buckets), None);
    let HistogramSnapshot { buckets, boundaries, .. } = AtomicHistogram::new([5]).snapshot();
    let _: (Vec<u64>, Vec<u64>) = (buckets, boundaries);
}

#[test]
fn declared_snapshots() {
    is_snapshot::<FamilySnapshot>();
    is_snapshot::<SeriesSnapshot>();
    is_snapshot::<SampleValue>();
    let _: fn(&FamilySnapshot) -> Option<&SampleValue> = FamilySnapshot::value;
    let series = |family: &FamilySnapshot| -> Option<SampleValue> {
        let series: Option<&SeriesSnapshot> = family.series_with(&[("tier", "gold")]);
        series.map(|series| series.value.clone())
    };
    let _: fn(&SampleValue) -> Option<u64> = SampleValue::as_count;
    let _: fn(&SampleValue) -> Option<f64> = SampleValue::as_sum;
    let _: fn(&SampleValue) -> Option<i64> = SampleValue::as_level;
    let _: fn(&SampleValue) -> Option<f64> = SampleValue::as_quantity;
    let _: fn(&SampleValue) -> Option<&HistogramSnapshot> = SampleValue::as_histogram;
    let declared = tachometer::snapshot().declared;
    let _: BTreeMap<String, FamilySnapshot> = declared.clone();
    let _: Vec<Option<SampleValue>> = declared.values().map(series).collect();
}

#[test]
fn metrics_snapshot() {
    let _: fn(&MetricsSnapshot) -> f64 = MetricsSnapshot::error_rate;
    let MetricsSnapshot { requests, errors, bytes_sent, active_connections, .. } =
        MetricsCollector::new().snapshot();
    let _: (u64, u64, u64, i64) = (requests, errors, bytes_sent, active_connections);
}

#[test]
fn full_snapshot() {
    fn is_display<T: Display>(_: &T) {}

    let _: fn(&MetricsRegistry) -> FullSnapshot = MetricsRegistry::snapshot_all;
    let _: fn(&FullSnapshot) -> String = FullSnapshot::to_prometheus_format;
    let _: fn(&FullSnapshot) -> Vec<u8> = FullSnapshot::to_protobuf;
    let _: fn(&FullSnapshot, Format, &mut String) = FullSnapshot::encode;
    let _: fn(&FullSnapshot, Format, &mut Vec<u8>) = FullSnapshot::encode_bytes;
    let _: Format = Format::Protobuf;
    let _: fn(&FullSnapshot, &FullSnapshot) -> FullSnapshot = FullSnapshot::since;
    let _: fn(&FullSnapshot) -> Option<Duration> = FullSnapshot::elapsed;
    let _: for<'a> fn(&'a FullSnapshot, &str) -> Option<&'a FunctionSnapshot> = FullSnapshot::function;

    let snapshot = MetricsRegistry::new(Duration::from_secs(1)).snapshot_all();
    is_display(&snapshot);
    assert_eq!(snapshot.families().into_iter().next(), None);
    assert_eq!(snapshot.functions_named("none").into_iter().next(), None);
    assert_eq!(snapshot.function("none"), None);
    let FullSnapshot { timestamp, metrics, histograms, minmax, functions, .. } = snapshot;
    let _: SystemTime = timestamp;
    let _: BTreeMap<String, MetricsSnapshot> = metrics;
    let _: BTreeMap<String, HistogramSnapshot> = histograms;
    let _: BTreeMap<String, (u64, u64)> = minmax;
    let _: Vec<FunctionSnapshot> = functions;
}

#[test]
fn function_snapshot() {
    let _: fn(&FunctionSnapshot) -> u64 = FunctionSnapshot::calls;
    let _: fn(&FunctionSnapshot) -> u64 = FunctionSnapshot::timed;
    let _: fn(&FunctionSnapshot) -> f64 = FunctionSnapshot::error_rate;
    let _: fn(&FunctionSnapshot) -> Duration = FunctionSnapshot::total_time;
    let _: fn(&FunctionSnapshot) -> Option<Duration> = FunctionSnapshot::min;
    let _: fn(&FunctionSnapshot) -> Option<Duration> = FunctionSnapshot::max;
    let _: fn(&FunctionSnapshot) -> Option<Duration> = FunctionSnapshot::recent_min;
    let _: fn(&FunctionSnapshot) -> Option<Duration> = FunctionSnapshot::recent_max;
    let _: fn(&FunctionSnapshot) -> Option<Duration> = FunctionSnapshot::mean;
    let _: fn(&FunctionSnapshot, f64) -> Option<Duration> = FunctionSnapshot::percentile;
    let _: fn(&FunctionSnapshot) -> &HistogramSnapshot = FunctionSnapshot::latency;
    let _: fn(&'static FunctionSnapshot) -> Exemplars<'static> = FunctionSnapshot::exemplars;
    let _: fn(&Exemplars<'static>) -> Option<&'static Exemplar> = Exemplars::slowest;
    let _: fn(&Exemplars<'static>) -> Option<&'static Exemplar> = Exemplars::last_error;
    let _: fn(&Exemplars<'static>) -> Option<&'static Exemplar> = Exemplars::last_panic;
    let _ = |exemplars: Exemplars<'static>| -> Vec<&'static Exemplar> { exemplars.buckets().collect() };
    let _: fn(&HistogramSnapshot) -> &[Exemplar] = HistogramSnapshot::exemplars;
    let _: fn(&SeriesSnapshot) -> Option<&Exemplar> = SeriesSnapshot::exemplar;
    let _: fn(&'static Counter, u64, TraceContext) = Counter::add_with;
    let _: fn(&'static Histogram, u64, TraceContext) = Histogram::observe_with;
    let _: fn(fn() -> Option<TraceContext>) = tachometer::set_trace_source;
    let _: fn(&Exemplar) -> TraceContext = Exemplar::trace;
    let _: fn(&Exemplar) -> SystemTime = Exemplar::time;
    let _: fn(&Exemplar) -> Option<u64> = Exemplar::value;
    let _: fn(&Exemplar) -> Option<Duration> = Exemplar::duration;
    let _: fn(&FunctionSnapshot) -> Option<u64> = FunctionSnapshot::cancelled_before_first_item;
    let _: fn(&FunctionSnapshot) -> Option<u64> = FunctionSnapshot::cancelled_after_first_item;
    let _: fn(&FunctionSnapshot) -> Option<(&str, u32)> = FunctionSnapshot::place;
    let fields = |function: FunctionSnapshot| {
        let FunctionSnapshot {
            function,
            module,
            labels,
            ok,
            errors,
            panics,
            cancelled,
            in_flight,
            error_kinds,
            ..
        } = function;
        let _: (String, String) = (function, module);
        let _: Vec<(String, String)> = labels;
        let _: (u64, u64, u64, u64, i64) = (ok, errors, panics, cancelled, in_flight);
        let _: Vec<(String, u64)> = error_kinds;
    };
    let _ = tachometer::snapshot().functions.into_iter().next().map(fields);
}
