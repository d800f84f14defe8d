//! Everything a registry holds, as it sees it.

use super::printed::Shape;
use super::source::Source;
use crate::recorder::Reader;
use crate::self_metrics::Findings;
use crate::snapshot::{FamilySnapshot, FullSnapshot};
use crate::sync::unmodelled::Arc;
use std::any::Any;
use std::fmt;

/// A metric of any kind.
pub trait Registered: Any + fmt::Debug + Send + Sync {
    /// Describes it for an error: what it is, with what tells it from others of its kind.
    fn describe(&self) -> String;

    /// Returns which families it prints.
    fn shape(&self) -> Shape;

    /// Returns the help text it was declared with.
    fn help(&self) -> Option<&str> {
        None
    }

    /// Returns the label names of its series; of what a collector adds, they are not known before.
    fn label_names(&self) -> Vec<&str> {
        Vec::new()
    }

    /// Adds what it shows now, under `name`.
    fn collect(&self, name: &str, into: &mut Collection<'_>);

    /// Returns the code of the program's that is to be asked before a snapshot is read.
    fn source(&self) -> Option<Arc<Source>> {
        None
    }

    /// Whether each thread counts it in cells of its own.
    fn counts_by_thread(&self) -> bool {
        false
    }
}

/// A snapshot that is being made.
#[derive(Debug)]
pub struct Collection<'a> {
    snapshot: &'a mut FullSnapshot,
    findings: &'a mut Findings,
    reader: Option<Reader>,
    /// Whether the reader, which begins when it is first needed, ends a window of recent extremes.
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

    pub(crate) fn reader(&mut self) -> &mut Reader {
        self.reader.get_or_insert_with(|| Reader::begin(self.rotates))
    }

    pub(crate) fn snapshot(&mut self) -> &mut FullSnapshot {
        self.snapshot
    }

    /// Adds a family that was declared with a help text.
    pub(crate) fn add(&mut self, name: &str, help: &str, family: FamilySnapshot) {
        self.snapshot.help.insert(name.to_owned(), help.to_owned());
        self.snapshot.declared.insert(name.to_owned(), family);
    }

    /// Adds the help text of a family that its source has added already, unless the source failed: then the text would be that of
    /// another family (`http_min` may be one of a min/max `http` too).
    pub(crate) fn describe_answered(&mut self, name: &str, help: &str) {
        if self.snapshot.declared.contains_key(name) {
            self.snapshot.help.insert(name.to_owned(), help.to_owned());
        }
    }

    /// Adds how many updates of the family `name` went to its overflow series.
    pub(crate) fn add_overflowed(&mut self, name: &str, updates: u64) {
        self.findings.overflowed_updates.push((name.to_owned(), updates));
    }
}
