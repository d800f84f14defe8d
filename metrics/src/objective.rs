//! Objectives as they are declared: targets and thresholds, checked while compiling.

use crate::buckets::bounds::Message;
use crate::buckets::table::BucketTable;
use std::fmt;

/// The share of calls or values that fulfil an objective, in hundred-millionths: 99.9 % are 99 900 000.
///
/// An integer, so that the ratio is the float that is nearest to the percentage as it was written: 99.9 / 100 is not 0.999.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target(u32);

/// The objectives of an instrumented function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FunctionObjectives {
    /// The share of calls that end without an error and without a panic.
    pub success: Option<Target>,
    /// The share of calls that take at most a threshold.
    pub latency: Option<LatencyObjective>,
}

/// An objective of a histogram: the share of values that are at most a threshold, which is one of its bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LatencyObjective {
    threshold: u64,
    target: Target,
    is_of_time: bool,
}

const NANOS_PER_SECOND: f64 = 1e9;

impl Target {
    /// Creates a target of hundred-millionths, which the annotation has checked.
    #[must_use]
    pub const fn new(hundred_millionths: u32) -> Self {
        Target(hundred_millionths)
    }

    /// Creates a target of a percentage.
    ///
    /// # Panics
    /// If it is not from 1 to below 100, or has more than six decimals.
    #[track_caller]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the range is checked before"
    )]
    #[expect(clippy::float_cmp, reason = "of all floats, the one nearest to the decimal number is wanted")]
    pub(crate) const fn percent(percent: f64) -> Self {
        assert!(
            percent >= 1.0 && percent < 100.0,
            "the target of an objective is a percentage from 1 to below 100, such as 99.9"
        );
        let parts = (percent * 1e6 + 0.5) as u32;
        assert!(parts as f64 / 1e6 == percent, "the target of an objective has at most six decimals");
        Target(parts)
    }

    /// Returns the target as a ratio: 0.999 for 99.9 %.
    pub(crate) fn ratio(self) -> f64 {
        f64::from(self.0) / 1e8
    }
}

impl LatencyObjective {
    /// Creates the objective of a function with these bounds. The threshold is in nanoseconds.
    ///
    /// # Panics
    /// If the threshold is not a bound; in a constant, that is a compile error.
    #[must_use]
    #[track_caller]
    pub const fn new(bounds: &BucketTable, threshold: u64, target: Target) -> Self {
        check_bound(bounds.finite_bounds(), threshold, true);
        LatencyObjective { threshold, target, is_of_time: true }
    }

    /// Creates the objective of a histogram with these bounds. The threshold is in the unit that is exported: seconds for times, which
    /// are recorded in nanoseconds.
    ///
    /// # Panics
    /// If the threshold is not a bound, or the percentage is not allowed.
    #[track_caller]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "what is not equal is refused"
    )]
    #[expect(clippy::float_cmp, reason = "a bound is equal or it is not")]
    pub(crate) const fn of_histogram(bounds: &[u64], is_of_time: bool, threshold: f64, percent: f64) -> Self {
        let recorded =
            if is_of_time { (threshold * NANOS_PER_SECOND + 0.5) as u64 } else { threshold as u64 };
        let exported = if is_of_time { recorded as f64 / NANOS_PER_SECOND } else { recorded as f64 };
        assert!(
            exported == threshold && recorded != u64::MAX,
            "the threshold of an objective must be one of the histogram's bounds: in seconds for times, else in their unit"
        );
        check_bound(bounds, recorded, is_of_time);
        LatencyObjective { threshold: recorded, target: Target::percent(percent), is_of_time }
    }

    /// Returns the threshold in the unit that is exported, as the label `le` shows it.
    pub(crate) fn threshold(self) -> f64 {
        let threshold = self.threshold as f64;
        if self.is_of_time { threshold / NANOS_PER_SECOND } else { threshold }
    }

    pub(crate) fn target(self) -> Target {
        self.target
    }
}

/// As an error describes it.
impl fmt::Display for LatencyObjective {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = f64::from(self.target.0) / 1e6;
        write!(f, "the objective that {percent} % are at most {}", self.threshold())
    }
}

/// Checks that a threshold is a bound.
#[track_caller]
const fn check_bound(bounds: &[u64], threshold: u64, is_of_time: bool) {
    let mut above = 0;
    while above < bounds.len() && bounds[above] < threshold {
        above += 1;
    }
    let is_bound = above < bounds.len() && bounds[above] == threshold;
    assert!(is_bound, "{}", no_bound(bounds, above, threshold, is_of_time).as_str());
}

/// Returns the message for a threshold that is not a bound. `above` is the index of the first bound above it.
const fn no_bound(bounds: &[u64], above: usize, threshold: u64, is_of_time: bool) -> Message {
    let message = Message::new().text("the threshold of an objective must be a bound of its buckets; ");
    let message = message.quantity(threshold, is_of_time);
    match (above > 0, above < bounds.len()) {
        (true, true) => message
            .text(" lies between the bounds ")
            .quantity(bounds[above - 1], is_of_time)
            .text(" and ")
            .quantity(bounds[above], is_of_time),
        (true, false) => message.text(" is above the last one, ").quantity(bounds[above - 1], is_of_time),
        (false, true) => message.text(" is below the first one, ").quantity(bounds[above], is_of_time),
        (false, false) => message.text(" is not one, and there are none"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ratios_are_the_floats_nearest_to_the_percentage() {
        for (percent, ratio) in [
            (99.9, 0.999),
            (99.0, 0.99),
            (99.95, 0.9995),
            (99.999_999, 0.999_999_99),
            (1.0, 0.01),
            (7.1, 0.071),
        ] {
            assert_eq!(Target::percent(percent).ratio().to_bits(), f64::to_bits(ratio), "{percent}");
        }
    }

    #[test]
    fn the_longest_messages_fit() {
        let bounds = [u64::MAX - 3, u64::MAX - 1];
        for is_of_time in [false, true] {
            let message = no_bound(&bounds, 1, u64::MAX - 2, is_of_time);
            assert!(message.as_str().contains(" lies between the bounds "));
        }
        let message = no_bound(&[100_000_000, 250_000_000], 1, 200_000_000, true);
        let expected = "the threshold of an objective must be a bound of its buckets; 0.2 lies between the bounds 0.1 and 0.25";
        assert_eq!(message.as_str(), expected);
        let message = no_bound(&[1_000_000_000], 0, 1, true);
        assert!(message.as_str().ends_with("0.000000001 is below the first one, 1"), "{}", message.as_str());
    }
}
