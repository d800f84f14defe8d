//! The trait of registered metrics, and the collection of a snapshot.

use super::shape::Shape;
use super::source::Source;
use crate::objective::LatencyObjective;
use crate::recorder::Reader;
use crate::self_metrics::Findings;
use crate::slo;
use crate::snapshot::{FamilySnapshot, FullSnapshot};
use crate::sync::unmodelled::Arc;
use std::any::Any;
use std::fmt;

/// A type-erased metric, as a registry sees it.
pub trait Registered: Any + fmt::Debug + Send + Sync {
    /// Describes it in an error: its kind, with the options that tell it from others of that kind.
    fn describe(&self) -> String;

    /// Returns the families that it exports.
    fn shape(&self) -> Shape;

    /// Returns the help text it was declared with.
    fn help(&self) -> Option<&str> {
        None
    }

    /// Returns the label names of its series. Those that a collector adds are not known in advance.
    fn label_names(&self) -> Vec<&str> {
        Vec::new()
    }

    /// Adds its current values to the collection, under `name`.
    fn collect(&self, name: &str, into: &mut Collection<'_>);

    /// Returns its source, code of the program that is called before a snapshot is read.
    fn source(&self) -> Option<Arc<Source>> {
        None
    }

    /// Returns whether it is sharded: each thread has cells of its own.
    fn is_sharded(&self) -> bool {
        false
    }
}

/// A snapshot that is being read.
#[derive(Debug)]
pub struct Collection<'a> {
    snapshot: &'a mut FullSnapshot,
    findings: &'a mut Findings,
    reader: Option<Reader>,
    /// Returns whether the reader ends a window of recent extremes. It is called when the reader is first needed.
    rotates: fn() -> bool,
}

impl<'a> Collection<'a> {
    pub(crate) fn new(
        snapshot: &'a mut FullSnapshot,
        findings: &'a mut Findings,
        rotates: fn() -> bool,
    ) -> Self {
        Collection { snapshot, findings, reader: None, rotates }
    }

    /// Returns the reader of sharded cells, which begins at the first call.
    pub(crate) fn reader(&mut self) -> &mut Reader {
        self.reader.get_or_insert_with(|| Reader::begin(self.rotates))
    }

    pub(crate) fn snapshot(&mut self) -> &mut FullSnapshot {
        self.snapshot
    }

    /// Adds a family with a help text.
    pub(crate) fn add(&mut self, name: &str, help: &str, family: FamilySnapshot) {
        self.snapshot.help.insert(name.to_owned(), help.to_owned());
        self.snapshot.declared.insert(name.to_owned(), family);
    }

    /// Adds the help text of a family whose series its source has already added. If the source failed, nothing is added: the name
    /// may then belong to another family (`http_min` may come from a min/max `http` too).
    pub(crate) fn describe_answered(&mut self, name: &str, help: &str) {
        if self.snapshot.declared.contains_key(name) {
            self.snapshot.help.insert(name.to_owned(), help.to_owned());
        }
    }

    /// Adds the objective of the histogram `name`.
    pub(crate) fn add_objective(&mut self, name: &str, objective: LatencyObjective) {
        slo::add_objective_of_histogram(self.snapshot, name, objective);
    }

    /// Records how many updates of the family `name` went to its overflow series.
    pub(crate) fn add_overflowed(&mut self, name: &str, updates: u64) {
        self.findings.overflowed_updates.push((name.to_owned(), updates));
    }
}
