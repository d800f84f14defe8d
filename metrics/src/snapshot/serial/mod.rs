//! Representations of fields in JSON, for `serde(with = …)`.

pub(super) mod float;
pub(super) mod native;
pub(super) mod pairs;
pub(super) mod timestamp;
