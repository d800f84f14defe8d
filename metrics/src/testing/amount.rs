//! Numbers as tests write them and as metrics show them.

use crate::snapshot::families::Number;
use std::fmt;
use std::time::Duration;

/// How much: a whole number, a float, or a time. Made [from](From) these where one is expected: `by(2)`, `at(0.5)`,
/// `sum(Duration::from_millis(5))`.
///
/// Whole numbers and times are compared exactly. A float that was added to may have been rounded, so floats are equal where
/// they differ by no more than 10⁻¹² of the largest number that takes part.
#[derive(Debug, Clone, Copy)]
pub struct Amount(Kind);

#[derive(Debug, Clone, Copy)]
enum Kind {
    Whole(i128),
    Float(f64),
    Time(Duration),
}

macro_rules! whole_numbers {
    ($($integer:ty)*) => {$(
        impl From<$integer> for Amount {
            fn from(number: $integer) -> Self {
                Amount(Kind::Whole(number.into()))
            }
        }
    )*};
}

// With `i32` among them: that is what a literal becomes which may be any.
whole_numbers!(i8 i16 i32 i64 u8 u16 u32 u64);

impl From<usize> for Amount {
    fn from(number: usize) -> Self {
        Amount(Kind::Whole(i128::try_from(number).expect("an address has at most 64 bits")))
    }
}

impl From<f64> for Amount {
    fn from(number: f64) -> Self {
        Amount(Kind::Float(number))
    }
}

impl From<Duration> for Amount {
    fn from(time: Duration) -> Self {
        Amount(Kind::Time(time))
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
    pub(super) const ZERO: Amount = Amount(Kind::Whole(0));

    /// A value of a histogram, of one of time in nanoseconds.
    pub(super) fn of_histogram(value: u64, is_of_time: bool) -> Self {
        if is_of_time { Duration::from_nanos(value).into() } else { value.into() }
    }

    /// As a value that a histogram may hold; `None` for one that it cannot.
    pub(super) fn as_value(self) -> Option<u64> {
        match self.0 {
            Kind::Whole(number) => u64::try_from(number).ok(),
            Kind::Float(_) => None,
            Kind::Time(time) => u64::try_from(time.as_nanos()).ok(),
        }
    }

    pub(super) fn is_time(self) -> bool {
        matches!(self.0, Kind::Time(_))
    }

    pub(super) fn plus(self, other: Amount) -> Self {
        match (self.0, other.0) {
            (Kind::Whole(one), Kind::Whole(other)) => Amount(Kind::Whole(one.saturating_add(other))),
            (Kind::Time(one), Kind::Time(other)) => one.saturating_add(other).into(),
            _ => (self.as_float() + other.as_float()).into(),
        }
    }

    pub(super) fn minus(self, other: Amount) -> Self {
        match (self.0, other.0) {
            (Kind::Whole(one), Kind::Whole(other)) => Amount(Kind::Whole(one.saturating_sub(other))),
            (Kind::Time(one), Kind::Time(other)) => one.saturating_sub(other).into(),
            _ => (self.as_float() - other.as_float()).into(),
        }
    }

    /// Zero in the place of less.
    pub(super) fn or_zero(self) -> Self {
        if self.as_float() < 0.0 { Amount::ZERO } else { self }
    }

    /// Of both the one that is farther from zero.
    pub(super) fn larger(self, other: Amount) -> Self {
        if self.as_float().abs() > other.as_float().abs() { self } else { other }
    }

    pub(super) fn is_zero(self) -> bool {
        self.as_float() == 0.0
    }

    /// Whether both are the same, where neither was rounded from more than `largest`.
    pub(super) fn equals(self, other: Amount, largest: Amount) -> bool {
        match (self.0, other.0) {
            (Kind::Whole(one), Kind::Whole(other)) => one == other,
            (Kind::Time(one), Kind::Time(other)) => one == other,
            (Kind::Time(_), _) | (_, Kind::Time(_)) => false,
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
            Kind::Whole(number) => number as f64,
            Kind::Float(number) => number,
            Kind::Time(time) => time.as_secs_f64(),
        }
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Kind::Whole(number) => write!(f, "{number}"),
            Kind::Float(number) => write!(f, "{number:?}"),
            Kind::Time(time) => write!(f, "{time:?}"),
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
    fn whole_numbers_and_times_are_exact_and_floats_are_but_for_rounding() {
        assert!(
            equal(u64::MAX, u64::MAX) && !equal(u64::MAX, u64::MAX - 1) && !equal(i64::MIN, i64::MIN + 1)
        );
        assert!(!equal(Duration::from_nanos(1), Duration::ZERO) && !equal(Duration::from_secs(1), 1));
        assert!(equal(0.1 + 0.2, 0.3) && !equal(0.3, 0.300_001) && equal(2, 2.0) && !equal(2, 2.5));
        assert!(equal(f64::NAN, f64::NAN) && equal(f64::INFINITY, f64::INFINITY));
        assert!(
            !equal(f64::NAN, 0) && !equal(f64::INFINITY, f64::NEG_INFINITY) && !equal(f64::INFINITY, 1e300)
        );
        // A million from a thousandth of which was subtracted what it was before.
        let difference = Amount::from(1_000_000.001).minus(1_000_000.into());
        assert!(difference.equals(0.001.into(), 1_000_000.into()) && !equal(0.001, 0.001_000_1));
    }
}
