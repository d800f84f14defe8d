//! The identity of a run: which registry, in which process, counted what a snapshot shows.

#[cfg(feature = "json")]
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use std::hash::{BuildHasher, RandomState};

/// A random number that a registry draws when it is made.
///
/// Counters of two registries, and those of a program before and after a restart, have nothing in common but their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RunId(u64);

impl RunId {
    pub(crate) fn random() -> Self {
        RunId(RandomState::new().hash_one(0))
    }
}

// As text: a number of 64 bits is more than readers of JSON in other languages hold exactly.
#[cfg(feature = "json")]
impl Serialize for RunId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:016x}", self.0))
    }
}

#[cfg(feature = "json")]
impl<'de> Deserialize<'de> for RunId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let digits = String::deserialize(deserializer)?;
        let is_hexadecimal = digits.len() == 16 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        match u64::from_str_radix(&digits, 16) {
            Ok(id) if is_hexadecimal => Ok(RunId(id)),
            _ => Err(D::Error::custom(format_args!("the run {digits:?} must be 16 hexadecimal digits"))),
        }
    }
}
