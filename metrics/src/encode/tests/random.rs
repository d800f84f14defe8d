//! Strategies for random snapshots.

use crate::buckets::native::{INTEGERS, NativeCounts, NativeScale, SECONDS};
use crate::recorder::TracedCall;
use crate::snapshot::{
    CancelledByStage, Exemplar, FamilySnapshot, FullSnapshot, FunctionSnapshot, HistogramSnapshot,
    MetricKind, MetricsSnapshot, Moment, Place, RunId, SampleValue, SelectedCalls, SelfMetricFamily,
    SeriesSnapshot, of_buckets,
};
use crate::trace_context::TraceContext;
use proptest::collection::{btree_map, btree_set, vec};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub(super) fn sampled_u64() -> impl Strategy<Value = u64> {
    prop_oneof![0..100_u64, any::<u64>(), Just(u64::MAX)]
}

/// Returns recent extremes within `extremes`.
pub(super) fn recent_of(extremes: Option<(u64, u64)>) -> Option<(u64, u64)> {
    extremes.filter(|(min, _)| min % 3 > 0).map(|(min, max)| (min + (max - min) / 3, max))
}

pub(super) fn extremes() -> impl Strategy<Value = (u64, u64)> {
    (sampled_u64(), sampled_u64()).prop_map(|(a, b)| (a.min(b), a.max(b)))
}

pub(super) fn histogram() -> impl Strategy<Value = HistogramSnapshot> {
    let finite = btree_set(0..u64::MAX, 0..6).prop_map(Vec::from_iter);
    let with_buckets = finite.prop_flat_map(|finite| {
        let buckets = vec(sampled_u64(), finite.len() + 1);
        (Just(finite), buckets)
    });
    (with_buckets, sampled_u64(), proptest::option::of(extremes())).prop_map(
        |((finite, buckets), sum, extremes)| {
            HistogramSnapshot::new(&finite, buckets, sum).with_extremes(extremes, recent_of(extremes))
        },
    )
}

/// Generates a histogram that may have native buckets of `scale`: with the values of each bucket at its lower end.
pub(super) fn histogram_of(scale: &'static NativeScale) -> impl Strategy<Value = HistogramSnapshot> {
    (histogram(), any::<bool>(), any::<bool>()).prop_map(move |(mut histogram, has_native, is_coarse)| {
        if !has_native {
            return histogram;
        }
        let mut native = NativeCounts::new(scale);
        let mut least = 0;
        for (count, bound) in histogram.buckets.iter_mut().zip(&histogram.boundaries) {
            // The sum of all is a count.
            *count /= 8;
            match scale.cell_of(least) {
                Some(cell) if *count > 0 => native.push(cell, *count),
                Some(_) => {}
                None => native.zero = *count,
            }
            least = bound.saturating_add(1);
        }
        // JSON of an older version knows only the buckets.
        histogram.with_native(Some(if is_coarse { native.coarsen() } else { native }))
    })
}

/// Any text: quotes, line feeds, control characters, other scripts.
pub(super) fn text() -> impl Strategy<Value = String> {
    any::<String>()
}

/// Pairs with distinct names in random order.
pub(super) fn pairs<V: Strategy>(
    name: impl Strategy<Value = String>,
    value: V,
) -> impl Strategy<Value = Vec<(String, V::Value)>>
where
    V::Value: Clone,
{
    btree_map(name, value, 0..4).prop_map(Vec::from_iter).prop_shuffle()
}

prop_compose! {
    pub(super) fn function()(
        function in text(),
        module in text(),
        // The prefix avoids reserved names.
        labels in pairs("my_[a-z0-9_]{0,3}", text()),
        counts in [0..u64::MAX / 4, 0..u64::MAX / 4, 0..u64::MAX / 4, 0..u64::MAX / 4],
        in_flight in 0..=i64::MAX,
        error_kinds in pairs(text(), sampled_u64()),
        stages in proptest::option::of((any::<u64>(), any::<u64>())),
        place in proptest::option::of((text(), any::<u32>())),
        sample_interval in 1..=u64::MAX,
        latency in histogram_of(&SECONDS),
        exemplars in proptest::collection::vec(exemplar(), 0..4),
        selected in [proptest::option::of(exemplar()), proptest::option::of(exemplar())],
    ) -> FunctionSnapshot {
        let [ok, errors, panics, cancelled] = counts;
        let cancelled_by_stage = stages.map(|(after, before)| {
            let after_first_item = after.min(cancelled);
            CancelledByStage { after_first_item, before_first_item: before.min(cancelled - after_first_item) }
        });
        let [last_error, slowest] = selected.map(|call| call.map(|call| Exemplar::new(&call)));
        let selected = SelectedCalls { slowest, last_error, last_panic: None }.boxed();
        let mut exemplars = of_buckets(exemplars.iter().filter(|call| call.nanos.is_some()));
        exemplars.dedup_by_key(|exemplar| latency.bucket_of(exemplar));
        let latency = latency.with_exemplars(exemplars);
        let place = place.map(|(file, line)| Place { file: file.into(), line });
        FunctionSnapshot {
            function, module, labels, ok, errors, panics, cancelled, in_flight, error_kinds, cancelled_by_stage,
            place, sample_interval, latency, selected,
        }
    }
}

