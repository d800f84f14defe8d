//! Families of self-metrics.

use super::declared::FamilySnapshot;

/// A family whose name begins with `tachometer_`.
///
/// It includes its help text: the program can choose neither the name nor the text.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "json", derive(serde::Serialize))]
pub(crate) struct SelfMetricFamily {
    pub(crate) name: String,
    pub(crate) help: String,
    #[cfg_attr(feature = "json", serde(flatten))]
    pub(crate) family: FamilySnapshot,
}

impl SelfMetricFamily {
    /// Subtracts the family of the same name in `earlier`, if there is one.
    pub(super) fn since(&self, earlier: &[SelfMetricFamily]) -> SelfMetricFamily {
        match earlier.iter().find(|earlier| earlier.name == self.name) {
            Some(earlier) => SelfMetricFamily { family: self.family.since(&earlier.family), ..self.clone() },
            None => self.clone(),
        }
    }
}
