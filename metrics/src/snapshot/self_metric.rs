//! Families of self-metrics.

use super::declared::FamilySnapshot;
use super::families::{Labels, MetricFamily, SeriesView, Value};
use crate::names::unit_of;

/// A family whose name begins with `tachometer_`.
///
/// It includes its help text: the program can choose neither the name nor the text.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "json", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct SelfMetricFamily {
    pub(crate) name: String,
    pub(crate) help: String,
    #[cfg_attr(feature = "json", serde(flatten))]
    pub(crate) family: FamilySnapshot,
}

impl SelfMetricFamily {
    /// Returns a view of it as a family.
    pub(super) fn as_family(&self) -> MetricFamily<'_> {
        let series = self.family.series.iter().map(|series| SeriesView {
            labels: Labels::declared(&series.labels),
            value: Value::of(&series.value),
        });
        MetricFamily {
            name: self.name.as_str().into(),
            help: self.help.as_str().into(),
            kind: self.family.kind,
            unit: unit_of(&self.name),
            series: series.collect(),
        }
    }

    /// Subtracts the family of the same name in `earlier`, if there is one.
    pub(super) fn since(&self, earlier: &[SelfMetricFamily]) -> SelfMetricFamily {
        match earlier.iter().find(|earlier| earlier.name == self.name) {
            Some(earlier) => SelfMetricFamily { family: self.family.since(&earlier.family), ..self.clone() },
            None => self.clone(),
        }
    }
}
