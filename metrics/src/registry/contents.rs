//! The contents of a registry, which its export threads and endpoints share.

use super::functions::Functions;
use super::linked::attach_linked;
use super::table::NameTable;
use super::windows;
use crate::clock;
use crate::collect::{Collection, Rounds};
use crate::metric;
use crate::self_metrics::{Findings, SelfMetrics};
use crate::snapshot::{FullSnapshot, RunId};
use crate::sync::unmodelled::{Arc, Mutex, MutexGuard, OnceLock, lock};
use std::io::{self, Write};
use std::time::SystemTime;

/// The metrics of a registry. Registering and reading hold the lock of the table briefly; recording never takes it. No code of
/// the program runs while the lock is held.
#[derive(Debug)]
pub(crate) struct Contents {
    created: SystemTime,
    run: RunId,
    table: Mutex<NameTable>,
    own_functions: Functions,
    /// The functions of the global registry. If set, they replace `own_functions`.
    functions: OnceLock<&'static Functions>,
    rounds: Rounds,
    self_metrics: SelfMetrics,
    /// Whether the metrics of the process are registered.
    #[cfg(feature = "process")]
    pub(super) has_process_metrics: Mutex<bool>,
}

impl Contents {
    pub(super) fn new() -> Self {
        Contents {
            created: clock::time_of_day(),
            run: RunId::random(),
            table: Mutex::default(),
            own_functions: Functions::new(),
            functions: OnceLock::new(),
            rounds: Rounds::new(),
            self_metrics: SelfMetrics::default(),
            #[cfg(feature = "process")]
            has_process_metrics: Mutex::default(),
        }
    }

    /// Makes this the contents of the global registry, which reads these functions. It has no functions of its own yet: they need a
    /// registry that is never dropped.
    pub(super) fn set_global(&self, functions: &'static Functions) {
        self.functions.get_or_init(|| functions);
    }

    pub(super) fn is_global(&self) -> bool {
        self.functions.get().is_some()
    }

    pub(super) fn functions(&self) -> &Functions {
        self.functions.get().copied().unwrap_or(&self.own_functions)
    }

    pub(super) fn rounds(&self) -> &Rounds {
        &self.rounds
    }

    pub(crate) fn self_metrics(&self) -> &SelfMetrics {
        &self.self_metrics
    }

    /// Locks the table of metrics by name. The global registry first adopts all metrics in `static`s that are attached by now.
    pub(super) fn table(&self) -> MutexGuard<'_, NameTable> {
        if !self.is_global() {
            return lock(&self.table);
        }
        // Before the lock is taken: it runs code of the program.
        attach_linked();
        let mut table = lock(&self.table);
        let refusals = table.adopt_attached();
        if refusals.is_empty() {
            return table;
        }
        // Written after the lock is released: stderr may be a full pipe.
        drop(table);
        for refusal in refusals {
            // No call could return the error. A program without stderr has the info series.
            let _ = writeln!(io::stderr(), "tachometer: {refusal}; it is not exported");
        }
        lock(&self.table)
    }

    /// Locks the table without adopting metrics, for settings that must precede all metrics.
    pub(super) fn table_without_adopting(&self) -> MutexGuard<'_, NameTable> {
        lock(&self.table)
    }

    /// Returns the time since which its metrics may have been updated. The global registry is often created after its first updates.
    fn counting_since(&self) -> SystemTime {
        let metrics = self.is_global().then(metric::since).flatten();
        [self.functions().since(), metrics].into_iter().flatten().fold(self.created, SystemTime::min)
    }

    /// Reads a snapshot. Metrics are read after the lock is released, so that a registration never waits for a reader.
    pub(crate) fn read(&self) -> FullSnapshot {
        let mut listing = self.table().listing();
        let mut answer = Arc::default();
        if listing.has_sources() {
            // First: they may take a while, and what they record and register belongs to this snapshot too.
            answer = self.rounds.run(|| self.table().listing().sources());
            listing = self.table().listing();
        }
        let mut snapshot = FullSnapshot::empty(self.counting_since());
        snapshot.run = Some(self.run);
        let mut findings = Findings::default();
        listing.add_answer(&answer, &mut snapshot, &mut findings);
        listing.collect(&mut Collection::new(&mut snapshot, &mut findings, windows::rotates));
        listing.add_registry_facts(&mut snapshot, &mut findings);
        let failures = self.rounds.failures().into_iter();
        findings.callback_failures =
            failures.map(|(name, failures)| (listing.full_name(&name), failures)).collect();
        attach_linked();
        clock::recheck();
        let functions = self.functions().read(&snapshot.labels);
        snapshot.functions = functions.series;
        self.functions().add_objectives(&mut snapshot);
        findings.overflowed_calls = functions.overflowed_calls;
        if !snapshot.functions.is_empty() {
            findings.clock = clock::info();
        }
        snapshot.self_metrics = self.self_metrics.read(&findings);
        snapshot
    }
}
