//! Shared cells.

use super::*;

static COUNTER: AtomicCounter = AtomicCounter::new();
static GAUGE: AtomicGauge = AtomicGauge::new();
static EXTREMES: AtomicMinMax = AtomicMinMax::new();
static COLLECTOR: MetricsCollector = MetricsCollector::new();
static HISTOGRAM: AtomicHistogram<4> = AtomicHistogram::new([10, 50, 100, u64::MAX]);
static OPEN_ENDED: AtomicHistogram<2> = AtomicHistogram::new([10, 50]);
static PADDED: AtomicHistogram<8> = AtomicHistogram::new([10, 50, 100, 500, u64::MAX, 0, 0, 0]);

const _: AtomicCounter = AtomicCounter::new();
const _: AtomicGauge = AtomicGauge::new();
const _: AtomicMinMax = AtomicMinMax::new();
const _: MetricsCollector = MetricsCollector::new();
const _: AtomicHistogram<1> = AtomicHistogram::new([u64::MAX]);

#[test]
fn cells_live_in_statics_and_are_shared() {
    is_cell::<AtomicCounter>();
    is_cell::<AtomicGauge>();
    is_cell::<AtomicMinMax>();
    is_cell::<AtomicHistogram<3>>();
    is_cell::<MetricsCollector>();
    is_default::<AtomicCounter>();
    is_default::<AtomicGauge>();
    is_default::<AtomicMinMax>();
    is_default::<MetricsCollector>();

    COUNTER.increment();
    GAUGE.increment();
    EXTREMES.update(1);
    COLLECTOR.record_request();
    HISTOGRAM.record(1);
    OPEN_ENDED.record(1);
    PADDED.record(1);
    assert_eq!(PADDED.snapshot().buckets.len(), 5);
    assert_eq!(OPEN_ENDED.snapshot().buckets.len(), 3);
    assert_eq!(
        (COUNTER.get(), GAUGE.get(), EXTREMES.range(), COLLECTOR.snapshot().requests),
        (1, 1, Some((1, 1)), 1)
    );
    assert_eq!(HISTOGRAM.snapshot().total(), 1);
}

#[test]
fn counter() {
    let _: fn() -> AtomicCounter = AtomicCounter::new;
    let _: fn(&AtomicCounter) = AtomicCounter::increment;
    let _: fn(&AtomicCounter, u64) = AtomicCounter::add;
    let _: fn(&AtomicCounter) -> u64 = AtomicCounter::get;
    let _: fn(&AtomicCounter) -> u64 = AtomicCounter::reset;
}

#[test]
fn gauge() {
    let _: fn() -> AtomicGauge = AtomicGauge::new;
    let _: fn(&AtomicGauge) = AtomicGauge::increment;
    let _: fn(&AtomicGauge) = AtomicGauge::decrement;
    let _: fn(&AtomicGauge, i64) = AtomicGauge::add;
    let _: fn(&AtomicGauge, i64) = AtomicGauge::sub;
    let _: fn(&AtomicGauge, i64) = AtomicGauge::set;
    let _: fn(&AtomicGauge) -> i64 = AtomicGauge::get;
    let gauge = AtomicGauge::new();
    let guard = gauge.track();
    is_shared(&guard);
    assert_eq!(gauge.get(), 1);
    drop(guard);
    assert_eq!(gauge.get(), 0);
}

#[test]
fn min_max() {
    let _: fn() -> AtomicMinMax = AtomicMinMax::new;
    let _: fn(&AtomicMinMax, u64) = AtomicMinMax::update;
    let _: fn(&AtomicMinMax) -> u64 = AtomicMinMax::get_min;
    let _: fn(&AtomicMinMax) -> u64 = AtomicMinMax::get_max;
    let _: fn(&AtomicMinMax) -> Option<(u64, u64)> = AtomicMinMax::range;
    let _: fn(&AtomicMinMax) -> Option<(u64, u64)> = AtomicMinMax::reset;
}

#[test]
fn histogram() {
    let _: fn([u64; 3]) -> AtomicHistogram<3> = AtomicHistogram::new;
    let _: fn([u64; 3]) -> Result<AtomicHistogram<3>, Error> = AtomicHistogram::try_new;
    let _: fn(&AtomicHistogram<3>, u64) = AtomicHistogram::record;
    let _: fn(&AtomicHistogram<3>, u64) -> usize = AtomicHistogram::find_bucket;
    let _: fn(&AtomicHistogram<3>) -> HistogramSnapshot = AtomicHistogram::snapshot;
    let _: fn(&AtomicHistogram<3>) -> HistogramSnapshot = AtomicHistogram::reset;
}

#[test]
fn collector() {
    let _: fn() -> MetricsCollector = MetricsCollector::new;
    let _: fn(&MetricsCollector) = MetricsCollector::record_request;
    let _: fn(&MetricsCollector) = MetricsCollector::record_error;
    let _: fn(&MetricsCollector, u64) = MetricsCollector::record_bytes;
    let _: fn(&MetricsCollector) = MetricsCollector::connection_opened;
    let _: fn(&MetricsCollector) = MetricsCollector::connection_closed;
    let _: fn(&MetricsCollector) -> MetricsSnapshot = MetricsCollector::snapshot;
    let _: fn(&MetricsCollector) -> MetricsSnapshot = MetricsCollector::snapshot_and_reset;
    let collector = MetricsCollector::new();
    let guard = collector.connection();
    is_shared(&guard);
    assert_eq!(collector.snapshot().active_connections, 1);
    drop(guard);
    assert_eq!(collector.snapshot().active_connections, 0);
}
