//! Percentiles and native buckets of whatever was recorded, beside a sorted list of it.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "ranks and indices are small, and a digit is what is left of a product"
)]

mod opt_outs;
mod precise;
mod schemas;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::TestCaseResult;
use std::collections::BTreeMap;
use tachometer::HistogramSnapshot;

/// What the documentation promises of times, and of integers at schema 3, at any percentile: at most this share above or below.
const NEAR: f64 = 0.046;

/// What is exported as 1 has so many nanoseconds.
const PER_SECOND: u64 = 1_000_000_000;

/// Generates nanoseconds up to some hours: of any magnitude, close together, and on bounds.
fn durations() -> BoxedStrategy<u64> {
    let bits = |bits: u32| 1_u64 << (bits - 1)..1 << bits;
    let spread = (1_u32..=45).prop_flat_map(bits);
    let clustered = (80_u64..110).prop_union(9_500..10_600);
    let around = |bound: f64| (-1_i64..=1).prop_map(move |by| (bound as u64).saturating_add_signed(by));
    let on_native =
        (-239_i32..=96).prop_flat_map(move |index| around(2_f64.powf(f64::from(index) / 8.0) * 1e9));
    let classic = [1e3, 2.5e3, 5e3, 1e4, 1e6, 2.5e7, 1e10];
    let on_classic = select(classic.to_vec()).prop_flat_map(around);
    prop_oneof![4 => spread, 4 => clustered, 2 => on_native, 2 => 1_u64..70, 1 => on_classic, 1 => Just(0)]
        .boxed()
}

fn shares() -> impl Strategy<Value = Vec<f64>> {
    let any = vec(0.0..=1.0, 1..8);
    any.prop_map(|mut shares| {
        shares.extend([0.0, 0.01, 0.5, 0.9, 0.99, 0.999, 1.0]);
        shares
    })
}

/// Generates values, each with one of `writers`, and with the place that it has in the order of one of `parts`.
fn recorded(
    values: BoxedStrategy<u64>,
    parts: usize,
    writers: usize,
) -> impl Strategy<Value = Vec<Vec<Vec<u64>>>> {
    vec((values, any::<Index>(), any::<Index>()), 1..120).prop_map(move |values| {
        let mut recorded = vec![vec![Vec::new(); writers]; parts];
        for (value, part, writer) in values {
            recorded[part.index(parts)][writer.index(writers)].push(value);
        }
        recorded
    })
}

/// The bound on the distance of a percentile from the value it stands for.
#[derive(Debug, Clone, Copy)]
struct Precision {
    schema: u32,
    per_unit: u64,
    /// The largest share that it may be off.
    share: f64,
    /// What it may be off in addition, as the result is an integer.
    rounding: f64,
}

const OF_TIMES: Precision = Precision { schema: 3, per_unit: PER_SECOND, share: NEAR, rounding: 0.0 };

/// Compares a histogram with the values in it.
fn check(
    histogram: &HistogramSnapshot,
    values: &[u64],
    shares: &[f64],
    precision: Precision,
) -> TestCaseResult {
    let mut values = values.to_vec();
    values.sort_unstable();
    prop_assert_eq!(histogram.total(), values.len() as u64);
    let mut below = 0;
    for (bound, count) in histogram.boundaries.iter().zip(&histogram.buckets) {
        let up_to = values.partition_point(|value| value <= bound);
        prop_assert_eq!(*count, (up_to - below) as u64, "up to {} of {:?}", bound, values);
        below = up_to;
    }

    let native = histogram.native().expect("native buckets");
    prop_assert_eq!(u32::from(native.schema().unsigned_abs()), precision.schema);
    let zeros = values.partition_point(|value| *value == 0);
    let mut indices = BTreeMap::new();
    for value in &values[zeros..] {
        *indices.entry(index_of(*value, precision.per_unit, precision.schema)).or_insert(0) += 1;
    }
    prop_assert_eq!(native.zero_count(), zeros as u64);
    prop_assert_eq!(native.buckets().collect::<Vec<_>>(), indices.into_iter().collect::<Vec<_>>());

    let mut previous = 0;
    let mut shares = shares.to_vec();
    shares.sort_by(f64::total_cmp);
    for p in shares {
        let found = histogram.percentile(p);
        let Some(last) = values.len().checked_sub(1) else {
            prop_assert_eq!(found, 0);
            continue;
        };
        let value = values[((p * values.len() as f64 - 1e-9).ceil() as usize).saturating_sub(1).min(last)];
        let away = found.abs_diff(value) as f64;
        prop_assert!(
            away <= precision.share * value as f64 + precision.rounding,
            "percentile({}) is {}, and {} of {:?} is that of this rank",
            p,
            found,
            value,
            values
        );
        if let Some((min, max)) = histogram.extremes() {
            prop_assert_eq!((min, max), (values[0], values[last]));
            prop_assert!((min..=max).contains(&found));
        }
        prop_assert!(found >= previous, "{} after {}", found, previous);
        previous = found;
    }
    Ok(())
}

/// Returns the index of the native bucket of a value, by integers of any size: the least *k* with (value / per unit) ≤ 2^(k / 2^schema).
fn index_of(value: u64, per_unit: u64, schema: u32) -> i32 {
    let bounds = 1 << schema;
    let left = product(std::iter::repeat_n(value, bounds));
    let right = product(std::iter::repeat_n(per_unit, bounds));
    let is_at_most = |index: i32| {
        let twos = |count: i32| std::iter::repeat_n(2, count.max(0) as usize);
        let (left, right) = (times(left.clone(), twos(-index)), times(right.clone(), twos(index)));
        (left.len(), left.iter().rev().collect::<Vec<_>>()) <= (right.len(), right.iter().rev().collect())
    };
    // Within one of the right one.
    let mut index = ((value as f64 / per_unit as f64).log2() * bounds as f64).round() as i32;
    while is_at_most(index) {
        index -= 1;
    }
    while !is_at_most(index) {
        index += 1;
    }
    index
}

fn product(factors: impl Iterator<Item = u64>) -> Vec<u64> {
    times(vec![1], factors)
}

/// Multiplies an integer of any size, whose lowest 64 bits are the first.
fn times(mut integer: Vec<u64>, factors: impl Iterator<Item = u64>) -> Vec<u64> {
    for factor in factors {
        let mut carry = 0_u128;
        for digit in &mut integer {
            carry += u128::from(*digit) * u128::from(factor);
            *digit = carry as u64;
            carry >>= 64;
        }
        if carry > 0 {
            integer.push(carry as u64);
        }
    }
    integer
}
