//! Properties of the percentiles of all histograms, for any bounds and values.

use crate::buckets;
use crate::snapshot::HistogramSnapshot;
use crate::snapshot::percentile::nearest_rank;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// Generates bounds of each kind that `buckets` creates, and others.
fn bounds() -> impl Strategy<Value = Vec<u64>> {
    let explicit = vec(any::<u64>().prop_filter("finite", |bound| *bound < u64::MAX), 1..12);
    // Close bounds, with hardly anything to interpolate, and a first bucket for 0 alone.
    let close = vec(0_u64..40, 1..12);
    let sorted = prop_oneof![explicit, close].prop_map(|mut bounds| {
        bounds.sort_unstable();
        bounds.dedup();
        bounds
    });
    prop_oneof![
        4 => sorted,
        2 => (0_u64..1_000, 1_u64..1_000).prop_map(|(first, width)| buckets::linear::<8>(first, width).to_vec()),
        2 => schemas().prop_map(|(_, bounds)| bounds),
        1 => Just(buckets::seconds([1e-9, 1e-6, 0.001, 0.002_5, 0.1, 1.0, 3600.0]).to_vec()),
    ]
}

/// Generates exponential bounds, with their schema.
fn schemas() -> impl Strategy<Value = (i8, Vec<u64>)> {
    let all: Vec<(i8, Vec<u64>)> = vec![
        (-4, buckets::exponential::<3>(1, -4).to_vec()),
        (-1, buckets::exponential::<12>(7, -1).to_vec()),
        (0, buckets::exponential::<40>(1, 0).to_vec()),
        (1, buckets::exponential::<30>(100, 1).to_vec()),
        (2, buckets::exponential::<60>(1_000, 2).to_vec()),
        (3, buckets::exponential::<80>(1_000, 3).to_vec()),
        (5, buckets::exponential::<200>(10_000, 5).to_vec()),
        (8, buckets::exponential::<500>(1_000_000, 8).to_vec()),
    ];
    select(all)
}

/// Generates bounds, and values anywhere around them.
fn histograms() -> impl Strategy<Value = (Vec<u64>, Vec<u64>)> {
    bounds().prop_flat_map(|bounds| {
        let near = |bounds: Vec<u64>| {
            (any::<Index>(), -2_i64..=2)
                .prop_map(move |(index, by)| index.get(&bounds).saturating_add_signed(by))
        };
        let last = *bounds.last().expect("at least one");
        let below = 0..=last;
        let values = vec(prop_oneof![4 => near(bounds.clone()), 4 => below, 1 => any::<u64>()], 1..80);
        (Just(bounds), values)
    })
}

fn shares() -> impl Strategy<Value = f64> {
    prop_oneof![0.0..=1.0, select(vec![0.0, 0.01, 0.07, 0.5, 0.9, 0.99, 0.999, 1.0]), -1.0..2.0]
}

/// Returns the bucket of `value`.
fn bucket(bounds: &[u64], value: u64) -> usize {
    bounds.partition_point(|bound| *bound < value)
}

fn record(bounds: &[u64], values: &[u64]) -> HistogramSnapshot {
    let mut buckets = vec![0; bounds.len() + 1];
    for value in values {
        buckets[bucket(bounds, *value)] += 1;
    }
    let sum = values.iter().fold(0_u64, |sum, value| sum.wrapping_add(*value));
    HistogramSnapshot::new(bounds, buckets, sum)
}

/// Sets the smallest and the largest value.
fn with_extremes(histogram: HistogramSnapshot, values: &[u64]) -> (HistogramSnapshot, (u64, u64)) {
    let extremes = (*values.iter().min().expect("one"), *values.iter().max().expect("one"));
    (histogram.with_extremes(Some(extremes), None), extremes)
}

/// Returns the exact percentile.
fn exact(values: &[u64], p: f64) -> u64 {
    let mut values = values.to_vec();
    values.sort_unstable();
    let rank = nearest_rank(p, values.len() as u64);
    values[usize::try_from(rank).expect("few") - 1]
}

