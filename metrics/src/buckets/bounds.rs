//! Validation of histogram bounds, `const` so that an invalid list in a `static` is a compile error.
//!
//! Bounds are inclusive upper bounds and strictly increase. The list ends at the first `u64::MAX`; everything after
//! it is padding. The bounds below `u64::MAX` are called *finite* here: the last bucket, for everything above them,
//! always exists.

/// The reason why a list of bounds is invalid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BoundsFault {
    /// There is no bound at all.
    Empty,
    /// The bound at `index` is not above the one before it.
    Disorder { index: usize, before: u64, bound: u64 },
    /// There are more bounds than a table can index.
    TooMany { count: usize },
}

/// Returns the number of finite bounds at the start of `bounds`.
pub(crate) const fn count_finite(bounds: &[u64]) -> Result<usize, BoundsFault> {
    if bounds.is_empty() {
        return Err(BoundsFault::Empty);
    }
    let mut index = 0;
    while index < bounds.len() && bounds[index] != u64::MAX {
        if index > 0 && bounds[index] <= bounds[index - 1] {
            return Err(BoundsFault::Disorder { index, before: bounds[index - 1], bound: bounds[index] });
        }
        index += 1;
    }
    Ok(index)
}

/// Returns the bucket of `value`: the first whose bound is not below it, else the one after the last. A binary search.
#[inline]
pub(crate) fn find_bucket(finite_bounds: &[u64], value: u64) -> usize {
    finite_bounds.partition_point(|bound| *bound < value)
}

impl BoundsFault {
    pub(crate) const fn message(self) -> Message {
        match self {
            BoundsFault::Empty => {
                Message::new().text("histogram bounds must not be empty: name at least one bound")
            }
            BoundsFault::Disorder { index, before, bound } => Message::new()
                .text("histogram bounds must strictly increase: bound ")
                .number(index as u64 - 1)
                .text(" is ")
                .number(before)
                .text(", bound ")
                .number(index as u64)
                .text(" is ")
                .number(bound),
            BoundsFault::TooMany { count } => {
                Message::new().text("a histogram has at most 65535 bounds, not ").number(count as u64)
            }
        }
    }
}

/// A short text that can be formatted in a `const`, unlike with `format!`: a compile error should also contain the
/// numbers that caused it.
#[derive(Clone, Copy)]
pub(crate) struct Message {
    bytes: [u8; Message::CAPACITY],
    len: usize,
}

impl Message {
    /// The length of the longest message: its words, and four numbers of twenty digits.
    const CAPACITY: usize = 160;

    pub(crate) const fn new() -> Self {
        Message { bytes: [0; Self::CAPACITY], len: 0 }
    }

    pub(crate) const fn text(mut self, text: &str) -> Self {
        let text = text.as_bytes();
        let mut index = 0;
        while index < text.len() {
            self.bytes[self.len] = text[index];
            self.len += 1;
            index += 1;
        }
        self
    }

    const fn number(mut self, number: u64) -> Self {
        let mut unit = 1;
        while number / unit >= 10 {
            unit *= 10;
        }
        while unit > 0 {
            self.bytes[self.len] = b'0' + (number / unit % 10) as u8;
            self.len += 1;
            unit /= 10;
        }
        self
    }

    /// Appends a number as it is exported: a time, which is given in nanoseconds, in seconds.
    pub(crate) const fn quantity(self, number: u64, is_of_time: bool) -> Self {
        if !is_of_time {
            return self.number(number);
        }
        let mut message = self.number(number / 1_000_000_000);
        let mut fraction = number % 1_000_000_000;
        if fraction > 0 {
            message = message.text(".");
        }
        let mut unit = 100_000_000;
        while fraction > 0 {
            message = message.number(fraction / unit);
            fraction %= unit;
            unit /= 10;
        }
        message
    }

    pub(crate) const fn as_str(&self) -> &str {
        match str::from_utf8(self.bytes.split_at(self.len).0) {
            Ok(text) => text,
            Err(_) => panic!("a message consists of whole texts and digits"),
        }
    }
}

/// Converts bounds from seconds to nanoseconds.
///
/// # Panics
/// If the bounds are empty, not finite, below a nanosecond or not increasing; in a constant, that is a compile error.
#[must_use]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked before")]
pub const fn nanos<const N: usize>(seconds: [f64; N]) -> [u64; N] {
    assert!(N > 0, "`buckets` must name at least one bound");
    let mut nanos = [0; N];
    let mut index = 0;
    while index < N {
        let bound = seconds[index] * 1e9 + 0.5;
        assert!(
            bound >= 1.0 && bound < 1e19,
            "each bound of `buckets` must lie between 1e-9 and 1e10 seconds"
        );
        nanos[index] = bound as u64;
        assert!(
            index == 0 || nanos[index] > nanos[index - 1],
            "the bounds of `buckets` must strictly increase"
        );
        index += 1;
    }
    nanos
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_ends_at_the_first_maximum() {
        assert_eq!(count_finite(&[10, 50, u64::MAX, 0, 0]), Ok(2));
        assert_eq!(count_finite(&[10, 50]), Ok(2));
        assert_eq!(count_finite(&[u64::MAX]), Ok(0));
        assert_eq!(count_finite(&[0, 1]), Ok(2));
    }

    #[test]
    fn faults_name_the_culprit() {
        assert_eq!(count_finite(&[]), Err(BoundsFault::Empty));
        let longest = [0, u64::MAX - 1, u64::MAX - 1];
        let fault = count_finite(&longest).unwrap_err();
        assert_eq!(
            fault.message().as_str(),
            "histogram bounds must strictly increase: bound 1 is 18446744073709551614, bound 2 is 18446744073709551614"
        );
        assert_eq!(
            count_finite(&[0, 0]).unwrap_err().message().as_str(),
            "histogram bounds must strictly increase: bound 0 is 0, bound 1 is 0"
        );
    }

    #[test]
    fn a_bound_belongs_to_its_own_bucket() {
        let found: Vec<usize> =
            [0, 10, 11, 50, 51, u64::MAX].map(|value| find_bucket(&[10, 50], value)).into();
        assert_eq!(found, [0, 0, 1, 1, 2, 2]);
    }
}
