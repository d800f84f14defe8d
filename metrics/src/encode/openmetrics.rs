//! OpenMetrics text, version 1.0.

use super::format::Format;
use crate::snapshot::FullSnapshot;

impl FullSnapshot {
    /// This snapshot as OpenMetrics 1.0 (`application/openmetrics-text; version=1.0.0; charset=utf-8`).
    pub fn to_openmetrics_format(&self) -> String {
        let mut text = String::new();
        self.encode(Format::OpenMetrics, &mut text);
        text
    }
}

/// Appends `snapshot` to `text`, with a `_created` sample for each counter and histogram where `created`.
pub(super) fn write(_snapshot: &FullSnapshot, _created: bool, _text: &mut String) {
    todo!()
}
