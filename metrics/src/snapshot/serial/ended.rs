//! Scrapes by format and result as maps of their names: formats and results may be added, and an older reader then does without
//! those it does not know.

use crate::snapshot::scrapes::{FORMATS, RESULTS};
use serde::de::{Deserialize, Deserializer};
use serde::ser::Serializer;
use std::collections::BTreeMap;

type Ended = [[u64; RESULTS.len()]; FORMATS.len()];

pub(crate) fn serialize<S: Serializer>(ended: &Ended, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(FORMATS.iter().zip(ended).map(|(format, counts)| (format, Counts(counts))))
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Ended, D::Error> {
    let by_format = BTreeMap::<String, BTreeMap<String, u64>>::deserialize(deserializer)?;
    let count = |format, result| by_format.get(format).and_then(|counts| counts.get(result));
    Ok(FORMATS.map(|format| RESULTS.map(|result| count(format, result).copied().unwrap_or_default())))
}

/// The scrapes of one format.
struct Counts<'a>(&'a [u64; RESULTS.len()]);

impl serde::Serialize for Counts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(RESULTS.iter().zip(self.0))
    }
}