fn exemplar() -> impl Strategy<Value = TracedCall> {
    (any::<[u8; 16]>(), any::<[u8; 8]>(), proptest::option::of(sampled_u64()), any::<u64>()).prop_map(
        |(trace_id, span_id, nanos, time)| TracedCall {
            trace: TraceContext { trace_id, span_id },
            nanos,
            time,
        },
    )
}

pub(super) fn time() -> impl Strategy<Value = SystemTime> {
    // About thirty thousand years before and after 1970. On Windows there is no time before 1601, and one every 100 ns.
    let (seconds, step) = if cfg!(windows) {
        (-11_644_473_599..900_000_000_000, 100)
    } else {
        (-1_000_000_000_000..1_000_000_000_000_i64, 1)
    };
    (seconds, 0..1_000_000_000_u32 / step).prop_map(move |(seconds, steps)| {
        let length = Duration::new(seconds.unsigned_abs(), steps * step);
        if seconds < 0 { UNIX_EPOCH - length } else { UNIX_EPOCH + length }
    })
}

/// Metrics of one kind; the first letter of their names keeps them from those of other kinds.
pub(super) fn named<V: Strategy>(
    name: &'static str,
    value: V,
) -> impl Strategy<Value = BTreeMap<String, V::Value>> {
    btree_map(name, value, 0..4)
}

pub(super) fn collector() -> impl Strategy<Value = MetricsSnapshot> {
    (sampled_u64(), sampled_u64(), sampled_u64(), any::<i64>()).prop_map(
        |(requests, errors, bytes_sent, active_connections)| MetricsSnapshot {
            requests,
            errors,
            bytes_sent,
            active_connections,
        },
    )
}

/// The family of a metric without labels.
pub(super) fn alone(kind: MetricKind, value: SampleValue) -> FamilySnapshot {
    FamilySnapshot::new(kind, vec![SeriesSnapshot::alone(value)])
}

/// The family of a declared metric.
pub(super) fn declared() -> impl Strategy<Value = FamilySnapshot> {
    prop_oneof![
        (sampled_u64(), proptest::option::of(exemplar())).prop_map(|(count, update)| {
            let FamilySnapshot { kind, mut series } = alone(MetricKind::Counter, SampleValue::Count(count));
            let update = update.filter(|update| update.nanos.is_some());
            let exemplar = update.map(|update| Box::new(Exemplar::new(&update)));
            series = series.into_iter().map(|series| series.with_exemplar(exemplar.clone())).collect();
            FamilySnapshot { kind, series }
        }),
        (0.0..1e300).prop_map(|sum| alone(MetricKind::Counter, SampleValue::Sum(sum))),
        any::<i64>().prop_map(|level| alone(MetricKind::Gauge, SampleValue::Level(level))),
        prop_oneof![any::<f64>(), Just(f64::INFINITY), Just(f64::NEG_INFINITY)]
            .prop_filter("a NaN is not equal to itself", |quantity| !quantity.is_nan())
            .prop_map(|quantity| alone(MetricKind::Gauge, SampleValue::Quantity(quantity))),
        histogram_of(&INTEGERS[2]).prop_map(|it| alone(MetricKind::Histogram, SampleValue::Histogram(it))),
        histogram_of(&SECONDS).prop_map(|it| alone(MetricKind::Histogram, SampleValue::Times(it))),
    ]
}

/// Self-metrics.
pub(super) fn own() -> impl Strategy<Value = Vec<SelfMetricFamily>> {
    let families = btree_map("tachometer_[a-z]{1,8}", (text(), declared()), 0..4);
    families.prop_map(|families| {
        let own = |(name, (help, family))| SelfMetricFamily { name, help, family };
        families.into_iter().map(own).collect()
    })
}

prop_compose! {
    pub(super) fn snapshot()(
        times in (time(), time(), proptest::option::of((any::<u64>(), 0..1_000_000_000_u32))),
        metrics in named("m[a-zA-Z0-9:]{0,8}", collector()),
        histograms in named("h[a-zA-Z0-9:]{0,8}", histogram()),
        minmax in named("x[a-zA-Z0-9:]{0,8}", extremes()),
        counters in named("c[a-zA-Z0-9:]{0,8}", sampled_u64()),
        gauges in named("g[a-zA-Z0-9:]{0,8}", any::<i64>()),
        declared in named("d[a-zA-Z0-9:]{0,8}", declared()),
        mut functions in vec(function(), 0..4),
        // Not the prefix of the labels of functions.
        labels in pairs("our_[a-z0-9_]{0,3}", text()),
        help in btree_map(text(), text(), 0..4),
        own in own(),
        has_run in any::<bool>(),
    ) -> FullSnapshot {
        functions.sort_by(|a, b| a.identity().cmp(&b.identity()));
        functions.dedup_by(|a, b| a.identity() == b.identity());
        let (timestamp, created, elapsed) = times;
        FullSnapshot {
            timestamp, metrics, histograms, minmax, counters, gauges, declared, functions, labels, help,
            self_metrics: own,
            created,
            run: has_run.then(RunId::random),
            taken: Moment::default(),
            elapsed: elapsed.map(|(seconds, nanos)| Duration::new(seconds, nanos)),
        }
    }
}
