//! Random names for temporary files that later replace another file.

use std::hash::{BuildHasher, RandomState};

/// Returns `count` random hexadecimal digits, at most 16.
pub(crate) fn random_digits(count: usize) -> String {
    let mut digits = format!("{:016x}", RandomState::new().hash_one(0));
    digits.truncate(count);
    digits
}
