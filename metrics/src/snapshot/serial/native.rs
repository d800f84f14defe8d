//! Native buckets in JSON: `{"schema": 3, "per_unit": 1000000000, "zero": 0, "buckets": [[-205, 5], [-77, 2]], "parts": [[18, 3]]}`.
//!
//! Buckets are pairs of index and count. Parts tell how the values of a bucket lie in its cells, if it has several: they are pairs of the
//! cell's largest value and its count, for each cell but the last, which has the rest of the bucket. Here 3 values are at most 18, and 2
//! are 19. Without parts, as an older version wrote it, only the buckets are known.

use crate::buckets::native::{NativeCounts, NativeScale};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::sync::Arc;

#[derive(Serialize, Deserialize)]
#[serde(rename = "NativeBuckets")]
struct Raw {
    schema: i8,
    /// The number of recorded units in the unit of the exposition.
    per_unit: u64,
    zero: u64,
    buckets: Vec<(i32, u64)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    parts: Option<Vec<(u64, u64)>>,
}

#[expect(clippy::ref_option, reason = "serde passes a reference to the field")]
pub(crate) fn serialize<S: Serializer>(
    native: &Option<Arc<NativeCounts>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let raw = native.as_ref().map(|native| Raw {
        schema: native.scale.schema(),
        per_unit: native.scale.per_unit(),
        zero: native.zero,
        buckets: native.buckets().collect(),
        parts: native.parts(),
    });
    raw.serialize(serializer)
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Arc<NativeCounts>>, D::Error> {
    let Some(Raw { schema, per_unit, zero, buckets, parts }) = Option::deserialize(deserializer)? else {
        return Ok(None);
    };
    let scale = NativeScale::find(schema, per_unit).ok_or_else(|| {
        D::Error::custom(format_args!(
            "no native buckets have schema {schema} and {per_unit} to the unit: the schemas are 0 to 3 with 1, and 3 with 1000000000"
        ))
    })?;
    if let Some((index, _)) = buckets.iter().find(|(index, _)| scale.range(*index).is_none()) {
        return Err(D::Error::custom(format_args!("the native bucket {index} contains no 64-bit integer")));
    }
    if let Some((index, _)) = buckets.iter().find(|(_, count)| *count == 0) {
        return Err(D::Error::custom(format_args!(
            "the native bucket {index} has no values, so it must be left out"
        )));
    }
    if !buckets.is_sorted_by(|(one, _), (next, _)| one < next) {
        return Err(D::Error::custom("the indices of native buckets must increase"));
    }
    let counts = NativeCounts::from_buckets(scale, zero, &buckets, parts.as_deref());
    counts.map(|counts| Some(Arc::new(counts))).map_err(D::Error::custom)
}
