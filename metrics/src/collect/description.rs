//! Descriptions of registered families.

use crate::snapshot::MetricKind;
use std::fmt;
use std::panic::Location;

/// The description of a family that was registered or declared. Returned by
/// [`MetricsRegistry::list`](crate::MetricsRegistry::list).
///
/// [`Display`](fmt::Display) formats it in one line: `jobs_total{zone} (counter, src/jobs.rs:7:9): Jobs done`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct MetricDescription {
    /// The exported name of the family.
    pub name: String,
    /// The kind of its metrics.
    pub kind: MetricKind,
    /// The help text; `None` if a default text is exported.
    pub help: Option<String>,
    /// The unit, if the name ends in one and the family was declared with a help text.
    pub unit: Option<&'static str>,
    /// The label names of its series, in the order of the output: its own names, then those of all series of the registry.
    pub labels: Vec<String>,
    /// The source location of the first registration, or of the `static`.
    pub place: &'static Location<'static>,
}

impl fmt::Display for MetricDescription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        if !self.labels.is_empty() {
            write!(f, "{{{}}}", self.labels.join(","))?;
        }
        write!(f, " ({}, {})", self.kind, self.place)?;
        match &self.help {
            // Escaped, to stay in one line.
            Some(help) => write!(f, ": {}", help.replace('\n', "\\n")),
            None => Ok(()),
        }
    }
}
