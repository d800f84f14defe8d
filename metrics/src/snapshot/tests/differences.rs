//! Differences of declared metrics of every kind.

use crate::labels::SeriesLabels;
use crate::snapshot::{
    FamilySnapshot, FullSnapshot, HistogramSnapshot, MetricKind, SampleValue, SeriesSnapshot,
};
use proptest::collection::vec;
use proptest::prelude::*;
use std::time::SystemTime;

const BOUNDS: [u64; 2] = [10, 20];

/// Generates a value of each kind.
fn values() -> impl Strategy<Value = [SampleValue; 6]> {
    let histogram = || {
        // The sum of two of them does not saturate.
        (vec(0_u64..50, 3), 0..=u64::MAX / 2)
            .prop_map(|(buckets, sum)| HistogramSnapshot::new(&BOUNDS, buckets, sum))
    };
    let number = prop_oneof![4 => 0.0..1e9, 1 => Just(f64::INFINITY)];
    (any::<u64>(), number, any::<i64>(), any::<f64>(), histogram(), histogram()).prop_map(
        |(count, sum, level, quantity, histogram, times)| {
            [
                SampleValue::Count(count),
                SampleValue::Sum(sum),
                SampleValue::Level(level),
                SampleValue::Quantity(quantity),
                SampleValue::Histogram(histogram),
                SampleValue::Times(times),
            ]
        },
    )
}

fn kind(value: &SampleValue) -> MetricKind {
    match value {
        SampleValue::Count(_) | SampleValue::Sum(_) => MetricKind::Counter,
        SampleValue::Level(_) | SampleValue::Quantity(_) => MetricKind::Gauge,
        SampleValue::Histogram(_) | SampleValue::Times(_) => MetricKind::Histogram,
    }
}

/// Returns a snapshot with a family for each kind, each with a series for each label and value.
fn snapshot(series: &[(&str, &[SampleValue; 6])]) -> FullSnapshot {
    let mut snapshot = FullSnapshot::empty(SystemTime::now());
    for index in 0..6 {
        let of_kind: Vec<SeriesSnapshot> = series
            .iter()
            .map(|(label, values)| {
                SeriesSnapshot::new(SeriesLabels::new([("series", *label)]), values[index].clone())
            })
            .collect();
        if let Some(first) = of_kind.first() {
            let family = FamilySnapshot::new(kind(&first.value), of_kind);
            snapshot.declared.insert(format!("family_{index}"), family);
        }
    }
    snapshot
}

/// Returns the value of a series of the family with this index.
fn shown<'a>(snapshot: &'a FullSnapshot, index: usize, label: &str) -> Option<&'a SampleValue> {
    let series = snapshot.declared.get(&format!("family_{index}"))?.series_with(&[("series", label)])?;
    Some(&series.value)
}

/// Returns whether both are equal, also if they are NaN.
fn are_same(one: &SampleValue, other: &SampleValue) -> bool {
    match (one, other) {
        (SampleValue::Quantity(one), SampleValue::Quantity(other)) => one.to_bits() == other.to_bits(),
        _ => one == other,
    }
}

fn histogram(value: &SampleValue) -> &HistogramSnapshot {
    value.as_histogram().expect("it is one")
}

proptest! {
    /// Whether the later value is greater or, after a reset, less.
    #[test]
    fn what_grows_is_subtracted_and_never_negative_and_gauges_show_the_later(before in values(), now in values()) {
        let difference = snapshot(&[("a", &now)]).since(&snapshot(&[("a", &before)]));
        for index in 0..6 {
            let shown = shown(&difference, index, "a").expect("it is there still");
            match (&now[index], &before[index], shown) {
                (SampleValue::Count(now), SampleValue::Count(before), SampleValue::Count(shown)) => {
                    prop_assert_eq!(*shown, now.saturating_sub(*before));
                }
                (SampleValue::Sum(now), SampleValue::Sum(before), SampleValue::Sum(shown)) => {
                    prop_assert!(*shown >= 0.0, "{}", shown);
                    if now >= before && now.is_finite() {
                        prop_assert_eq!(shown.to_bits(), (now - before).to_bits());
                    }
                }
                (now @ (SampleValue::Level(_) | SampleValue::Quantity(_)), _, shown) => {
                    prop_assert!(are_same(now, shown), "{:?} of {:?}", shown, now);
                }
                (now, before, shown) => {
                    prop_assert_eq!(std::mem::discriminant(now), std::mem::discriminant(shown));
                    let (now, before, shown) = (histogram(now), histogram(before), histogram(shown));
                    prop_assert_eq!(&shown.boundaries, &now.boundaries);
                    let buckets = now.buckets.iter().zip(&before.buckets);
                    let expected: Vec<u64> = buckets.map(|(now, before)| now.saturating_sub(*before)).collect();
                    prop_assert_eq!(&shown.buckets, &expected);
                    prop_assert_eq!(shown.total(), expected.iter().sum::<u64>());
                }
            }
        }
    }

    #[test]
    fn a_histogram_that_only_grew_shows_what_came(before in values(), came in values()) {
        let now = std::array::from_fn(|index| match (&before[index], &came[index]) {
            (SampleValue::Histogram(before), SampleValue::Histogram(came)) => {
                let mut sum = before.clone();
                sum.merge(came);
                SampleValue::Histogram(sum)
            }
            (SampleValue::Times(before), SampleValue::Times(came)) => {
                let mut sum = before.clone();
                sum.merge(came);
                SampleValue::Times(sum)
            }
            (_, came) => came.clone(),
        });
        let difference = snapshot(&[("a", &now)]).since(&snapshot(&[("a", &before)]));
        for index in [4, 5] {
            prop_assert_eq!(shown(&difference, index, "a"), Some(&came[index]));
        }
    }

    #[test]
    fn new_series_are_as_they_are_and_vanished_ones_absent(
        before in values(), vanished in values(), now in values(), new in values(),
    ) {
        let earlier = snapshot(&[("vanished", &vanished), ("stayed", &before)]);
        // In another order: series are identified by their labels.
        let later = snapshot(&[("new", &new), ("stayed", &now)]);
        let difference = later.since(&earlier);
        let alone = snapshot(&[("stayed", &now)]).since(&snapshot(&[("stayed", &before)]));
        for (index, new) in new.iter().enumerate() {
            let shown_new = shown(&difference, index, "new").expect("it came");
            prop_assert!(are_same(shown_new, new), "{:?} of {:?}", shown_new, new);
            prop_assert!(shown(&difference, index, "vanished").is_none());
            let stayed = (shown(&difference, index, "stayed"), shown(&alone, index, "stayed"));
            prop_assert!(are_same(stayed.0.expect("it stayed"), stayed.1.expect("it stayed")));
        }
        // Whole families come and go as series do.
        let all_new = later.since(&snapshot(&[]));
        prop_assert!(are_same(shown(&all_new, 0, "new").expect("it came"), &new[0]));
        prop_assert!(snapshot(&[]).since(&earlier).declared.is_empty());
    }
}