proptest! {
    #[test]
    fn a_percentile_lies_in_the_bucket_of_the_value_it_stands_for((bounds, values) in histograms(), p in shares()) {
        let histogram = record(&bounds, &values);
        let (exact, estimate) = (exact(&values, p), histogram.percentile(p));
        if bucket(&bounds, exact) < bounds.len() {
            prop_assert_eq!(bucket(&bounds, estimate), bucket(&bounds, exact), "{} for {}", estimate, exact);
        } else {
            // The last bucket has no upper bound: its lower bound is the estimate.
            prop_assert_eq!(estimate, *bounds.last().expect("at least one"));
        }

        let (known, extremes) = with_extremes(histogram, &values);
        let estimate = known.percentile(p);
        prop_assert!((extremes.0..=extremes.1).contains(&estimate), "{} in {:?}", estimate, extremes);
        if bucket(&bounds, exact) < bounds.len() {
            prop_assert_eq!(bucket(&bounds, estimate), bucket(&bounds, exact), "{} for {}", estimate, exact);
        }
    }

    #[test]
    fn percentiles_do_not_fall((bounds, values) in histograms(), p in shares(), q in shares()) {
        let (low, high) = if p <= q { (p, q) } else { (q, p) };
        let histogram = record(&bounds, &values);
        prop_assert!(histogram.percentile(low) <= histogram.percentile(high));
        let (known, _) = with_extremes(histogram, &values);
        prop_assert!(known.percentile(low) <= known.percentile(high));
    }

    #[test]
    fn with_exponential_bounds_a_percentile_is_off_by_less_than_a_bucket(
        (schema, bounds, values) in schemas().prop_flat_map(|(schema, bounds)| {
            let between = bounds[0] + 1..=bounds[bounds.len() - 1];
            (Just(schema), Just(bounds), vec(between, 1..60))
        }),
        p in shares(),
    ) {
        let (exact, estimate) = (exact(&values, p), record(&bounds, &values).percentile(p));
        let factor = 2_f64.powf(2_f64.powi(-i32::from(schema)));
        // Bounds are rounded to whole numbers, each by at most a half.
        let rounded = 1.0 / bounds[0] as f64;
        let ratio = estimate as f64 / exact as f64;
        prop_assert!(
            (1.0 / (factor + factor * rounded)..=factor + factor * rounded).contains(&ratio),
            "{} for {} at schema {}", estimate, exact, schema
        );
    }

    #[test]
    fn times_are_the_same_numbers((bounds, values) in histograms(), p in shares()) {
        let histogram = record(&bounds, &values);
        let nanos = |time: std::time::Duration| u64::try_from(time.as_nanos()).expect("it was one");
        prop_assert_eq!(histogram.percentile_duration(p).map(nanos), Some(histogram.percentile(p)));
        prop_assert_eq!(nanos(histogram.sum_duration()), histogram.sum());
        prop_assert_eq!(histogram.mean_duration().map(nanos), Some(histogram.sum() / histogram.total()));
    }
}

#[test]
fn of_many_values_in_a_narrow_bucket_none_is_placed_on_the_bound_below() {
    let narrow = HistogramSnapshot::new(&[10, 11], vec![0, 5, 0], 55);
    assert_eq!([0.0, 0.5, 1.0].map(|p| narrow.percentile(p)), [11; 3]);
    let zeros = HistogramSnapshot::new(&[0, 1], vec![2, 3, 0], 3);
    assert_eq!([0.0, 0.4, 0.5, 1.0].map(|p| zeros.percentile(p)), [0, 0, 1, 1]);
}

#[test]
fn of_nothing_there_is_no_time() {
    let empty = HistogramSnapshot::new(&[10], vec![0, 0], 0);
    assert_eq!((empty.percentile_duration(0.5), empty.mean_duration()), (None, None));
    assert_eq!(empty.sum_duration(), std::time::Duration::ZERO);
}
