//! Percentiles and maxima from classic buckets.

use super::functions::Function;
use crate::text;

/// A time in seconds, as exact as it is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Estimate {
    /// There were no calls.
    None,
    Exact(f64),
    /// Interpolated inside the bucket that contains it.
    About(f64),
    AtMost(f64),
    /// In the last bucket, which has no upper bound.
    AtLeast(f64),
}

impl Estimate {
    /// Returns a number for sorting.
    pub(crate) fn sort_key(self) -> f64 {
        match self {
            Estimate::None => -1.0,
            Estimate::Exact(time)
            | Estimate::About(time)
            | Estimate::AtMost(time)
            | Estimate::AtLeast(time) => time,
        }
    }

    pub(crate) fn shown(self) -> String {
        match self {
            Estimate::None => "-".to_owned(),
            Estimate::Exact(time) | Estimate::About(time) => text::time(time),
            Estimate::AtMost(time) => format!("≤{}", text::time(time)),
            Estimate::AtLeast(time) => format!(">{}", text::time(time)),
        }
    }
}

impl Function {
    /// Returns the time that a fraction `p` of the calls does not exceed: interpolated linearly inside the bucket of that call, as
    /// `histogram_quantile` of Prometheus does, but never beyond the shortest and the longest call since the start.
    pub(crate) fn percentile(&self, p: f64) -> Estimate {
        let total = self.buckets.last().map_or(0.0, |&(_, count)| count);
        if total <= 0.0 {
            return Estimate::None;
        }
        let rank = (p * total).max(f64::MIN_POSITIVE);
        let at = self.buckets.iter().position(|&(_, count)| count >= rank).unwrap_or(self.buckets.len() - 1);
        let (lower, below) = at.checked_sub(1).map_or((0.0, 0.0), |before| self.buckets[before]);
        let (upper, count) = self.buckets[at];
        let lower = self.min.map_or(lower, |min| lower.max(min));
        let upper = self.max.map_or(upper, |max| upper.min(max)).max(lower);
        if upper.is_infinite() {
            return Estimate::AtLeast(lower);
        }
        let inside = ((rank - below) / (count - below)).clamp(0.0, 1.0);
        Estimate::About(lower + (upper - lower) * inside)
    }

    /// Returns the longest call of an interval that began at the state `earlier`. Its exact time is known if it is longer than all calls
    /// before it; else at least its bucket is.
    pub(crate) fn longest(&self, earlier: Option<&Function>) -> Estimate {
        let total = self.buckets.last().map_or(0.0, |&(_, count)| count);
        let is_new = earlier.is_none_or(|earlier| earlier.max < self.max);
        match self.max {
            _ if total <= 0.0 => Estimate::None,
            Some(max) if is_new => Estimate::Exact(max),
            max => {
                let at = self.buckets.iter().position(|&(_, count)| count >= total).unwrap_or(0);
                let bound = self.buckets[at].0.min(max.unwrap_or(f64::INFINITY));
                let lower = at.checked_sub(1).map_or(0.0, |before| self.buckets[before].0);
                if bound.is_finite() { Estimate::AtMost(bound) } else { Estimate::AtLeast(lower) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn function(buckets: &[(f64, f64)], max: Option<f64>) -> Function {
        Function { buckets: buckets.to_vec(), max, ..Function::default() }
    }

    #[test]
    fn percentiles_are_interpolated_inside_their_bucket_and_its_part_that_is_possible() {
        let buckets = [(0.1, 10.0), (0.2, 20.0), (f64::INFINITY, 21.0)];
        let close = |estimate: Estimate, expected: f64| (estimate.sort_key() - expected).abs() < 1e-9;
        let times = function(&buckets, None);
        assert!(close(times.percentile(0.25), 0.0525), "{:?}", times.percentile(0.25));
        assert_eq!(times.percentile(1.0), Estimate::AtLeast(0.2));
        assert!(close(function(&buckets, Some(0.3)).percentile(1.0), 0.3));
        assert!(close(function(&[(1.0, 4.0), (f64::INFINITY, 4.0)], Some(0.01)).percentile(0.5), 0.005));
        assert_eq!(function(&[], None).percentile(0.5), Estimate::None);
        assert_eq!(function(&[(1.0, 0.0)], Some(3.0)).percentile(0.5), Estimate::None);
    }

    #[test]
    fn the_longest_call_is_exact_if_it_is_the_longest_ever() {
        let times = function(&[(0.1, 1.0), (0.2, 3.0), (f64::INFINITY, 3.0)], Some(0.9));
        assert_eq!(times.longest(None), Estimate::Exact(0.9));
        assert_eq!(times.longest(Some(&function(&[], Some(0.5)))), Estimate::Exact(0.9));
        assert_eq!(times.longest(Some(&function(&[], Some(0.9)))), Estimate::AtMost(0.2));
        assert_eq!(
            function(&[(0.1, 1.0), (f64::INFINITY, 2.0)], None).longest(Some(&times)),
            Estimate::AtLeast(0.1)
        );
    }

    proptest! {
        /// Text of strangers may say anything.
        #[test]
        fn nothing_makes_it_panic(buckets in prop::collection::vec((any::<f64>(), any::<f64>()), 0..6), min in any::<Option<f64>>(), max in any::<Option<f64>>(), p in 0.0..=1.0_f64) {
            let times = Function { min, max, ..function(&buckets, None) };
            times.percentile(p).shown();
            times.longest(Some(&function(&[], max))).shown();
        }
    }
}
