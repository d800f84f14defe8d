//! What the buckets of a histogram say of a bound.

use super::amount::Amount;
use crate::snapshot::HistogramSnapshot;

/// How many values are above `bound`.
///
/// # Errors
/// Where that is not known, because it is no bound of the buckets; says which ones are next.
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
    // The last bucket has no end.
    let above = boundaries.get(index).filter(|above| **above < u64::MAX).map(|above| amount(*above));
    let next = match (below, above) {
        (Some(below), Some(above)) => format!("the next ones are {below} and {above}"),
        (Some(last), None) => format!("the last is {last}"),
        (None, Some(first)) => format!("the first is {first}"),
        (None, None) => "there are none".to_owned(),
    };
    let bound = amount(bound);
    Err(format!("how much is above {bound} is not known, for that is no bound of its buckets; {next}"))
}

#[cfg(test)]
mod tests {
    use super::count_above;
    use crate::snapshot::HistogramSnapshot;

    #[test]
    fn what_is_not_known_is_not_guessed() {
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
