//! The identity of a run: of the registry and the process that a snapshot was taken of.

use crate::clock;
#[cfg(feature = "json")]
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use std::fmt;
use std::hash::{BuildHasher, RandomState};

/// A random number that a registry draws when it is created.
///
/// Counters of two registries, or of a program before and after a restart, share only their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RunId(u64);

impl RunId {
    /// Draws a new identity.
    pub(crate) fn random() -> Self {
        // The seed is random. Where it is not, on `wasm32-unknown-unknown`, the program may have a clock.
        RunId(RandomState::new().hash_one(clock::time_of_day()))
    }
}

/// Writes 16 hexadecimal digits.
impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

// As text: JSON parsers in other languages do not represent all 64-bit numbers exactly.
#[cfg(feature = "json")]
impl Serialize for RunId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(feature = "json")]
impl<'de> Deserialize<'de> for RunId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let digits = String::deserialize(deserializer)?;
        let is_hexadecimal = digits.len() == 16 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        match u64::from_str_radix(&digits, 16) {
            Ok(id) if is_hexadecimal => Ok(RunId(id)),
            _ => Err(D::Error::custom(format_args!("the run must be 16 hexadecimal digits, not {digits:?}"))),
        }
    }
}
