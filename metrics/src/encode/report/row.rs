//! Rows of reports: a function each.

use crate::snapshot::FunctionSnapshot;
use std::time::Duration;

/// A function in a [`Report`](super::Report).
#[derive(Debug, Clone)]
pub struct Row<'a> {
    function: &'a FunctionSnapshot,
    name: String,
    run: Option<Duration>,
}

impl<'a> Row<'a> {
    /// Creates the row of a function, in a snapshot that spans the time `run`.
    pub(super) fn new(function: &'a FunctionSnapshot, name: String, run: Option<Duration>) -> Self {
        Row { function, name, run }
    }

    /// Returns the function.
    pub fn function(&self) -> &'a FunctionSnapshot {
        self.function
    }

    /// Returns the name: with the module if several of the functions that were called have the same, and with labels.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns how long all calls took together. If one call in several is timed, it is estimated from these.
    pub fn total_time(&self) -> Duration {
        let function = self.function;
        match function.timed() {
            0 => Duration::ZERO,
            timed if timed == function.calls() => function.total_time(),
            timed => function.total_time().mul_f64(function.calls() as f64 / timed as f64),
        }
    }

    /// Returns the share of the total time in the time of the [run](super::Report::run). It exceeds 1 if calls overlap, on several threads or
    /// because futures wait at the same time. A call includes those that it makes, so shares do not add up to 1.
    pub fn share(&self) -> Option<f64> {
        Some(self.total_time().as_secs_f64() / self.run?.as_secs_f64())
    }
}

/// Returns the name of a function by which people tell it from the others.
pub(super) fn name_among(function: &FunctionSnapshot, others: &[&FunctionSnapshot]) -> String {
    let is_other =
        |other: &&FunctionSnapshot| other.function == function.function && other.module != function.module;
    let module = if others.iter().any(is_other) { format!("{}::", function.module) } else { String::new() };
    let labels = function.labels.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    with_labels(&format!("{module}{}", function.function), labels)
}

/// Returns `name{label="value"}`, in one line.
pub(crate) fn with_labels<'a>(name: &str, labels: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let labels: Vec<String> = labels.into_iter().map(|(name, value)| format!("{name}={value:?}")).collect();
    let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
    // What moves the cursor would break the table.
    let shown = |c: char| if c.is_control() { c.escape_default().to_string() } else { c.to_string() };
    format!("{name}{labels}").chars().map(shown).collect()
}
