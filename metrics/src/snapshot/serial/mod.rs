//! Representations of fields in JSON, for `serde(with = …)`.

pub(super) mod float;
pub(super) mod native;
pub(super) mod pairs;
pub(super) mod timestamp;
pub(super) mod trace;

use crate::labels::SeriesLabels;
use serde::ser::Serializer;

/// Serializes the labels of a series as [`pairs`] are.
pub(super) fn series_labels<S: Serializer>(labels: &SeriesLabels, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(labels)
}
