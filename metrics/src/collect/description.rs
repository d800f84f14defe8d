//! A registered metric, described.

use crate::snapshot::MetricKind;
use std::fmt;
use std::panic::Location;

/// A family that a registry prints for something that was registered or declared. [`MetricsRegistry::list`](crate::MetricsRegistry::list) says all of them.
///
/// [`Display`](fmt::Display) shows it in one line, `jobs_total{zone} (counter, src/jobs.rs:7:9): Jobs done`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct MetricDescription {
    /// The family's name, as it is printed.
    pub name: String,
    /// What kind of metric it is.
    pub kind: MetricKind,
    /// The `# HELP` text that was given; `None` where a plain default is printed.
    pub help: Option<String>,
    /// The unit, where the name ends in one and it was declared with a help text.
    pub unit: Option<&'static str>,
    /// What the labels of its series are called, in the order they are printed in: its own, then those that all series of the
    /// registry have.
    pub labels: Vec<String>,
    /// Where in the source it was first registered, or where the `static` stands.
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
            // It would be more than one line.
            Some(help) => write!(f, ": {}", help.replace('\n', "\\n")),
            None => Ok(()),
        }
    }
}
