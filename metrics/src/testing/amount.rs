//! Amounts: the numbers and times that tests expect and metrics contain.

use crate::snapshot::families::Number;
use std::fmt;
use std::time::Duration;

/// An integer, a float or a time. Converted [from](From) these in expectations: `by(2)`, `at(0.5)`,
/// `sum(Duration::from_millis(5))`.
///
/// Integers and times are compared exactly. Sums of floats may be rounded, so floats are equal if they differ by no more than
/// 10⁻¹² of the largest number involved.
#[derive(Debug, Clone, Copy)]
pub struct Amount(Repr);

#[derive(Debug, Clone, Copy)]
enum Repr {
    Integer(i128),
    Float(f64),
    Time(Duration),
}

macro_rules! from_integers {
    ($($integer:ty)*) => {$(
        impl From<$integer> for Amount {
            fn from(number: $integer) -> Self {
                Amount(Repr::Integer(number.into()))
            }
        }
    )*};
}

// An integer literal that may have any of these types becomes an `i32`.
from_integers!(i8 i16 i32 i64 u8 u16 u32 u64);

impl From<usize> for Amount {
    fn from(number: usize) -> Self {
        Amount(Repr::Integer(i128::try_from(number).expect("an address has at most 64 bits")))
    }
}

impl From<f64> for Amount {
    fn from(number: f64) -> Self {
        Amount(Repr::Float(number))
    }
}

impl From<Duration> for Amount {
    fn from(time: Duration) -> Self {
        Amount(Repr::Time(time))
    }
}

impl From<Number> for Amount {
    fn from(number: Number) -> Self {
        match number {
            Number::Unsigned(number) => number.into(),
            Number::Signed(number) => number.into(),
            Number::Float(number) => number.into(),
        }
    }
}

impl Amount {
    pub(super) const ZERO: Amount = Amount(Repr::Integer(0));

    /// Converts a value of a histogram. Those of a histogram of time are nanoseconds.
    pub(super) fn of_histogram(value: u64, is_of_time: bool) -> Self {
        if is_of_time { Duration::from_nanos(value).into() } else { value.into() }
    }

    /// Converts to a value of a histogram, or returns `None` if a histogram cannot have it.
    pub(super) fn as_value(self) -> Option<u64> {
        match self.0 {
            Repr::Integer(number) => u64::try_from(number).ok(),
            Repr::Float(_) => None,
            Repr::Time(time) => u64::try_from(time.as_nanos()).ok(),
        }
    }

    pub(super) fn is_time(self) -> bool {
        matches!(self.0, Repr::Time(_))
    }

    pub(super) fn plus(self, other: Amount) -> Self {
        match (self.0, other.0) {
            (Repr::Integer(one), Repr::Integer(other)) => Amount(Repr::Integer(one.saturating_add(other))),
            (Repr::Time(one), Repr::Time(other)) => one.saturating_add(other).into(),
            _ => (self.as_float() + other.as_float()).into(),
        }
    }

    pub(super) fn minus(self, other: Amount) -> Self {
        match (self.0, other.0) {
            (Repr::Integer(one), Repr::Integer(other)) => Amount(Repr::Integer(one.saturating_sub(other))),
            (Repr::Time(one), Repr::Time(other)) => one.saturating_sub(other).into(),
            _ => (self.as_float() - other.as_float()).into(),
        }
    }

    /// Returns this amount, or zero if it is negative.
    pub(super) fn or_zero(self) -> Self {
        if self.as_float() < 0.0 { Amount::ZERO } else { self }
    }

    /// Returns the amount with the larger absolute value.
    pub(super) fn larger(self, other: Amount) -> Self {
        if self.as_float().abs() > other.as_float().abs() { self } else { other }
    }

    pub(super) fn is_zero(self) -> bool {
        self.as_float() == 0.0
    }

    /// Returns whether the amounts are equal, up to the rounding errors of numbers no larger than `largest`.
    pub(super) fn equals(self, other: Amount, largest: Amount) -> bool {
        match (self.0, other.0) {
            (Repr::Integer(one), Repr::Integer(other)) => one == other,
            (Repr::Time(one), Repr::Time(other)) => one == other,
            (Repr::Time(_), _) | (_, Repr::Time(_)) => false,
            _ => {
                let (one, other) = (self.as_float(), other.as_float());
                let largest = one.abs().max(other.abs()).max(largest.as_float().abs());
                let are_equal_without_rounding = one.total_cmp(&other).is_eq();
                are_equal_without_rounding || (one - other).abs() <= largest.min(f64::MAX) * 1e-12
            }
        }
    }

    fn as_float(self) -> f64 {
        match self.0 {
            Repr::Integer(number) => number as f64,
            Repr::Float(number) => number,
            Repr::Time(time) => time.as_secs_f64(),
        }
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Repr::Integer(number) => write!(f, "{number}"),
            Repr::Float(number) => write!(f, "{number:?}"),
            Repr::Time(time) => write!(f, "{time:?}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Amount;
    use std::time::Duration;

    fn equal(one: impl Into<Amount>, other: impl Into<Amount>) -> bool {
        one.into().equals(other.into(), Amount::ZERO)
    }

    #[test]
    fn integers_and_times_are_compared_exactly_and_floats_up_to_rounding() {
        assert!(
            equal(u64::MAX, u64::MAX) && !equal(u64::MAX, u64::MAX - 1) && !equal(i64::MIN, i64::MIN + 1)
        );
        assert!(!equal(Duration::from_nanos(1), Duration::ZERO) && !equal(Duration::from_secs(1), 1));
        assert!(equal(0.1 + 0.2, 0.3) && !equal(0.3, 0.300_001) && equal(2, 2.0) && !equal(2, 2.5));
        assert!(equal(f64::NAN, f64::NAN) && equal(f64::INFINITY, f64::INFINITY));
        assert!(
            !equal(f64::NAN, 0) && !equal(f64::INFINITY, f64::NEG_INFINITY) && !equal(f64::INFINITY, 1e300)
        );
        // The increase of a large sum by a thousandth.
        let difference = Amount::from(1_000_000.001).minus(1_000_000.into());
        assert!(difference.equals(0.001.into(), 1_000_000.into()) && !equal(0.001, 0.001_000_1));
    }
}
