//! Sequences of bounds: given in seconds, linear, exponential.

/// Converts bounds in seconds for [`Histogram::of_time`](crate::Histogram::of_time).
///
/// # Panics
/// If a bound is not finite, not between a nanosecond and 10¹⁰ seconds, or not above the one before it; in a constant, that is a
/// compile error.
#[must_use]
pub const fn seconds<const N: usize>(bounds: [f64; N]) -> [u64; N] {
    super::bounds::nanos(bounds)
}

/// Returns `N` bounds from `first` on, `width` apart.
///
/// # Panics
/// If the last is not below 2⁶⁴, or `width` is 0; in a constant, that is a compile error.
#[must_use]
pub const fn linear<const N: usize>(first: u64, width: u64) -> [u64; N] {
    assert!(width > 0, "bounds must strictly increase: the width must be at least 1");
    let mut bounds = [first; N];
    let mut index = 1;
    while index < N {
        assert!(bounds[index - 1] < u64::MAX - width, "the last bound must be below 2^64");
        bounds[index] = bounds[index - 1] + width;
        index += 1;
    }
    bounds
}

/// Returns `N` bounds from `first` on, each 2 to the power of 2 to the power of `-schema` times the one before: at schema 0 each
/// is twice the one before, at 1 each second bound is, at 2 each fourth; at -1 each is four times the one before. These are the
/// schemas of Prometheus' native histograms.
///
/// Bounds are rounded to the nearest integer. The error of a percentile of a histogram with such bounds is less than the
/// factor between two of them, if the exact value lies between the first and the last bound.
///
/// # Panics
/// If `schema` is not from -4 to 8, two bounds would be the same integer, or the last is not below 2⁶³; in a
/// constant, that is a compile error.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the range is checked before, and there are few bounds"
)]
pub const fn exponential<const N: usize>(first: u64, schema: i8) -> [u64; N] {
    assert!(schema >= -4 && schema <= 8, "the schema must be from -4 to 8");
    assert!(first > 0, "the first bound must be at least 1");
    let factor = factor(schema);
    let mut bounds = [first; N];
    let mut bound = first as f64;
    let mut index = 1;
    while index < N {
        bound *= factor;
        assert!(bound < 9.2e18, "the last bound must be below 2^63");
        bounds[index] = (bound + 0.5) as u64;
        assert!(
            bounds[index] > bounds[index - 1],
            "two bounds would be the same integer: use a greater first bound or a lower schema"
        );
        index += 1;
    }
    bounds
}

/// Returns 2 to the power of 2 to the power of `-schema`.
const fn factor(schema: i8) -> f64 {
    let mut factor = 2.0;
    let mut step = 0;
    while step < schema {
        factor = square_root(factor);
        step += 1;
    }
    step = 0;
    while step > schema {
        factor *= factor;
        step -= 1;
    }
    factor
}

/// Computes a square root by Newton's method, for numbers from 1 to 2: six steps from 1.5 are exact to the last digits.
const fn square_root(number: f64) -> f64 {
    let mut root = 1.5;
    let mut step = 0;
    while step < 6 {
        root = f64::midpoint(root, number / root);
        step += 1;
    }
    root
}

#[cfg(test)]
mod tests {
    use super::{exponential, factor, linear};

    #[test]
    fn factors_are_those_of_the_schemas() {
        for schema in -4..=8_i8 {
            let expected = 2.0_f64.powf(2.0_f64.powi(-i32::from(schema)));
            assert!((factor(schema) / expected - 1.0).abs() < 1e-14, "schema {schema}");
        }
    }

    #[test]
    fn bounds_have_the_specified_distance() {
        assert_eq!(linear(10, 5), [10, 15, 20]);
        assert_eq!(exponential(1, 0), [1, 2, 4, 8]);
        assert_eq!(exponential(1_000, 1), [1_000, 1_414, 2_000, 2_828, 4_000]);
        assert_eq!(exponential(1, -2), [1, 16, 256]);
    }
}
