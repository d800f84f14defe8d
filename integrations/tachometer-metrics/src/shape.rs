//! How the values of a histogram are kept.
//!
//! A histogram of `tachometer` has cells for integers. Values are multiplied by a power of ten before: by 10⁹ in histograms of times,
//! whose cells are nanoseconds, and of fractions, which are kept in the same way; or by one.

use crate::builder::Matcher;
use metrics::Unit;
use std::borrow::Cow;
use tachometer::family::MixedFamily;
use tachometer::{Error, Histogram, buckets};

/// The bounds and the precision of a histogram.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shape {
    /// In units of the cells.
    bounds: Cow<'static, [u64]>,
    pub(crate) precision: Precision,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Precision {
    Billionths,
    Integers,
}

const BILLION: f64 = 1e9;

const TIMES: [u64; 22] = buckets::seconds([
    0.000_001,
    0.000_002_5,
    0.000_005,
    0.000_01,
    0.000_025,
    0.000_05,
    0.000_1,
    0.000_25,
    0.000_5,
    0.001,
    0.002_5,
    0.005,
    0.01,
    0.025,
    0.05,
    0.1,
    0.25,
    0.5,
    1.0,
    2.5,
    5.0,
    10.0,
]);

const FRACTIONS: [u64; 19] = buckets::seconds([
    0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0,
    500.0, 1000.0,
]);

const INTEGERS: [u64; 16] = {
    let mut bounds = [1; 16];
    let mut index = 1;
    while index < bounds.len() {
        bounds[index] = bounds[index - 1] * 4;
        index += 1;
    }
    bounds
};

impl Precision {
    /// Returns the number that is kept of `value`; `None` if it is negative, infinite or not a number.
    #[inline]
    pub(crate) fn kept(self, value: f64) -> Option<u64> {
        let scaled = match self {
            Precision::Billionths => value * BILLION,
            Precision::Integers => value,
        };
        // Not rounded by `f64::round`, which is a call of a function on older processors. The sum is exact below 2⁵².
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the cast saturates, and drops the fraction"
        )]
        let kept = (scaled + 0.5) as u64;
        (value >= 0.0 && value.is_finite()).then_some(kept)
    }
}

impl Shape {
    /// Creates the shape of fractions with these bounds; `None` if they do not increase from above zero.
    pub(crate) fn with_bounds(bounds: &[f64]) -> Option<Self> {
        let bounds: Option<Vec<u64>> =
            bounds.iter().map(|bound| Precision::Billionths.kept(*bound)).collect();
        Self::checked(bounds?, Precision::Billionths)
    }

    /// Creates the shape of integers with these bounds; `None` if they do not increase from above zero.
    pub(crate) fn of_integers(bounds: &[u64]) -> Option<Self> {
        Self::checked(bounds.to_vec(), Precision::Integers)
    }

    fn checked(bounds: Vec<u64>, precision: Precision) -> Option<Self> {
        let increase = bounds.is_sorted_by(|one, next| one < next);
        let are_valid =
            increase && bounds.first().is_some_and(|first| *first > 0) && bounds.last() < Some(&u64::MAX);
        are_valid.then_some(Shape { bounds: bounds.into(), precision })
    }

    /// Creates a family of histograms of this shape.
    pub(crate) fn family(&self, name: &str, help: &str) -> Result<MixedFamily<Histogram>, Error> {
        let bounds = self.bounds.to_vec();
        match self.precision {
            Precision::Billionths => MixedFamily::histogram_of_time(name, help, bounds),
            Precision::Integers => MixedFamily::histogram(name, help, bounds).map(|family| family.native(3)),
        }
    }
}

/// The shapes of histograms by their name.
#[derive(Debug, Default)]
pub(crate) struct Shapes(Vec<(Matcher, Shape)>);

impl Shapes {
    pub(crate) fn add(&mut self, matcher: Matcher, shape: Shape) {
        self.0.push((matcher, shape));
    }

    /// Returns the shape of the histogram `name`, which was described with this unit.
    pub(crate) fn find(&self, name: &str, unit: Option<Unit>) -> Shape {
        if let Some((_, shape)) = self.0.iter().find(|(matcher, _)| matcher.matches(name)) {
            return shape.clone();
        }
        let ends_in = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
        let (bounds, precision): (&'static [u64], _) =
            if ends_in(&["_seconds", "_secs"]) || unit == Some(Unit::Seconds) {
                (&TIMES, Precision::Billionths)
            } else if ends_in(&["_bytes", "_size", "_length", "_count"])
                || unit.is_some_and(|unit| unit == Unit::Count || unit.is_data_based())
            {
                (&INTEGERS, Precision::Integers)
            } else {
                (&FRACTIONS, Precision::Billionths)
            };
        Shape { bounds: bounds.into(), precision }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_kept_to_the_nearest_and_only_if_they_can_be() {
        let billionths = |value| Precision::Billionths.kept(value);
        assert_eq!([0.0, -0.0, 1e-9, 0.25].map(billionths), [Some(0), Some(0), Some(1), Some(250_000_000)]);
        assert_eq!(billionths(1e300), Some(u64::MAX));
        assert_eq!([-1.0, f64::NAN, f64::INFINITY].map(billionths), [None; 3]);
        assert_eq!(
            [1.4, 1.5, 1e15].map(|it| Precision::Integers.kept(it)),
            [Some(1), Some(2), Some(1_000_000_000_000_000)]
        );
    }

    #[test]
    fn the_first_setting_that_matches_holds_before_names_and_units() {
        let mut shapes = Shapes::default();
        let [one, other] = [[1], [2]].map(|bounds| Shape::of_integers(&bounds).unwrap());
        shapes.add(Matcher::Full("a_seconds".into()), one.clone());
        shapes.add(Matcher::Prefix("a".into()), other.clone());
        assert_eq!(shapes.find("a_seconds", None), one);
        assert_eq!(shapes.find("ab", None), other);
        let bounds = |name, unit| shapes.find(name, unit).bounds.into_owned();
        assert_eq!(bounds("b_seconds", None), TIMES);
        assert_eq!(bounds("b", Some(Unit::Seconds)), TIMES);
        assert_eq!(bounds("b_bytes", None), INTEGERS);
        assert_eq!(bounds("b", Some(Unit::Kibibytes)), INTEGERS);
        assert_eq!(bounds("b", None), FRACTIONS);
    }

    #[test]
    fn bounds_increase_from_above_zero() {
        for bad in
            [&[][..], &[0.0], &[-1.0], &[1.0, 1.0], &[2.0, 1.0], &[f64::NAN], &[1.0, f64::INFINITY], &[1e-10]]
        {
            assert_eq!(Shape::with_bounds(bad), None, "{bad:?}");
        }
        assert_eq!(Shape::with_bounds(&[0.5, 1.0]).unwrap().bounds[..], [500_000_000, 1_000_000_000]);
        assert_eq!(Shape::of_integers(&[1, u64::MAX]), None);
    }
}
