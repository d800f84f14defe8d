//! Names that nobody has taken or foresees, for what stands beside something until it takes its place.

use std::hash::{BuildHasher, RandomState};

/// So many hexadecimal digits, at most 16, which are others each time.
pub(crate) fn random_digits(count: usize) -> String {
    let mut digits = format!("{:016x}", RandomState::new().hash_one(0));
    digits.truncate(count);
    digits
}
