//! The one statistic that a noisy machine leaves standing.

/// The middle of the values; of an even number of them the mean of the middle two.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 { values[middle] } else { f64::midpoint(values[middle - 1], values[middle]) }
}

#[test]
fn the_median_is_the_middle_value() {
    assert!((median(&[9.0, 1.0, 2.0]) - 2.0).abs() < f64::EPSILON);
    assert!((median(&[4.0, 1.0, 2.0, 9.0]) - 3.0).abs() < f64::EPSILON);
}
