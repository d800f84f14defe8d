//! What an exporter's sinks came to.

use super::families::{Labels, MetricFamily, MetricKind, Number, Series, Value};
use std::collections::BTreeMap;

/// The exports of each sink, by its name.
pub(crate) type Exports = BTreeMap<String, SinkExports>;

/// The exports to one sink, by how they ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "json", derive(serde::Serialize, serde::Deserialize), serde(default))]
pub(crate) struct SinkExports {
    pub(crate) ok: u64,
    pub(crate) errors: u64,
    pub(crate) panics: u64,
}

/// All series of all sinks; without a sink, a family without a series.
pub(super) fn family(exports: &Exports) -> MetricFamily<'_> {
    let mut series = Vec::with_capacity(3 * exports.len());
    for (sink, SinkExports { ok, errors, panics }) in exports {
        series.extend([("ok", ok), ("error", errors), ("panic", panics)].map(|(result, count)| Series {
            labels: Labels::two(("sink", sink), ("result", result)),
            value: Value::Number(Number::Unsigned(*count)),
        }));
    }
    MetricFamily {
        name: "tachometer_exports_total".into(),
        help: "Exports by sink, and by result: error where the sink said so, panic where it panicked.".into(),
        kind: MetricKind::Counter,
        unit: None,
        series,
    }
}

impl SinkExports {
    pub(super) fn since(&self, earlier: &SinkExports) -> SinkExports {
        SinkExports {
            ok: self.ok.saturating_sub(earlier.ok),
            errors: self.errors.saturating_sub(earlier.errors),
            panics: self.panics.saturating_sub(earlier.panics),
        }
    }
}
