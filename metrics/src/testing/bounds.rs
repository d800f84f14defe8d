//! Counts above a bound of a histogram.

use super::amount::Amount;
use crate::snapshot::HistogramSnapshot;

/// Returns the number of values above `bound`.
///
/// # Errors
/// If `bound` is not a bound of the buckets, so the number is unknown. The error names the nearest bounds.
pub(super) fn count_above(
    histogram: &HistogramSnapshot,
    bound: u64,
    is_of_time: bool,
) -> Result<u64, String> {
    let HistogramSnapshot { buckets, boundaries, .. } = histogram;
    let index = match boundaries.binary_search(&bound) {
        Ok(index) => return Ok(buckets[index + 1..].iter().sum()),
        Err(index) => index,
    };
    let amount = |value| Amount::of_histogram(value, is_of_time);
    let below = index.checked_sub(1).map(|below| amount(boundaries[below]));
    // The last bucket has no upper bound.
    let above = boundaries.get(index).filter(|above| **above < u64::MAX).map(|above| amount(*above));
    let next = match (below, above) {
        (Some(below), Some(above)) => format!("the next ones are {below} and {above}"),
        (Some(last), None) => format!("the last is {last}"),
        (None, Some(first)) => format!("the first is {first}"),
        (None, None) => "there are none".to_owned(),
    };
    let bound = amount(bound);
    Err(format!(
        "the number of values above {bound} is unknown, because it is not a bound of the buckets; {next}"
    ))
}

#[cfg(test)]
mod tests {
    use super::count_above;
    use crate::snapshot::HistogramSnapshot;

    #[test]
    fn unknown_counts_are_errors() {
        let histogram = HistogramSnapshot::new(&[10, 20], vec![1, 2, 4], 0);
        assert_eq!(
            [10, 20, u64::MAX].map(|bound| count_above(&histogram, bound, false)),
            [Ok(6), Ok(4), Ok(0)]
        );
        for (bound, next) in
            [(9, "the first is 10"), (11, "the next ones are 10 and 20"), (21, "the last is 20")]
        {
            let why = count_above(&histogram, bound, false).unwrap_err();
            assert!(why.ends_with(&format!("; {next}")), "{why}");
        }
        let why = count_above(&HistogramSnapshot::new(&[], vec![3], 0), 7, true).unwrap_err();
        assert!(why.contains("above 7ns") && why.ends_with("; there are none"), "{why}");
    }
}
