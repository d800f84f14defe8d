//! What a registry holds, shared with its export threads and endpoints.

use super::functions::Functions;
use super::linked::attach_linked;
use super::table::Table;
use super::windows;
use crate::clock;
use crate::collect::{Collection, Rounds};
use crate::metric;
use crate::self_metrics::{Findings, SelfMetrics};
use crate::snapshot::{FullSnapshot, RunId};
use crate::sync::unmodelled::{Arc, Mutex, MutexGuard, OnceLock, lock};
use std::io::{self, Write};
use std::time::SystemTime;

/// The metrics of a registry. Registering and reading hold the lock of the table for a moment; recording never does. No code of
/// the program's runs under a lock.
#[derive(Debug)]
pub(crate) struct Contents {
    created: SystemTime,
    run: RunId,
    table: Mutex<Table>,
    own_functions: Functions,
    /// In the place of its own: the functions of the global registry.
    functions: OnceLock<&'static Functions>,
    rounds: Rounds,
    self_metrics: SelfMetrics,
    /// Whether those of the process are registered.
    #[cfg(feature = "process")]
    pub(super) has_process_metrics: Mutex<bool>,
}

impl Contents {
    pub(super) fn new() -> Self {
        Contents {
            created: SystemTime::now(),
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

    /// Makes this the contents of the global registry, which reads these functions. It has none of its own yet, for they need a
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

    /// Locks the table of metrics by name. That of the global registry has adopted all metrics in `static`s that are known by
    /// now.
    pub(super) fn table(&self) -> MutexGuard<'_, Table> {
        if !self.is_global() {
            return lock(&self.table);
        }
        // Before the lock is taken: it runs code of the program's.
        attach_linked();
        let mut table = lock(&self.table);
        let refusals = table.adopt_attached();
        if refusals.is_empty() {
            return table;
        }
        // Not while holding the lock: stderr may be a pipe that is full.
        drop(table);
        for refusal in refusals {
            // There is no call to return the error from. A program without a stderr has the info series.
            let _ = writeln!(io::stderr(), "tachometer: {refusal}; it is not shown");
        }
        lock(&self.table)
    }

    /// Locks the table as it is: for what must come before any metric.
    pub(super) fn table_as_it_is(&self) -> MutexGuard<'_, Table> {
        lock(&self.table)
    }

    /// The global registry is often made later than what it shows has counted.
    fn counting_since(&self) -> SystemTime {
        let metrics = self.is_global().then(metric::since).flatten();
        [self.functions().since(), metrics].into_iter().flatten().fold(self.created, SystemTime::min)
    }

    /// Reads everything. Metrics are read after the lock is released, so that a registration never waits for a reader.
    pub(crate) fn read(&self) -> FullSnapshot {
        let mut listing = self.table().listing();
        let mut answer = Arc::default();
        if listing.has_sources() {
            // First: they may take a while, and what they count and register is for this snapshot too.
            answer = self.rounds.ask(|| self.table().listing().sources());
            listing = self.table().listing();
        }
        let mut snapshot = FullSnapshot::empty(self.counting_since());
        snapshot.run = Some(self.run);
        let mut findings = Findings::default();
        listing.add_answer(&answer, &mut snapshot, &mut findings);
        listing.collect(&mut Collection::new(&mut snapshot, &mut findings, windows::rotates));
        listing.describe(&mut snapshot, &mut findings);
        let failures = self.rounds.failures().into_iter();
        findings.callback_failures =
            failures.map(|(name, failures)| (listing.full_name(&name), failures)).collect();
        attach_linked();
        clock::recheck();
        let functions = self.functions().read(&snapshot.labels);
        snapshot.functions = functions.series;
        findings.overflowed_calls = functions.overflowed_calls;
        if !snapshot.functions.is_empty() {
            findings.clock_source = clock::source_name();
        }
        snapshot.self_metrics = self.self_metrics.read(&findings);
        snapshot
    }
}
